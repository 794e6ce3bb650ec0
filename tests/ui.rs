//! Errors as rustc shows them: of the macro and of trait bounds, one error for each mistake and no consequences of it. `TRYBUILD=overwrite`
//! writes the expected output anew. No program here must compile: trybuild would build all of castnet again, not only check it.
#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/macro/*.rs");
    tests.compile_fail("ui/traits/*.rs");
    // These messages come from the operating system.
    if cfg!(unix) {
        tests.compile_fail("ui/unix/*.rs");
    }
}
