use std::io::Write;

use super::super::{Callback, JobRecord};

/// Writes a line for every job that ends: the number of jobs, the best objective, the last one.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use bencher_core::evaluator::callbacks::Logger;
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, RunningJob};
/// let logger = Arc::new(Mutex::new(Logger::new(Vec::new())));
/// let options = EvaluatorOptions::default().callback(Arc::clone(&logger));
/// let finite = |x: &RunningJob<'_, f64>| x.sqrt();
/// let mut evaluator = Evaluator::create("serial", finite, options)?;
/// evaluator.submit([9.0, 4.0, -1.0])?;
/// evaluator.gather(Gather::All)?;
/// let lines = String::from_utf8(logger.lock().unwrap().out().clone())?;
/// assert_eq!(
///     lines,
///     "[00001] -- Maximum Objective: 3.00000 -- Last Objective: 3.00000\n\
///      [00002] -- Maximum Objective: 3.00000 -- Last Objective: 2.00000\n\
///      [00003] -- Last Failure: the objective is NaN, which is not a finite number\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Logger<W> {
    out: W,
    minimizes: bool,
    best: Option<f64>,
    count: u64,
    problem: Option<String>,
}

impl Logger<std::io::Stderr> {
    /// Writes to standard error.
    pub fn stderr() -> Self {
        Self::new(std::io::stderr())
    }
}

impl<W: Write> Logger<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            minimizes: false,
            best: None,
            count: 0,
            problem: None,
        }
    }

    /// Smaller objectives are better.
    pub fn minimizing(self) -> Self {
        let minimizes = true;
        Self { minimizes, ..self }
    }

    /// The destination of the lines.
    pub const fn out(&self) -> &W {
        &self.out
    }

    fn line<A>(&mut self, job: &JobRecord<A>) -> String {
        self.count += 1;
        let head = format!("[{:05}]", self.count);
        match (job.values(), &job.error) {
            (&[value], _) => {
                let (word, better): (_, fn(f64, f64) -> f64) = if self.minimizes {
                    ("Minimum", f64::min)
                } else {
                    ("Maximum", f64::max)
                };
                let best = self.best.map_or(value, |best| better(best, value));
                self.best = Some(best);
                let (best, last) = (number(best), number(value));
                format!("{head} -- {word} Objective: {best} -- Last Objective: {last}")
            }
            ([], Some(error)) => {
                let first = error.lines().next().unwrap_or_default();
                format!("{head} -- Last Failure: {first}")
            }
            ([], None) => format!("{head} -- Last Failure: {}", job.state),
            (values, _) => {
                let values: Vec<String> = values.iter().copied().map(number).collect();
                format!("{head} -- Last Objectives: {}", values.join(", "))
            }
        }
    }
}

/// Five digits behind the point, or behind that of the power of ten where that says more.
fn number(value: f64) -> String {
    if value == 0.0 || (1e-3..1e9).contains(&value.abs()) {
        format!("{value:.5}")
    } else {
        format!("{value:.5e}")
    }
}

impl<A, W: Write + Send> Callback<A> for Logger<W> {
    fn on_done(&mut self, job: &JobRecord<A>) {
        let line = self.line(job);
        if let Err(error) = writeln!(self.out, "{line}") {
            let text = format!("a line of the log could not be written: {error}");
            self.problem.get_or_insert(text);
        }
    }

    fn problem(&mut self) -> Option<String> {
        self.problem.take()
    }
}
