//! Takes samples in an order that is known from the start: from the feed to the workers, and to the cells.

use std::time::{Duration, Instant};

use crate::job::{FinishedJob, FutureCache, JobFuture, JobOutcome};
use crate::progress::ProgressSink;
use crate::result_collector::ResultCollector;
use crate::space::{RunOrder, SampleOrder};

use super::feed::{Feed, FeedItem, Skipped};
use super::jobs::{self, Delivered, Names, no_cell};
use super::run::{RunEnd, SweepExecutor};
use super::run_options::Interrupt;

/// How often the state of a cluster is shown.
const CLUSTER_PACE: Duration = Duration::from_secs(1);

/// Shows the state of a cluster, not too often.
pub(super) struct ClusterPace(Instant);

impl ClusterPace {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    pub(super) fn show(&mut self, jobs: &FutureCache, progress: &mut dyn ProgressSink) {
        if self.0.elapsed() >= CLUSTER_PACE
            && let Some(report) = jobs.cluster_report()
        {
            progress.cluster(&report);
            self.0 = Instant::now();
        }
    }
}

impl SweepExecutor {
    /// Takes the samples in an order that is known from the start.
    pub(super) fn run_in_order(
        &self,
        order: SampleOrder,
        control: &RunControl<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let RunControl {
            interrupt,
            fail_fast,
            cached,
        } = *control;
        let order = RunOrder::new(order, self.plan.space().len(), self.plan.repeats());
        let mut feed = Feed::new(&self.plan, order, cached);
        let mut done: Vec<FinishedJob> = Vec::new();
        let (mut stop, mut cancelled) = (false, 0_u64);
        let mut pace = ClusterPace::begin();
        loop {
            pace.show(jobs, progress);
            if interrupt.is_requested() && !end.interrupted {
                end.interrupted = true;
                stop = true;
                jobs.cancel();
            }
            let mut room = if stop { 0 } else { jobs.room().max(1) };
            if fail_fast {
                // Nothing is to run behind the sample that fails.
                room = room.min(1);
            }
            let outcome = self.feed(&mut feed, jobs, room, &mut end.collector, progress);
            stop |= outcome == FeedStatus::Exhausted;
            if outcome == FeedStatus::Failed && fail_fast {
                end.failed_fast = true;
                stop = true;
            }
            if jobs.pending() == 0 {
                if stop {
                    break;
                }
                progress.advance(&end.collector.counts());
                continue;
            }
            if let Err(error) = jobs.gather_into(true, &mut done) {
                end.store_error = Some(error);
                stop = true;
                done.extend(jobs.take_not_stored());
            }
            let delivered = self.deliver(&mut done, &mut end.collector, progress);
            cancelled += delivered.cancelled;
            if delivered.failed && fail_fast {
                end.failed_fast = true;
                stop = true;
            }
            progress.advance(&end.collector.counts());
            if end.store_error.is_some() {
                break;
            }
        }
        // An interrupt during the last sample left nothing undone.
        end.interrupted &= feed.next().is_some() || cancelled > 0;
    }

    /// Submits at most `room` jobs; samples that are not to be run go straight to their cells.
    fn feed(
        &self,
        feed: &mut Feed<'_>,
        jobs: &mut FutureCache,
        mut room: usize,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) -> FeedStatus {
        // An interrupt is to be seen in a long row of skipped points, too.
        for _ in 0..MOST_LOOKED_AT {
            if room == 0 {
                break;
            }
            match feed.next() {
                None => return FeedStatus::Exhausted,
                Some(FeedItem::Run(job)) => {
                    jobs.submit(job);
                    room -= 1;
                }
                Some(FeedItem::Skip(skipped)) => {
                    let failed = skipped.reason.is_err();
                    self.skip(skipped, collector, progress);
                    if failed {
                        return FeedStatus::Failed;
                    }
                }
            }
        }
        FeedStatus::More
    }

    /// Hands a sample that is not to be run to its cells.
    pub(super) fn skip(
        &self,
        skipped: Skipped,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) {
        let Skipped {
            point,
            repeat,
            reason,
        } = skipped;
        let collected = match reason {
            Ok(reason) => collector.skip(point, repeat, &reason),
            Err(error) => {
                let outcome = JobOutcome::Failed(error);
                let future = JobFuture(u64::MAX);
                let job = FinishedJob {
                    future,
                    point,
                    repeat,
                    outcome,
                };
                collector.collect(job, &|point| self.plan.inputs(point))
            }
        };
        if let Err(error) = collected {
            progress.note(&no_cell(point, repeat, &error));
        }
    }

    /// Tells of jobs that are done, and puts their samples into the cells.
    pub(super) fn deliver(
        &self,
        done: &mut Vec<FinishedJob>,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) -> Delivered {
        let (inputs, results) = (|point| self.plan.inputs(point), || self.plan.result_names());
        let names = Names {
            inputs: &inputs,
            results: &results,
        };
        jobs::deliver(done, &names, collector, progress)
    }

    /// Tells of jobs that are done.
    pub(super) fn tell_all(&self, done: &[FinishedJob], progress: &mut dyn ProgressSink) {
        let (inputs, results) = (|point| self.plan.inputs(point), || self.plan.result_names());
        let names = Names {
            inputs: &inputs,
            results: &results,
        };
        jobs::tell(done, &names, progress);
    }
}

/// The controls of a run, for every order.
#[derive(Clone, Copy)]
pub(super) struct RunControl<'r> {
    pub(super) interrupt: &'r Interrupt,
    pub(super) fail_fast: bool,
    pub(super) cached: bool,
}

/// The most samples that are looked at between two looks at the interrupt.
const MOST_LOOKED_AT: usize = 1 << 12;

/// The outcome of feeding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FeedStatus {
    /// There is more to feed.
    More,
    /// A sample failed without being run.
    Failed,
    /// There was nothing left.
    Exhausted,
}
