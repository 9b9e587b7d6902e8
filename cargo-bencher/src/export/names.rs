//! Names that are names of files and folders as well.

use std::collections::HashSet;

/// The most bytes of the name of an array, below the 255 that file systems take.
const LONGEST: usize = 180;

/// The names that are in use.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    /// A name like the wanted one that no other array has, and that Zarr and every file system take.
    pub(crate) fn take(&mut self, wanted: &str) -> String {
        self.number(portable(wanted, LONGEST))
    }

    /// The name, or with a number behind it where it is in use already.
    pub(crate) fn number(&mut self, plain: String) -> String {
        let mut name = plain.clone();
        let mut n = 2_u64;
        while !self.0.insert(name.clone()) {
            name = format!("{plain}_{n}");
            n += 1;
        }
        name
    }
}

/// The name with `_` for what separates paths, is special in a file name, or is reserved by Zarr, and of a limited
/// number of bytes at most.
pub(crate) fn portable(wanted: &str, longest: usize) -> String {
    let is_special = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let mut name: String = wanted
        .chars()
        .map(|c| if is_special(c) { '_' } else { c })
        .collect();
    while name.len() > longest {
        name.pop();
    }
    if name.ends_with(['.', ' ']) {
        name.pop();
        name.push('_');
    }
    // Zarr reserves names that begin with two underscores, and its own files.
    if name.starts_with('.') || name.starts_with("__") {
        name = format!("_{}", name.trim_start_matches(['.', '_']));
    }
    if name.eq_ignore_ascii_case("zarr.json") {
        name = name.replace('.', "_");
    }
    if name.chars().all(|c| c == '_') {
        return "unnamed".to_owned();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_folders() {
        for (wanted, name) in [
            ("elapsed", "elapsed"),
            ("elapsed.state", "elapsed.state"),
            ("größe [µs]", "größe [µs]"),
            ("a/b", "a_b"),
            ("..", "unnamed"),
            ("...x", "_x"),
            (".", "unnamed"),
            ("", "unnamed"),
            ("__x", "_x"),
            ("zarr.json", "zarr_json"),
            ("</script>", "_script_"),
            ("C:\\x", "C__x"),
            ("end. ", "end._"),
        ] {
            assert_eq!(portable(wanted, LONGEST), name, "{wanted:?}");
        }
        assert!(portable(&"ö".repeat(300), LONGEST).len() <= LONGEST);
    }

    #[test]
    fn equal_names_are_numbered() {
        let mut names = Names::default();
        let taken = ["a/b", "a_b", "a\\b"].map(|name| names.take(name));
        assert_eq!(taken, ["a_b", "a_b_2", "a_b_3"]);
    }
}
