//! The renderers: each draws the same chart description.

#[cfg(feature = "gnuplot")]
pub(crate) mod gnuplot;
#[cfg(feature = "html")]
pub(crate) mod html;
mod palette;
#[cfg(feature = "png")]
pub(crate) mod png;
