use std::collections::HashSet;

use crate::console::steers;
use crate::value::{Kind, Value};

use super::Dim;

/// The texts of a dimension's coordinates where room is scarce: long ones are shortened, but never to the same text.
///
/// Numbers are never shortened, so that each text reads back as its coordinate.
#[derive(Debug)]
pub(crate) struct Labels {
    kind: Kind,
    width: usize,
    /// Short forms that several coordinates share: these coordinates are shown in full.
    shared: HashSet<String>,
}

impl Labels {
    /// The texts of these values, shortened to a number of characters.
    pub(crate) fn new(kind: Kind, values: &[Value], width: usize) -> Self {
        let mut labels = Self {
            kind,
            width,
            shared: HashSet::new(),
        };
        let mut seen = HashSet::new();
        let mut shared = HashSet::new();
        for value in values.iter().filter(|value| !is_number(value)) {
            let text = labels.text(value);
            if !seen.insert(text.clone()) {
                shared.insert(text);
            }
        }
        labels.shared = shared;
        labels
    }

    /// The text of a coordinate.
    pub(crate) fn text(&self, value: &Value) -> String {
        let full = coordinate_text(self.kind, value);
        if is_number(value) {
            return full;
        }
        let mut short = shortened(&full, self.width);
        if matches!(value, Value::Item(_) | Value::Vector(_)) {
            leave_no_part_of_a_number(&full, &mut short);
        }
        if self.shared.contains(&short) {
            full
        } else {
            short
        }
    }
}

impl Dim {
    /// The text of a coordinate, in full and on one line. It is the shortest text that reads back as the coordinate,
    /// with a symbol in place of each control character (`␤` for a line end), and an escape in place of each mark of
    /// writing direction.
    ///
    /// ```
    /// use bencher_core::dataset::Dim;
    /// use bencher_core::value::{Kind, Value};
    /// let load = Dim::input("load", Kind::Float(32), vec![Value::from(0.1_f32)]);
    /// assert_eq!(load.text(&load.values[0]), "0.1");
    /// assert_eq!(Dim::input("name", Kind::Text, vec![]).text(&Value::from("a\nb")), "a␤b");
    /// ```
    pub fn text(&self, value: &Value) -> String {
        coordinate_text(self.kind, value)
    }
}

/// The text of a coordinate of a kind, on one line.
pub(crate) fn coordinate_text(kind: Kind, value: &Value) -> String {
    one_line(&kind.text(value))
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::Big(_) | Value::Float(_))
}

/// A text on one line: each control character as a picture of its own, or as its escape. The console changes nothing
/// more, so a label is what a user sees, and can give back.
pub(crate) fn one_line(text: &str) -> String {
    const ESCAPE: &str = "\\u{";
    let is_plain = |c: char| !steers(c) && !is_picture(c);
    if text.chars().all(is_plain) && !text.contains(ESCAPE) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            // An escape that is part of the text is none of ours.
            '\\' if text.get(at..).is_some_and(|rest| rest.starts_with(ESCAPE)) => {
                line.extend(c.escape_unicode());
            }
            '\n' => line.push('␤'),
            '\u{7f}' => line.push('␡'),
            '\0'..='\u{1f}' => line.extend(char::from_u32(0x2400 + u32::from(c))),
            c if steers(c) || is_picture(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
    }
    line
}

/// Whether it is the picture of a control character.
fn is_picture(c: char) -> bool {
    ('\u{2400}'..='\u{2424}').contains(&c)
}

