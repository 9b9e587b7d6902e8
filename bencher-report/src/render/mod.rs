//! The renderers: each draws the same chart description.

/// The folder beside a page that holds what it links to.
pub(crate) const FOLDER: &str = "files";

#[cfg(feature = "gnuplot")]
pub(crate) mod gnuplot;
#[cfg(feature = "html")]
pub(crate) mod html;
mod palette;
#[cfg(feature = "png")]
pub(crate) mod png;
