use super::{DataError, Dataset};
use crate::random::seeded;
use std::string::ToString;
use std::vec;
use std::vec::Vec;

type Data = Dataset<[f32; 2], [f32; 1]>;

fn numbered(samples: usize) -> Data {
    let inputs: Vec<[f32; 2]> = (0..samples).map(|n| [n as f32, -(n as f32)]).collect();
    let targets: Vec<[f32; 1]> = (0..samples).map(|n| [n as f32 * 10.0]).collect();
    Dataset::new(inputs, targets).expect("sound data")
}

#[test]
fn what_is_no_data() {
    let one = [[1.0, 2.0]];
    assert_eq!(Data::new(one, []), Err(DataError::Lengths { inputs: 1, targets: 0 }));
    assert_eq!(Data::new([], []), Err(DataError::Empty));
    let error = Data::new([[1.0, 2.0], [3.0, f32::INFINITY]], [[1.0], [2.0]]).expect_err("an error");
    assert_eq!(error, DataError::Input { sample: 1, index: 1, value: f64::INFINITY });
    let error = Data::new([[1.0, 2.0]], [[f32::NAN]]).expect_err("an error");
    assert!(matches!(error, DataError::Target { sample: 0, index: 0, .. }), "{error}");
}

#[test]
fn rows() {
    let data = Data::from_rows(&[[1.0, 2.0]], &[vec![3.0]]).expect("sound data");
    assert_eq!((data.inputs(), data.targets()), (&[[1.0, 2.0]][..], &[[3.0]][..]));
    let error = Data::from_rows(&[vec![1.0, 2.0], vec![1.0]], &[[3.0], [4.0]]).expect_err("an error");
    assert_eq!(error, DataError::Row { what: "input", row: 1, found: 1, expected: 2 });
    assert_eq!(error.to_string(), "row 1 of the inputs (counted from 0) has 1 values, but the network's input has 2");
}

#[test]
fn shuffling_keeps_pairs_together() {
    let mut data = numbered(100);
    data.shuffle(&mut seeded(1));
    assert_ne!(data, numbered(100));
    assert!(data.iter().all(|(input, target)| target[0] == input[0] * 10.0 && input[1] == -input[0]));
    let mut firsts: Vec<f32> = data.inputs().iter().map(|input| input[0]).collect();
    firsts.sort_by(f32::total_cmp);
    assert!(firsts.iter().zip(0_u8..).all(|(first, n)| *first == f32::from(n)), "every sample once");
    let mut again = numbered(100);
    again.shuffle(&mut seeded(1));
    assert_eq!(again, data);
}

/// Every value is as likely as any other to come first.
#[test]
fn shuffling_is_fair() {
    let mut rng = seeded(2);
    let mut counts = [0; 4];
    for _ in 0..4000 {
        let mut data = numbered(4);
        data.shuffle(&mut rng);
        counts[data.inputs()[0][0] as usize] += 1;
    }
    // The deviation of each count is 27.
    assert!(counts.iter().all(|count| (890..1110).contains(count)), "{counts:?}");
}

#[test]
fn splits() {
    let (train, test) = numbered(10).split(0.2).expect("two parts");
    assert_eq!((train.len(), test.len()), (8, 2));
    assert_eq!(test.inputs()[0][0], 8.0, "the last part");
    let (train, test) = numbered(506).split(0.2).expect("two parts");
    assert_eq!((train.len(), test.len()), (404, 102));
    let (train, test) = numbered(10).split(0.9).expect("two parts");
    assert_eq!((train.len(), test.len()), (1, 9), "1 - 0.9 is a little less than a tenth");
    for fraction in [0.0, 1.0, -0.5, 1.5, f64::NAN, 0.001] {
        assert!(
            matches!(numbered(10).split(fraction), Err(DataError::Split { samples: 10, .. })) || fraction == 0.001,
            "{fraction}"
        );
    }
    assert_eq!(numbered(10).split(0.001).expect("two parts").1.len(), 1, "rounded as Keras does");
}

#[cfg(feature = "csv")]
mod csv {
    use std::format;
    use std::string::String;

    use super::*;
    use crate::data::{Csv, CsvError, CsvErrorKind as Kind, Missing};

    fn read(text: &str) -> Result<Data, CsvError> {
        Data::from_csv_reader(text.as_bytes(), "houses.csv", &["price"])
    }

    #[track_caller]
    fn message(text: &str) -> String {
        read(text).expect_err("an error").to_string()
    }

