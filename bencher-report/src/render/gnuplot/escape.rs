use crate::chart::is_invisible;

use super::fonts::Fonts;

/// Text for gnuplot's single-quoted strings.
///
/// A quote is a typographic one, control characters are gone (a line break would end the string and begin a
/// command), what gnuplot's enhanced text takes for markup has a backslash before it, and a character
/// that no font has is replaced.
pub(super) fn text(label: &str) -> String {
    let fonts = Fonts::installed();
    let mut safe = String::new();
    for c in label.chars() {
        match c {
            // A doubled quote is one only within a text: at its beginning, it ends the string.
            '\'' => safe.push(fonts.drawn('’')),
            '_' | '^' | '{' | '}' | '@' | '&' | '~' | '\\' => {
                safe.push('\\');
                safe.push(c);
            }
            c if c.is_control() || c.is_whitespace() => safe.push(' '),
            c if is_invisible(c) => {}
            c => safe.push(fonts.drawn(c)),
        }
    }
    if label.contains('\\') {
        // gnuplot reads a text as enhanced only where it has more than backslashes.
        safe.push_str("{}");
    }
    safe
}

/// Text for a tick label, which gnuplot reads as a format of the tick's number as well.
pub(super) fn tick(label: &str) -> String {
    text(label).replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_string() {
        assert_eq!(
            text("a'.system('touch x').'b\n!touch y\u{1b}"),
            "a’.system(’touch x’).’b !touch y "
        );
        assert_eq!(tick("50%g %{y}"), "50%%g %%\\{y\\}");
        assert_eq!(
            text("my_param^2 {a}&~@\\ \u{10_fffd}\u{202e}"),
            "my\\_param\\^2 \\{a\\}\\&\\~\\@\\\\ □{}"
        );
    }
}
