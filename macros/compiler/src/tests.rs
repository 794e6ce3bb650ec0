//! Tests of the compiler in-process: errors as rustc shows them, whole expansions, plans, identities, canonical texts, and damaged programs.
mod errors;
mod expansions;
mod identities;
mod plans;
mod random;
mod replay;
mod repository;
mod robustness;
mod text;

use std::path::PathBuf;

/// Compares a text with a golden file. With the environment variable `CASTNET_BLESS=1` it writes the file.
fn compare(file: &str, got: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/tests").join(file);
    if std::env::var_os("CASTNET_BLESS").is_some() {
        std::fs::write(&path, got).expect("the file can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == got,
        "{} differs; run again with CASTNET_BLESS=1 and read the difference. Got:\n{got}",
        path.display()
    );
}

/// As [`compare`], for a file whose lines never change: `CASTNET_BLESS=1` may only add lines to it.
fn compare_frozen(file: &str, got: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/tests").join(file);
    let frozen = std::fs::read_to_string(path).unwrap_or_default();
    for line in frozen.lines() {
        assert!(
            got.lines().any(|got| got == line),
            "files of weights depend on this line of {file}, so it must not change:\n{line}\nGot:\n{got}"
        );
    }
    compare(file, got);
}
