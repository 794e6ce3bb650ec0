use std::string::ToString;
use std::vec::Vec;

use super::{Gaps, Series, SeriesError, Windows};
use crate::data::Scaler;
use crate::flat::Flat;
use crate::scalar::Scalar;

crate::network! {
    Next< input 3x1 f64 => rnn 2 => dense 1 >
    TwoNext< input 3x1 f64 => rnn 2 => dense 2 >
    Lags< input 3 f64 => dense 1 >
    Pairs< input 4 f64 => dense 1 >
    Table< input 3x2 f64 => rnn 2 sequences => dense 1 each >
    Both< input 3x2 => rnn 2 => dense 4 >
}

const NONE: f64 = f64::NAN;

fn counted(steps: usize) -> Series {
    Series::new((0..steps).map(|step| step as f64).collect::<Vec<_>>()).expect("a series")
}

fn of(values: &[f64]) -> Series {
    Series::new(values).expect("a series")
}

/// A column that counts, and one of its hundredfold.
fn two_columns(steps: usize) -> Series {
    let values: Vec<f64> = (0..steps).map(|step| step as f64).collect();
    let hundredfold: Vec<f64> = values.iter().map(|value| 100.0 * value).collect();
    Series::from_columns(&[("a", &values), ("b", &hundredfold)]).expect("a series")
}

fn rows<A: Flat>(samples: &[A]) -> Vec<Vec<f64>> {
    samples.iter().map(|sample| sample.as_flat().iter().map(|value| value.to_f64()).collect()).collect()
}

#[test]
fn windows_by_hand() {
    let series = counted(8);
    let split = series.windows().raw().split::<Next>(0.25).expect("two parts");
    let [train, test] = &split.parts;
    assert_eq!(rows(train.inputs()), [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]);
    assert_eq!(rows(train.targets()), [[3.0], [4.0], [5.0]]);
    assert_eq!(rows(test.inputs()), [[3.0, 4.0, 5.0], [4.0, 5.0, 6.0]], "inputs reach back into the training part");
    assert_eq!(rows(test.targets()), [[6.0], [7.0]]);
    assert_eq!(split.steps, [[3, 4, 5].to_vec(), [6, 7].to_vec()]);
    assert_eq!(split.latest.expect("a window").as_slice(), [5.0, 6.0, 7.0]);
    assert_eq!(
        rows(series.windows().raw().split::<Lags>(0.25).expect("two parts").parts[0].inputs()),
        rows(train.inputs())
    );
}

/// A target of several steps that would reach into the next part is in no part.
#[test]
fn horizons() {
    let series = counted(10);
    let split = series.windows().raw().parts::<TwoNext, 2>([0, 6]).expect("two parts");
    assert_eq!(rows(split.parts[0].targets()), [[3.0, 4.0], [4.0, 5.0]]);
    assert_eq!(rows(split.parts[1].targets()), [[6.0, 7.0], [7.0, 8.0], [8.0, 9.0]]);
    let split = series.windows().raw().ahead(3).parts::<Next, 2>([0, 7]).expect("two parts");
    assert_eq!(rows(split.parts[0].inputs()), [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]);
    assert_eq!(split.steps, [[5, 6].to_vec(), [7, 8, 9].to_vec()]);
}

#[test]
fn strides() {
    let split = counted(20).windows().raw().stride(4).parts::<TwoNext, 3>([0, 10, 16]).expect("three parts");
    assert_eq!(
        split.steps,
        [[3, 7].to_vec(), [10, 14].to_vec(), [16].to_vec()],
        "each part begins with its first target"
    );
    assert_eq!(rows(split.parts[1].inputs())[0], [7.0, 8.0, 9.0]);
    let split = counted(20).windows().raw().parts::<TwoNext, 1>([10]).expect("a part");
    assert_eq!((split.steps[0][0], split.parts[0].len()), (10, 9), "earlier steps are inputs only");
}

#[test]
fn columns() {
    let series = two_columns(8);
    let split = series.windows().raw().targets(&["a"]).parts::<Table, 1>([0]).expect("a part");
    assert_eq!(rows(split.parts[0].inputs())[1], [1.0, 100.0, 2.0, 200.0, 3.0, 300.0], "steps x columns");
    assert_eq!(rows(split.parts[0].targets())[1], [4.0, 5.0, 6.0]);
    let split = series.windows().raw().inputs(&["b", "a"]).parts::<Both, 1>([0]).expect("a part");
    assert_eq!(rows(split.parts[0].inputs())[0], [0.0, 0.0, 100.0, 1.0, 200.0, 2.0], "in the order of the names");
    assert_eq!(rows(split.parts[0].targets())[0], [3.0, 300.0, 4.0, 400.0], "two steps of two columns");
    let split = series.windows().raw().targets(&["b"]).parts::<Pairs, 1>([0]).expect("a part");
    assert_eq!(rows(split.parts[0].inputs())[0], [0.0, 0.0, 1.0, 100.0], "a vector of two steps");
}