/// Removes the number that a shortened text ends within: its first digits would be read as another number.
fn leave_no_part_of_a_number(full: &str, short: &mut String) {
    let Some(kept) = short.strip_suffix('…') else {
        return;
    };
    let is_of_a_number = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '+');
    let is_cut = full
        .get(kept.len()..)
        .is_some_and(|rest| rest.starts_with(is_of_a_number));
    let whole = kept.trim_end_matches(is_of_a_number);
    let cut = kept.get(whole.len()..).unwrap_or_default();
    let begins_a_number = cut
        .trim_start_matches(['-', '+', '.'])
        .starts_with(|c: char| c.is_ascii_digit());
    if is_cut && begins_a_number && !whole.is_empty() {
        *short = format!("{whole}…");
    }
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(kind: Kind, values: Vec<Value>, width: usize) -> Vec<String> {
        let labels = Labels::new(kind, &values, width);
        values.iter().map(|value| labels.text(value)).collect()
    }

    #[test]
    fn escapes_of_a_text_are_not_those_of_a_label() {
        let picture = one_line("a\u{2424}b");
        assert_eq!(picture, "a\\u{2424}b");
        assert_ne!(one_line(&picture), picture);
        assert_eq!(one_line(r"C:\users\x"), r"C:\users\x");
    }

    #[test]
    fn no_number_is_cut() {
        let vector = |items: &[f64]| Value::Vector(items.into());
        let values = vec![vector(&[1.5, 123_456.25, 7.0]), vector(&[2.5, 0.25, 7.0])];
        let texts = |width| texts(Kind::Vector(3), values.clone(), width);
        let full = texts(100);
        for width in 1..full[0].len() {
            for (short, full) in texts(width).iter().zip(&full) {
                let numbers = |text: &str| -> Vec<f64> {
                    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
                    words.filter_map(|word| word.parse().ok()).collect()
                };
                let (shown, known) = (numbers(short), numbers(full));
                assert!(known.starts_with(&shown), "{width}: {short} for {full}");
            }
        }
    }

    #[test]
    fn texts_that_are_shortened_stay_different() {
        let long = |end: &str| Value::from(format!("{}{end}", "a".repeat(9)));
        let values = vec![
            long("x"),
            long("y"),
            Value::from("b".repeat(12)),
            Value::from("c"),
        ];
        let expected = ["aaaaaaaaax", "aaaaaaaaay", "bbbbbbb…", "c"];
        assert_eq!(texts(Kind::Text, values, 8), expected);
        // One that looks like another one shortened.
        let values = vec![long("x"), Value::from("aaaaaaa…")];
        assert_eq!(texts(Kind::Text, values, 8), ["aaaaaaaaax", "aaaaaaa…"]);
    }

    #[test]
    fn numbers_are_never_shortened() {
        let values = [12345.5, 12346.5, 0.1 + 0.2].map(Value::from).to_vec();
        let expected = ["12345.5", "12346.5", "0.30000000000000004"];
        assert_eq!(texts(Kind::Float(64), values, 4), expected);
        assert_eq!(
            texts(Kind::Float(32), vec![Value::from(0.1_f32)], 4),
            ["0.1"]
        );
    }

    #[test]
    fn a_label_is_what_the_console_shows() {
        let direction = one_line("\u{202e}r\u{2066}\u{2028}\u{61c}");
        assert_eq!(direction, r"\u{202e}r\u{2066}\u{2028}\u{61c}");
        for c in ('\0'..='\u{ffff}').chain("é😀\u{e0001}".chars()) {
            let label = one_line(&format!("a{c}b"));
            assert_eq!(crate::console::visible_line(&label), label, "{c:?}");
        }
    }

    #[test]
    fn control_characters_have_pictures_of_their_own() {
        let odd = [
            "a\nb", "a\tb", "a\rb", "a\0b", "a\u{1b}b", "a\u{7f}b", "a\u{85}b", "a␤b", "a b",
        ];
        let shown: Vec<String> = odd.iter().map(|text| one_line(text)).collect();
        let expected = [
            "a␤b",
            "a␉b",
            "a␍b",
            "a␀b",
            "a␛b",
            "a␡b",
            "a\\u{85}b",
            "a\\u{2424}b",
            "a b",
        ];
        assert_eq!(shown, expected);
    }
}
