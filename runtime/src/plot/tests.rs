use super::{PlotError, number};
use crate::metrics::ConfusionMatrix;
use crate::training::{Epoch, Evaluation, History, Outcome};
use std::string::String;
use std::vec;

fn history(losses: &[f64]) -> History {
    let report = |loss| Evaluation { loss, metrics: vec![("mae", f64::sqrt(loss))] };
    let epoch = |&loss: &f64| Epoch { train: report(loss), validation: Some(report(loss * 1.1)), learning_rate: 0.1 };
    History { epochs: losses.iter().map(epoch).collect(), outcome: Outcome::Completed, warnings: vec![] }
}

#[test]
fn svg_and_png() {
    let directory = tempfile::tempdir().expect("a directory");
    let svg = directory.path().join("curves.svg");
    history(&[900.0, 30.0, 8.0, 5.0]).plot(&svg).expect("a picture");
    let text = std::fs::read_to_string(&svg).expect("text");
    for word in ["loss", "mae", "epoch", "training", "validation", "#0072B2", "#D55E00"] {
        assert!(text.contains(word), "{word}");
    }

    let png = directory.path().join("curves.PNG");
    history(&[3.0]).plot(&png).expect("a picture");
    let decoder = ::png::Decoder::new(std::io::Cursor::new(std::fs::read(&png).expect("bytes")));
    let mut reader = decoder.read_info().expect("a header");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("pixels");
    assert_eq!((reader.info().width, reader.info().height), (900, 840));
    let dark = pixels.chunks(3).filter(|pixel| pixel.iter().all(|&value| value < 100)).count();
    assert!(dark > 500, "text and axes: {dark} dark pixels");
}

#[test]
fn what_cannot_be_drawn() {
    let directory = tempfile::tempdir().expect("a directory");
    let plot = |history: History, name: &str| history.plot(directory.path().join(name)).expect_err("an error");
    assert!(matches!(plot(history(&[1.0]), "curves.jpg"), PlotError::Extension { .. }));
    assert!(matches!(plot(history(&[1.0]), "curves"), PlotError::Extension { .. }));
    let empty = std::format!("{}", history(&[1.0]).plot("").expect_err("an error"));
    assert_eq!(empty, "the picture was not saved: the path is empty: give the path of a file");
    assert!(matches!(plot(history(&[]), "curves.svg"), PlotError::Nothing(_)));
    assert!(matches!(plot(history(&[f64::NAN]), "curves.svg"), PlotError::Nothing(_)));
    assert!(matches!(plot(history(&[1.0]), "no/such/curves.svg"), PlotError::File(_)));
    assert_eq!(std::fs::read_dir(directory.path()).expect("a directory").count(), 0, "no leftovers");
}

#[test]
fn labels_are_short() {
    let texts: vec::Vec<String> = [0.0, 0.1 + 0.2, 20.0, -1.5, 1e7, 1e-5, 1234.5].map(number).into();
    assert_eq!(texts, ["0", "0.3", "20", "-1.5", "1.0e7", "1.0e-5", "1234.5"]);
}

/// The size of a PNG, and how many of its pixels are dark.
fn decoded(bytes: vec::Vec<u8>) -> ((u32, u32), usize) {
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a header");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("pixels");
    let dark = pixels.chunks(3).filter(|pixel| pixel.iter().all(|&value| value < 100)).count();
    ((reader.info().width, reader.info().height), dark)
}

#[test]
fn several_trainings() {
    let (one, other) = (history(&[3.0, 2.0]), history(&[4.0, 1.0, 0.5]));
    let picture = super::compare("val_loss", &[("adam", &one), ("sgd", &other)]).expect("a picture");
    let svg = picture.to_svg().expect("text");
    assert!(["adam", "sgd", "val_loss"].iter().all(|word| svg.contains(word)));
    let error = super::compare("accuracy", &[("adam", &one), ("sgd", &other)]).expect_err("no such figure");
    let expected = "there is no figure `accuracy`; the trainings have loss, mae, val_loss, val_mae, learning_rate";
    assert_eq!(std::format!("{error}"), expected);
    assert!(matches!(super::compare("loss", &[]), Err(PlotError::Nothing(_))));
    let sick = history(&[f64::NAN]);
    assert!(matches!(super::compare("loss", &[("adam", &one), ("sgd", &sick)]), Err(PlotError::Nothing(_))));
}

