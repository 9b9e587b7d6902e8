use crate::evaluator::{Callback, JobRecord, JobState};
use crate::record::Counts;

use super::ProgressSink;

/// Reports the progress of an [`Evaluator`](crate::evaluator::Evaluator)'s jobs to a [`ProgressSink`].
///
/// ```
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather};
/// use bencher_core::progress::{BarProgress, JobProgress};
/// let progress = JobProgress::new(BarProgress::default(), "Tuning", 3);
/// let options = EvaluatorOptions::default().callback(progress);
/// let mut evaluator = Evaluator::create("serial", |x| **x, options)?;
/// evaluator.submit([1.0, 2.0, 3.0])?;
/// evaluator.gather(Gather::All)?;
/// evaluator.close()?;
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
#[derive(Debug)]
pub struct JobProgress<S> {
    sink: S,
    title: String,
    expected: u64,
    launched: u64,
    counts: Counts,
}

impl<S: ProgressSink> JobProgress<S> {
    /// Reports to `sink`, with an expected number of jobs. The number grows if more jobs are submitted.
    pub fn new(sink: S, title: impl Into<String>, expected: u64) -> Self {
        Self {
            sink,
            title: title.into(),
            expected,
            launched: 0,
            counts: Counts::default(),
        }
    }
}

impl<A, S: ProgressSink + Send> Callback<A> for JobProgress<S> {
    fn on_launch(&mut self, _: &JobRecord<A>) {
        if self.launched == 0 {
            self.sink.start(&self.title, self.expected.into());
        }
        self.launched += 1;
        if self.launched > self.expected {
            self.expected = self.launched;
            self.sink.expect(self.expected.into());
        }
    }

    fn on_done(&mut self, job: &JobRecord<A>) {
        // The position of a bar is the number of finished jobs plus the number of skipped ones.
        match job.state {
            JobState::Cancelled => {
                self.counts.skipped += 1;
                return self.sink.advance(&self.counts);
            }
            JobState::Failed | JobState::TimedOut => {
                self.counts.executed += 1;
                self.counts.failed += 1;
            }
            _ => self.counts.executed += 1,
        }
        self.counts.submitted += 1;
        self.sink.advance(&self.counts);
    }

    fn on_close(&mut self) {
        if self.launched > 0 {
            self.sink.finish(&self.counts);
        }
    }
}
