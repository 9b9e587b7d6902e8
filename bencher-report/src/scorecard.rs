//! All results of a store on one page: plain data, from which [`write_scorecard`](crate::write_scorecard) draws it.

use crate::over_time::Mean;

/// A row for each result of each sweep.
///
/// ```
/// use bencher_report::scorecard::{Grade, Row, Scorecard};
/// let mut row = Row::new("demo/sorting (bench)", "Sorting", "elapsed");
/// row.grade = Grade::Regression;
/// row.word = "regression".to_owned();
/// let same = Row { grade: Grade::Same, ..row.clone() };
/// let card = Scorecard::new(vec![same, row], "2026-03-01T12:00:00Z");
/// assert_eq!(card.rows[0].grade, Grade::Regression, "the worst first");
/// assert_eq!(card.summary(), "2 results of 1 sweep: 1 regression, 1 same");
/// let folder = tempfile::tempdir()?;
/// # if cfg!(feature = "html") {
/// let page = bencher_report::write_scorecard(&card, &folder.path().join("card.html"))?;
/// assert!(std::fs::read_to_string(page)?.contains("regression"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scorecard {
    /// The rows, the worst first.
    pub rows: Vec<Row>,
    /// When it was made, in RFC 3339.
    pub made: String,
    /// Notes for the reader: results that cannot be read.
    pub notes: Vec<String>,
}

impl Scorecard {
    /// A scorecard of some rows, which it sorts: the worst first; of equal grade, the larger change to the worse first.
    pub fn new(mut rows: Vec<Row>, made: impl Into<String>) -> Self {
        rows.sort_by(|one, other| {
            let by_grade = one.grade.cmp(&other.grade);
            let by_change = other.badness().total_cmp(&one.badness());
            by_grade
                .then(by_change)
                .then_with(|| one.names().cmp(&other.names()))
        });
        Self {
            rows,
            made: made.into(),
            notes: Vec::new(),
        }
    }

    /// The programs, that of the worst row first, each with its rows.
    pub fn programs(&self) -> Vec<(&str, Vec<&Row>)> {
        let mut programs: Vec<(&str, Vec<&Row>)> = Vec::new();
        for row in &self.rows {
            match programs
                .iter_mut()
                .find(|(program, _)| *program == row.program)
            {
                Some((_, rows)) => rows.push(row),
                None => programs.push((&row.program, vec![row])),
            }
        }
        programs
    }

    /// `12 results of 4 sweeps: 1 regression, 2 undecided, 9 ok`.
    pub fn summary(&self) -> String {
        let mut sweeps: Vec<_> = self.rows.iter().map(Row::sweep).collect();
        sweeps.sort_unstable();
        sweeps.dedup();
        let mut words: Vec<(&str, usize)> = Vec::new();
        for row in &self.rows {
            match words.iter_mut().find(|(word, _)| *word == row.grade.name()) {
                Some((_, count)) => *count += 1,
                None => words.push((row.grade.name(), 1)),
            }
        }
        let words: Vec<String> = words
            .iter()
            .map(|(word, count)| {
                // The only noun among them.
                let is_plural = *word == Grade::Regression.name() && *count > 1;
                format!("{count} {word}{}", if is_plural { "s" } else { "" })
            })
            .collect();
        let counted = |count: usize, word: &str| {
            format!("{count} {word}{}", if count == 1 { "" } else { "s" })
        };
        format!(
            "{} of {}: {}",
            counted(self.rows.len(), "result"),
            counted(sweeps.len(), "sweep"),
            words.join(", ")
        )
    }
}

/// One result of one sweep.
#[derive(Clone, Debug)]
pub struct Row {
    /// The program that declares the sweep: `demo/sorting (bench)`.
    pub program: String,
    /// The type that declares the sweep.
    pub bench: String,
    /// The title of the sweep.
    pub title: String,
    /// The tag; empty without one.
    pub tag: String,
    /// The result.
    pub result: String,
    /// Its unit.
    pub units: String,
    /// How bad the verdict is.
    pub grade: Grade,
    /// The verdict in a word: `slower`.
    pub word: String,
    /// Why; empty where the word says it.
    pub reason: String,
    /// The latest value: the mean over all points that have one.
    pub value: Option<f64>,
    /// Which mean it is.
    pub mean: Mean,
    /// How many points have a value.
    pub points: usize,
    /// The latest values over those of the baseline, a mean over the points; 1 is no change.
    pub change: Option<f64>,
    /// 1 where larger values are worse, -1 where smaller ones are, 0 where neither is known.
    pub worse: i8,
    /// How many runs are stored.
    pub runs: usize,
    /// When the newest run began, in RFC 3339.
    pub started: String,
    /// Its age in words.
    pub age: String,
    /// Its age in seconds, for sorting.
    pub age_seconds: f64,
    /// The value of each run, the oldest first.
    pub trend: Vec<TrendRun>,
    /// The address of the report of the sweep, from the page.
    pub report: Option<String>,
}

