use crate::files::{LoadError, SaveError, WeightFiles, WeightsError};
use crate::flat::Flat;
use crate::network::{Network, Predict};
use crate::random::seeded;
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;

crate::network! {
    Net< input 3 => normalize => dense 2 relu => out: dense 1 >
    Net64< input 3 f64 => normalize => dense 2 relu => out: dense 1 >
    Wider< input 3 => normalize => dense 4 relu => out: dense 1 >
    block pair(units) < dense units => dense units >
    Middle< input 3 => pair(3) => use Net -> 1 => dense 2 >
    /// "Nested" networks.
    Outer< input 3 => first: use Middle -> 2 => dense 1 >
}

fn net() -> Box<Net> {
    let mut net = Net::init(&mut seeded(1));
    net.adapt(&[[1.0, 2.0, 3.0].into(), [2.0, 4.0, 8.0].into()]).expect("sound data");
    net
}

/// A file: a header and data. `None` for the length writes the right one.
fn file(header: &str, data: &[f32]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    data.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    bytes
}

/// The header of a file of another program: tensors in any order, no metadata.
fn header(tensors: &[(&str, &str, &[usize])]) -> (String, usize) {
    let mut start = 0;
    let entries = tensors.iter().map(|(name, dtype, shape)| {
        let end = start + 4 * shape.iter().product::<usize>();
        let entry = std::format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#);
        start = end;
        entry
    });
    let header = std::format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
    (header, start / 4)
}

const TENSORS: [(&str, &str, &[usize]); 6] = [
    ("normalize_1.scale", "F32", &[3]),
    ("normalize_1.mean", "F32", &[3]),
    ("out.weight", "F32", &[2, 1]),
    ("out.bias", "F32", &[1]),
    ("dense_1.weight", "F32", &[3, 2]),
    ("dense_1.bias", "F32", &[2]),
];

#[track_caller]
fn refused(bytes: &[u8], message: &str) -> WeightsError {
    let mut net = net();
    let before = net.clone();
    let error = net.read_safetensors(bytes).expect_err("an error");
    assert_eq!(net, before, "nothing is half loaded");
    assert!(error.to_string().contains(message), "{error}");
    error
}

#[test]
fn out_and_in_again() {
    let net = net();
    let bytes = net.to_safetensors();
    assert_eq!(bytes, net.to_safetensors(), "the same weights, the same bytes");
    assert_eq!(*Net::from_safetensors(&bytes).expect("sound weights"), *net);
    let text = String::from_utf8_lossy(&bytes);
    for word in ["castnet.fingerprint", "\"castnet.network\":\"Net\"", "dense_1.weight", "Total params", "[3, 2]"] {
        assert!(text.contains(word), "{word}");
    }
    let header = u64::from_le_bytes(*bytes.first_chunk().expect("eight bytes"));
    assert_eq!((bytes.len() - Net::FLASH_BYTES, header % 8), (8 + header as usize, 0));
}

/// Written by another program: other metadata or none, another order.
#[test]
fn files_of_other_programs() {
    let (header, values) = header(&TENSORS);
    let data: Vec<f32> = (0..values).map(|value| value as f32).collect();
    let net = Net::from_safetensors(&file(&header, &data)).expect("sound weights");
    assert_eq!((net.normalize_1.scale[2], net.normalize_1.mean[0], net.out.weight[(0, 1)]), (2.0, 3.0, 7.0));
    assert_eq!((net.dense_1.weight[(1, 0)], net.dense_1.weight[(0, 1)], net.dense_1.bias[1]), (10.0, 11.0, 16.0));
}

/// Written by the Python package `safetensors` 0.8: `save_file({"dense_1.weight": ..., ...}, path, {"format": "np"})` with
/// the numbers 0, 1, 2, ... in the order of our memory.
#[test]
fn a_file_from_python() {
    let net = Net::from_safetensors(include_bytes!("python.safetensors")).expect("sound weights");
    let values: Vec<f32> = (0..Net::PARAMS).map(|value| value as f32).collect();
    assert_eq!(net.as_flat(), values);
}

#[test]
fn tensors_that_do_not_fit() {
    let with = |index: usize, tensor: (&'static str, &'static str, &'static [usize])| {
        let mut tensors = TENSORS.to_vec();
        tensors[index] = tensor;
        let (header, values) = header(&tensors);
        file(&header, &std::vec![0.5; values])
    };
    let missing = refused(
        &with(5, ("dense_1.bios", "F32", &[2])),
        "`dense_1.bias` is missing; the file has dense_1.bios, dense_1.weight",
    );
    assert!(matches!(missing, WeightsError::Missing { tensor: "dense_1.bias", .. }));
    refused(
        &with(4, ("dense_1.weight", "F32", &[2, 3])),
        "`dense_1.weight` has the shape [2, 3], but the network's has [3, 2]",
    );
    refused(
        &with(3, ("out.bias", "I32", &[1])),
        "`out.bias` holds values of type I32, but the network computes with F32",
    );
    let (header, values) = header(&[&TENSORS[..], &[("extra", "F32", &[4])]].concat());
    refused(&file(&header, &std::vec![0.5; values]), "`extra` is superfluous");
}