/// Every course is drawn, and has a colour of its own.
#[test]
fn more_trainings_than_colours() {
    let histories: vec::Vec<History> = (1..=8).map(|loss| history(&[f64::from(loss), 1.0])).collect();
    let names: vec::Vec<String> = (0..8).map(|number| std::format!("trial {number}")).collect();
    let trainings: vec::Vec<(&str, &History)> = names.iter().map(String::as_str).zip(&histories).collect();
    let svg = super::compare("loss", &trainings).expect("a picture").to_svg().expect("text");
    assert!(names.iter().all(|name| svg.contains(name.as_str())));
    for colour in ["stroke=\"#0072B2\"", "stroke=\"#D55E00\""] {
        let opacities = ["1", "0.5"].map(|opacity| svg.contains(&std::format!("opacity=\"{opacity}\" {colour}")));
        assert_eq!(opacities, [true, true], "{colour}");
    }
}

#[test]
fn lines_over_time() {
    let truth = [(1957.0, 190.2), (f64::NAN, 1.0), (1958.0, f64::INFINITY), (1959.0, 159.0), (1961.0, 0.5)];
    let picture = super::lines("sunspots", "year", &[("truth", &truth), ("nothing", &[]), ("forecast", &truth[..1])]);
    let text = picture.expect("a picture").to_svg().expect("text");
    for word in ["sunspots", "year", "truth", "forecast", "1960", "150", "#0072B2", "#D55E00"] {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("nothing"));
    super::lines("one", "year", &[("point", &truth[..1])]).expect("a picture").to_png().expect("pixels");
    assert!(matches!(super::lines("none", "year", &[("points", &truth[1..3])]), Err(PlotError::Nothing(_))));
}

/// Values that no axis can hold are left out, and so is what lies between them.
#[test]
fn values_beyond_all_axes() {
    for losses in [[1.5e308, 2.0], [f64::MIN_POSITIVE / 1e10, 1.0], [1e300, 1e-300], [1.0, 1.0 + f64::EPSILON]] {
        super::curves(&history(&losses)).expect("a picture").to_svg().expect("text");
    }
    assert!(matches!(super::curves(&history(&[-1.6e308, -1.7e308])), Err(PlotError::Nothing(_))));
}

#[test]
fn heat_maps() {
    let mut matrix = ConfusionMatrix::new(3);
    for (truth, decided, times) in [(0, 0, 57), (1, 1, 31), (1, 2, 4), (2, 2, 40)] {
        (0..times).for_each(|_| matrix.add(truth, decided));
    }
    let svg = super::confusion(&matrix).expect("a picture").to_svg().expect("text");
    for text in ["57", "31", "accuracy 0.970 of 132", "true", "predicted"] {
        assert!(svg.contains(text), "{text}");
    }
    let (size, dark) = decoded(super::confusion(&matrix).expect("a picture").to_png().expect("bytes"));
    assert_eq!(size, (426, 468));
    assert!(dark > 200, "{dark} dark pixels");
    assert!(matches!(super::confusion(&ConfusionMatrix::new(2)), Err(PlotError::Nothing(_))));
    let mut many = ConfusionMatrix::new(30);
    many.add(29, 29);
    super::confusion(&many).expect("a picture").to_png().expect("bytes");
}

/// The pixels of a PNG and its width.
fn pixels(bytes: vec::Vec<u8>) -> (vec::Vec<[u8; 3]>, usize) {
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a header");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("pixels");
    (pixels.as_chunks().0.to_vec(), reader.info().width as usize)
}

/// Four pixels, each of which becomes a square of 42 pixels; the lowest value is black, the highest white.
#[test]
fn grey_images() {
    let picture = super::images([2, 2, 1], &[[-1.0_f32, 1.0, 0.0, 1.0], [-1.0; 4]]).expect("a picture");
    let (pixels, width) = pixels(picture.to_png().expect("bytes"));
    assert_eq!((width, pixels.len() / width), (16 + 84 + 6 + 84 + 16, 16 + 84 + 16));
    let at = |row: usize, column: usize| pixels[row * width + column];
    let first = [(37, 37), (37, 79), (79, 37), (79, 79)].map(|(row, column)| at(row, column));
    assert_eq!(first, [[0; 3], [255; 3], [127; 3], [255; 3]]);
    assert_eq!((at(37, 127), at(37, 103)), ([0; 3], [255; 3]), "the second image and the gap");
}

