//! The options of `cargo bencher report`.

use std::path::PathBuf;

use bencher_core::bench::PlotSelection;

use crate::words::Words;

/// What is drawn, and what is written.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) store: PathBuf,
    pub(super) out: Option<PathBuf>,
    pub(super) plots: Option<PlotSelection>,
    pub(super) open: bool,
    html: bool,
    pub(super) png: Option<PathBuf>,
    pub(super) csv: Option<PathBuf>,
    pub(super) markdown: Option<String>,
    pub(super) zarr: Option<PathBuf>,
    /// Titles of sweeps, and files.
    pub(super) words: Vec<String>,
}

impl Options {
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let mut words = Words::new(args);
        let (html, open) = (words.switch("--html"), words.switch("--open"));
        let mut path = |name| Ok::<_, String>(words.value(name)?.map(PathBuf::from));
        let (out, png) = (path("--out")?, path("--png")?);
        let (csv, zarr) = (path("--csv")?, path("--zarr")?);
        let markdown = words.value("--md")?;
        let plots = words.value("--plots")?;
        let plots = plots.map(|names| PlotSelection::of(names.split(',')));
        Ok(Self {
            plots: plots.transpose()?,
            store: words.store()?,
            out,
            open,
            html,
            png,
            csv,
            markdown,
            zarr,
            words: words.rest(usize::MAX)?,
        })
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
        let paths = [&self.png, &self.csv, &self.zarr];
        paths.iter().all(|path| path.is_none()) && self.markdown.is_none()
    }
}
