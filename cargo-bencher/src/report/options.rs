//! The options of `cargo bencher report`.

use std::path::PathBuf;

use bencher_core::bench::{PlotSelection, PngBackend};
use bencher_core::dataset::{Aggregate, Aggregation, Statistic};

use crate::words::Words;

/// The results that are drawn, and the files that are written.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) store: PathBuf,
    pub(super) out: Option<PathBuf>,
    pub(super) plots: Option<PlotSelection>,
    pub(super) aggregate: Option<Aggregation>,
    pub(super) open: bool,
    /// The port at which the page is served; 0 for a free one.
    pub(super) serve: Option<u16>,
    html: bool,
    pub(super) png: Option<PathBuf>,
    pub(super) png_backend: PngBackend,
    pub(super) svg: Option<PathBuf>,
    pub(super) csv: Option<PathBuf>,
    pub(super) markdown: Option<String>,
    pub(super) zarr: Option<PathBuf>,
    /// Titles of sweeps, and files.
    pub(super) words: Vec<String>,
}

impl Options {
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let (serve, args) = serve_port(args)?;
        let mut words = Words::new(&args);
        words.knows("--serve");
        let (html, open) = (words.switch("--html"), words.switch("--open"));
        let mut path = |name| Ok::<_, String>(words.value(name)?.map(PathBuf::from));
        let (out, png, svg) = (path("--out")?, path("--png")?, path("--svg")?);
        let (csv, zarr) = (path("--csv")?, path("--zarr")?);
        let markdown = words.value("--md")?;
        let plots = words.value("--plots")?;
        let plots = plots.map(|names| PlotSelection::of(names.split(',')));
        let backend = words.value("--png-backend")?;
        let backend = backend.map_or(Ok(PngBackend::Auto), |name| name.parse());
        let options = Self {
            plots: plots.transpose()?,
            aggregate: aggregation(&mut words)?,
            serve,
            store: words.store()?,
            out,
            open,
            html,
            png,
            svg,
            png_backend: backend.map_err(|reason: String| format!("--png-backend: {reason}"))?,
            csv,
            markdown,
            zarr,
            words: words.rest(usize::MAX)?,
        };
        if serve.is_some() && !options.is_plain() {
            return Err("`--serve` serves the page; give the other outputs without it".to_owned());
        }
        Ok(options)
    }

    /// Whether a page is written: where it is asked for, or nothing else is.
    pub(super) fn has_page(&self) -> bool {
        self.html || self.open || self.out.is_some() || self.is_plain()
    }

    /// Whether pictures lie beside the page.
    pub(super) fn has_pictures_beside(&self) -> bool {
        !self.html && self.is_plain()
    }

    /// Whether Markdown goes to standard output.
    pub(super) fn is_markdown_printed(&self) -> bool {
        self.markdown.as_deref() == Some("-")
    }

    /// Whether no other output is asked for.
    fn is_plain(&self) -> bool {
        let paths = [&self.png, &self.svg, &self.csv, &self.zarr];
        paths.iter().all(|path| path.is_none()) && self.markdown.is_none()
    }
}

/// The view over fewer inputs.
fn aggregation(words: &mut Words) -> Result<Option<Aggregation>, String> {
    let inputs = words.value("--aggregate")?;
    let statistic = words.value("--aggregate-statistic")?;
    let Some(inputs) = inputs else {
        let reason = "`--aggregate-statistic` needs `--aggregate INPUTS`";
        return statistic.map_or(Ok(None), |_| Err(reason.to_owned()));
    };
    let inputs = Aggregate::of(inputs.split(',')).map_err(|why| format!("--aggregate: {why}"))?;
    let statistic = statistic.map_or(Ok(Statistic::Mean), |name| {
        let mut named = Statistic::NAMED.into_iter();
        let found = named.find(|(known, _)| *known == name);
        found.map(|(_, statistic)| statistic).ok_or_else(|| {
            let known = Statistic::NAMED.map(|(name, _)| name).join(", ");
            format!("--aggregate-statistic: `{name}` is not one of {known}")
        })
    })?;
    Ok(Some(Aggregation { inputs, statistic }))
}

/// The port behind `--serve`, if that is given, and the other words. The port may be missing.
fn serve_port(args: &[String]) -> Result<(Option<u16>, Vec<String>), String> {
    let mut args = args.to_vec();
    let is_it = |word: &String| word == "--serve" || word.starts_with("--serve=");
    let Some(at) = args.iter().position(is_it) else {
        return Ok((None, args));
    };
    let word = args.remove(at);
    if let Some((_, text)) = word.split_once('=') {
        let port = text
            .parse()
            .map_err(|_| format!("`{word}` is no port (0 to 65535)"))?;
        return Ok((Some(port), args));
    }
    let port = args.get(at).and_then(|next| next.parse().ok());
    if port.is_some() {
        args.remove(at);
    }
    Ok((Some(port.unwrap_or(0)), args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_stand_behind_serve() {
        let parse = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            serve_port(&words).map(|(port, rest)| (port, rest.join(" ")))
        };
        for (line, port, rest) in [
            ("a", None, "a"),
            ("--serve", Some(0), ""),
            ("--serve 8080 a", Some(8080), "a"),
            ("a --serve=8080", Some(8080), "a"),
            ("--serve a", Some(0), "a"),
            ("--serve --open", Some(0), "--open"),
        ] {
            assert_eq!(parse(line), Ok((port, rest.to_owned())), "{line}");
        }
        assert!(parse("--serve=99999").is_err());
    }
}
