//! Scripts and data within a page.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::base64;

/// plotly.js, compressed, in base64: packed when this crate is built.
pub(super) const PLOTLY: &str = include_str!(concat!(env!("OUT_DIR"), "/plotly.js.gz.b64"));

/// JSON above which a page carries it compressed.
const PLAIN: usize = 200_000;
/// The level of compression of data.
const QUICK: u32 = 2;

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
    // A third larger than at its best, in a third of the time; plotly.js outweighs it all the same.
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(QUICK));
    packed.write_all(bytes).ok()?;
    Some(base64::encode(&packed.finish().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_cannot_end_its_element() {
        assert!(PLOTLY.len() > 1_000_000);
        let plain = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        assert!(PLOTLY.chars().all(plain));
    }
}