#[test]
fn coloured_images_with_captions() {
    let image = [255.0_f64, 0.0, 0.0, f64::NAN, f64::NAN, f64::NAN];
    let picture = super::captioned_images([1, 2, 3], &[("red & NaN", &image)]).expect("a picture");
    assert!(picture.to_svg().expect("text").contains("red &amp; NaN"));
    let (pixels, width) = pixels(picture.to_png().expect("bytes"));
    assert_eq!((pixels[30 * width + 30], pixels[30 * width + 80]), ([255, 0, 0], [255; 3]));
}

/// Equal pixels side by side are one rectangle; there may be very many images, and very large ones.
#[test]
fn many_images() {
    let svg = super::images([28, 28, 1], &[[0.5_f32; 784]]).expect("a picture").to_svg().expect("text");
    assert_eq!(svg.matches("<rect").count(), 1 + 28 + 1);
    let picture = super::images([28, 28, 1], &vec![[0.5_f32; 784]; 200]).expect("a picture");
    assert!(picture.size.0 <= 960 && picture.size.1 > 1000, "{:?}", picture.size);
    super::images([1, 2000, 1], &[[0.5_f32; 2000]]).expect("a picture").to_png().expect("bytes");
}

#[test]
fn images_that_are_none() {
    let text = |shape| std::format!("{}", super::images(shape, &[[0.0_f32; 4]]).expect_err("another shape"));
    let expected = "images of 2x3 pixels with 1 or 3 channels can be drawn, but 1 channels were asked for, and these have 4 values";
    assert_eq!(text([2, 3, 1]), expected);
    _ = (text([1, 2, 2]), text([usize::MAX, 2, 1]), text([0, 0, 1]));
    assert!(matches!(super::images::<[f32; 4]>([2, 2, 1], &[]), Err(PlotError::Nothing(_))));
}

#[test]
fn filters() {
    use nalgebra::SMatrix;
    // Two filters of 2x1 pixels and one channel, column by column: the first pixel of both, then the second.
    let weight = SMatrix::<f32, 2, 2>::from_column_slice(&[-0.5, 0.0, 0.25, 0.5]);
    let picture = super::filters([2, 1], &weight).expect("a picture");
    assert!(picture.to_svg().expect("text").contains("blue is below 0, orange above; up to 0.5"));
    let (pixels, width) = pixels(picture.to_png().expect("bytes"));
    let left = (width - 62 - 6) / 2;
    let at = |row: usize, column: usize| pixels[row * width + left + column];
    assert_eq!((at(30, 15), at(30, 52)), ([0, 114, 178], [255; 3]), "the first pixels");
    assert_eq!((at(60, 15), at(60, 52)), ([234, 174, 127], [213, 94, 0]), "the second ones");

    let colours = super::filters([1, 1], &SMatrix::<f64, 4, 3>::repeat(1.0)).expect("a picture");
    assert!(colours.to_svg().expect("text").contains("grey is 0, black -1, white 1"));
    let many = super::filters([3, 3], &SMatrix::<f32, 64, 288>::repeat(1.0)).expect("a picture");
    assert!(many.size.0 <= 992, "{:?}", many.size);
    super::filters([3, 3], &SMatrix::<f32, 2, 9>::zeros()).expect("a picture").to_png().expect("bytes");

    let error = super::filters([2, 2], &SMatrix::<f32, 2, 9>::repeat(1.0)).expect_err("another kernel");
    let expected = "filters of 9 values are not made of 2x2 pixels: give the kernel of the convolution";
    assert_eq!(std::format!("{error}"), expected);
    for kernel in [[0, 0], [4, 3], [usize::MAX, 2]] {
        assert!(matches!(super::filters(kernel, &SMatrix::<f32, 2, 9>::repeat(1.0)), Err(PlotError::Kernel { .. })));
    }
    let nan = SMatrix::<f32, 2, 9>::repeat(f32::NAN);
    assert!(matches!(super::filters([3, 3], &nan), Err(PlotError::Nothing(_))));
}
