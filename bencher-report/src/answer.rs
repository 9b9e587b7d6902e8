//! The findings of a sweep and the doubts about them: computed once, for its page and for its pictures.

use bencher_core::dataset::Dataset;
use bencher_core::record::{Caveat, CaveatKind, Finding, caveats, findings};

use crate::chart::Chart;

/// What a dataset says about its results.
pub(crate) struct Answer {
    pub(crate) findings: Vec<Finding>,
    pub(crate) caveats: Vec<Caveat>,
}

impl Answer {
    pub(crate) fn of(dataset: &Dataset) -> Self {
        Self {
            findings: findings(dataset),
            caveats: caveats(dataset),
        }
    }

    /// Gives each chart of points what was found of its result: a picture is read without its page.
    pub(crate) fn write_to(&self, charts: &mut [Chart]) {
        for chart in charts.iter_mut().filter(|chart| chart.kind.shows_points()) {
            chart.answer = self.about(&chart.result);
        }
    }

    /// The sentences below the pictures of a result.
    fn about(&self, result: &str) -> Vec<String> {
        let found = self.findings.iter().filter(|one| one.result == result);
        let sentence = |one: &Finding| format!("{}: {}", one.kind.name(), one.text);
        let mut sentences: Vec<String> = found.map(sentence).collect();
        // The best point's own sentence says whether it is decided.
        let is_about = |one: &&Caveat| {
            one.kind != CaveatKind::Undecided && (one.result.is_empty() || one.result == result)
        };
        let doubtful = self.caveats.iter().filter(is_about);
        let doubtful: Vec<&str> = doubtful.map(|one| one.text.as_str()).collect();
        if !doubtful.is_empty() {
            sentences.push(format!("doubtful: {}", doubtful.join(", ")));
        }
        sentences
    }
}
