//! Scripts and data as a page carries them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// plotly.js, compressed, in base64: packed when this crate is built.
pub(super) const PLOTLY: &str = include_str!(concat!(env!("OUT_DIR"), "/plotly.js.gz.b64"));

/// JSON above which a page carries it compressed.
const PLAIN: usize = 200_000;

/// A script element that holds JSON, safe inside HTML.
pub(super) fn data_element(id: &str, value: &serde_json::Value) -> String {
    let json = super::text::json(value);
    if json.len() > PLAIN
        && let Some(packed) = pack(json.as_bytes())
    {
        return format!("<script type=\"text/plain\" id=\"{id}\">{packed}</script>\n");
    }
    format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
}

fn pack(bytes: &[u8]) -> Option<String> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).ok()?;
    Some(base64(&packed.finish().ok()?))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        for digit in 0..4 {
            let known = DIGITS.get(word >> (18 - 6 * digit) & 63);
            text.push(match known {
                Some(c) if digit <= chunk.len() => char::from(*c),
                _ => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_usual_one() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_bundle_cannot_end_its_element() {
        assert!(PLOTLY.len() > 1_000_000);
        let plain = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        assert!(PLOTLY.chars().all(plain));
    }
}