/// Mean and deviation of each column in the first part alone; channels of a vector take turns.
#[test]
fn scales() {
    let mut values: Vec<f64> = [1.0, 3.0, 1.0, 3.0, 1.0, 3.0].to_vec();
    values.extend([100.0; 6]);
    let split = of(&values).windows().parts::<Next, 2>([0, 6]).expect("two parts");
    assert_eq!(split.target_scaler, Scaler { offset: [2.0].into(), factor: [1.0].into() });
    assert_eq!(rows(split.parts[0].inputs())[0], [-1.0, 1.0, -1.0]);
    assert_eq!(rows(split.parts[1].targets())[0], [98.0]);
    assert_eq!(split.target_scaler.invert(&split.parts[1].targets()[0])[0], 100.0);

    let series = two_columns(9);
    let split = series.windows().targets(&["b"]).parts::<Pairs, 2>([0, 3]).expect("two parts");
    assert_eq!(split.input_scaler.offset.as_slice(), [1.0, 100.0, 1.0, 100.0]);
    assert_eq!(split.target_scaler.offset[0], 100.0);
    let raw = series.windows().targets(&["b"]).raw().parts::<Pairs, 2>([0, 3]).expect("two parts");
    assert_eq!(split.input_scaler.apply(&raw.parts[1].inputs()[4]), split.parts[1].inputs()[4], "the same bits");
    assert_eq!(raw.input_scaler, Scaler { offset: [0.0; 4].into(), factor: [1.0; 4].into() });
}

fn kept(values: &[f64], gaps: Gaps) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let split = of(values).windows().raw().gaps(gaps).parts::<Next, 1>([0]).expect("a part");
    (rows(split.parts[0].inputs()), rows(split.parts[0].targets()))
}

#[test]
fn gaps_by_hand() {
    let values = [NONE, 1.0, 2.0, NONE, NONE, 5.0, 6.0, 7.0, 8.0];
    let (inputs, targets) = kept(&values, Gaps::Skip);
    assert_eq!((inputs, targets), ([[5.0, 6.0, 7.0].to_vec()].to_vec(), [[8.0].to_vec()].to_vec()));
    let (inputs, targets) = kept(&values, Gaps::Previous);
    assert_eq!(inputs, [[2.0, 2.0, 2.0], [2.0, 2.0, 5.0], [2.0, 5.0, 6.0], [5.0, 6.0, 7.0]]);
    assert_eq!(targets, [[5.0], [6.0], [7.0], [8.0]]);
    let (inputs, targets) = kept(&values, Gaps::Interpolate);
    assert_eq!(inputs, [[3.0, 4.0, 5.0], [4.0, 5.0, 6.0], [5.0, 6.0, 7.0]], "none ends in the gap");
    assert_eq!(targets, [[6.0], [7.0], [8.0]]);
}

#[test]
fn the_latest_window() {
    let latest = |values: &[f64], gaps| {
        of(values)
            .windows()
            .raw()
            .gaps(gaps)
            .parts::<Next, 1>([0])
            .expect("a part")
            .latest
            .map(|latest| latest.as_slice().to_vec())
    };
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, NONE, 7.0];
    assert_eq!(latest(&values, Gaps::Skip), None);
    assert_eq!(latest(&values, Gaps::Previous), Some([5.0, 5.0, 7.0].to_vec()));
    assert_eq!(latest(&values, Gaps::Interpolate), Some([5.0, 6.0, 7.0].to_vec()));
    let ends = [1.0, 2.0, 3.0, 4.0, 5.0, NONE];
    assert_eq!(latest(&ends, Gaps::Previous), Some([4.0, 5.0, 5.0].to_vec()));
    assert_eq!(latest(&ends, Gaps::Interpolate), None, "its last value lies in the future");
}

/// 60 values that wander, every seventh of which is missing, and some more.
fn wandering() -> Vec<f64> {
    let value = |step: usize| if step % 7 == 5 || step % 11 == 3 { NONE } else { (step * step % 17) as f64 };
    (0..60).map(value).collect()
}

/// Nothing in the training part, and no scale, depends on a value after it.
#[test]
fn training_knows_nothing_of_the_future() {
    for gaps in [Gaps::Skip, Gaps::Previous, Gaps::Interpolate] {
        for end in 20..40 {
            let known = wandering();
            let mut changed = known.clone();
            changed[end..].iter_mut().for_each(|value| *value = 1000.0 - *value);
            let split =
                |values: &[f64]| of(values).windows().gaps(gaps).parts::<TwoNext, 2>([0, end]).expect("two parts");
            let (known, changed) = (split(&known), split(&changed));
            assert_eq!(
                (&known.parts[0], known.input_scaler),
                (&changed.parts[0], changed.input_scaler),
                "{gaps:?} {end}"
            );
            assert!(known.steps[0].iter().all(|step| step + 2 <= end), "{gaps:?} {end}");
            assert!(known.steps[1].iter().all(|step| *step >= end), "{gaps:?} {end}");
        }
    }
}