    #[test]
    fn numbers() {
        let data = read("rooms,price,area\n3, 100 ,4.5\n1e1,-2,0\n").expect("sound data");
        assert_eq!(data, Dataset::new([[3.0, 4.5], [10.0, 0.0]], [[100.0], [-2.0]]).expect("sound data"));
        let windows = read("\u{feff}rooms,price,area\r\n3,100,4.5\r\n10,-2,0\r\n").expect("sound data");
        assert_eq!(windows, data);
        assert_eq!(read("\"rooms\",price,\"area\"\n\"3\",100,4.5\n10,-2,\"0\"").expect("sound data"), data);
    }

    #[test]
    fn several_targets_in_their_order() {
        let text = "a,b,c\n1,2,3\n";
        let data =
            Dataset::<[f64; 1], [f64; 2]>::from_csv_reader(text.as_bytes(), "x", &["c", "a"]).expect("sound data");
        assert_eq!((data.inputs(), data.targets()), (&[[2.0]][..], &[[3.0, 1.0]][..]));
    }

    #[test]
    fn places_of_errors() {
        let header = "rooms,price,area\n";
        assert_eq!(message(&format!("{header}1,2,3\n4,5\n")), "houses.csv, line 3: 2 fields, but the header has 3");
        assert_eq!(
            message(&format!("{header}1,2,3\n4,five,6\n")),
            "houses.csv, line 3, column price: `five` is not a number: `Csv::one_hot` takes categories, `Csv::missing_text` what means a missing value, `Csv::ignore` leaves the column out"
        );
        assert_eq!(
            message(&format!("{header}1,2,\n")),
            "houses.csv, line 2, column area: the field is empty: fill in a value, leave out the line, or say what it means with `Csv::missing`"
        );
        for word in ["NaN", "inf", "-infinity", "1e39"] {
            let expected = format!("houses.csv, line 2, column rooms: `{word}` is not finite");
            assert!(message(&format!("{header}{word},2,3\n")).starts_with(&expected), "{word}");
        }
        // An empty line and a quoted line break count as lines of the file.
        assert!(message(&format!("{header}\n1,2,3\n\n4,5,x\n")).starts_with("houses.csv, line 5, column area"));
    }

    #[test]
    fn columns() {
        assert_eq!(
            message("rooms,cost,area\n1,2,3\n"),
            "houses.csv, column price: there is no such column; the file has rooms, cost, area"
        );
        assert_eq!(
            message("rooms,price,rooms\n1,2,3\n"),
            "houses.csv, line 1, column rooms: the column occurs twice: name it once"
        );
        assert_eq!(
            message("rooms,price\n1,2\n"),
            "houses.csv: 1 input columns (rooms), but the network's input has 2 values"
        );
        let twice = Data::from_csv_reader("a,b,c\n1,2,3\n".as_bytes(), "x", &["a", "a"]).expect_err("an error");
        assert!(matches!(*twice.kind, Kind::DoubleColumn));
        let wrong = Data::from_csv_reader("a,b,c,d\n1,2,3,4\n".as_bytes(), "x", &["c", "d"]).expect_err("an error");
        assert!(
            wrong.to_string().contains("2 target columns (c, d), but the network's target has 1 values"),
            "{wrong}"
        );
        assert_eq!(
            message("rooms;price;area\n1;2;3\n"),
            "houses.csv, column price: there is no such column; the file has rooms;price;area; the columns seem to be separated by `;`: `Csv::delimiter` says so"
        );
        assert!(message("rooms\tprice\tarea\n1\t2\t3\n").ends_with("separated by tabs: `Csv::delimiter` says so"));
        let semicolons = Data::from_csv_reader("a;b;c\n1;2;3\n".as_bytes(), "x", &[]).expect_err("an error");
        assert!(semicolons.to_string().contains("separated by `;`"), "{semicolons}");
    }

    type Two = Dataset<[f64; 2], [f64; 1]>;

