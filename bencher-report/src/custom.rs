//! Plots of a program's own.

use std::fmt;
use std::sync::Arc;

use bencher_core::bench::{OwnPlot, SweepBuilder};
use bencher_core::dataset::Dataset;
use bencher_core::sweep_executor::Benchmark;

use crate::chart::Chart;

/// A plot of a program's own: it turns the results of a sweep into the description of a chart.
///
/// Every renderer draws the description, so that the plot is on the page, in the pictures, and in the CSV file of its data,
/// as all others are. [`CustomPlots::custom_plot`] adds it to a sweep; `examples/custom_plot.rs` shows one.
///
/// ```
#[doc = include_str!("example_dataset.md")]
/// use bencher_report::chart::{Axis, Chart, Marks, Point, Series};
/// use bencher_report::deduce::{deduce_with, explain_with};
/// use bencher_report::{CustomPlot, PlotSelection, SweepPlot};
///
/// /// Nanoseconds for each element.
/// struct PerElement;
///
/// impl CustomPlot for PerElement {
///     fn name(&self) -> &str {
///         "per element"
///     }
///
///     fn chart(&self, dataset: &Dataset) -> Result<Chart, String> {
///         let lengths = &dataset.dims()[0].values;
///         let elapsed = dataset.variable("elapsed").map_err(|error| error.to_string())?;
///         let numbers = lengths.iter().map(|len| len.as_f64().unwrap_or(f64::NAN)).enumerate();
///         let points = numbers.map(|(n, len)| Point::new(len, elapsed.number(n).map(|time| time / len)));
///         let series = Series { name: "all".to_owned(), points: points.collect() };
///         let axes = (Axis::linear("len", "elements"), Axis::linear("elapsed per element", "s"));
///         Ok(Chart::new("Elapsed per element", axes, Marks::Lines(vec![series])))
///     }
/// }
///
/// let own = [SweepPlot::new(PerElement)];
/// let charts = deduce_with(&dataset, PlotSelection::default(), &own);
/// assert_eq!(charts.last().ok_or("no chart")?.id, "per-element-custom");
/// let explained = explain_with(&dataset, PlotSelection::default(), &own);
/// assert!(explained.iter().any(|one| one.result == "per element" && one.chosen));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CustomPlot: Send + Sync {
    /// The name of the plot, which names its files, too. It differs from those of other plots of the sweep.
    fn name(&self) -> &str;

    /// The description of the chart.
    ///
    /// Ranges that the axes lack are those of the marks. Numbers that are not finite become gaps.
    ///
    /// # Errors
    /// The reason why there is no chart, for the reader.
    fn chart(&self, dataset: &Dataset) -> Result<Chart, String>;
}

/// A plot of a program's own, as reports take it. See [`CustomPlot`] for an example.
#[derive(Clone)]
pub struct SweepPlot(Arc<dyn CustomPlot>);

impl SweepPlot {
    /// The plot for reports.
    pub fn new(plot: impl CustomPlot + 'static) -> Self {
        Self(Arc::new(plot))
    }

    /// The plots that a program added to the sweep with a title.
    pub fn of_sweep(plots: &[OwnPlot], title: &str) -> Vec<Self> {
        let of_sweep = plots.iter().filter(|plot| plot.sweep() == title);
        of_sweep.filter_map(|plot| plot.get().cloned()).collect()
    }

    pub(crate) fn get(&self) -> &dyn CustomPlot {
        &*self.0
    }
}

impl fmt::Debug for SweepPlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SweepPlot").field(&self.0.name()).finish()
    }
}

/// Adds plots of the program's own to a sweep.
pub trait CustomPlots {
    /// Adds a plot to the report of this sweep.
    ///
    /// It is drawn where the selection of plots has `auto` or `custom`. The program draws it itself, so it needs the feature
    /// `report`; `cargo bencher report` draws stored results without it.
    #[must_use = "a sweep does nothing until it is `run()`"]
    fn custom_plot(self, plot: impl CustomPlot + 'static) -> Self;
}

impl<S: Benchmark> CustomPlots for SweepBuilder<'_, S> {
    fn custom_plot(self, plot: impl CustomPlot + 'static) -> Self {
        let name = plot.name().to_owned();
        self.own_plot(name, SweepPlot::new(plot))
    }
}
