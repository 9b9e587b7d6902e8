use std::path::{Path, PathBuf};

/// The directory of a baseline below a store's root: results that are kept under a name, as in a store of their own.
/// `None` where the name cannot be that of a directory: it begins with a letter or a digit, and has letters, digits,
/// `.`, `-`, `_`, `+` and `@`. `last` and `previous` mean something else in comparisons.
///
/// ```
/// use std::path::Path;
/// use bencher_core::store::baseline_directory;
/// let root = Path::new("store");
/// assert_eq!(baseline_directory(root, "v1.2"), Some(root.join("baselines/v1.2")));
/// assert_eq!(baseline_directory(root, "../v1"), None);
/// ```
pub fn baseline_directory(root: &Path, name: &str) -> Option<PathBuf> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    // These two name the newest results in comparisons.
    if ["last", "previous"].contains(&name) {
        return None;
    }
    let is_name = name.starts_with(|c: char| c.is_alphanumeric()) && name.chars().all(is_plain);
    is_name.then(|| root.join("baselines").join(name))
}
