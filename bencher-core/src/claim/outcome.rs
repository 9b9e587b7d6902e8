//! What a claim came to: at one point, and at all of them.

/// Whether a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimVerdict {
    /// The samples show that it holds.
    Holds,
    /// The samples show that it does not hold, or a sample failed.
    Fails,
    /// The samples do not decide.
    Undecided,
}

impl ClaimVerdict {
    /// The word in tables and files.
    ///
    /// ```
    /// use bencher_core::claim::ClaimVerdict;
    /// assert_eq!(ClaimVerdict::Undecided.name(), "undecided");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
        }
    }
}

/// A claim at one point. See the [room](super) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct PointOutcome {
    /// The inputs with the text of their values.
    pub at: Vec<(String, String)>,
    /// Whether it holds there.
    pub verdict: ClaimVerdict,
    /// The number that was judged, in the unit of the result: the worst sample, or the statistic. `true` is 1.
    pub value: Option<f64>,
    /// The lower bound of a statistic.
    pub lower: Option<f64>,
    /// The upper bound of a statistic.
    pub upper: Option<f64>,
    /// How many samples have a value.
    pub samples: usize,
    /// How many samples violate the claim, where samples are judged.
    pub violations: usize,
    /// The repeat of the judged or failed sample, from 1.
    pub repeat: Option<usize>,
    /// The reason of the verdict in words.
    pub evidence: String,
}

/// A claim at all points of a sweep. See the [room](super) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimOutcome {
    /// The result; of a vector, one of its parts.
    pub result: String,
    /// The claim as text.
    pub claim: String,
    /// The unit of the result; empty where it has none.
    pub units: String,
    /// At how many points it holds.
    pub holds: usize,
    /// At how many points it fails.
    pub fails: usize,
    /// At how many points the samples do not decide.
    pub undecided: usize,
    /// The points at which it fails, in the order of the grid: the first 100.
    pub failures: Vec<PointOutcome>,
    /// Of the points at which it holds, the one nearest to the limit.
    pub nearest: Option<PointOutcome>,
    /// Of the undecided points, the one that looks worst.
    pub doubtful: Option<PointOutcome>,
}

impl ClaimOutcome {
    /// The verdict on the whole sweep: it fails if it fails at a point, and holds if it holds at all judged points.
    ///
    /// Points that were skipped or not measured are not judged. A claim without any judged point is undecided.
    pub const fn verdict(&self) -> ClaimVerdict {
        if self.fails > 0 {
            ClaimVerdict::Fails
        } else if self.undecided == 0 && self.holds > 0 {
            ClaimVerdict::Holds
        } else {
            ClaimVerdict::Undecided
        }
    }

    /// How many points were judged.
    pub const fn points(&self) -> usize {
        self.holds + self.fails + self.undecided
    }
}
