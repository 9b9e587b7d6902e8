use crate::chart::text;

/// Text for gnuplot's single-quoted strings, at most `limit` characters of it.
///
/// A quote is doubled, control characters are gone (a line break would end the string and begin a
/// command), and what gnuplot's enhanced text takes for markup has a backslash before it.
pub(super) fn text(label: &str, limit: usize) -> String {
    let mut safe = String::new();
    for c in text::clip(label, limit).chars() {
        match c {
            '\'' => safe.push_str("''"),
            '_' | '^' | '{' | '}' | '@' | '&' | '~' | '\\' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_string() {
        assert_eq!(
            text("a'.system('touch x').'b\n!touch y\u{1b}", 99),
            "a''.system(''touch x'').''b !touch y "
        );
        assert_eq!(
            text("my_param^2 {a}&~@\\", 99),
            "my\\_param\\^2 \\{a\\}\\&\\~\\@\\\\"
        );
    }
}
