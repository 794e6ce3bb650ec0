//! Predictions have the same bits as on every other target: the hashes that `.ci/run` compares on microcontrollers and wasm.
#[test]
fn predictions() {
    let expected = include_str!("bits/hashes.txt");
    let mut found = String::new();
    bits::hashes(|name, hash| found += &format!("{name} {hash:016x}\n"));
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