#[test]
fn weights_of_other_networks() {
    refused(
        &Wider::init(&mut seeded(1)).to_safetensors(),
        "weights of the network `Wider`, whose architecture is not that of `Net`: the file has `dense_1 (Dense, relu)` with the output (4) and 16 \
         parameters where this network has `dense_1 (Dense, relu)` with the output (2) and 8 parameters (1 more row differs); load them into \
         the network that wrote them, or train `Net` anew",
    );
    mod later {
        crate::network! { pub Net< input 3 => normalize => dense 2 relu => out: dense 1 tanh > }
    }
    refused(
        &later::Net::init(&mut seeded(1)).to_safetensors(),
        "weights of another network `Net`: the file has `out (Dense, tanh)` with the output (1) and 3 parameters where this network has \
         `out (Dense)` with the output (1) and 3 parameters; load",
    );
    refused(&Net64::init(&mut seeded(1)).to_safetensors(), "`Net64`");
}

/// The network that differs is a layer of a layer.
#[test]
fn weights_of_other_networks_within_networks() {
    mod later {
        crate::network! {
            pub Net< input 3 => normalize => dense 2 tanh => out: dense 1 >
            block pair(units) < dense units => dense units >
            pub Middle< input 3 => pair(3) => use Net -> 1 => dense 2 >
            pub Outer< input 3 => first: use Middle -> 2 => dense 1 >
        }
    }
    let error = Outer::from_safetensors(&later::Outer::init(&mut seeded(1)).to_safetensors()).expect_err("another");
    let nested = Middle::SOURCE.nested.first().expect("a network").0;
    let expected = std::format!(
        "in the network of the layer `first.{nested}` the file has `dense 2 tanh` where this network has `dense 2 relu`;"
    );
    assert!(error.to_string().contains(&expected), "{error}");
}

#[test]
fn values_that_are_not_finite() {
    let mut sick = net();
    sick.dense_1.weight[(1, 2)] = f32::NAN;
    refused(&sick.to_safetensors(), "value 5 of the tensor `dense_1.weight` is NaN or infinite");

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("weights.safetensors");
    net().save(&path).expect("saved");
    let error = sick.save(&path).expect_err("an error");
    assert!(matches!(error, SaveError::Weights { .. }) && error.to_string().contains("diverged"), "{error}");
    assert_eq!(Net::load(&path).expect("what was saved before"), net());
}

/// Every prefix of a file is refused, and so is a file with any bit, or all bits of a byte, changed: a file of a network, of one with
/// other networks in it, and one with checks.
#[test]
fn damaged_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    net().save_with_checks(&path, &[[1.0, 2.0, 3.0].into()]).expect("saved");
    let with_checks = std::fs::read(&path).expect("a file");
    let nested = Outer::init(&mut seeded(1)).to_safetensors();
    for change in every_change(&nested) {
        assert!(Outer::from_safetensors(&change).is_err());
    }
    for bytes in [net().to_safetensors(), with_checks] {
        every_change(&bytes).for_each(|damaged| {
            let error = refused(&damaged, "");
            let is_damaged = matches!(error, WeightsError::Damaged { .. } | WeightsError::Format { .. });
            assert!(is_damaged, "{error}");
        });
    }

    let bytes = net().to_safetensors();
    for len in 0..bytes.len() {
        let error = refused(&bytes[..len], "");
        assert!(matches!(error, WeightsError::Damaged { bytes, .. } if bytes == len), "{len}: {error}");
    }
    refused(&[&bytes[..], &[0]].concat(), "damaged");
    let mut damaged = bytes.clone();
    *damaged.last_mut().expect("a byte") ^= 1;
    refused(&damaged, "its checksum is wrong");
}

/// A file with one bit of one byte changed, for every bit, and with all bits of a byte changed.
fn every_change(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let changes = || (0..8).map(|bit| 1 << bit).chain([0xff]);
    (0..bytes.len()).flat_map(move |at| changes().map(move |change| (at, change))).map(|(at, change)| {
        let mut changed = bytes.to_vec();
        changed[at] ^= change;
        changed
    })
}

