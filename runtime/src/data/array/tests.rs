use std::format;
use std::io::Write;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::{Array, ArrayError};
use crate::data::Dataset;

/// Two images of 2 x 3 pixels, as MNIST has them.
fn images() -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x08, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    bytes.extend([0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]);
    bytes
}

fn labels(labels: [u8; 2]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x08, 1, 0, 0, 0, 2];
    bytes.extend(labels);
    bytes
}

fn idx(bytes: &[u8]) -> Array {
    Array::from_idx(bytes, "x.idx").expect("a sound file")
}

/// The format of `numpy.save`: version 1, padded with spaces and a line break to a multiple of 64.
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn message(result: Result<impl core::fmt::Debug, ArrayError>) -> String {
    result.expect_err("an error").to_string()
}

type Pictures<const TARGET: usize> = Dataset<[f32; 6], [f32; TARGET]>;

#[test]
fn idx_files() {
    let images = idx(&images());
    assert_eq!(images.shape(), [2, 2, 3]);
    let data = Pictures::<1>::from_arrays(&images, &idx(&labels([7, 3]))).expect("sound data");
    assert_eq!(data.inputs()[1], [250.0, 251.0, 252.0, 253.0, 254.0, 255.0]);
    assert_eq!(data.targets(), [[7.0], [3.0]], "the number of the class");
    let data = Pictures::<3>::from_arrays(&images, &idx(&labels([2, 0]))).expect("sound data");
    assert_eq!(data.targets(), [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], "one-hot");
    assert_eq!(data.scale_inputs(1.0 / 255.0).inputs()[1][5], 1.0);
    assert_eq!(idx(&gzip(&self::images())), images);
}

