use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::console::{MOST_NOTE, clipped, error_line, visible, visible_line};
use crate::record::Counts;

use super::ProgressSink;

/// A progress bar on standard error; hidden where that is no terminal.
///
/// ```
/// use bencher_core::progress::{BarProgress, ProgressSink};
/// use bencher_core::record::Counts;
/// let mut bar = BarProgress::default();
/// bar.start("By length", 2);
/// bar.advance(&Counts { submitted: 1, executed: 1, ..Counts::default() });
/// bar.finish(&Counts::default());
/// assert!(!bar.wants_samples());
/// ```
#[derive(Debug, Default)]
pub struct BarProgress {
    bar: Option<ProgressBar>,
}

/// The most characters of a title that stand before a bar.
const MOST_TITLE: usize = 40;

const TEMPLATE: &str = "{prefix:.bold} [{bar:30}] {pos}/{len}  {rate}  {eta} left  {msg}";

impl ProgressSink for BarProgress {
    fn start(&mut self, title: &str, samples: u128) {
        let bar = ProgressBar::new(u64::try_from(samples).unwrap_or(u64::MAX));
        let style = ProgressStyle::with_template(TEMPLATE)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key(
                "rate",
                |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{:.1}/s", state.per_sec());
                },
            )
            .progress_chars("█▌ ");
        bar.set_style(style);
        bar.set_prefix(clipped(&visible_line(title), MOST_TITLE).into_owned());
        self.bar = Some(bar);
    }

    fn expect(&mut self, samples: u128) {
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(samples).unwrap_or(u64::MAX));
        }
    }

    fn advance(&mut self, counts: &Counts) {
        if let Some(bar) = &self.bar {
            if counts.failed > 0 || counts.hits > 0 {
                bar.set_message(remarks(counts));
            }
            bar.set_position(counts.submitted + counts.skipped);
        }
    }

    fn note(&mut self, text: &str) {
        match &self.bar {
            Some(bar) if !bar.is_hidden() => bar.println(visible(&clipped(text, MOST_NOTE))),
            _ => error_line!("{}", clipped(text, MOST_NOTE)),
        }
    }

    fn finish(&mut self, _: &Counts) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn remarks(counts: &Counts) -> String {
    let mut parts = Vec::new();
    if counts.hits > 0 {
        parts.push(format!("{} from the store", counts.hits));
    }
    if counts.failed > 0 {
        parts.push(format!("{} failed", counts.failed));
    }
    parts.join(", ")
}
