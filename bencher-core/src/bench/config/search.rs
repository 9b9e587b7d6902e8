use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::read::{time, whole};

/// How a run searches: sweeps with objectives propose their points, instead of taking a grid.
///
/// ```
/// use bencher_core::bench::{RunConfig, SearchBudget, SearchConfig};
/// let search = SearchConfig { budget: Some("200".parse()?), ..SearchConfig::default() };
/// assert_eq!(search.budget, Some(SearchBudget::Evaluations(200)));
/// let config = RunConfig { search, ..RunConfig::default() };
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SearchConfig {
    /// When a search ends (after 100 evaluations, where the program asks for a search).
    pub budget: Option<SearchBudget>,
    /// The sampler (`gp`).
    pub sampler: Option<&'static str>,
    /// The value of the first objective that ends a search (none).
    pub target: Option<f64>,
    /// The seed (0); another one begins another search.
    pub seed: Option<u64>,
    /// The largest number of workers that make the same proposals (4, or the number of workers if it is larger).
    pub workers: Option<u64>,
}

/// How much a search may spend.
///
/// ```
/// use bencher_core::bench::SearchBudget;
/// use std::time::Duration;
/// assert_eq!("10m".parse(), Ok(SearchBudget::Time(Duration::from_secs(600))));
/// let error = "0".parse::<SearchBudget>().unwrap_err();
/// assert!(error.contains("at least 1"), "{error}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchBudget {
    /// So many evaluations.
    Evaluations(u64),
    /// So much time, in which the last evaluation begins.
    Time(Duration),
}

impl FromStr for SearchBudget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().ends_with(|end: char| end.is_ascii_digit()) {
            return whole(text, 1..=u64::MAX).map(Self::Evaluations);
        }
        let error = || {
            format!(
                "`{text}` is neither a number of evaluations, such as 200, nor a time, such as 10m"
            )
        };
        let parsed = text.trim().parse::<jiff::SignedDuration>();
        if parsed.is_ok_and(|time| !time.is_positive()) {
            return Err(format!(
                "`{text}` leaves no time to search; give more, such as 10m"
            ));
        }
        time(text.trim()).map(Self::Time).map_err(|_| error())
    }
}

impl fmt::Display for SearchBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evaluations(count) => write!(f, "{count}"),
            Self::Time(time) => match jiff::SignedDuration::try_from(*time) {
                Ok(time) => write!(f, "{time:#}"),
                Err(_) => write!(f, "{} s", time.as_secs()),
            },
        }
    }
}
