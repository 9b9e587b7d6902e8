use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::console::{MOST_NOTE, clipped, error_line, visible_line};
use crate::evaluator::{ClusterReport, HostShare};
use crate::record::Counts;

use super::ProgressSink;

/// A progress bar on standard error; it is hidden where that is not a terminal.
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
    bar: Option<Bar>,
}

/// The most characters of a title that stand before a bar.
const MOST_TITLE: usize = 40;
/// The characters of the bar itself.
const LENGTH: u128 = 30;
/// Those of the bar of a search.
const SHORT: u128 = 10;
/// The most hosts that have a line of their own.
const MOST_HOSTS: usize = 8;
/// How long a bar stands before it is drawn again.
const PAUSE: Duration = Duration::from_millis(100);
/// The most characters of a line: terminals are seldom narrower, and a line that is broken is not drawn over.
const WIDTH: usize = 79;

/// How far a sweep is.
#[derive(Debug)]
struct Bar {
    title: String,
    samples: u128,
    done: u128,
    remarks: String,
    /// The best value of a search so far.
    best: Option<String>,
    begun: Instant,
    /// When it was drawn; never where standard error is no terminal.
    drawn: Option<Instant>,
    is_terminal: bool,
    /// A line for each host of a cluster.
    hosts: Vec<String>,
    /// How many of these lines stand below the bar.
    below: usize,
}

impl Bar {
    /// Draws the line, if it is time for that.
    fn draw(&mut self) {
        let is_fresh = self.drawn.is_some_and(|drawn| drawn.elapsed() < PAUSE);
        if self.is_terminal && !is_fresh {
            // A terminal that is gone misses nothing.
            let _ = write!(std::io::stderr(), "{}", self.text(self.begun.elapsed()));
            self.below = self.hosts.len();
            self.drawn = Some(Instant::now());
        }
    }

    /// Takes the line away, if there is one.
    fn clear(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[J");
            self.below = 0;
        }
    }

    /// The bar with its hosts, over what stands there; the cursor stays on the line of the bar.
    fn text(&self, elapsed: Duration) -> String {
        let mut text = format!("\r{}\x1b[K", self.line(elapsed));
        for line in &self.hosts {
            text.push_str("\n\r");
            text.extend(line.chars().take(WIDTH));
            text.push_str("\x1b[K");
        }
        if self.hosts.len() < self.below {
            text.push_str("\x1b[J");
        }
        if !self.hosts.is_empty() {
            // Writing to a text never fails.
            let _ = write!(text, "\x1b[{}A\r", self.hosts.len());
        }
        text
    }

    /// The text of the bar after some time.
    fn line(&self, elapsed: Duration) -> String {
        let Self {
            title,
            samples,
            done,
            remarks,
            best,
            ..
        } = self;
        // The best so far needs the room.
        let length = if best.is_some() { SHORT } else { LENGTH };
        let filled = (done * length)
            .checked_div(*samples)
            .unwrap_or(0)
            .min(length);
        let bar: String = (0..length)
            .map(|at| if at < filled { '█' } else { ' ' })
            .collect();
        let rate = *done as f64 / elapsed.as_secs_f64().max(1e-9);
        let left = match samples.saturating_sub(*done) as f64 / rate {
            seconds if seconds.is_finite() => format!("  {} left", rough(seconds)),
            _ => String::new(),
        };
        let best = best
            .as_ref()
            .map_or_else(String::new, |best| format!("  {best}"));
        let text = format!("{title} [{bar}] {done}/{samples}  {rate:.1}/s{left}{best}  {remarks}");
        text.trim_end().chars().take(WIDTH).collect()
    }
}

/// A time in its two largest units.
fn rough(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive time, which `as` keeps in range"
    )]
    let seconds = seconds.round() as u64;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {}h", seconds / 86400, seconds / 3600 % 24),
    }
}

impl ProgressSink for BarProgress {
    fn start(&mut self, title: &str, samples: u128) {
        self.bar = Some(Bar {
            title: visible_line(title).chars().take(MOST_TITLE).collect(),
            samples,
            done: 0,
            remarks: String::new(),
            best: None,
            begun: Instant::now(),
            drawn: None,
            is_terminal: std::io::stderr().is_terminal(),
            hosts: Vec::new(),
            below: 0,
        });
    }

    fn expect(&mut self, samples: u128) {
        if let Some(bar) = &mut self.bar {
            bar.samples = samples;
        }
    }

    fn advance(&mut self, counts: &Counts) {
        if let Some(bar) = &mut self.bar {
            bar.done = u128::from(counts.submitted + counts.skipped);
            if bar.is_terminal {
                bar.remarks = remarks(counts);
                bar.draw();
            }
        }
    }

    fn best(&mut self, _: u64, best: &str) {
        if let Some(bar) = &mut self.bar {
            bar.best = Some(format!("best {}", visible_line(best)));
            bar.draw();
        }
    }

