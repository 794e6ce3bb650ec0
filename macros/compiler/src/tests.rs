//! The compiler in-process: errors as rustc would show them, whole expansions, plans, identities, and programs cut short.
mod errors;
mod expansions;
mod identities;
mod plans;
mod robustness;

use std::path::PathBuf;

/// Compares with a file beside these tests; the environment variable `CASTNET_BLESS=1` writes it anew.
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
