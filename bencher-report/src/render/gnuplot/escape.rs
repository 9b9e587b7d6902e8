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
            c if is_pictograph(c) => safe.push('□'),
            c => safe.push(c),
        }
    }
    safe
}

/// Text for a tick label, which gnuplot reads as a format of the tick's number as well.
pub(super) fn tick(label: &str, limit: usize) -> String {
    text(label, limit).replace('%', "%%")
}

/// Whether a character may come from a font of coloured bitmaps, which cairo draws at the size of
/// the whole picture.
fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c), 0x2300..=0x23ff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1_0000..)
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
        assert_eq!(tick("50%g %{y}", 99), "50%%g %%\\{y\\}");
        assert_eq!(
            text("my_param^2 {a}&~@\\ 🦀", 99),
            "my\\_param\\^2 \\{a\\}\\&\\~\\@\\\\ □"
        );
    }
}
