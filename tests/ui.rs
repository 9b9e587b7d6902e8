//! What the compiler says of a declaration with a mistake: one error for each, on the tokens
//! that make it, with the way out.

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