impl Row {
    /// A row without values.
    pub fn new(
        program: impl Into<String>,
        title: impl Into<String>,
        result: impl Into<String>,
    ) -> Self {
        Self {
            program: program.into(),
            bench: String::new(),
            title: title.into(),
            tag: String::new(),
            result: result.into(),
            units: String::new(),
            grade: Grade::Undecided,
            word: "undecided".to_owned(),
            reason: String::new(),
            value: None,
            mean: Mean::Geometric,
            points: 0,
            change: None,
            worse: 0,
            runs: 0,
            started: String::new(),
            age: String::new(),
            age_seconds: 0.0,
            trend: Vec::new(),
            report: None,
        }
    }

    /// How far the result changed to the worse, on the scale of logarithms; without a direction, how far it changed.
    fn badness(&self) -> f64 {
        let log = self
            .change
            .filter(|ratio| *ratio > 0.0)
            .map_or(0.0, f64::ln);
        match self.worse {
            0 => log.abs(),
            worse => log * f64::from(worse),
        }
    }

    fn sweep(&self) -> (&str, &str, &str) {
        (&self.bench, &self.title, &self.tag)
    }

    fn names(&self) -> [&str; 4] {
        [&self.program, &self.title, &self.tag, &self.result]
    }
}

/// How bad a verdict is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Samples of the newest run failed.
    Failed,
    /// Earlier runs have values, the newest has none.
    Vanished,
    /// A regression by the rules of the history.
    Regression,
    /// Worse than the previous result.
    Worse,
    /// The data do not decide.
    Undecided,
    /// A regression that somebody accepted.
    Accepted,
    /// Better than the previous result.
    Better,
    /// The same as the previous result.
    Same,
    /// No regression by the rules of the history.
    Ok,
}

impl Grade {
    /// The grade in a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Vanished => "vanished",
            Self::Regression => "regression",
            Self::Worse => "worse",
            Self::Undecided => "undecided",
            Self::Accepted => "accepted",
            Self::Better => "better",
            Self::Same => "same",
            Self::Ok => "ok",
        }
    }
}

/// One run in the trend of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrendRun {
    /// The mean over the points of the newest run; none where the run lacks one of them.
    pub value: Option<f64>,
    /// Whether the run failed a check.
    pub has_failed: bool,
    /// Whether the level of the result changed with this run.
    pub is_change: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(title: &str, grade: Grade, change: f64, worse: i8) -> Row {
        Row {
            grade,
            change: Some(change),
            worse,
            ..Row::new("demo", title, "y")
        }
    }

    #[test]
    fn the_worst_stands_first() {
        let rows = vec![
            row("same", Grade::Same, 1.0, 1),
            row("slow", Grade::Regression, 1.1, 1),
            row("slower", Grade::Regression, 1.4, 1),
            row("less throughput", Grade::Regression, 0.5, -1),
            row("vanished", Grade::Vanished, f64::NAN, 1),
            row("failed", Grade::Failed, 1.0, 1),
        ];
        let card = Scorecard::new(rows, "");
        let titles: Vec<&str> = card.rows.iter().map(|row| &*row.title).collect();
        assert_eq!(
            titles,
            [
                "failed",
                "vanished",
                "less throughput",
                "slower",
                "slow",
                "same"
            ]
        );
        assert_eq!(
            card.summary(),
            "6 results of 6 sweeps: 1 failed, 1 vanished, 3 regressions, 1 same"
        );
    }

    #[test]
    fn programs_stand_in_the_order_of_their_worst_rows() {
        let mut good = row("a", Grade::Ok, 1.0, 1);
        good.program = "alpha".to_owned();
        let mut bad = row("z", Grade::Failed, 1.0, 1);
        bad.program = "zeta".to_owned();
        let mut other = row("y", Grade::Ok, 1.0, 1);
        other.program = "zeta".to_owned();
        let card = Scorecard::new(vec![good, other, bad], "");
        let programs = card.programs();
        let counts: Vec<(&str, usize)> = programs
            .iter()
            .map(|(name, rows)| (*name, rows.len()))
            .collect();
        assert_eq!(counts, [("zeta", 2), ("alpha", 1)]);
    }
}
