//! In which target of a package a type is declared.

/// The target of a package that declares a type: types of two targets may have the same module and name.
///
/// ```
/// use bencher_core::var::CargoTarget;
/// assert_eq!(CargoTarget::of("examples/sorting.rs", Some("sorting")), CargoTarget::Example);
/// assert_eq!(CargoTarget::of("src/bin/sorting.rs", Some("sorting")), CargoTarget::Binary);
/// assert_eq!(CargoTarget::of("src/sorting.rs", None), CargoTarget::Library);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CargoTarget {
    /// The library.
    Library,
    /// A program.
    Binary,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Benchmark,
    /// Not known: a schema that was written by hand.
    Unknown,
}

impl CargoTarget {
    /// All targets that are known, each with its word in the identity of a type.
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Library, " (lib)"),
        (Self::Binary, " (bin)"),
        (Self::Example, " (example)"),
        (Self::Test, " (test)"),
        (Self::Benchmark, " (bench)"),
    ];

    /// The target to which a source file belongs, from its path and from the name of the program that Cargo builds.
    ///
    /// The last folder of the path that has the name of a kind of target decides. Cargo names a program only while it
    /// builds a binary or an example.
    pub const fn of(file: &str, program: Option<&str>) -> Self {
        let (path, mut rest) = (file.as_bytes(), file.as_bytes());
        let (mut from, mut at) = (0, 0);
        let mut target = Self::Library;
        while let [byte, after @ ..] = rest {
            if *byte == b'/' || *byte == b'\\' {
                let (_, folder) = path.split_at(from);
                let (folder, _) = folder.split_at(at - from);
                target = match folder {
                    b"src" => Self::Library,
                    b"examples" => Self::Example,
                    b"tests" => Self::Test,
                    b"benches" => Self::Benchmark,
                    _ => target,
                };
                from = at + 1;
            }
            (rest, at) = (after, at + 1);
        }
        match (target, program) {
            (Self::Example, _) | (_, None) => target,
            _ => Self::Binary,
        }
    }

    /// A package with its target, as identities begin.
    pub(super) fn of_package(self, package: &str) -> String {
        let word = Self::WORDS.iter().find(|(target, _)| *target == self);
        format!("{package}{}", word.map_or("", |(_, word)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_folder_that_names_a_target_decides() {
        for (file, program, target) in [
            ("src/lib.rs", None, CargoTarget::Library),
            ("src/main.rs", Some("demo"), CargoTarget::Binary),
            ("src/bin/demo.rs", Some("demo"), CargoTarget::Binary),
            (
                "demo/examples/sorting/main.rs",
                Some("sorting"),
                CargoTarget::Example,
            ),
            (
                r"demo\examples\sorting.rs",
                Some("sorting"),
                CargoTarget::Example,
            ),
            ("benches/sorting.rs", None, CargoTarget::Benchmark),
            ("tests/common/mod.rs", None, CargoTarget::Test),
            ("examples/demo/src/lib.rs", None, CargoTarget::Library),
            (
                "/home/me/tests/demo/src/main.rs",
                Some("demo"),
                CargoTarget::Binary,
            ),
            ("", None, CargoTarget::Library),
        ] {
            assert_eq!(CargoTarget::of(file, program), target, "{file}");
        }
    }
}
