//! The two escapings of the page: for HTML, and for the small markup that plotly reads.

use crate::chart::text;

/// Text as HTML, in elements and in quoted attributes; control characters become spaces, and characters that change the
/// direction of text are dropped.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// At most `limit` characters for plotly, which takes `<b>`, `<a href>` and entities for markup.
pub(super) fn plotly(label: &str, limit: usize) -> String {
    let mut safe = String::new();
    for c in text::clip(label, limit).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // Templates: `%{y}` is a value, so a name must not begin one.
            '%' => safe.push_str("&#37;"),
            c => safe.push(c),
        }
    }
    safe
}

/// JSON that no HTML parser can be led out of, and no script parser trips over.
pub(super) fn json(value: &serde_json::Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let evil = "</script><img src=x onerror=alert(1)>\u{2028}\"'&\u{1b}";
        assert_eq!(
            html(evil),
            "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\u{2028}&quot;&#39;&amp; "
        );
        assert!(!json(&serde_json::json!(evil)).contains(['<', '\u{2028}']));
        assert_eq!(plotly("<a href=x>%{y}", 99), "&lt;a href=x&gt;&#37;{y}");
        assert_eq!(plotly("abcdef", 4), "abc…");
    }
}
