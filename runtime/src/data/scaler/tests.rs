use nalgebra::{Matrix2x3, Vector2};

use super::Scaler;

#[test]
fn min_max_by_hand() {
    let samples = [Vector2::new(1.0, 5.0), Vector2::new(3.0, 5.0), Vector2::new(2.0, 5.0_f64)];
    let scaler = Scaler::min_max(&samples);
    assert_eq!(samples.map(|sample| scaler.apply(&sample)), [[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]].map(Vector2::from));
    assert_eq!(samples.map(|sample| scaler.invert(&scaler.apply(&sample))), samples);
}

#[test]
fn standard_by_hand() {
    // Channels are rows: mean 3 and deviation 2; constant.
    let samples = [Matrix2x3::new(1.0, 1.0, 1.0, 7.0, 7.0, 7.0), Matrix2x3::new(5.0, 5.0, 5.0, 7.0, 7.0, 7.0_f32)];
    let scaler = Scaler::standard(&samples);
    assert_eq!(scaler.apply(&samples[0]), Matrix2x3::new(-1.0, -1.0, -1.0, 0.0, 0.0, 0.0));
    assert_eq!(scaler.invert(&scaler.apply(&samples[1])), samples[1]);
    assert_eq!(scaler.factor, Vector2::new(0.5, 1.0));
}

#[test]
fn files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scaler.safetensors");
    let scaler = Scaler::min_max(&[Vector2::new(1.0, 5.0), Vector2::new(3.0, 5.5_f32)]);
    scaler.save(&path).expect("a file");
    assert_eq!(Scaler::load(&path).expect("a scaler"), scaler);
    let error = Scaler::<3>::load(&path).expect_err("of another size");
    assert!(
        std::format!("{error}").ends_with("the tensor `offset` has the shape [2], but the network's has [3]"),
        "{error}"
    );
    std::fs::write(&path, b"nothing").expect("a file");
    Scaler::<2>::load(&path).expect_err("damaged");
}
