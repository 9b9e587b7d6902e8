//! Text in Markdown.

use crate::console::steers;

/// A text in which nothing is Markdown or HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '@' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if steers(c) => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_changes_the_direction_of_a_comment() {
        assert_eq!(escaped("a\u{202e}b\u{2028}|"), "a b \\|");
    }
}
