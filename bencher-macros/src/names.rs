/// The `SCREAMING_SNAKE` name of a field's constant: `len` and `cacheSize` become `LEN` and
/// `CACHE_SIZE`.
pub(crate) fn constant_name(field: &str) -> String {
    let letters: Vec<char> = field.chars().collect();
    let mut name = String::new();
    for (i, letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| letters.get(i));
        let after = letters.get(i + 1);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts_word {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    name
}

/// "; did you mean `x`?" where a known name is near enough to be meant, and the list of them.
pub(crate) fn suggestion(given: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let meant = near.map_or(String::new(), |(_, name)| {
        format!("; did you mean `{name}`?")
    });
    format!("{meant} (known: {})", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_screaming_snake() {
        for (field, constant) in [
            ("len", "LEN"),
            ("cache_size", "CACHE_SIZE"),
            ("cacheSize", "CACHE_SIZE"),
            ("HTTPServer", "HTTP_SERVER"),
            ("x2Y", "X2_Y"),
            ("_private", "_PRIVATE"),
            ("größe", "GRÖSSE"),
            ("日", "日"),
        ] {
            assert_eq!(constant_name(field), constant);
        }
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(
            suggestion("sample", &["samples", "step"]),
            "; did you mean `samples`? (known: samples, step)"
        );
        assert_eq!(suggestion("qqq", &["samples"]), " (known: samples)");
    }
}
