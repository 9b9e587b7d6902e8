//! The renderers: each draws the same chart description.

mod glyphs;
#[cfg(feature = "gnuplot")]
pub(crate) mod gnuplot;
#[cfg(feature = "html")]
pub(crate) mod html;
mod look;
mod names;
mod palette;
#[cfg(feature = "png")]
pub(crate) mod png;

pub(crate) use look::Look;
#[cfg(feature = "html")]
pub(crate) use look::ROOM;
pub(crate) use names::{LONGEST, Names, fit, fitting, width as label_width, wrap};

/// The folder beside a page that holds what it links to.
pub(crate) use bencher_core::bench::report_files::FOLDER;
