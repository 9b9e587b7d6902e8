use super::super::{Callback, JobRecord, JobState};

type Score = Box<dyn Fn(&[f64]) -> f64 + Send>;

/// Stops a search when the objective is good enough, or has not improved for long.
///
/// Larger objectives are better, unless [`minimizing`](Self::minimizing) is set. Jobs that fail or time out count as no
/// improvement. Cancelled jobs do not count. Jobs of other evaluators of the search count.
///
/// ```
/// use bencher_core::evaluator::callbacks::EarlyStop;
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather};
/// let options = EvaluatorOptions::default().callback(EarlyStop::default().patience(2));
/// let mut evaluator = Evaluator::create("serial", |x| **x, options)?;
/// let mut jobs = 0;
/// for x in [1.0, 3.0, 2.0, 2.5, 9.0] {
///     evaluator.submit([x])?;
///     jobs += evaluator.gather(Gather::All)?.len();
///     if let Some(why) = evaluator.stop() {
///         assert_eq!(why, "no job of the last 2 was better than 3");
///         break;
///     }
/// }
/// assert_eq!(jobs, 4);
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
#[derive(Default)]
pub struct EarlyStop {
    patience: Option<u64>,
    threshold: Option<f64>,
    minimizes: bool,
    score: Option<Score>,
    best: Option<f64>,
    /// How many jobs there were since the best.
    in_vain: u64,
    reason: Option<String>,
}

impl std::fmt::Debug for EarlyStop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EarlyStop")
            .field("patience", &self.patience)
            .field("threshold", &self.threshold)
            .field("best", &self.best)
            .finish_non_exhaustive()
    }
}

impl EarlyStop {
    /// Stops after this number of consecutive jobs without an improvement of the best objective.
    pub fn patience(self, jobs: u64) -> Self {
        let patience = Some(jobs);
        Self { patience, ..self }
    }

    /// Stops once a job reaches this objective.
    pub fn threshold(self, objective: f64) -> Self {
        let threshold = Some(objective);
        Self { threshold, ..self }
    }

    /// Smaller objectives are better.
    pub fn minimizing(self) -> Self {
        let minimizes = true;
        Self { minimizes, ..self }
    }

    /// Sets a function that computes one number from several objectives; by default, the first counts.
    pub fn score(self, score: impl Fn(&[f64]) -> f64 + Send + 'static) -> Self {
        let score: Option<Score> = Some(Box::new(score));
        Self { score, ..self }
    }

    fn is_better(&self, value: f64, than: f64) -> bool {
        if self.minimizes {
            value < than
        } else {
            value > than
        }
    }

    fn take<A>(&mut self, job: &JobRecord<A>) {
        if self.reason.is_some() || job.state == JobState::Cancelled {
            return;
        }
        let value = match (job.values(), &self.score) {
            ([], _) => None,
            (values, Some(score)) => Some(score(values)),
            (values, None) => values.first().copied(),
        };
        match (value, self.best) {
            (Some(value), None) => {
                self.best = Some(value);
                self.in_vain = 0;
            }
            (Some(value), Some(best)) if self.is_better(value, best) => {
                self.best = Some(value);
                self.in_vain = 0;
            }
            _ => self.in_vain += 1,
        }
        self.reason = self.find_reason();
    }

    fn find_reason(&self) -> Option<String> {
        if let (Some(best), Some(threshold)) = (self.best, self.threshold)
            && !self.is_better(threshold, best)
        {
            return Some(format!("{best} is as good as the threshold of {threshold}"));
        }
        let patience = self.patience.filter(|patience| self.in_vain >= *patience)?;
        Some(match self.best {
            Some(best) => format!("no job of the last {patience} was better than {best}"),
            None => format!("none of the {patience} jobs had an objective"),
        })
    }
}

impl<A> Callback<A> for EarlyStop {
    fn on_done(&mut self, job: &JobRecord<A>) {
        self.take(job);
    }

    fn on_done_other(&mut self, job: &JobRecord<A>) {
        self.take(job);
    }

    fn stop(&self) -> Option<String> {
        self.reason.clone()
    }
}
