//! The pictures of a report; every chart is drawn on its own worker.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::chart::{Chart, text};

use crate::render::Look;

use bencher_core::bench::PngBackend;

/// The form of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureForm {
    Png(PngBackend),
    Svg,
}

impl PictureForm {
    const fn name(self) -> &'static str {
        match self {
            Self::Png(_) => "PNG",
            Self::Svg => "SVG",
        }
    }
}

/// The outcome of drawing one chart.
#[derive(Default)]
pub(super) struct Picture {
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) warnings: Vec<String>,
}

/// Draws charts on as many threads as the machine has cores; the pictures come in their order.
pub(super) fn draw_all(charts: &[Chart], form: PictureForm, look: &Look) -> Vec<Picture> {
    let form = match form {
        PictureForm::Png(PngBackend::Auto) if !is_for_gnuplot(charts, look) => {
            PictureForm::Png(PngBackend::BuiltIn)
        }
        chosen => chosen,
    };
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Picture>> = charts.iter().map(|_| Mutex::default()).collect();
    let work = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let (Some(chart), Some(slot)) = (charts.get(n), done.get(n)) else {
                return;
            };
            let picture = guarded(chart, form, look);
            if let Ok(mut slot) = slot.lock() {
                *slot = picture;
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..cores.min(charts.len()) {
            // Where the system allows no further thread, those that are there draw all charts.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    done.into_iter()
        .map(|slot| slot.into_inner().unwrap_or_default())
        .collect()
}

/// Whether gnuplot draws all of these: pictures that are seen together have one look.
#[cfg(feature = "gnuplot")]
fn is_for_gnuplot(charts: &[Chart], look: &Look) -> bool {
    let mut charts = charts.iter().filter(|chart| !chart.is_blank());
    charts.all(|chart| crate::render::gnuplot::draws(chart, look))
}

#[cfg(not(feature = "gnuplot"))]
fn is_for_gnuplot(_: &[Chart], _: &Look) -> bool {
    false
}

/// A renderer is other people's code: its panic is a warning, not the end of the report.
fn guarded(chart: &Chart, form: PictureForm, look: &Look) -> Picture {
    let mut warnings = Vec::new();
    // An empty frame would say nothing; the page says why there is no value.
    if chart.is_blank() {
        return Picture::default();
    }
    let drawn = catch_unwind(AssertUnwindSafe(|| match form {
        PictureForm::Png(renderer) => png(chart, renderer, look, &mut warnings),
        PictureForm::Svg => svg(chart, look, &mut warnings),
    }));
    let bytes = drawn.unwrap_or_else(|_| {
        let (title, form) = (text::clip(&chart.title, 100), form.name());
        warnings.push(format!("{title}: no {form} file: the renderer panicked"));
        None
    });
    Picture { bytes, warnings }
}

/// The PNG of a chart; a failure becomes a warning.
fn png(
    chart: &Chart,
    renderer: PngBackend,
    look: &Look,
    warnings: &mut Vec<String>,
) -> Option<Vec<u8>> {
    #[cfg(feature = "gnuplot")]
    if renderer != PngBackend::BuiltIn {
        use crate::render::gnuplot::{self, GnuplotError};

        match gnuplot::png(chart, look) {
            Ok(png) => return Some(png),
            // Kinds that gnuplot does not draw are the built-in renderer's, by design and without a word.
            Err(GnuplotError::Kind) => {}
            Err(GnuplotError::NotInstalled) if renderer == PngBackend::Auto => {}
            Err(refusal) => warnings.push(format!(
                "{}: {refusal}; drawn by the built-in renderer instead",
                text::clip(&chart.title, 100)
            )),
        }
    }
    #[cfg(not(feature = "gnuplot"))]
    if renderer == PngBackend::Gnuplot {
        warnings.push("bencher-report was built without its feature `gnuplot`".to_owned());
    }
    built_in(chart, look, warnings)
}

/// The SVG of a chart.
#[cfg(feature = "png")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "without the feature there is none"
)]
fn svg(chart: &Chart, look: &Look, _: &mut Vec<String>) -> Option<Vec<u8>> {
    Some(crate::render::png::svg(chart, look).into_bytes())
}

#[cfg(not(feature = "png"))]
fn svg(chart: &Chart, _: &Look, warnings: &mut Vec<String>) -> Option<Vec<u8>> {
    let title = text::clip(&chart.title, 100);
    warnings.push(format!(
        "{title}: no SVG file: bencher-report was built without its feature `png`"
    ));
    None
}

#[cfg(feature = "png")]
fn built_in(chart: &Chart, look: &Look, warnings: &mut Vec<String>) -> Option<Vec<u8>> {
    match crate::render::png::png(chart, look) {
        Ok(png) => Some(png),
        Err(reason) => {
            let title = text::clip(&chart.title, 100);
            warnings.push(format!("{title}: no PNG file: {reason}"));
            None
        }
    }
}

#[cfg(not(feature = "png"))]
fn built_in(chart: &Chart, _look: &Look, warnings: &mut Vec<String>) -> Option<Vec<u8>> {
    let title = text::clip(&chart.title, 100);
    warnings.push(format!(
        "{title}: no PNG file: bencher-report was built without its feature `png`"
    ));
    None
}
