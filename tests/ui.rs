//! What rustc shows: errors of the macro and of the trait bounds, one each and nothing that follows from them. `TRYBUILD=overwrite`
//! writes the expected output anew. No program here must compile: trybuild would build all of castnet again, not only check it.
#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/macro/*.rs");
    tests.compile_fail("ui/traits/*.rs");
    // With messages of the system.
    if cfg!(unix) {
        tests.compile_fail("ui/unix/*.rs");
    }
}
