use std::path::PathBuf;

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
}

impl Default for PlotOptions {
    fn default() -> Self {
        Self {
            plot_width: 600,
            plot_height: 600,
            layout: PaneLayout::Grid,
        }
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
