use super::{DataError, Dataset};
use crate::seeded;
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
    for part in [0.0, 1.0, -0.5, 1.5, f64::NAN, 0.001] {
        assert!(
            matches!(numbered(10).split(part), Err(DataError::Split { samples: 10, .. })) || part == 0.001,
            "{part}"
        );
    }
    assert_eq!(numbered(10).split(0.001).expect("two parts").1.len(), 1, "rounded as Keras does");
}

#[cfg(feature = "csv")]
mod csv {
    use std::format;
    use std::string::String;

    use super::*;
    use crate::CsvErrorKind as Kind;

    fn read(text: &str) -> Result<Data, crate::CsvError> {
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
            "houses.csv, line 3, column price: `five` is not a number"
        );
        assert_eq!(
            message(&format!("{header}1,2,\n")),
            "houses.csv, line 2, column area: the field is empty: fill in a value or leave out the line"
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
        assert_eq!(message("rooms,price,rooms\n1,2,3\n"), "houses.csv, line 1, column rooms: the column occurs twice");
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
        let semicolons = Data::from_csv_reader("a;b;c\n1;2;3\n".as_bytes(), "x", &[]).expect_err("an error");
        assert!(semicolons.to_string().contains("separated by `;`"), "{semicolons}");
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
    assert_eq!(error, DataError::Class { sample: 1, classes: 2 });
    assert_eq!(
        error.to_string(),
        "target 1 (counted from 0) names none of the 2 classes: give numbers from 0 to 1, or one-hot values"
    );
}
