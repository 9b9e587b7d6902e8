//! The outcome of a claim in lines for people.

use crate::console::visible;

use super::outcome::{ClaimOutcome, ClaimVerdict, PointOutcome};

/// The most points at which a claim fails that have a line.
const MOST_LINES: usize = 20;

impl ClaimOutcome {
    /// The claim with its verdict, and a line for each point at which it fails.
    ///
    /// The first line is `ratio < 0.7: holds at 12 of 12 points (nearest at codec=lz4: 0.68 in all 3 samples)`.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.summary()];
        let name = self.name();
        let failures = self.failures.iter().take(MOST_LINES);
        lines
            .extend(failures.map(|point| format!("{name} fails{}: {}", at(point), point.evidence)));
        let more = self.fails - self.failures.len().min(MOST_LINES);
        if more > 0 {
            lines.push(format!("{name} fails at {more} more points"));
        }
        if let Some(point) = &self.doubtful {
            let which = if self.undecided == 1 {
                ""
            } else {
                ", most of all"
            };
            lines.push(format!(
                "{name} undecided{which}{}: {}",
                at(point),
                point.evidence
            ));
        }
        lines
    }

    /// The lines of the points at which it fails.
    pub(crate) fn failure_lines(&self) -> Vec<String> {
        let name = self.name();
        let fails = format!("{name} fails");
        self.lines()
            .into_iter()
            .filter(|line| line.starts_with(&fails))
            .collect()
    }

    fn name(&self) -> String {
        format!("{} {}", visible(&self.result), visible(&self.claim))
    }

    fn summary(&self) -> String {
        let name = self.name();
        let points = self.points();
        let noun = if points == 1 { "point" } else { "points" };
        match (self.verdict(), &self.nearest) {
            (_, _) if points == 0 => format!("{name}: not judged, because no point was measured"),
            (ClaimVerdict::Holds, Some(nearest)) => {
                let where_it_is = if points == 1 {
                    String::new()
                } else {
                    format!("nearest{}: ", at(nearest))
                };
                format!(
                    "{name}: holds at {points} of {points} {noun} ({where_it_is}{})",
                    nearest.evidence
                )
            }
            _ => {
                let counts = [
                    ("fails", self.fails),
                    ("undecided", self.undecided),
                    ("holds", self.holds),
                ];
                let counts = counts.into_iter().filter(|(_, count)| *count > 0);
                let counts: Vec<String> = counts
                    .map(|(what, count)| format!("{what} at {count}"))
                    .collect();
                format!("{name}: {} of {points} {noun}", counts.join(", "))
            }
        }
    }
}

/// ` at len=10, codec=lz4`; nothing for the one point of a sweep without inputs.
fn at(point: &PointOutcome) -> String {
    let inputs: Vec<String> = point
        .at
        .iter()
        .map(|(name, value)| format!("{}={}", visible(name), visible(value)))
        .collect();
    if inputs.is_empty() {
        String::new()
    } else {
        format!(" at {}", inputs.join(", "))
    }
}