    #[test]
    fn categories() {
        let csv = |text: &'static str| {
            Csv::from_reader(text.as_bytes(), "x.csv").targets(&["kind"]).one_hot("kind", &["no", "Yes"])
        };
        let text = "a,kind,b\n1,no,2\n3,YES,4\n";
        let numbers: Two = csv(text).read().expect("sound data");
        assert_eq!(numbers.targets(), [[0.0], [1.0]], "the number of the category");
        let one_hot: Dataset<[f64; 2], [f64; 2]> = csv(text).read().expect("sound data");
        assert_eq!(one_hot.targets(), [[1.0, 0.0], [0.0, 1.0]]);
        let inputs: Dataset<[f64; 3], [f64; 1]> = Csv::from_reader(text.as_bytes(), "x.csv")
            .targets(&["b"])
            .inputs(&["kind", "a"])
            .one_hot("kind", &["no", "yes"])
            .read()
            .expect("sound data");
        assert_eq!(inputs.inputs(), [[1.0, 0.0, 1.0], [0.0, 1.0, 3.0]], "in the order asked for");
        let error = csv("a,kind,b\n1,no,2\n3,maybe,4\n").read::<[f64; 2], [f64; 1]>().expect_err("an error");
        assert_eq!(
            error.to_string(),
            "x.csv, line 3, column kind: `maybe` is none of the categories no, Yes: name it among them, or leave out the line"
        );
        let error = csv(text).read::<[f64; 2], [f64; 3]>().expect_err("an error");
        let expected = "x.csv: 2 target values (kind as 2), but the network's target has 3 values";
        assert_eq!(error.to_string(), expected);
        let only: Dataset<[f64; 1], [f64; 1]> = Csv::from_reader("kind,y\nno,2\n".as_bytes(), "x.csv")
            .targets(&["y"])
            .one_hot("kind", &["no"])
            .read()
            .expect("sound data");
        assert_eq!(only.inputs(), [[1.0]], "an input of one category is one-hot, too");
        let missing = csv("a,kind,b\n1,,2\n3,no,4\n").missing_everywhere(Missing::Mean);
        let error = missing.read::<[f64; 2], [f64; 1]>().expect_err("an error");
        let expected = "x.csv, line 2, column kind: the category is missing: fill one in, leave out the line (`Missing::SkipLine` does), or name a category of that text";
        assert_eq!(error.to_string(), expected);
    }

    /// A category has no mean: the line goes, or the empty field is a category.
    #[test]
    fn missing_categories() {
        let text = "kind,y\nno,1\n,2\n?,3\n";
        let csv = |categories: &[&str]| {
            let csv = Csv::from_reader(text.as_bytes(), "x.csv").targets(&["y"]).missing_text("?");
            csv.one_hot("kind", categories)
        };
        let skipped = csv(&["no", "yes"]).missing("kind", Missing::SkipLine).read::<[f64; 2], [f64; 1]>();
        assert_eq!(skipped.expect("sound data").inputs(), [[1.0, 0.0]]);
        let named = csv(&["no", "", "?"]).read::<[f64; 3], [f64; 1]>().expect("sound data");
        assert_eq!(named.inputs(), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    }

    /// A missing value is replaced by a number of the network's precision.
    #[test]
    fn missing_values_that_are_none() {
        for value in [f64::NAN, 1e39] {
            let csv = Csv::from_reader("a,b,y\n,1,2\n".as_bytes(), "x.csv").targets(&["y"]);
            let error = csv.missing("a", Missing::Value(value)).read::<[f32; 2], [f32; 1]>().expect_err("an error");
            let expected = format!(
                "x.csv, column a: `{value}` is not finite: fill in a value, leave out the line, or name it with `Csv::missing_text`"
            );
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn missing_values() {
        let text = "a,b,y\n1,,10\n2,5,20\n?,7,30\n9,9,40\n";
        let csv = || Csv::from_reader(text.as_bytes(), "x.csv").targets(&["y"]).missing_text("?");
        let inputs = |csv: Csv| csv.read().map(|data: Two| data.inputs().to_vec());
        let filled = |rule| inputs(csv().missing_everywhere(rule)).expect("sound data");
        assert_eq!(filled(Missing::Mean), [[1.0, 7.0], [2.0, 5.0], [4.0, 7.0], [9.0, 9.0]]);
        assert_eq!(filled(Missing::Median), [[1.0, 7.0], [2.0, 5.0], [2.0, 7.0], [9.0, 9.0]]);
        assert_eq!(filled(Missing::Value(-1.0)), [[1.0, -1.0], [2.0, 5.0], [-1.0, 7.0], [9.0, 9.0]]);
        assert_eq!(filled(Missing::SkipLine), [[2.0, 5.0], [9.0, 9.0]]);
        let one = csv().missing("a", Missing::SkipLine).missing_everywhere(Missing::Value(0.0));
        assert_eq!(inputs(one).expect("sound data"), [[1.0, 0.0], [2.0, 5.0], [9.0, 9.0]], "a rule of its own");
        let last = csv().missing("a", Missing::Mean).missing("a", Missing::SkipLine).missing_everywhere(Missing::Mean);
        assert_eq!(inputs(last).expect("the last rule"), [[1.0, 7.0], [2.0, 5.0], [9.0, 9.0]]);
        let error = inputs(csv().missing("a", Missing::Mean)).expect_err("no rule for b");
        let expected = "x.csv, line 2, column b: the field is empty: fill in a value, leave out the line, or say what it means with `Csv::missing`";
        assert_eq!(error.to_string(), expected);
        let empty = Csv::from_reader("a,b,y\n,1,2\n".as_bytes(), "x.csv").targets(&["y"]);
        let error = inputs(empty.missing("a", Missing::Mean)).expect_err("nothing to average");
        let expected = "x.csv, column a: no line has a value in this column: there is no mean or median to fill in";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn columns_that_are_named() {
        let csv = || Csv::from_reader("a;b;id;y\n1;2;x;3\n".as_bytes(), "x.csv").delimiter(b';').targets(&["y"]);
        let data: Two = csv().ignore(&["id"]).read().expect("sound data");
        assert_eq!(data.inputs(), [[1.0, 2.0]]);
        let message = |csv: Csv| csv.read::<[f64; 2], [f64; 1]>().expect_err("an error").to_string();
        assert_eq!(message(csv().ignore(&["y"])), "x.csv, column y: the column occurs twice: name it once");
        let expected = "x.csv, column size: there is no such column; the file has a, b, id, y";
        assert_eq!(message(csv().ignore(&["id"]).missing("size", Missing::Mean)), expected);
        assert_eq!(message(csv()), "x.csv: 3 input columns (a, b, id), but the network's input has 2 values");
    }

    #[test]
    fn files() {
        assert_eq!(message(""), "houses.csv: the file is empty: the first line names the columns");
        assert_eq!(message("rooms,price,area\n"), "houses.csv: the file has a header and no line of data");
        let not_text =
            Data::from_csv_reader(&b"rooms,price,area\n1,2,\xff\n"[..], "x", &["price"]).expect_err("an error");
        assert!(not_text.to_string().starts_with("x, line 2: not UTF-8 text"), "{not_text}");
        let missing = Data::from_csv("no/such/file.csv", &["price"]).expect_err("an error");
        assert!(missing.to_string().starts_with("no/such/file.csv: "), "{missing}");
        let lines: vec::Vec<String> = (0..1000).map(|n| format!("{n},1,2")).collect();
        assert_eq!(read(&format!("rooms,price,area\n{}", lines.join("\n"))).expect("sound data").len(), 1000);
    }
}

#[test]
fn weights_stay_with_their_samples() {
    let weights: Vec<f64> = (0..10).map(f64::from).collect();
    let mut data = numbered(10).with_weights(weights).expect("sound weights");
    data.shuffle(&mut seeded(1));
    let (first, second) = data.split(0.3).expect("two parts");
    for data in [first, second] {
        assert_eq!(data.weights().len(), data.len());
        assert!(data.inputs().iter().zip(data.weights()).all(|(input, weight)| f64::from(input[0]) == *weight));
    }
}

#[test]
fn weights_of_classes() {
    let data: Dataset<[f32; 1], [f32; 2]> =
        Dataset::from_rows(&[[0.0], [1.0]], &[[1.0, 0.0], [0.0, 1.0]]).expect("sound data");
    let data = data.with_class_weights(&[1.0, 3.0]).expect("sound weights");
    assert_eq!(data.weights(), [1.0, 3.0]);
    assert_eq!(data.with_class_weights(&[1.0, 3.0]).expect("sound weights").weights(), [1.0, 9.0]);
}

#[test]
fn what_are_no_weights() {
    let error = |weights: &[f64]| numbered(2).with_weights(weights).expect_err("an error");
    assert_eq!(error(&[1.0]), DataError::Weights { samples: 2, weights: 1 });
    assert_eq!(error(&[1.0, -1.0]), DataError::Weight { sample: 1, weight: -1.0 });
    assert!(matches!(error(&[f64::NAN, 1.0]), DataError::Weight { sample: 0, .. }));
    assert_eq!(error(&[0.0, 0.0]), DataError::NoWeight);
    let error = numbered(2).with_class_weights(&[1.0, 2.0]).expect_err("an error");
    assert_eq!(error, DataError::ClassWeight { sample: 1, class: 10, weights: 2 });
    assert_eq!(
        error.to_string(),
        "sample 1 (counted from 0) is of class 10, but there are weights for 2 classes: give one for each class, from class 0 on"
    );
    let halves = Data::new([[0.0, 0.0]], [[0.5]]).expect("sound data");
    let error = halves.with_class_weights(&[1.0, 2.0]).expect_err("an error");
    assert_eq!(error, DataError::Class { sample: 0, classes: 2 });
}

#[test]
fn folds() {
    let data = numbered(10);
    let folds: Vec<_> = data.folds(3).expect("three folds").collect();
    assert_eq!(folds.iter().map(|(_, validation)| validation.len()).collect::<Vec<_>>(), [4, 3, 3]);
    let mut seen: Vec<f32> = folds.iter().flat_map(|(_, validation)| validation.inputs()).map(|x| x[0]).collect();
    assert!(seen.is_sorted(), "in order");
    seen.dedup();
    assert_eq!(seen.len(), 10, "every sample once");
    for (train, validation) in &folds {
        assert!(train.inputs().iter().all(|input| !validation.inputs().contains(input)));
        assert_eq!(train.len() + validation.len(), 10);
    }
    assert_eq!(data.folds(1).err(), Some(DataError::Folds { folds: 1, samples: 10 }));
    assert_eq!(data.folds(11).err(), Some(DataError::Folds { folds: 11, samples: 10 }));
}

/// Two classes of 4 and 16 samples, numbered; the weight of a sample is its number.
fn unbalanced() -> Dataset<[f32; 1], [f32; 2]> {
    let inputs: Vec<[f32; 1]> = (0..20).map(|n| [n as f32]).collect();
    let targets: Vec<[f32; 2]> = (0..20).map(|n| if n % 5 == 0 { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
    let weights: Vec<f64> = (0..20).map(f64::from).collect();
    Dataset::new(inputs, targets).expect("sound data").with_weights(weights).expect("sound weights")
}

#[test]
fn stratified() {
    let rare = |data: &Dataset<[f32; 1], [f32; 2]>| data.targets().iter().filter(|target| target[0] == 1.0).count();
    let (train, test) = unbalanced().split_stratified(0.25).expect("two parts");
    assert_eq!((train.len(), rare(&train), test.len(), rare(&test)), (15, 3, 5, 1));
    assert!(test.inputs().iter().zip(test.weights()).all(|(input, weight)| f64::from(input[0]) == *weight));
    assert!(train.inputs().is_sorted() && test.inputs().is_sorted(), "in order");

    let data = unbalanced();
    let folds: Vec<_> = data.folds_stratified(4).expect("four folds").collect();
    assert!(folds.iter().all(|(train, validation)| (validation.len(), rare(validation), rare(train)) == (5, 1, 3)));
    let few = DataError::FewOfClass { class: 0, samples: 4, parts: 5 };
    assert_eq!(data.folds_stratified(5).err(), Some(few));
    assert!(matches!(data.split_stratified(1.0), Err(DataError::Split { .. })));
    // A number that is no class does not fill the memory.
    let numbers: Dataset<[f32; 1], [f32; 1]> = Dataset::new([[1.0], [2.0]], [[0.0], [1e30]]).expect("sound data");
    assert!(matches!(numbers.split_stratified(0.5), Err(DataError::Class { sample: 1, .. })));
}

#[test]
fn other_values_for_the_same_samples() {
    let data = unbalanced().map_inputs(|input| [input[0], 1.0]).expect("finite");
    assert_eq!((data.inputs()[3], data.weights()[3]), ([3.0, 1.0], 3.0));
    let data = data.map_targets(|target| [target[1]]).expect("finite");
    assert_eq!(data.targets()[5], [0.0]);
    assert!(data.clone().map_targets(|_| [f32::NAN]).is_err());
    assert_eq!(data.take(7).weights().len(), 7);
}

/// A quote that is not closed makes a field of the rest of the file: a message shows its beginning, and says so.
#[cfg(feature = "csv")]
#[test]
fn a_long_field() {
    use super::{Csv, CsvErrorKind};
    let rest = "1,2\n".repeat(10_000);
    let text = std::format!("a,b\n1,\"2\n{rest}");
    let error = Csv::from_reader(text.as_bytes(), "houses.csv")
        .targets(&["b"])
        .read::<[f32; 1], [f32; 1]>()
        .expect_err("a quote");
    let message = error.to_string();
    assert!(message.len() < 400, "{message}");
    let CsvErrorKind::NotANumber { text } = &*error.kind else { panic!("{message}") };
    assert!(text.len() > 30_000, "the error holds all of it");
    let expected = std::format!(
        "houses.csv, line 2, column b: `{}...`, the beginning of a field of {} characters (is a quote not closed?), is not a number: ",
        &text[..60],
        text.chars().count()
    );
    assert!(message.starts_with(&expected), "{message}");
}
