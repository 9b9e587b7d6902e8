use serde_json::{Value as Json, json};

use crate::chart::Field;

use super::super::field::{contours, markers, on};
use super::{Frame, GapLegend};

impl Frame<'_> {
    /// Contours, with a marker for each place.
    pub(super) fn field(&self, field: &Field, traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        for trace in contours(self.chart, field) {
            traces.push(on(trace, self.panel));
        }
        for (kind, mut trace) in markers(self.chart, field) {
            if let Some((kind, map)) = kind.zip(trace.as_object_mut()) {
                let is_first = gaps.name_first(kind.name());
                map.insert("showlegend".to_owned(), json!(is_first));
            }
            traces.push(on(trace, self.panel));
        }
    }
}
