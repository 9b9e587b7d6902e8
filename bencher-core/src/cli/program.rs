//! The identity of a program within a workspace.

use std::ffi::OsStr;
use std::path::Path;

/// The program's name: the executable's, without the hash that cargo adds to benches and tests.
pub(crate) fn program_name() -> String {
    name_of(&std::env::current_exe().unwrap_or_default())
}

/// The program with its package, and with what cargo calls its target where that is no bench or test:
/// `demo/sorting`, `demo/examples/sorting`, `demo/bin/sorting`. Two packages may each have a bench of one
/// name, and one package a bench and an example.
pub(crate) fn program_path(package: &str) -> String {
    path_of(package, &std::env::current_exe().unwrap_or_default())
}

fn name_of(executable: &Path) -> String {
    let name = executable
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    match name.rsplit_once('-') {
        Some((stem, hash)) if hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()) => {
            stem.to_owned()
        }
        _ => name,
    }
}

fn path_of(package: &str, executable: &Path) -> String {
    let folder = executable.parent().and_then(Path::file_name);
    let target = match folder.and_then(OsStr::to_str) {
        Some("deps") => "",
        Some("examples") => "examples",
        _ => "bin",
    };
    let name = name_of(executable);
    let parts = [package, target, name.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// How exactly a section of `bencher.toml` names a program: by its name alone, with its package, or with
/// its target as well; `None` where it names another one.
pub(super) fn fit(section: &str, program: &str) -> Option<u8> {
    let parts: Vec<&str> = program.split('/').collect();
    let (package, name) = (parts.first()?, parts.last()?);
    if section == program {
        return Some(3);
    }
    if parts.len() > 1 && section == format!("{package}/{name}") {
        return Some(2);
    }
    (section == *name).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_one_name_are_told_apart() {
        for (package, executable, path) in [
            ("a", "/t/release/deps/parse-0123456789abcdef", "a/parse"),
            ("b", "/t/release/deps/parse-fedcba9876543210", "b/parse"),
            ("a", "/t/release/examples/parse", "a/examples/parse"),
            (
                "a",
                "/t/release/examples/parse-0123456789abcdef",
                "a/examples/parse",
            ),
            ("a", "/t/release/parse", "a/bin/parse"),
            ("", "/t/release/examples/parse", "examples/parse"),
            ("a", "/usr/bin/parse-me", "a/bin/parse-me"),
        ] {
            assert_eq!(path_of(package, Path::new(executable)), path);
        }
    }

    #[test]
    fn sections_name_programs() {
        for (section, program, exactness) in [
            ("parse", "a/examples/parse", Some(1)),
            ("a/parse", "a/examples/parse", Some(2)),
            ("a/examples/parse", "a/examples/parse", Some(3)),
            ("b/parse", "a/examples/parse", None),
            ("examples/parse", "a/examples/parse", None),
            ("parse", "parse", Some(3)),
            ("", "a/parse", None),
            ("a", "a/parse", None),
        ] {
            assert_eq!(fit(section, program), exactness, "{section}");
        }
    }
}
