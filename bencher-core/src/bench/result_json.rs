//! The JSON lines of a finished sweep beside its cells: the times of points, and the comparisons of levels.

use serde_json::{Value as Json, json};

use crate::dataset::{Comparison, Dataset};
#[cfg(feature = "search")]
use crate::record::{SEARCH, SEARCH_BEST, SearchHistory};
use crate::sort;

use super::comparisons::comparisons;

/// The centre, bounds, share and marks of every timed result at every point, as [`Dataset::timings`] has them.
pub(super) fn timings_json(dataset: &Dataset) -> Json {
    let timed = dataset.variables().iter().filter(|var| var.info.timed);
    let timings = timed.filter_map(|var| {
        let name = &var.info.name;
        Some((name.clone(), dataset.timings(name).ok()?.to_json()))
    });
    Json::Object(sort::object(timings))
}

/// How many times as long each level of the compared input takes as the first, result by result.
pub(super) fn comparisons_json(dataset: &Dataset) -> Json {
    let found = comparisons(dataset);
    found
        .iter()
        .map(|(name, found)| line(name, found))
        .collect()
}

/// How the search went that a dataset comes from; null for a grid.
#[cfg(feature = "search")]
pub(super) fn search_json(dataset: &Dataset) -> Json {
    let Some(history) = SearchHistory::of(dataset) else {
        return Json::Null;
    };
    let text = |name: &str| dataset.attributes.get(name).cloned();
    json!({
        "evaluations": history.trials.len(),
        "end": history.end,
        "text": text(SEARCH),
        "best": text(SEARCH_BEST),
        "history": history,
    })
}

fn line(result: &str, found: &Comparison) -> Json {
    let ratio = found.ratio;
    json!({
        "result": result,
        "label": found.label,
        "ratio": ratio.map(|ratio| ratio.ratio),
        "lower": ratio.and_then(|ratio| ratio.lower),
        "upper": ratio.and_then(|ratio| ratio.upper),
        "different": found.is_different(),
        "pairs": found.pairs,
        "pairs_needed": found.needed,
    })
}
