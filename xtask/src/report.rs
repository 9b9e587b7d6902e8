//! Draws stored results, running nothing.

use std::path::PathBuf;

pub(crate) fn run(options: &[String]) -> Result<(), String> {
    let _: Option<PathBuf> = options.first().map(PathBuf::from);
    Err("drawing is not there yet".to_owned())
}
