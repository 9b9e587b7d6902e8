//! PNG by gnuplot, through criterion-plot: lines, points, bands, boxes, violins and contours of one panel.
//!
//! criterion-plot pastes text into the script unchanged, and a script can run commands. Every text must therefore pass
//! through [`escape`].

mod boxes;
mod contours;
mod escape;
mod figure;
mod fonts;
mod process;

use std::fmt::Write;
use std::sync::OnceLock;

use thiserror::Error;

use crate::chart::{Axis, Chart, Ticks, text};
use crate::render::{Look, glyphs};

/// Why gnuplot did not draw a chart.
#[derive(Debug, Error)]
pub(crate) enum GnuplotError {
    /// A kind, a grid of panels or a chart without any value.
    #[error("gnuplot does not draw this kind of chart")]
    Kind,
    /// The program is not installed.
    #[error("gnuplot is not installed (its package is `gnuplot-nox`)")]
    NotInstalled,
    /// The program failed.
    #[error("gnuplot failed: {0}")]
    Failed(String),
}

/// Whether it is of a kind that gnuplot draws.
pub(crate) fn draws(chart: &Chart, look: &Look) -> bool {
    figure::figure(&chart.thinned().displayed(true), look).is_some()
}

/// The chart as a PNG file.
pub(crate) fn png(chart: &Chart, look: &Look) -> Result<Vec<u8>, GnuplotError> {
    let mut chart = chart.thinned().displayed(true);
    glyphs::draw(&mut chart, &|c| fonts::Fonts::installed().drawn(c));
    let chart = &chart;
    let mut figure = figure::figure(chart, look).ok_or(GnuplotError::Kind)?;
    if !installed() {
        return Err(GnuplotError::NotInstalled);
    }
    let mut script = Vec::new();
    figure
        .dump(&mut script)
        .map_err(|error| GnuplotError::Failed(error.to_string()))?;
    let turned = figure::names(chart, look).turned;
    process::run(&to_png(
        &script,
        chart,
        turned,
        &figure::captions(chart, look),
    )?)
    .map_err(GnuplotError::Failed)
}

/// Whether gnuplot answers; asked once per process.
fn installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| criterion_plot::version().is_ok())
}

/// The least number of significant digits of ticks, gnuplot's default.
const DIGITS: usize = 6;

/// criterion-plot writes SVG only, and knows no formats of ticks: the one line that names the
/// terminal is replaced.
fn to_png(
    script: &[u8],
    chart: &Chart,
    turned: bool,
    captions: &str,
) -> Result<Vec<u8>, GnuplotError> {
    const SVG: &[u8] = b"\nset terminal svg dynamic";
    let at = script
        .windows(SVG.len())
        .position(|window| window == SVG)
        .ok_or_else(|| GnuplotError::Failed("the script names no terminal".to_owned()))?;
    let (before, rest) = script.split_at(at);
    let after = rest.get(SVG.len()..).unwrap_or_default();
    let mut own = "\nset border 3 lc rgb '#5a626e'".to_owned();
    own.push_str(&formats(&chart.x, &chart.y));
    if figure::has_legend(chart) {
        // gnuplot takes every character for one of usual width.
        own.push_str("\nset key width 2");
    }
    if let (Ticks::Time, Some(range)) = (&chart.x.ticks, chart.x.range) {
        let format = text::moment_format(range);
        let _ = write!(own, "\nset xtics time\nset format x '{format}' time");
    }
    if turned {
        own.push_str("\nset xtics rotate by 90 right");
    }
    own.push_str(captions);
    own.push_str("\nset terminal pngcairo");
    Ok([before, own.as_bytes(), after].concat())
}

/// The formats of the ticks, with as many digits as distinguish them.
fn formats(x: &Axis, y: &Axis) -> String {
    let mut formats = String::new();
    for (name, axis) in [('x', x), ('y', y)] {
        let digits = axis.range.map_or(0, text::digits).max(DIGITS);
        let _ = write!(formats, "\nset format {name} '%.{digits}g'");
    }
    formats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_the_digits_that_distinguish_them() {
        let axis = |range| Axis {
            range: Some(range),
            ..Axis::linear("n", "")
        };
        let formats = formats(&axis((1_000_001.0, 1_000_005.0)), &axis((0.0, 100.0)));
        // A fifth between ticks of seven digits before the point.
        assert_eq!(formats, "\nset format x '%.9g'\nset format y '%.6g'");
    }
}
