//! Windows over real series: those that Keras was trained on, and a series with gaps. See `tests/README.md`.
use castnet::{Scalar, SeriesError, SplitSeries, prelude::*};
use castnet_tests::{Fixture, flat};

network! {
    Sunspots< input 11x1 f64 => lstm 8 => dense 1 >
    Weeks< input 52x1 f64 => gru 4 => dense 4 >
}

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/");

fn series(file: &str, column: &str) -> Series {
    Series::from_csv(format!("{DATA}{file}"), &[column]).expect("a series")
}

#[track_caller]
fn assert_values<A: Flat>(samples: &[A], fixture: &Fixture, tensor: &str) {
    let (ours, keras) = (flat(samples), fixture.tensor(tensor).values);
    assert_eq!(ours.len(), keras.len());
    for (ours, keras) in ours.iter().map(|x| x.to_f64()).zip(keras) {
        // The fixture has them in single precision.
        assert!((ours - keras).abs() <= 6e-8 * keras.abs(), "{tensor}: {ours} {keras}");
    }
}

/// The samples of Keras's training in `sunspots_lstm_adam`, in their order, and the statistics.
#[test]
fn windows_are_those_of_the_reference() {
    let fixture = Fixture::load("training/sunspots_lstm_adam");
    let split = series("sunspots.csv", "sunspots").windows().parts::<Sunspots, 2>([0, 261]).expect("two parts");
    let [train, test] = &split.parts;
    assert_values(train.inputs(), &fixture, "in.x_train");
    assert_values(train.targets(), &fixture, "in.y_train");
    assert_values(test.inputs(), &fixture, "in.x_test");
    assert_values(test.targets(), &fixture, "in.y_test");
    let statistic = |tensor: &str| fixture.tensor(tensor).values[0];
    assert!((split.target_scaler.offset[0] - statistic("prep.mean")).abs() < 1e-10);
    assert!((1.0 / split.target_scaler.factor[0] - statistic("prep.std")).abs() < 1e-10);
}

/// The weekly carbon dioxide, of which 59 values are missing: how many windows each rule keeps, and whether all that is kept is known.
#[test]
fn a_series_with_gaps() {
    let series = series("co2_mauna_loa_weekly.csv", "co2_ppmv");
    assert_eq!((series.len(), series.missing()), (2284, 59));
    let values = series.values("co2_ppmv").expect("a column");
    let split = |gaps| series.windows().gaps(gaps).split::<Weeks>(0.2);
    let error = split(Gaps::Refuse).expect_err("missing values");
    assert!(matches!(error, SeriesError::Missing { step: 6, missing: 59, .. }), "{error}");

    let count = |gaps| {
        let SplitSeries { parts, steps, target_scaler, latest, .. } = split(gaps).expect("two parts");
        for (part, steps) in parts.iter().zip(&steps) {
            for (target, &step) in part.targets().iter().zip(steps) {
                let target = target_scaler.invert(target);
                assert!(target.iter().zip(&values[step..]).all(|(ours, value)| (ours - value).abs() < 1e-9), "{step}");
            }
        }
        assert!(latest.is_some());
        (parts[0].len(), parts[1].len())
    };
    assert_eq!([Gaps::Skip, Gaps::Previous, Gaps::Interpolate].map(count), [(1286, 454), (1683, 454), (1668, 454)]);
}