/// No input depends on a value after its window, and no target is filled in.
#[test]
fn windows_know_nothing_of_their_future() {
    let values = wandering();
    for gaps in [Gaps::Skip, Gaps::Previous, Gaps::Interpolate] {
        let all = of(&values).windows().raw().gaps(gaps).parts::<TwoNext, 1>([0]).expect("a part");
        assert!(all.parts[0].len() >= 5, "{gaps:?}");
        for (sample, &step) in all.steps[0].iter().enumerate() {
            let mut changed = values.clone();
            changed[step..].iter_mut().for_each(|value| *value = 1000.0 - *value);
            let again = of(&changed).windows().raw().gaps(gaps).parts::<TwoNext, 1>([0]).expect("a part");
            let same = again.steps[0].iter().position(|other| *other == step).expect("the same window");
            assert_eq!(again.parts[0].inputs()[same], all.parts[0].inputs()[sample], "{gaps:?} {step}");
            assert_eq!(all.parts[0].targets()[sample].as_slice(), &values[step..step + 2], "{gaps:?} {step}");
        }
    }
}

#[test]
fn series_that_are_none() {
    assert_eq!(Series::new([]).err(), Some(SeriesError::Empty));
    assert_eq!(Series::from_columns(&[]).err(), Some(SeriesError::Empty));
    let error = Series::new([1.0, NONE, f64::INFINITY]).expect_err("an infinite value");
    assert_eq!(
        error.to_string(),
        "the value of value at step 2 (counted from 0) is infinite: if it is missing, write NaN"
    );
    let error = Series::from_columns(&[("a", &[1.0]), ("b", &[1.0]), ("a", &[2.0])]).expect_err("a name twice");
    assert_eq!(error.to_string(), "two columns have the name a: give each a name of its own");
    let error = two_columns(3).values("c").expect_err("no such column");
    assert_eq!(error.to_string(), "there is no column c; the series has a, b");
}

#[track_caller]
fn assert_refused<const K: usize>(windows: &Windows<'_>, starts: [usize; K], message: &str) {
    assert_eq!(windows.parts::<Next, K>(starts).expect_err("an error").to_string(), message);
}

#[test]
fn windows_that_are_none() {
    let series = counted(10);
    assert_refused(
        &series.windows().stride(0),
        [0],
        "a stride of 0 steps gives the same window again and again: give 1 for all windows, or more for fewer",
    );
    assert_refused(
        &series.windows().ahead(0),
        [0],
        "targets 0 steps ahead are part of the window: give 1 for the step right after it, or more",
    );
    let short = "a window and its targets take 12 steps (3 and 9), but the series has 10: give a longer series, or a network with a shorter input";
    assert_refused(&series.windows().ahead(9), [0], short);
    assert!(matches!(series.windows().ahead(usize::MAX).parts::<Next, 1>([0]), Err(SeriesError::Short { .. })));
    assert_refused(&counted(3).windows(), [0], &short.replace("12", "4").replace('9', "1").replace("10", "3"));
    let starts = "parts that begin at the steps [4, 4] of 10: give at least one step, in rising order, each below 10";
    assert_refused(&series.windows(), [4, 4], starts);
    assert_refused(&series.windows(), [0, 10], &starts.replace("[4, 4]", "[0, 10]"));
    assert_refused(&series.windows(), [], &starts.replace("[4, 4]", "[]"));
    let error = series.windows().split::<Next>(0.0).expect_err("no second part");
    assert_eq!(error, SeriesError::Split { steps: 10, fraction: 0.0 });
    let error = series.windows().split::<Next>(1e300).expect_err("no first part");
    assert_eq!(
        error.to_string(),
        "a split of 10 steps that puts 1e300 of them into the second part leaves one part empty: give a fraction between 0 and 1",
    );
}

#[test]
fn columns_that_do_not_fit() {
    let series = two_columns(10);
    assert_refused(
        &series.windows(),
        [0],
        "the input has 2 columns (a, b), but a step of the network's input has 1 values: name as many with `Windows::inputs`",
    );
    assert_refused(
        &series.windows().inputs(&["a"]),
        [0],
        "the target has 2 columns (a, b), but 1 values of the network's target are no whole number of steps: name others with `Windows::targets`",
    );
    assert_refused(&series.windows().inputs(&["c"]), [0], "there is no column c; the series has a, b");
    assert!(matches!(series.windows().inputs(&[]).parts::<Lags, 1>([0]), Err(SeriesError::Vector { found: 0, .. })));
}

