use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The place of a report.
///
/// ```
/// use bencher_core::bench::{ReportLocation, RunConfig};
/// let config = RunConfig { report: ReportLocation::Folder("out".into()), ..RunConfig::default() };
/// assert_ne!(config.report, ReportLocation::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReportLocation {
    /// Beside the store, in a directory with the program's name.
    #[default]
    Default,
    /// This directory.
    Folder(PathBuf),
    /// Nowhere: none is drawn.
    Disabled,
}

/// The layout of a report, which the [`Reporter`](crate::bench::Reporter) receives.
///
/// ```
/// use bencher_core::bench::{PaneLayout, PlotOptions};
/// let options = PlotOptions::default();
/// assert_eq!((options.plot_width, options.plot_height), (600, 600));
/// assert_eq!(options.layout, PaneLayout::Grid);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlotOptions {
    /// Width of a plot in pixels (600).
    pub plot_width: u32,
    /// Height of a plot in pixels (600).
    pub plot_height: u32,
    /// The arrangement of the plots of one result (grid).
    pub layout: PaneLayout,
    /// The renderer of PNG files (auto).
    pub png_backend: PngBackend,
}

impl Default for PlotOptions {
    fn default() -> Self {
        Self {
            plot_width: 600,
            plot_height: 600,
            layout: PaneLayout::Grid,
            png_backend: PngBackend::Auto,
        }
    }
}

/// A renderer of PNG files.
///
/// ```
/// use bencher_core::bench::PngBackend;
/// assert_eq!("builtin".parse(), Ok(PngBackend::BuiltIn));
/// assert_eq!("kuva".parse::<PngBackend>(), Err("`kuva` is not one of auto, gnuplot, builtin".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PngBackend {
    /// Use gnuplot for the sweeps all of whose figures it can draw, where it is installed, and the built-in renderer
    /// for the others: the pictures of a sweep have one look.
    #[default]
    Auto,
    /// Use gnuplot for the kinds that it supports; where it fails, warn and use the built-in renderer.
    Gnuplot,
    /// Use the built-in renderer, which has its own font and draws every kind.
    BuiltIn,
}

impl PngBackend {
    /// The renderers with their names.
    pub(super) const NAMED: [(&'static str, Self); 3] = [
        ("auto", Self::Auto),
        ("gnuplot", Self::Gnuplot),
        ("builtin", Self::BuiltIn),
    ];
}

impl FromStr for PngBackend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::NAMED.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, backend)| backend).ok_or_else(|| {
            let names = Self::NAMED.map(|(name, _)| name).join(", ");
            format!("`{text}` is not one of {names}")
        })
    }
}

/// The arrangement of plots that show one result at different values of further inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaneLayout {
    /// Side by side, in rows and columns.
    #[default]
    Grid,
    /// One at a time, behind tabs.
    Tabs,
    /// Tabs for the outermost input, a grid within each.
    Both,
}

/// The form of the output.
///
/// ```
/// use bencher_core::bench::{OutputFormat, RunConfig};
/// assert_eq!(RunConfig::default().output, OutputFormat::Text);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// A progress bar, tables, and the paths of the results.
    #[default]
    Text,
    /// One JSON object a line on standard output.
    Json,
    /// Errors only.
    Quiet,
}

/// The parts of a finished sweep that are printed with [`OutputFormat::Text`].
///
/// ```
/// use bencher_core::bench::PrintOptions;
/// let print = PrintOptions::default();
/// assert!(print.dataset && print.results);
/// assert!(!(print.inputs || print.constants || print.samples));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct PrintOptions {
    /// The swept inputs with all their values (no).
    pub inputs: bool,
    /// The inputs that keep one value (no).
    pub constants: bool,
    /// The dataset at a glance: dimensions, coordinates, results, states of cells (yes).
    pub dataset: bool,
    /// A table with a row for every point, repeats summed up (yes).
    pub results: bool,
    /// A table with a row for every sample (no).
    pub samples: bool,
    /// A plot of each result in characters (no).
    pub plots: bool,
}

impl Default for PrintOptions {
    fn default() -> Self {
        Self {
            dataset: true,
            results: true,
            ..Self::NOTHING
        }
    }
}

impl PrintOptions {
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        inputs: false,
        constants: false,
        dataset: false,
        results: false,
        samples: false,
        plots: false,
    };

    /// The names of the parts, in the order in which they are printed.
    pub(super) const PARTS: [&str; 6] = [
        "inputs",
        "constants",
        "dataset",
        "results",
        "samples",
        "plots",
    ];

    /// The switch of a part.
    pub(super) fn part(&mut self, name: &str) -> Option<&mut bool> {
        match name {
            "inputs" => Some(&mut self.inputs),
            "constants" => Some(&mut self.constants),
            "dataset" => Some(&mut self.dataset),
            "results" => Some(&mut self.results),
            "samples" => Some(&mut self.samples),
            "plots" => Some(&mut self.plots),
            _ => None,
        }
    }
}
