//! Cargo as a test starts it.

use std::process::Command;

/// Cargo, which builds with the same fingerprints as the one that runs this test: what that one tells the test about
/// its package would have the build scripts of some crates run anew, and all that depends on them.
pub(crate) fn nested_cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|own| name.starts_with(own))
        {
            cargo.env_remove(&*name);
        }
    }
    cargo
}
