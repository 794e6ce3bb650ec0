use super::{File, Tensor, parse};

/// A file of this header and these data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

const HEADER: &str = r#"{"__metadata__":{"castnet.fingerprint":"00000000000000ff","castnet.network":"Line","castnet.summary":"a table"},
    "b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
    "castnet.steps":{"dtype":"U64","shape":[1],"data_offsets":[12,20]}}"#;

#[test]
fn sound_files() {
    let data = 8 + HEADER.len();
    let tensor = |name: &str, shape: &[usize], bytes: std::ops::Range<usize>| Tensor {
        name: name.into(),
        dtype: "F32".into(),
        shape: shape.into(),
        bytes: data + bytes.start..data + bytes.end,
    };
    let expected = File {
        fingerprint: Some(255),
        network: "Line".into(),
        summary: "a table".into(),
        text: String::new(),
        nested: Vec::new(),
        tensors: vec![tensor("w", &[2, 1], 0..8), tensor("b", &[1], 8..12)],
        checks: None,
    };
    assert_eq!(parse(&file(HEADER, &[0; 20])), Ok(expected));
}

#[test]
fn damaged_files() {
    let sound = file(HEADER, &[0; 20]);
    for length in 0..sound.len() {
        parse(&sound[..length]).expect_err("a prefix");
    }
    // A flipped bit in the header is an error or another name, never a panic.
    for index in 0..sound.len() - 20 {
        for flip in [1, 2, 0x20, 0x80] {
            let mut damaged = sound.clone();
            damaged[index] ^= flip;
            _ = parse(&damaged);
        }
    }
    let error = |header: &str, data: &[u8]| parse(&file(header, data)).expect_err("an error");
    assert_eq!(error("[]", &[]), "its header is damaged: no JSON object");
    let tensor = |entry: &str| error(&format!(r#"{{"w":{entry}}}"#), &[0; 8]);
    assert_eq!(
        tensor(r#"{"dtype":"F32","shape":[3],"data_offsets":[0,8]}"#),
        "its header is damaged at the tensor `w`"
    );
    assert_eq!(
        tensor(r#"{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}"#),
        "its header is damaged at the tensor `w`"
    );
    assert!(
        tensor(r#"{"dtype":"F32","shape":[1],"data_offsets":[4,8]}"#)
            .starts_with("the tensor `w` should begin at byte")
    );
    assert!(tensor(r#"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#).starts_with("it is cut short or damaged: "));
    let nan = [&1.0_f32.to_le_bytes()[..], &f32::NAN.to_le_bytes()].concat();
    let nan = error(r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, &nan);
    assert_eq!(nan, "value 1 of the tensor `w` is NaN or infinite");
}

/// A file of version 2: each changed bit is found.
#[test]
fn files_with_a_checksum() {
    const BEGINNING: &str = r#"{"__metadata__":{"castnet.crc32":""#;
    let header = format!(
        r#"{BEGINNING}00000000","castnet.format":"2","castnet.fingerprint":"00000000000000ff","castnet.text":"a","castnet.text.in":"b","castnet.text.in.in":"c"}},"w":{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}}}"#
    );
    let mut sound = file(&header, &[0; 8]);
    let digits = format!("{:08x}", crc32fast::hash(&sound));
    let at = 8 + BEGINNING.len();
    sound[at..at + 8].copy_from_slice(digits.as_bytes());
    let read = parse(&sound).expect("a sound file");
    assert_eq!((read.fingerprint, read.text.as_str()), (Some(255), "a"));
    assert_eq!(read.nested, [("in", "b"), ("in.in", "c")].map(|(layer, text)| (layer.to_string(), text.to_string())));
    for (index, bit) in (0..sound.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
        let mut damaged = sound.clone();
        damaged[index] ^= 1 << bit;
        parse(&damaged).expect_err("a flipped bit");
    }
    // What `save_with_checks` and a checkpoint have written.
    for name in ["line_with_checks", "line_checkpoint"] {
        let path = format!("{}/../../tests/fixtures/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let sound = std::fs::read(path).expect("a file");
        assert_eq!(parse(&sound).expect("a sound file").names(), "dense_1.weight, dense_1.bias");
        let changes = || (0..8).map(|bit| 1 << bit).chain([0xff]);
        for (index, change) in (0..sound.len()).flat_map(|index| changes().map(move |change| (index, change))) {
            let mut damaged = sound.clone();
            damaged[index] ^= change;
            parse(&damaged).expect_err("a changed byte");
        }
    }
    let newer = header.replace(r#""castnet.format":"2""#, r#""castnet.format":"3""#);
    let error = parse(&file(&newer, &[0; 8])).expect_err("a newer format");
    assert_eq!(error, "its format is `3`, but this version of castnet reads formats up to `2`");
}
