use unicode_normalization::UnicodeNormalization;

/// Converts a text to a short name in ASCII. Letters lose their accents and become lower case, white space and `-`
/// become one `-`, and all characters except letters, digits and `_` are dropped.
///
/// It first decomposes letters (Unicode's NFKD). Different texts may have the same name, and some texts have an empty
/// name. It needs the feature `store`.
///
/// ```
/// use bencher_core::space::slugify;
/// assert_eq!(slugify("Ünïcödé  TEST__1"), "unicode-test__1");
/// assert_eq!(slugify("Param: 1/2 = ½!"), "param-12-12");
/// assert_eq!(slugify("日本"), "");
/// ```
pub fn slugify(text: &str) -> String {
    let kept: String = text
        .nfkd()
        .filter(|c| c.is_ascii_alphanumeric() || is_separator(*c) || *c == '_')
        .collect();
    let mut slug = String::with_capacity(kept.len());
    for c in kept.trim().chars() {
        if !is_separator(c) {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug
}

const fn is_separator(c: char) -> bool {
    c == '-' || (c.is_ascii() && c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What another program gives (`execo_engine` 2.8.2; see the file).
    #[test]
    fn agrees_with_the_vectors() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/execo.json")).unwrap();
        let cases = vectors["slugify"].as_array().unwrap();
        assert_eq!(cases.len(), 12);
        for case in cases {
            assert_eq!(slugify(case["in"].as_str().unwrap()), case["out"], "{case}");
        }
    }

    #[test]
    fn wide_spaces_are_spaces() {
        assert_eq!(slugify("a\u{a0}\u{2003}b\t-\nc"), "a-b-c");
    }

    proptest! {
        #[test]
        fn names_are_small_ascii_and_stay(text in "\\PC{0,30}|[ a-zA-Z_.é-]{0,30}") {
            let slug = slugify(&text);
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
            prop_assert!(slug.chars().all(allowed), "{slug}");
            prop_assert!(!slug.contains("--"));
            prop_assert_eq!(slugify(&slug), slug);
        }
    }
}
