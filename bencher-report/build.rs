//! Packs plotly.js for the page: the script alone, compressed, as text that HTML can carry.

#[cfg(feature = "html")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    bundle::write()
}

#[cfg(not(feature = "html"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}

#[cfg(feature = "html")]
#[path = "src/render/html/base85.rs"]
mod base85;

#[cfg(feature = "html")]
mod bundle {
    use std::error::Error;
    use std::io::Write;
    use std::path::PathBuf;
    use std::{env, fs};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    /// Writes `plotly.js.gz.b85` into the build's own folder.
    pub(super) fn write() -> Result<(), Box<dyn Error>> {
        let sources = plotly::Plot::offline_js_sources();
        let script = first_script(&sources).ok_or("the plotly crate carries no plotly.js")?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(script.as_bytes())?;
        let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
        fs::write(
            out.join("plotly.js.gz.b85"),
            super::base85::encode(&packed.finish()?),
        )?;
        Ok(())
    }

    /// The body of the first script element: plotly.js. The second is a typesetter
    /// of formulas, which no chart needs.
    fn first_script(sources: &str) -> Option<&str> {
        let (_, after) = sources.split_once("<script")?;
        let (_, body) = after.split_once('>')?;
        let (script, _) = body.split_once("</script>")?;
        script.contains("plotly.js").then_some(script)
    }
}