#[test]
fn missing_values_that_are_refused() {
    let series = of(&[1.0, 2.0, 3.0, NONE, 5.0, NONE, 7.0]);
    let message = "value has no value at step 3 (counted from 0), one of 2 missing values: choose a rule with `Windows::gaps`, such as `Gaps::Interpolate`";
    assert_refused(&series.windows(), [0], message);
    assert_refused(
        &series.windows().gaps(Gaps::Skip),
        [0],
        "part 0 (counted from 0) has no window: none has all of its targets in the steps from 0 to 6, as 4 are left out for missing values: give the part more steps",
    );
    let late = of(&[NONE, NONE, NONE, NONE, 5.0, 6.0, 7.0, 8.0]);
    assert_refused(
        &late.windows().gaps(Gaps::Previous),
        [0, 4],
        "the column value has no value in the first part, so it has no mean: begin the second part later, or leave the column out",
    );
    let columns = Series::from_columns(&[("a", &[1.0, 2.0, 3.0, 4.0]), ("b", &[NONE; 4])]).expect("a series");
    columns.windows().inputs(&["a"]).targets(&["a"]).parts::<Next, 1>([0]).expect("the column b is not read");
}

/// Numbers that single precision does not have.
#[test]
fn values_beyond_the_precision() {
    let series = Series::from_columns(&[("a", &[1e300, 0.0, 0.0, 0.0, 0.0]), ("b", &[0.0; 5])]).expect("a series");
    let error = series.windows().raw().parts::<Both, 1>([0]).expect_err("an infinite value");
    assert!(matches!(error, SeriesError::Data(_)), "{error}");
}

#[cfg(feature = "csv")]
mod csv {
    use super::*;
    use crate::data::{Csv, CsvError, Missing};

    fn file(text: &str) -> Csv {
        Csv::from_reader(text.as_bytes(), "river.csv")
    }

    #[test]
    fn files() {
        let series = file("day,level,rain\nmo,1.5,\ntu,NA,2\n").ignore(&["day"]).missing_text("NA").read_series();
        let series = series.expect("a series");
        assert_eq!(series.columns().collect::<Vec<_>>(), ["level", "rain"]);
        assert!(
            series.values("level").expect("a column")[0] == 1.5 && series.values("rain").expect("a column")[0].is_nan()
        );
        assert_eq!((series.len(), series.missing()), (2, 2));
        let series = file("day,level\nmo,1\ntu,2\n").one_hot("day", &["mo", "tu"]).read_series().expect("a series");
        assert_eq!(series.columns().collect::<Vec<_>>(), ["day=mo", "day=tu", "level"]);
        assert_eq!(series.values("day=tu").expect("a column"), [0.0, 1.0]);
    }

    /// In a file of one column an empty line is the only way to write that a value is missing.
    #[test]
    fn empty_lines() {
        let series = file("level\n\n1\n2\n\n\r\n3\n\n").read_series().expect("a series");
        let values = series.values("level").expect("a column");
        let present: Vec<Option<f64>> = values.iter().map(|value| value.is_finite().then_some(*value)).collect();
        assert_eq!(present, [None, Some(1.0), Some(2.0), None, None, Some(3.0)]);
        let series = file("day,level\n1,2\n\n2,3\n").read_series().expect("a series");
        assert_eq!((series.len(), series.missing()), (2, 0));
    }

    #[track_caller]
    fn assert_refused(series: Result<Series, CsvError>, message: &str) {
        assert_eq!(series.expect_err("an error").to_string(), message);
    }

    #[test]
    fn files_that_are_no_series() {
        assert_refused(
            file("level\n1\n").missing("level", Missing::Mean).read_series(),
            "river.csv, column level: a series keeps its missing values: take the rule out, and choose one with `Windows::gaps`",
        );
        assert_refused(
            file("level\n1\n").inputs(&[]).read_series(),
            "river.csv: a series has at least one column: name it with `Csv::inputs`, or in `Series::from_csv`",
        );
        assert_refused(file("level\n").read_series(), "river.csv: the file has a header and no line of data");
        assert_refused(file("level,rain\n1\n").read_series(), "river.csv, line 2: 1 fields, but the header has 2");
        assert_refused(
            file("level\ninf\n").read_series(),
            "river.csv, line 2, column level: `inf` is not finite: fill in a value, leave out the line, or name it with `Csv::missing_text`",
        );
        let error = std::fs::read("no such file.csv").expect_err("there is none");
        assert_refused(Series::from_csv("no such file.csv", &["level"]), &std::format!("no such file.csv: {error}"));
    }
}
