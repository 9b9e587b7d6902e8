//! The parts of the paths that `std::any::type_name` gives.

/// The path of a type without its own arguments. Those of the types around it stay: `<A<u8> as Go>::go::Point` of
/// `<A<u8> as Go>::go::Point<bool>`.
pub(crate) fn without_arguments(path: &str) -> &str {
    if !path.ends_with('>') {
        return path;
    }
    let mut depth = 0_usize;
    let mut before = path.char_indices().rev().peekable();
    while let Some((at, c)) = before.next() {
        match c {
            // The argument `'<'` of a `const C: char`.
            '\'' => {
                let is_bracket = before.peek().is_some_and(|(_, c)| matches!(c, '<' | '>'));
                let is_quoted = path.get(..at).is_some_and(|rest| {
                    let mut rest = rest.chars().rev().skip(1);
                    rest.next() == Some('\'')
                });
                if is_bracket && is_quoted {
                    before.nth(1);
                }
            }
            '>' => {
                // The arrow of a function is no bracket.
                let is_arrow = before.next_if(|(_, c)| *c == '-').is_some();
                depth += usize::from(!is_arrow);
            }
            '<' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return path.get(..at).unwrap_or(path);
                }
            }
            _ => {}
        }
    }
    path
}

/// The path of what a type is declared in, and its name without arguments; the path is empty where there is none.
pub(crate) fn split_name(path: &str) -> (&str, &str) {
    let path = without_arguments(path);
    path.rsplit_once("::").unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use super::*;

    trait Go<T> {
        fn go() -> &'static str;
    }

    struct Over<T>(std::marker::PhantomData<T>);

    struct Local<T, const C: char>(std::marker::PhantomData<T>);

    macro_rules! go {
        ($of:ty) => {
            impl Go<fn(u8) -> u8> for $of {
                fn go() -> &'static str {
                    struct Point<T, const C: char>(std::marker::PhantomData<T>);
                    type_name::<Point<fn(Over<u8>) -> bool, '>'>>()
                }
            }
        };
    }

    go!(Over<u8>);
    go!(Over<u16>);
    go!(fn(u8) -> u8);

    #[test]
    fn only_the_own_arguments_are_cut() {
        let here = module_path!();
        for (path, function) in [
            (Over::<u8>::go(), format!("<{here}::Over<u8> as ")),
            (Over::<u16>::go(), format!("<{here}::Over<u16> as ")),
            (<fn(u8) -> u8>::go(), "<fn(u8) -> u8 as ".to_owned()),
        ] {
            assert!(path.ends_with('>'), "{path}");
            let (parent, name) = split_name(path);
            assert_eq!(name, "Point", "{path}");
            assert!(
                parent.starts_with(&function) && parent.ends_with(">::go"),
                "{path}"
            );
        }
        for path in [
            type_name::<Local<u8, '<'>>(),
            type_name::<Local<Over<fn() -> Over<u8>>, '>'>>(),
            type_name::<Local<fn(&u8) -> &u8, '\''>>(),
        ] {
            assert_eq!(split_name(path), (here, "Local"), "{path}");
        }
    }

    #[test]
    fn paths_that_no_compiler_writes_are_left_alone() {
        for path in ["", "u8", ">", "a::B>", "'>", "->", "é>"] {
            assert_eq!(without_arguments(path), path);
        }
        assert_eq!(split_name("u8"), ("", "u8"));
    }
}
