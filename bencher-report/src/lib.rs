//! The part of `bencher` that draws and exports.
//!
//! [`write_report`] turns finished sweeps into an interactive page and PNG files. [`deduce`] first turns a dataset into
//! chart descriptions, which are plain data ([`chart`]). Every renderer draws the same descriptions. Each module
//! imports only from the modules listed before it: `chart`, `deduce`,
//! `over_time`, `scorecard`, `render`, `write`.

#[cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(
        dead_code,
        unused_imports,
        reason = "each renderer takes what it needs"
    )
)]
pub mod chart;
pub mod deduce;
pub mod over_time;
mod render;
pub mod scorecard;
mod write;

pub use bencher_core::bench::PaneLayout;
pub use write::{ReportError, ReportFiles, ReportOptions, StaticRenderer, write_report};
#[cfg(feature = "html")]
pub use write::{write_history, write_scorecard};
