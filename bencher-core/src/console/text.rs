//! Texts for display: without control characters, and with a limited length.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text of several lines in which every character that steers a terminal is shown as its escape, `\u{1b}`.
///
/// Titles, values and messages come from anywhere. An escape sequence in them could change the title of the window,
/// hide lines, or have text read from right to left.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |c| steers(c) && !matches!(c, '\n' | '\t'), escape)
}

/// The same for what is to stay on one line.
pub(crate) fn visible_line(text: &str) -> Cow<'_, str> {
    replaced(text, steers, escape)
}

/// JSON in which these characters stand as JSON escapes; it means the same.
pub(crate) fn visible_json(json: &str) -> Cow<'_, str> {
    replaced(json, steers, |out, c| {
        // None of them is beyond 16 bits.
        let _ = write!(out, "\\u{:04x}", u32::from(c));
    })
}

/// A text, or its readable beginning with the number of omitted characters.
pub(crate) fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let (shown, rest) = text.split_at(end);
            Cow::Owned(format!(
                "{shown}… ({} more characters)",
                rest.chars().count()
            ))
        }
    }
}

fn escape(out: &mut String, c: char) {
    let _ = write!(out, "{}", c.escape_default());
}

fn replaced(
    text: &str,
    is_replaced: impl Fn(char) -> bool,
    by: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    if !text.contains(&is_replaced) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_replaced(c) {
            by(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a character changes how a terminal shows others: the controls of both blocks, the separators of lines and
/// paragraphs, and the marks of writing direction.
pub(crate) const fn steers(c: char) -> bool {
    c.is_ascii_control()
        || matches!(c, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        let text = "a\u{1b}]0;owned\u{7}\r\u{9b}31m\u{202e}txt\u{2066}\u{7f}\nnext\tπ😀é";
        let shown = "a\\u{1b}]0;owned\\u{7}\\r\\u{9b}31m\\u{202e}txt\\u{2066}\\u{7f}\nnext\tπ😀é";
        assert_eq!(visible(text), shown);
        assert_eq!(visible_line("a\nb\tc"), "a\\nb\\tc");
        assert!(matches!(visible("plain, ünïcode\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"k\u{202e}": "\u{1b}[2J\u{9b}\u{7f}\u{2028}é"});
        let text = value.to_string();
        let shown = visible_json(&text);
        assert!(!shown.contains(steers), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }

    #[test]
    fn long_texts_are_clipped_between_characters() {
        assert_eq!(clipped("éèê", 3), "éèê");
        assert_eq!(clipped("éèêë", 2), "éè… (2 more characters)");
    }
}