    fn cluster(&mut self, report: &ClusterReport) {
        if let Some(bar) = &mut self.bar {
            bar.hosts = host_lines(report);
        }
    }

    fn note(&mut self, text: &str) {
        if let Some(bar) = &mut self.bar {
            bar.clear();
        }
        error_line!("{}", clipped(text, MOST_NOTE));
    }

    fn finish(&mut self, _: &Counts) {
        if let Some(mut bar) = self.bar.take() {
            bar.clear();
        }
    }
}

/// A line for each host; the smallest shares have one together.
pub(super) fn host_lines(report: &ClusterReport) -> Vec<String> {
    let mut hosts: Vec<&HostShare> = report.hosts.iter().collect();
    if hosts.len() > MOST_HOSTS {
        crate::sort::by_key(&mut hosts, |host| std::cmp::Reverse(host.jobs));
    }
    let (shown, others) = hosts.split_at(hosts.len().min(MOST_HOSTS));
    let mut lines: Vec<String> = shown
        .iter()
        .map(|host| {
            let share = 100.0 * report.share(host);
            let name = visible_line(&host.host);
            let mut line = format!(
                "  {name}  {} workers  {} done ({share:.0} %)",
                host.alive, host.jobs
            );
            if host.failed > 0 {
                let _ = write!(line, "  {} failed", host.failed);
            }
            if host.redelivered > 0 {
                let _ = write!(line, "  {} redelivered", host.redelivered);
            }
            if let Some(owner) = &host.waits_for {
                let _ = write!(line, "  waits for {}", visible_line(owner));
            }
            line
        })
        .collect();
    if !others.is_empty() {
        let jobs: u64 = others.iter().map(|host| host.jobs).sum();
        lines.push(format!("  {} more hosts  {jobs} done", others.len()));
    }
    lines
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_will_take() {
        let mut bar = Bar {
            title: "By length".to_owned(),
            samples: 120,
            done: 40,
            remarks: String::new(),
            best: None,
            begun: Instant::now(),
            drawn: None,
            is_terminal: true,
            hosts: Vec::new(),
            below: 0,
        };
        assert_eq!(
            bar.line(Duration::from_secs(80)),
            format!(
                "By length [{}{}] 40/120  0.5/s  2m 40s left",
                "█".repeat(10),
                " ".repeat(20)
            )
        );
        bar.best = Some("best 2.1 ms".to_owned());
        assert_eq!(
            bar.line(Duration::from_secs(80)),
            format!(
                "By length [{}{}] 40/120  0.5/s  2m 40s left  best 2.1 ms",
                "█".repeat(3),
                " ".repeat(7)
            )
        );
        bar.best = None;
        bar.done = 0;
        bar.remarks = "x".repeat(200);
        let line = bar.line(Duration::from_secs(1));
        assert!(line.starts_with("By length [ ") && line.contains("] 0/120  0.0/s  x"));
        assert_eq!(line.chars().count(), WIDTH);
        (bar.samples, bar.done) = (0, 0);
        assert!(bar.line(Duration::ZERO).contains("0/0"));
        for (seconds, text) in [
            (0.4, "0s"),
            (59.6, "1m 0s"),
            (3700.0, "1h 1m"),
            (1e6, "11d 13h"),
        ] {
            assert_eq!(rough(seconds), text);
        }
    }

    #[test]
    fn every_host_has_a_line_below_the_bar() {
        let host = |name: &str, jobs, failed| HostShare {
            host: name.to_owned(),
            alive: 2,
            jobs,
            failed,
            ..HostShare::default()
        };
        let mut report = ClusterReport {
            hosts: vec![host("n1", 30, 0), host("n\u{1b}2", 10, 1)],
            ..ClusterReport::default()
        };
        report.hosts[0].waits_for = Some("process 7 (other)".to_owned());
        let lines = host_lines(&report);
        assert_eq!(
            lines,
            [
                "  n1  2 workers  30 done (75 %)  waits for process 7 (other)",
                "  n\\u{1b}2  2 workers  10 done (25 %)  1 failed"
            ]
        );
        let mut bar = Bar {
            title: "S".to_owned(),
            samples: 4,
            done: 0,
            best: None,
            remarks: String::new(),
            begun: Instant::now(),
            drawn: None,
            is_terminal: true,
            hosts: lines,
            below: 0,
        };
        let text = bar.text(Duration::from_secs(1));
        assert_eq!(text.matches('\n').count(), 2);
        assert!(text.ends_with("\x1b[2A\r"), "the cursor is back: {text:?}");
        (bar.hosts, bar.below) = (Vec::new(), 2);
        assert!(bar.text(Duration::from_secs(1)).ends_with("\x1b[J"));
        report.hosts = (0..200).map(|n| host("n", n, 0)).collect();
        let lines = host_lines(&report);
        assert_eq!(lines.len(), 9);
        assert!(lines[0].contains("199 done") && lines[8].contains("192 more hosts"));
    }
}
