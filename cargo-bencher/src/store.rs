//! Which store a task looks into.

use std::path::PathBuf;

use bencher_core::cli::store_root;

/// The store that is named, else the one of programs that are run in the working directory: by the
/// environment, by `bencher.toml`, or the default one.
pub(crate) fn chosen(named: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(store) = named {
        return Ok(store);
    }
    let folder = std::env::current_dir()
        .map_err(|error| format!("the working directory is not known: {error}"))?;
    store_root(&|name| std::env::var_os(name), &folder).map_err(|error| {
        format!("{error}\n(the folder of the store would be set there; `--store DIR` overrides it)")
    })
}
