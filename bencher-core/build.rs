//! Tells the library which compiler builds it, and how far it optimises: neither is known to code.

use std::env::var;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc).arg("--version").output();
    let version = output
        .ok()
        .and_then(|out| String::from_utf8(out.stdout).ok());
    println!(
        "cargo::rustc-env=BENCHER_RUSTC={}",
        version.unwrap_or_default().trim()
    );
    println!(
        "cargo::rustc-env=BENCHER_OPT_LEVEL={}",
        var("OPT_LEVEL").unwrap_or_default()
    );
}
