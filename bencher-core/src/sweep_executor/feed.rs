//! The next samples of a sweep: jobs in their order, and samples that are skipped.

use std::sync::Arc;

use crate::job::Job;
use crate::space::RunOrder;
use crate::store::KeyMaker;
use crate::value::Value;

use crate::plan::Plan;

/// The jobs of a sweep in the order in which they run.
pub(super) struct Feed<'p> {
    numbers: std::ops::Range<u128>,
    order: RunOrder,
    /// Makes the keys of samples, where they are kept.
    keys: Option<KeyMaker>,
    plan: &'p Plan,
    values: Vec<Value>,
}

/// The next sample of a sweep.
pub(super) enum FeedItem {
    Run(Job),
    Skip(Skipped),
}

/// A sample that is not to be run.
pub(super) struct Skipped {
    pub(super) point: u64,
    pub(super) repeat: u32,
    /// Why; or what went wrong when that was asked.
    pub(super) reason: Result<Arc<str>, String>,
}

impl<'p> Feed<'p> {
    /// Everything of a plan; jobs have keys where there is a store.
    pub(super) fn new(plan: &'p Plan, order: RunOrder, cached: bool) -> Self {
        Self {
            numbers: 0..order.len(),
            order,
            keys: cached.then(|| plan.key_maker()),
            plan,
            values: Vec::new(),
        }
    }
}

impl Iterator for Feed<'_> {
    type Item = FeedItem;

    fn next(&mut self) -> Option<FeedItem> {
        let (point, repeat) = self.order.sample(self.numbers.next()?)?;
        // More points than 2^64 never come here: their dataset does not fit any memory.
        let (point, repeat) = (u64::try_from(point).ok()?, repeat + 1);
        if self.plan.has_constraints()
            && let Some(reason) = self
                .plan
                .skipped(point)
                .map(|r| r.map(Arc::from))
                .transpose()
        {
            return Some(FeedItem::Skip(Skipped {
                point,
                repeat,
                reason,
            }));
        }
        let key = self.keys.as_mut().map(|keys| {
            self.plan.values_into(point, &mut self.values);
            keys.key(&self.values, repeat)
        });
        Some(FeedItem::Run(Job { point, repeat, key }))
    }
}
