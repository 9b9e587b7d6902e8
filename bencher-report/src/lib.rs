//! The part of `bencher` that draws and exports.
//!
//! [`write_report`] turns finished sweeps into an interactive page and PNG files. [`deduce`] first turns a dataset into
//! chart descriptions, which are plain data ([`chart`]). Every renderer draws the same descriptions. Each module
//! imports only from the modules listed before it: `chart`, `custom`, `deduce`, `over_time`, `scorecard`, `render`, `write`.
//!
//! [`write_history`] and [`write_scorecard`] draw the runs of sweeps over time, and all results of a store, from plain
//! data of their own ([`over_time`], [`scorecard`]).

#[cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(
        dead_code,
        unused_imports,
        reason = "each renderer takes what it needs"
    )
)]
mod answer;
pub mod chart;
mod custom;
pub mod deduce;
#[cfg_attr(
    not(feature = "html"),
    allow(dead_code, unused_imports, reason = "only the page takes it")
)]
pub mod over_time;
mod render;
#[cfg_attr(
    not(feature = "html"),
    allow(dead_code, unused_imports, reason = "only the page takes it")
)]
pub mod scorecard;
mod write;

pub use bencher_core::bench::{PaneLayout, PlotSelection, PngBackend};
pub use custom::{CustomPlot, CustomPlots, SweepPlot};
pub use write::{ReportError, ReportFiles, ReportOptions, write_report};
#[cfg(feature = "html")]
pub use write::{write_history, write_scorecard};
