use std::env;
use std::path::{Path, PathBuf};

/// The default size limit of a store in bytes: 100 GB.
///
/// The setting `cache-size` changes it ([`RunConfig::cache_size`](crate::bench::RunConfig::cache_size)).
///
/// ```
/// use bencher_core::bench::{ByteSize, RunConfig};
/// use bencher_core::store::DEFAULT_LIMIT;
/// assert_eq!(DEFAULT_LIMIT, 100_000_000_000);
/// assert_eq!(RunConfig::default().cache_size, ByteSize(DEFAULT_LIMIT));
/// ```
pub const DEFAULT_LIMIT: u64 = 100_000_000_000;

/// The default directory of the store: `BENCHER_CACHE_DIR`, else `bencher` in the target directory of the program's
/// build, else in the user's cache directory (`XDG_CACHE_HOME`, else `.cache` in the home directory). It never depends
/// on the working directory, except for a relative `BENCHER_CACHE_DIR`.
///
/// Where none of them exists, it is a path at which nothing can be created. Opening the store then asks for another
/// place.
///
/// ```
/// let root = bencher_core::store::default_root();
/// assert!(root.file_name().is_some());
/// ```
pub fn default_root() -> PathBuf {
    if let Some(dir) = env::var_os("BENCHER_CACHE_DIR").filter(|dir| !dir.is_empty()) {
        return absolute(Path::new(&dir));
    }
    let executable = env::current_exe().and_then(std::fs::canonicalize).ok();
    if let Some(target) = executable.as_deref().and_then(target_directory) {
        return target.join("bencher");
    }
    user_cache(
        env::var_os("XDG_CACHE_HOME").map(PathBuf::from),
        env::home_dir(),
    )
}

/// The store in a user's cache directory. Only absolute paths count: an empty or relative one would lead into the
/// working directory. A directory for all users under a known name would belong to anybody.
fn user_cache(cache: Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    let home = home.map(|home| home.join(".cache"));
    let mut places = [cache, home].into_iter().flatten();
    let place = places.find(|dir| dir.is_absolute());
    place.map_or_else(|| PathBuf::from(NOWHERE), |dir| dir.join("bencher"))
}

/// A path at which nothing can be made.
#[cfg(unix)]
pub(super) const NOWHERE: &str = "/dev/null/bencher";
#[cfg(not(unix))]
pub(super) const NOWHERE: &str = "NUL\\bencher";

/// A path as seen from the present working directory, which may be another one later.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Cargo marks its target directory with a `CACHEDIR.TAG`.
fn target_directory(executable: &Path) -> Option<&Path> {
    executable
        .ancestors()
        .skip(1)
        .filter(|dir| dir.join("CACHEDIR.TAG").is_file())
        .last()
}

/// Converts a text to a file name: letters, digits, `-` and `_`, at most 60 of them, never empty.
///
/// Letters become lower case, and all other characters between them become one `-`. Different texts may have the same
/// name.
///
/// ```
/// use bencher_core::store::slug;
/// assert_eq!(slug("Cost of sorting, by length!"), "cost-of-sorting-by-length");
/// assert_eq!(slug("../../etc/passwd"), "etc-passwd");
/// assert_eq!(slug("日本"), "sweep");
/// ```
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "sweep".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_files() {
        assert_eq!(
            slug("Cost of sorting, by length!"),
            "cost-of-sorting-by-length"
        );
        assert_eq!(slug("µs/日"), "s");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("日本"), "sweep");
        assert!(slug(&"x".repeat(500)).len() <= 60);
    }

    #[test]
    fn only_absolute_places_count() {
        let path = |text: &str| Some(PathBuf::from(text));
        for (cache, home, expected) in [
            (path("/c"), path("/h"), "/c/bencher"),
            (path(""), path("/h"), "/h/.cache/bencher"),
            (path("c"), path("/h"), "/h/.cache/bencher"),
            (None, path("/h"), "/h/.cache/bencher"),
            (None, path(""), NOWHERE),
            (path("."), path("h"), NOWHERE),
            (None, None, NOWHERE),
        ] {
            assert_eq!(user_cache(cache, home), Path::new(expected));
        }
    }

    #[test]
    fn tests_run_in_a_target_directory() {
        if env::var_os("BENCHER_CACHE_DIR").is_none() {
            assert!(default_root().ends_with("bencher"));
            assert!(default_root().is_absolute());
        }
    }
}
