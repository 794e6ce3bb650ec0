//! Shared by the tests: the reference numbers in `tests/fixtures`, which Keras computed (see `tests/README.md`); a loss; random samples.
mod product;

use std::path::PathBuf;

use castnet::rand::RngExt;
use castnet::{Flat, Scalar, TrainingRng};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

pub use product::Product;

/// One case: tensors, and their meaning.
pub struct Fixture {
    name: String,
    bytes: Vec<u8>,
    json: Value,
}

/// A tensor in double precision, which holds every value of a fixture exactly.
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

impl Fixture {
    /// Reads `tests/fixtures/NAME.safetensors` and `NAME.json`.
    pub fn load(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let read = |extension: &str| {
            let path = path.with_extension(extension);
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let json = serde_json::from_slice(&read("json")).expect("a fixture's JSON");
        Self { name: name.to_string(), bytes: read("safetensors"), json }
    }

    /// The meaning of the tensors.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Whether there is such a tensor.
    pub fn has(&self, tensor: &str) -> bool {
        SafeTensors::deserialize(&self.bytes).expect("a fixture's tensors").tensor(tensor).is_ok()
    }

    /// A tensor.
    pub fn tensor(&self, tensor: &str) -> Tensor {
        let file = SafeTensors::deserialize(&self.bytes).expect("a fixture's tensors");
        let view = file.tensor(tensor).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let bytes = view.data();
        let values = match view.dtype() {
            Dtype::F32 => bytes.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect(),
            Dtype::F64 => bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect(),
            Dtype::I32 => bytes.as_chunks().0.iter().map(|bytes| f64::from(i32::from_le_bytes(*bytes))).collect(),
            Dtype::U8 => bytes.iter().map(|&byte| f64::from(byte)).collect(),
            other => panic!("{}: {tensor} has the type {other:?}", self.name),
        };
        Tensor { shape: view.shape().to_vec(), values }
    }

    /// A tensor as samples.
    pub fn samples<A: Flat + Clone>(&self, tensor: &str) -> Vec<A> {
        let Tensor { values, .. } = self.tensor(tensor);
        assert_eq!(values.len() % A::LEN, 0, "{}: {tensor} is no list of {} values each", self.name, A::LEN);
        let sample = |values: &[f64]| {
            let mut sample = A::zeroed();
            fill(&mut sample, values);
            sample
        };
        values.chunks(A::LEN).map(sample).collect()
    }

    /// Copies a tensor into a value of as many scalars.
    pub fn read_into<A: Flat>(&self, tensor: &str, value: &mut A) {
        fill(value, &self.tensor(tensor).values);
    }

    /// The largest error of double precision. TensorFlow keeps the ln 2 of LogCosh and the mean of the top k accuracy in single
    /// precision, so that these values (not the gradients) are wrong in the ninth digit; and it
    /// enlarges images in single precision.
    fn double_tolerance(&self, tensor: &str) -> f64 {
        let log_cosh = self.json["loss"]["class"] == "LogCosh" && tensor.starts_with("out.");
        let top_k = self.json["metric"]["class"] == "TopKCategoricalAccuracy";
        let bilinear = self.json["layer"]["config"]["interpolation"] == "bilinear";
        if bilinear {
            1e-6
        } else if log_cosh || top_k {
            1e-8
        } else {
            1e-10
        }
    }

    /// Compares with a tensor: in single precision within the tolerance that the fixture states (and against Keras's own
    /// single precision, where it says so), in double precision within `1e-10 (1 + |reference|)`.
    #[track_caller]
    pub fn assert_close<T: Scalar>(&self, tensor: &str, got: &[T]) {
        let single = T::DTYPE == "F32";
        let tolerance = &self.json["tolerance"][tensor];
        let (reference, relative, absolute) = if single {
            let number = |key: &str| {
                tolerance[key].as_f64().unwrap_or_else(|| panic!("{}: no tolerance of {tensor}", self.name))
            };
            (tolerance["against"].as_str().unwrap_or(tensor), number("rtol"), number("atol"))
        } else {
            let double = self.double_tolerance(tensor);
            (tensor, double, double)
        };
        let expected = self.tensor(reference).values;
        assert_eq!(got.len(), expected.len(), "{}: the length of {tensor}", self.name);
        for (index, (got, expected)) in got.iter().map(|x| x.to_f64()).zip(expected).enumerate() {
            // A value beyond the range of single precision is infinite there.
            let expected =
                if single && expected.abs() > f64::from(f32::MAX) { f64::from(expected as f32) } else { expected };
            let close = (got - expected).abs() <= absolute + relative * expected.abs() || got == expected;
            let both_nan = got.is_nan() && expected.is_nan();
            assert!(close || both_nan, "{}: {tensor}[{index}] is {got}, Keras has {expected}", self.name);
        }
    }
}

fn fill<A: Flat>(value: &mut A, values: &[f64]) {
    assert_eq!(values.len(), A::LEN);
    for (value, &x) in value.as_flat_mut().iter_mut().zip(values) {
        *value = A::Scalar::from_f64(x);
    }
}

/// The scalars of many samples.
pub fn flat<A: Flat>(samples: &[A]) -> Vec<A::Scalar> {
    samples.iter().flat_map(|sample| sample.as_flat().to_vec()).collect()
}

/// A value of random scalars in [-1, 1), which single precision holds exactly.
pub fn random<A: Flat>(rng: &mut TrainingRng) -> A {
    let mut value = A::zeroed();
    value.as_flat_mut().iter_mut().for_each(|x| *x = A::Scalar::from_f64(f64::from(2.0 * rng.random::<f32>() - 1.0)));
    value
}

/// Every code block of every document compiles, and runs unless it says otherwise.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../ARCHITECTURE.md")]
    struct Architecture;
    #[doc = include_str!("../../CONTRIBUTING.md")]
    struct Contributing;
    #[doc = include_str!("../../CHANGELOG.md")]
    struct Changelog;
    #[doc = include_str!("../README.md")]
    struct Tests;
    #[doc = include_str!("../../examples/firmware/README.md")]
    struct Firmware;
    #[doc = include_str!("../../examples/web/README.md")]
    struct Web;
    #[doc = include_str!("../../examples/data/README.md")]
    struct Data;
}
