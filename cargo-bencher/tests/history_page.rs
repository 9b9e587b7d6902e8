//! The page of histories, in its file and in a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

#[path = "../../bencher-report/tests/support/browser.rs"]
mod browser;
mod common;

#[test]
#[ignore = "writes into the folder that BENCHER_DEMO names"]
fn writes_the_demo() {
    let root = std::path::PathBuf::from(std::env::var_os("BENCHER_DEMO").unwrap());
    common::one_point(&root);
    common::curves(&root);
    common::maps(&root);
    common::results(&root);
    common::regression(&root);
}
