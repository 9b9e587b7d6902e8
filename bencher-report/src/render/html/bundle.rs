//! Scripts and data within a page.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::base85;

/// plotly.js, compressed, in base 85: packed when this crate is built.
pub(super) const PLOTLY: &str = include_str!(concat!(env!("OUT_DIR"), "/plotly.js.gz.b85"));

/// JSON above which a page carries it compressed.
const PLAIN: usize = 64_000;
/// The level of compression of data.
const QUICK: u32 = 5;

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

/// An element that holds a script, compressed; the script of the page runs it.
pub(super) fn script_element(id: &str, script: &str) -> String {
    match pack(script.as_bytes()) {
        Some(packed) => format!("<script type=\"text/plain\" id=\"{id}\">{packed}</script>\n"),
        None => format!("<script>{script}</script>\n"),
    }
}

fn pack(bytes: &[u8]) -> Option<String> {
    // A tenth larger than at its best, in a tenth of the time.
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(QUICK));
    packed.write_all(bytes).ok()?;
    Some(base85::encode(&packed.finish().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_cannot_end_its_element() {
        assert!(PLOTLY.len() > 1_000_000);
        assert!(PLOTLY.is_ascii() && !PLOTLY.contains('<'));
    }
}
