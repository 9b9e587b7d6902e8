//! Baselines: results that are kept under a name, in a folder of the store.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a text cannot be the name of a baseline.
///
/// See [`baseline_directory`] for an example.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BaselineNameError {
    /// It names the newest results in comparisons.
    #[error("`{0}` cannot be the name of a baseline, because `compare {0}` means stored results")]
    Reserved(String),
    /// It has other characters than a name has.
    #[error(
        "`{0}` cannot be the name of a baseline: begin with a letter or a digit, and use letters, digits, `.`, `-`, `_`, \
         `+` and `@`"
    )]
    Characters(String),
}

/// The directory of a baseline below a store's root: results that are kept under a name, as in a store of their own.
///
/// A name begins with a letter or a digit, and has letters, digits, `.`, `-`, `_`, `+` and `@`. `last` and `previous`
/// mean something else in comparisons.
///
/// ```
/// use std::path::Path;
/// use bencher_core::store::baseline_directory;
/// let root = Path::new("store");
/// assert_eq!(baseline_directory(root, "v1.2+a@b"), Ok(root.join("baselines/v1.2+a@b")));
/// let error = baseline_directory(root, "../v1").unwrap_err();
/// assert!(error.to_string().contains("`+` and `@`"));
/// let error = baseline_directory(root, "last").unwrap_err();
/// assert!(error.to_string().ends_with("`compare last` means stored results"));
/// ```
///
/// # Errors
/// Where a baseline cannot have this name.
pub fn baseline_directory(root: &Path, name: &str) -> Result<PathBuf, BaselineNameError> {
    if ["last", "previous"].contains(&name) {
        return Err(BaselineNameError::Reserved(name.to_owned()));
    }
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    if name.starts_with(|c: char| c.is_alphanumeric()) && name.chars().all(is_plain) {
        Ok(root.join("baselines").join(name))
    } else {
        Err(BaselineNameError::Characters(name.to_owned()))
    }
}

/// The names of the baselines below a store's root, sorted; none where the folder cannot be read.
///
/// ```
/// use bencher_core::store::{baseline_directory, baseline_names};
/// let root = tempfile::tempdir()?;
/// assert!(baseline_names(root.path()).is_empty());
/// std::fs::create_dir_all(baseline_directory(root.path(), "v2")?)?;
/// std::fs::create_dir_all(baseline_directory(root.path(), "v1")?)?;
/// // A baseline that is being written begins with a dot.
/// std::fs::create_dir_all(root.path().join("baselines/.v3-new"))?;
/// assert_eq!(baseline_names(root.path()), ["v1", "v2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn baseline_names(root: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(root.join("baselines"));
    let folders = folders.into_iter().flatten().flatten();
    let mut names: Vec<String> = folders
        .filter(|folder| folder.path().is_dir())
        .filter_map(|folder| folder.file_name().into_string().ok())
        .filter(|name| baseline_directory(root, name).is_ok())
        .collect();
    names.sort_unstable();
    names
}