/// The damage is named in castnet's words, not in those of the parser.
#[test]
fn damaged_headers() {
    let with = |header: &str, data: usize| file(header, &std::vec![0.5; data]);
    let tensor = |text: &str| with(&std::format!(r#"{{"w":{{{text}}}}}"#), 2);
    refused(&[1, 2, 3], "its first 8 bytes should be the length of its header, but there are 3");
    refused(&with("{}", 0)[..9], "its header should have 2 bytes, but 1 follow");
    refused(&[0xff; 100], "its header should have 18446744073709551615 bytes, but 92 follow");
    refused(&[&3_u64.to_le_bytes()[..], b"{\xff}"].concat(), "its header is damaged at byte 9");
    refused(&with(r#"{"w":,}"#, 0), "its header is damaged at byte 14 or before");
    refused(&with("[]", 0), "its header is damaged");
    refused(&tensor(r#""dtype":"F33","shape":[2],"data_offsets":[0,8]"#), "its header is damaged at byte");
    refused(
        &tensor(r#""dtype":"F32","shape":[2],"data_offsets":[4,8]"#),
        "the bytes of the tensor `w` should begin where those of the tensor before it end",
    );
    refused(
        &tensor(r#""dtype":"F32","shape":[3],"data_offsets":[0,8]"#),
        "the shape of a tensor does not fit the number of its bytes",
    );
    refused(
        &tensor(r#""dtype":"F32","shape":[1],"data_offsets":[0,4]"#),
        "its tensors should end at its last byte, but it has 70 bytes",
    );
    // Sizes whose sum is more than any number, and a text with such a number, which is none.
    let part = 1_u64 << 60;
    let tensors = (0..16).map(|index| {
        let (start, end) = (index * part, (index * part + (part - 1)) + u64::from(index < 15));
        let size = end - start;
        std::format!(r#""w{index}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{start},{end}]}}"#)
    });
    refused(
        &with(&std::format!("{{{}}}", tensors.collect::<Vec<_>>().join(",")), 2),
        "the shape of a tensor is larger than any memory",
    );
    let huge = u64::MAX;
    refused(&with(&std::format!(r#"{{"__metadata__":{{"{huge}":"\"{huge}"}}}}"#), 0), "is missing");
    refused(
        &tensor(&std::format!(r#""dtype":"F32","shape":[{huge}],"data_offsets":[0,8]"#)),
        "the shape of a tensor is larger than any memory",
    );
}

/// The metadata of a file hold the text of its network, and of those that are its layers, by the names of the layers.
#[test]
fn a_file_describes_itself() {
    let text = |bytes: &[u8], name: &str| {
        let (_, header) = safetensors::SafeTensors::read_metadata(bytes).expect("a header");
        header.metadata().as_ref().and_then(|metadata| metadata.get(name).cloned())
    };
    let bytes = Outer::init(&mut seeded(1)).to_safetensors();
    let outer = "/// \"Nested\" networks.\nOuter< input 3 => first: use Middle -> 2 => dense 1 >";
    assert_eq!(text(&bytes, "castnet.text").as_deref(), Some(outer));
    let middle =
        "block pair(units) < dense units => dense units >\n\nMiddle< input 3 => pair(3) => use Net -> 1 => dense 2 >";
    assert_eq!(text(&bytes, "castnet.text.first").as_deref(), Some(middle));
    let net = "Net< input 3 => normalize => dense 2 relu => out: dense 1 >";
    let nested = Middle::SOURCE.nested.first().expect("a network").0;
    assert_eq!(text(&bytes, &std::format!("castnet.text.first.{nested}")).as_deref(), Some(net));
    assert!(Outer::from_safetensors(&bytes).is_ok());
}

/// A file of another version of the format, and one whose checksum has been left out.
#[test]
fn files_of_other_versions() {
    let of = |metadata: &str| {
        let (header, values) = header(&TENSORS);
        let header = header.replacen('{', &std::format!(r#"{{"__metadata__":{{{metadata}}},"#), 1);
        file(&header, &std::vec![0.5; values])
    };
    refused(
        &of(r#""castnet.format":"3""#),
        "the file has the format `3`, but this version of castnet reads formats up to `2`",
    );
    refused(&of(r#""castnet.format":"2""#), "the checksum at its beginning is missing or damaged");
    refused(&of(r#""castnet.text":"Net< >""#), "the checksum at its beginning is missing or damaged");
    assert!(Net::from_safetensors(&of(r#""format":"np""#)).is_ok());
}

/// Written before files had a text and a checksum.
#[test]
fn a_file_of_version_1() {
    let loaded = Net::from_safetensors(include_bytes!("version_1.safetensors")).expect("sound weights");
    assert_eq!(loaded, net());
}

#[test]
fn files() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("weights.safetensors");
    let error = Net::load(&path).expect_err("no file yet");
    assert!(matches!(error, LoadError::File(_)) && error.to_string().contains("weights.safetensors"), "{error}");
    net().save(&path).expect("saved");
    assert_eq!(Net::load(&path).expect("loaded"), net());
    std::fs::write(&path, b"nonsense").expect("written");
    assert!(matches!(Net::load(&path), Err(LoadError::Weights { .. })));
    let error = net().save(directory.path().join("no/such/file")).expect_err("an error");
    assert!(matches!(error, SaveError::File(_)), "{error}");
    assert_eq!(std::fs::read_dir(directory.path()).expect("a directory").count(), 1, "no leftovers");
}
