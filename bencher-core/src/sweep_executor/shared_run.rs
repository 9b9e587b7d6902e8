//! Takes samples together with other processes and hosts, by a work list in a directory that they share.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::job::{FinishedJob, FutureCache, Job, JobFuture, JobOutcome, Sample, TIMED_OUT};
use crate::progress::ProgressSink;
use crate::space::{RunOrder, SampleOrder};
use crate::store::StoreError;
use crate::sweeper::{ElementState, ParamSweeper, SweeperError, SweeperOptions};

use super::feed::{Feed, FeedItem};
use super::ordered_run::RunControl;
use super::run::{RunEnd, SweepExecutor};

/// How long one wait for the samples of others is: then this process looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(500);

/// A sample of the list: the number of its point, and its repeat.
type Element = (u64, u32);

impl SweepExecutor {
    /// Takes samples until all are done, by this process or others, and collects them all.
    pub(super) fn run_shared(
        &self,
        list: &SharedList,
        order: SampleOrder,
        control: &RunControl<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let shared = self.open_list(list, order, end, progress);
        let taken = shared.and_then(|(sweeper, elements)| {
            let own = self.take_own(&sweeper, control, jobs, end, progress)?;
            if !end.interrupted && !end.failed_fast {
                self.collect_others(&sweeper, &elements, &own, end, progress)?;
            }
            Ok(())
        });
        if let Err(error) = taken {
            end.store_error = Some(StoreError::Io {
                action: "use the shared work list in",
                path: list.folder.clone(),
                source: std::io::Error::other(error),
            });
        }
    }

    fn open_list(
        &self,
        list: &SharedList,
        order: SampleOrder,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) -> Result<(ParamSweeper<Element>, Vec<Element>), SweeperError> {
        let order = RunOrder::new(order, self.plan.space().len(), self.plan.repeats());
        let mut elements = Vec::new();
        for item in Feed::new(&self.plan, order, false) {
            match item {
                FeedItem::Run(job) => elements.push((job.point, job.repeat)),
                FeedItem::Skip(skipped) => self.skip(skipped, &mut end.collector, progress),
            }
        }
        let options = SweeperOptions::new(&list.folder).name(list.title.clone());
        Ok((options.open(elements.iter().copied())?, elements))
    }

    /// Takes the samples that no other process takes; returns which these were.
    fn take_own(
        &self,
        sweeper: &ParamSweeper<Element>,
        control: &RunControl<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) -> Result<HashSet<Element>, SweeperError> {
        let (mut own, mut done) = (HashSet::new(), Vec::new());
        let mut stop = false;
        loop {
            if control.interrupt.is_requested() && !end.interrupted {
                end.interrupted = true;
                stop = true;
                jobs.cancel();
            }
            if !stop {
                // Not more than are soon begun: a claimed sample is no other process's.
                let mut claimed = sweeper.get_next_batch(jobs.room())?;
                if claimed.is_empty() && jobs.pending() == 0 {
                    claimed.extend(sweeper.wait_next(GLANCE)?);
                    if claimed.is_empty() && sweeper.get_inprogress().is_empty() {
                        return Ok(own);
                    }
                }
                for (point, repeat) in claimed {
                    own.insert((point, repeat));
                    jobs.submit(Job {
                        point,
                        repeat,
                        key: None,
                    });
                }
            }
            if jobs.pending() == 0 {
                if stop {
                    return Ok(own);
                }
                continue;
            }
            if let Err(error) = jobs.gather_into(true, &mut done) {
                end.store_error = Some(error);
                return Ok(own);
            }
            for job in &done {
                acknowledge(sweeper, job)?;
            }
            let delivered = self.deliver(&mut done, &mut end.collector, progress);
            if delivered.failed && control.fail_fast && !stop {
                end.failed_fast = true;
                stop = true;
                jobs.cancel();
            }
            progress.advance(&end.collector.counts());
        }
    }

    /// Collects the samples that other processes took.
    fn collect_others(
        &self,
        sweeper: &ParamSweeper<Element>,
        elements: &[Element],
        own: &HashSet<Element>,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) -> Result<(), SweeperError> {
        let mut done = Vec::new();
        for element in elements.iter().filter(|element| !own.contains(element)) {
            let Some(info) = sweeper.info(element)? else {
                continue;
            };
            let outcome = match info.state {
                ElementState::Done => match info.result::<String>().and_then(|text| read(&text)) {
                    Some(sample) => JobOutcome::Cached(sample),
                    None => JobOutcome::Failed(
                        "its sample in the shared directory cannot be read back".to_owned(),
                    ),
                },
                _ => JobOutcome::Failed(info.error.unwrap_or_default()),
            };
            let (point, repeat) = *element;
            done.push(FinishedJob {
                future: JobFuture(u64::MAX),
                point,
                repeat,
                outcome,
            });
            if done.len() >= 1000 {
                self.deliver(&mut done, &mut end.collector, progress);
            }
        }
        self.deliver(&mut done, &mut end.collector, progress);
        progress.advance(&end.collector.counts());
        Ok(())
    }
}

/// A list of samples in a directory that several processes share.
///
/// ```
/// use bencher_core::sweep_executor::{RunOptions, SharedList};
/// let list = SharedList { folder: "shared/by-size".into(), title: "By size".to_owned() };
/// let options = RunOptions { shared: Some(list), ..RunOptions::default() };
/// assert!(options.store.is_none(), "the list keeps the samples");
/// ```
#[derive(Clone, Debug)]
pub struct SharedList {
    /// The folder of this sweep alone.
    pub folder: PathBuf,
    /// The title of the sweep.
    pub title: String,
}

/// Notes in the list how a sample ended. Failures are skipped, and tried again by a later run.
fn acknowledge(sweeper: &ParamSweeper<Element>, job: &FinishedJob) -> Result<(), SweeperError> {
    let element = (job.point, job.repeat);
    match &job.outcome {
        JobOutcome::Measured(sample)
        | JobOutcome::Cached(sample)
        | JobOutcome::NotStored(sample) => match write(sample) {
            Some(text) => sweeper.done_with(&element, &text),
            None => sweeper.skip_with(&element, "its sample has no form to be stored"),
        },
        JobOutcome::Failed(error) => sweeper.skip_with(&element, error),
        JobOutcome::TimedOut => sweeper.skip_with(&element, TIMED_OUT),
        JobOutcome::Cancelled => sweeper.cancel(&element),
    }
}

/// A sample as text. JSON has no form for NaN and the like.
fn write(sample: &Sample) -> Option<String> {
    Some(STANDARD.encode(postcard::to_extend(sample, Vec::new()).ok()?))
}

fn read(text: &str) -> Option<Sample> {
    postcard::from_bytes(&STANDARD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn a_sample_is_read_back_from_its_text() {
        let sample: Sample = [Some(Value::Float(f64::INFINITY)), None, Some(7.into())].into();
        assert_eq!(read(&write(&sample).unwrap()), Some(sample));
        for text in ["", "?", "AAAA"] {
            let _ = read(text);
        }
        assert_eq!(read("?"), None);
    }
}
