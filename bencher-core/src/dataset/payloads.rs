use std::sync::Arc;

use super::{Column, Dataset};
use crate::value::Payload;

impl Dataset {
    /// The payloads of all cells.
    pub(crate) fn payloads(&self) -> impl Iterator<Item = &Arc<Payload>> {
        self.variables
            .iter()
            .filter_map(|variable| match &*variable.column {
                Column::Payload(cells) => Some(cells.iter().flatten()),
                _ => None,
            })
            .flatten()
    }

    /// The payloads of all cells, to bring their contents or take them away.
    pub(crate) fn payloads_mut(&mut self) -> impl Iterator<Item = &mut Arc<Payload>> {
        self.variables
            .iter_mut()
            // Cells of other variables may go on being shared.
            .filter(|variable| matches!(*variable.column, Column::Payload(_)))
            .filter_map(|variable| match Arc::make_mut(&mut variable.column) {
                Column::Payload(cells) => Some(cells.iter_mut().flatten()),
                _ => None,
            })
            .flatten()
    }
}
