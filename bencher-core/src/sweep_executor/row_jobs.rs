//! The jobs of a search on their way to worker processes, with the values of their points: a worker process knows the
//! space of a search, but not its proposals.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::evaluator::{Backend, ClusterReport, FinishedTask, RunFunction, Task, Wait};
use crate::job::{Job, Sample};
use crate::space::GrowingRows;
use crate::value::Value;

/// A job with the value of its point along the dimension of the search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RowJob {
    job: Job,
    /// Every job of a search has one; without it, the job fails and says so.
    row: Option<Value>,
}

/// Worker processes that receive the values of points with their jobs.
pub(super) struct RowBackend {
    workers: Box<dyn Backend<RowJob, Sample>>,
    rows: GrowingRows,
    finished: Vec<FinishedTask<RowJob, Sample>>,
}

impl RowBackend {
    pub(super) fn new(workers: Box<dyn Backend<RowJob, Sample>>, rows: GrowingRows) -> Self {
        Self {
            workers,
            rows,
            finished: Vec::new(),
        }
    }
}

impl Backend<Job, Sample> for RowBackend {
    fn submit(&mut self, tasks: Vec<Task<Job>>) {
        let with_row = |Task { id, args: job }: Task<Job>| {
            let row = self.rows.get(job.point);
            let args = RowJob { job, row };
            Task { id, args }
        };
        let tasks = tasks.into_iter().map(with_row).collect();
        self.workers.submit(tasks);
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<Job, Sample>>) {
        self.workers.gather(wait, &mut self.finished);
        finished.extend(self.finished.drain(..).map(|task| FinishedTask {
            id: task.id,
            args: task.args.job,
            outcome: task.outcome,
            usage: task.usage,
            started: task.started,
            machine: task.machine,
            is_final: task.is_final,
        }));
    }

    fn cancel(&mut self) {
        self.workers.cancel();
    }

    fn expire(&mut self) {
        self.workers.expire();
    }

    fn running(&self) -> Vec<u64> {
        self.workers.running()
    }

    fn window(&self) -> usize {
        self.workers.window()
    }

    fn workers(&self) -> usize {
        self.workers.workers()
    }

    fn cluster_report(&self) -> Option<ClusterReport> {
        self.workers.cluster_report()
    }
}

/// In a worker process: the run function for jobs that bring the values of their points.
pub(super) fn run_with_rows(
    run: RunFunction<Job, Sample>,
    rows: GrowingRows,
) -> RunFunction<RowJob, Sample> {
    Arc::new(move |RowJob { job, row }: &RowJob, handle| {
        if let Some(row) = row {
            rows.set(job.point, row.clone());
        }
        run(job, handle)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluator::{Dispatcher, Limits, SerialBackend};

    #[test]
    fn a_worker_learns_the_rows_of_its_jobs() {
        let here = GrowingRows::default();
        for row in [10, 11, 12] {
            here.push(Value::from(row));
        }
        let there = GrowingRows::default();
        let known = there.clone();
        let run: RunFunction<Job, Sample> = Arc::new(move |job, _| {
            let row = known.get(job.point);
            Ok([row].into())
        });
        let workers = SerialBackend::new(run_with_rows(run, there), &Limits::default());
        let backend = RowBackend::new(Box::new(workers), here);
        let mut jobs = Dispatcher::new(Box::new(backend));
        let job = |point| Job {
            point,
            repeat: 1,
            key: None,
        };
        jobs.submit([job(2), job(0)]);
        let mut finished = Vec::new();
        while jobs.in_flight() > 0 {
            jobs.gather_into(Wait::Forever, &mut finished);
        }
        let rows: Vec<_> = finished
            .into_iter()
            .map(|task| (task.args.point, task.outcome.done()))
            .collect();
        let row = |row: i32| -> Option<Sample> { Some([Some(Value::from(row))].into()) };
        assert_eq!(rows, [(2, row(12)), (0, row(10))]);
    }
}
