//! What rustc shows: errors of the macro and of the trait bounds, one each and nothing that follows from them; and programs
//! that must compile under strict lints. `TRYBUILD=overwrite` writes the expected output anew.
#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/macro/*.rs");
    tests.compile_fail("ui/traits/*.rs");
    tests.pass("ui/pass/*.rs");
}
