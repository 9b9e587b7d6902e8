use std::sync::{Arc, PoisonError, RwLock};

use crate::value::Value;

/// Values of an axis that are added while a sweep runs. Copies share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrowingRows(Arc<RwLock<Vec<Option<Value>>>>);

impl GrowingRows {
    pub(crate) fn push(&self, row: Value) {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rows.push(Some(row));
    }

    /// Sets one row, also where those before it are not known: a worker process knows the rows of its own jobs.
    pub(crate) fn set(&self, position: u64, row: Value) {
        let Ok(position) = usize::try_from(position) else {
            return;
        };
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if rows.len() <= position {
            rows.resize(position + 1, None);
        }
        if let Some(slot) = rows.get_mut(position) {
            *slot = Some(row);
        }
    }

    pub(crate) fn get(&self, position: u64) -> Option<Value> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        rows.get(usize::try_from(position).ok()?).cloned().flatten()
    }
}

/// Only copies are equal: the rows of others differ sooner or later.
impl PartialEq for GrowingRows {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