#[test]
fn idx_of_other_numbers() {
    let values = |kind: u8, data: &[u8]| {
        let mut bytes = vec![0, 0, kind, 1, 0, 0, 0, 2];
        bytes.extend(data);
        idx(&bytes).values().collect::<Vec<f64>>()
    };
    assert_eq!(values(0x09, &[0xff, 1]), [-1.0, 1.0]);
    assert_eq!(values(0x0b, &[0xff, 0xfe, 1, 0]), [-2.0, 256.0]);
    assert_eq!(values(0x0c, &[0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff]), [5.0, -1.0]);
    assert_eq!(values(0x0d, &[0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]), [1.5, -2.0]);
    assert_eq!(values(0x0e, &[0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), [1.5, 0.0]);
}

#[test]
fn several_files_and_parts_of_them() {
    let images = idx(&images());
    let all = Array::concat(&[images.clone(), images.clone()]).expect("equal shapes");
    assert_eq!(all.shape(), [4, 2, 3]);
    assert_eq!(all.values().count(), 24);
    assert_eq!(all.clone().take(3).shape(), [3, 2, 3]);
    assert_eq!(all.clone().take(3).values().count(), 18);
    assert_eq!(all.clone().take(9), all);
    let other = idx(&labels([1, 2]));
    let expected = "x.idx: its samples have the shape [], but those before it have [2, 3]";
    assert_eq!(message(Array::concat(&[images.clone(), other])), expected);
    let other = Array::from_npy(&npy("<i2", "(1, 2, 3)", &[0; 12]), "y.npy").expect("a sound file");
    let expected = "y.npy: its numbers are not of the type of those before it: write all arrays with the same type";
    assert_eq!(message(Array::concat(&[images, other])), expected);
}

#[test]
fn npy_files() {
    let floats: Vec<u8> = [1.5_f32, -2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let inputs = Array::from_npy(&npy("<f4", "(1, 2, 3)", &floats), "x.npy").expect("a sound file");
    let targets = Array::from_npy(&npy("|u1", "(1,)", &[2]), "y.npy").expect("a sound file");
    let data = Pictures::<3>::from_arrays(&inputs, &targets).expect("sound data");
    assert_eq!((data.inputs()[0], data.targets()[0]), ([1.5, -2.0, 3.0, 4.0, 5.0, 6.0], [0.0, 0.0, 1.0]));

    let values = |descr: &str, data: &[u8]| {
        Array::from_npy(&npy(descr, "(2,)", data), "x.npy").expect("a sound file").values().collect::<Vec<f64>>()
    };
    assert_eq!(values(">f8", &[0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), [1.5, 0.0]);
    assert_eq!(values("<i8", &[[255; 8], [1, 0, 0, 0, 0, 0, 0, 0]].concat()), [-1.0, 1.0]);
    assert_eq!(
        values("<u8", &[[0, 0, 0, 0, 0, 0, 0, 128], [1, 0, 0, 0, 0, 0, 0, 0]].concat()),
        [2.0_f64.powi(63), 1.0]
    );
    assert_eq!(values("<u2", &[1, 2, 3, 0]), [513.0, 3.0]);
    assert_eq!(values("|b1", &[0, 1]), [0.0, 1.0]);
    // Versions 2 and 3 have a longer length.
    let mut version_2 = npy("<u2", "(2,)", &[1, 2, 3, 0]);
    version_2[6] = 2;
    version_2.splice(10..10, [0, 0]);
    assert_eq!(Array::from_npy(&version_2, "x.npy").expect("a sound file").values().collect::<Vec<_>>(), [513.0, 3.0]);
}

#[test]
fn files_that_are_none() {
    let not_idx = "x: no IDX file: it does not begin with two zeros, the type of its numbers, and the number of axes";
    assert_eq!(message(Array::from_idx(b"P5 28 28", "x")), not_idx);
    let expected = "x: no IDX file: its type of numbers is 0x0a, which is none";
    assert_eq!(message(Array::from_idx(&[0, 0, 10, 1, 0, 0, 0, 0], "x")), expected);
    // A header that promises more than memory holds.
    let huge = [&[0, 0, 8, 3][..], &[255; 12]].concat();
    assert!(message(Array::from_idx(&huge, "x")).starts_with("x: the header promises [4294967295, "));
    // One that promises nothing, as samples that are larger than numbers go.
    let empty = [&[0, 0, 8, 4][..], &[0; 4], &[255; 12]].concat();
    assert!(message(Array::from_idx(&empty, "x")).starts_with("x: the header promises [0, 4294967295, "));
    let mut longer = images();
    longer.push(0);
    let expected =
        "x: the header promises [2, 2, 3] values of 1 bytes, but 13 bytes follow: the file is damaged or cut short";
    assert_eq!(message(Array::from_idx(&longer, "x")), expected);

    let npy_of = |descr: &str, shape: &str| Array::from_npy(&npy(descr, shape, &[]), "x");
    assert!(message(npy_of("<c8", "(0,)")).ends_with("its type of numbers is '<c8': save `array.astype(\"float32\")`"));
    assert!(message(npy_of("<f4", "(a,)")).ends_with("its shape is no list of lengths"));
    let fortran = String::from_utf8_lossy(&npy("|u1", "(0,)", &[])[10..]).replace("False", "True ");
    let mut bytes = npy("|u1", "(0,)", &[])[..10].to_vec();
    bytes.extend(fortran.as_bytes());
    let expected = "x: no NPY file: it lies in Fortran's order: save `numpy.ascontiguousarray(array)`";
    assert_eq!(message(Array::from_npy(&bytes, "x")), expected);
    assert!(message(Array::read_npy("no/such.npy")).starts_with("no/such.npy: "));
}

/// Every prefix is an error; a flipped byte is an error or other numbers, never a panic.
#[test]
fn damaged_files() {
    type Read = fn(&[u8], &str) -> Result<Array, ArrayError>;
    let files: [(Vec<u8>, Read); 3] = [
        (images(), Array::from_idx),
        (gzip(&images()), Array::from_idx),
        (npy("<u2", "(2,)", &[1, 2, 3, 0]), Array::from_npy),
    ];
    for (bytes, read) in files {
        read(&bytes, "x").expect("a sound file");
        for length in 0..bytes.len() {
            read(&bytes[..length], "x").expect_err("a prefix");
        }
        for index in 0..bytes.len() {
            for flip in [1, 0x20, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[index] ^= flip;
                _ = read(&damaged, "x");
            }
        }
    }
}

#[test]
fn arrays_that_do_not_fit() {
    let images = idx(&images());
    let fitting = |labels: [u8; 2]| Pictures::<3>::from_arrays(&images, &idx(&self::labels(labels)));
    let expected = "x.idx: label 1 (counted from 0) is 3, but the network has the classes 0 to 2";
    assert_eq!(message(fitting([0, 3])), expected);
    let other = Dataset::<[f32; 5], [f32; 3]>::from_arrays(&images, &idx(&labels([0, 1])));
    assert_eq!(message(other), "x.idx: a sample of the array has 6 values, but the network's input has 5");
    let other = Pictures::<4>::from_arrays(&images, &images);
    assert_eq!(message(other), "x.idx: a sample of the array has 6 values, but the network's target has 4");
    let fewer = Pictures::<3>::from_arrays(&images, &idx(&labels([0, 1])).take(1));
    assert_eq!(message(fewer), "x.idx and x.idx: 2 inputs, but 1 targets: each input wants one target");
}
