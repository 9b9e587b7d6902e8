//! The attributes of a store and of its arrays.

use bencher_core::dataset::{Dim, DimRole, VariableInfo};
use bencher_core::measure::Environment;
use bencher_core::record::SweepRecord;
use bencher_core::var::{Direction, Scale};
use serde_json::{Map, Value as Json, json};

use super::array::Array;

/// The attribute that says what a coordinate without a dimension of its own is.
pub(super) const COORDINATE: &str = "bencher_coordinate";

/// The attribute with the list of such coordinates, by which xarray knows them.
const COORDINATES: &str = "coordinates";

/// The attributes of the store: what the record says beside its cells.
pub(super) fn of_record(record: &SweepRecord, arrays: &[Array]) -> Map<String, Json> {
    let mut all = Map::new();
    for (name, text) in &record.dataset.attributes {
        // xarray would take it for its own.
        let name = match name.as_str() {
            COORDINATES => "bencher_coordinates",
            name => name,
        };
        all.insert(name.to_owned(), json!(text));
    }
    let texts = [
        ("title", &record.title),
        ("bench", &record.bench),
        ("description", &record.description),
        ("post_description", &record.post_description),
        ("tag", &record.tag),
        ("started", &record.started),
        ("sweep_type", &record.sweep_type),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        all.insert(name.to_owned(), json!(text));
    }
    if record.version > 0 {
        all.insert("version".to_owned(), json!(record.version));
    }
    let counts = record.counts;
    let counts = [
        ("samples", counts.submitted),
        ("samples_executed", counts.executed),
        ("samples_failed", counts.failed),
    ];
    all.extend(counts.map(|(name, count)| (name.to_owned(), json!(count))));
    if !record.warnings.is_empty() {
        all.insert("warnings".to_owned(), json!(record.warnings));
    }
    for (name, text) in record.environment.iter().flat_map(Environment::facts) {
        all.insert(format!("environment {name}"), json!(text));
    }
    all.insert(
        "bencher_version".to_owned(),
        json!(env!("CARGO_PKG_VERSION")),
    );
    // The list is divided by spaces, so other names cannot stand in it.
    let is_listed = |array: &&Array| {
        array.attributes.contains_key(COORDINATE) && !array.name.contains(char::is_whitespace)
    };
    let names: Vec<&str> = arrays
        .iter()
        .filter(is_listed)
        .map(|array| array.name.as_str())
        .collect();
    if !names.is_empty() {
        all.insert(COORDINATES.to_owned(), json!(names.join(" ")));
    }
    all
}

/// The attributes of a dimension's coordinates.
pub(super) fn of_dim(dim: &Dim, name: &str) -> Map<String, Json> {
    let mut all = of_units(&dim.units);
    all.insert("long_name".to_owned(), json!(or(&dim.doc, &dim.name)));
    all.insert("bencher_kind".to_owned(), json!(dim.kind.short_name()));
    let role = match dim.role {
        DimRole::Repeat => "repeat",
        DimRole::Time => "time",
        DimRole::Input => "input",
    };
    all.insert("bencher_role".to_owned(), json!(role));
    if dim.scale == Scale::Log {
        all.insert("bencher_scale".to_owned(), json!("log"));
    }
    name_original(&mut all, &dim.name, name);
    all
}

/// The attributes of a result.
pub(super) fn of_variable(info: &VariableInfo, name: &str) -> Map<String, Json> {
    let mut all = of_units(&info.units);
    all.insert("long_name".to_owned(), json!(or(&info.doc, &info.name)));
    all.insert("bencher_kind".to_owned(), json!(info.kind.short_name()));
    let direction = match info.direction {
        Direction::Minimize => Some("minimize"),
        Direction::Maximize => Some("maximize"),
        Direction::None => None,
    };
    if let Some(direction) = direction {
        all.insert("bencher_direction".to_owned(), json!(direction));
    }
    if info.timed {
        all.insert("bencher_timed".to_owned(), json!(1));
    }
    name_original(&mut all, &info.name, name);
    all
}

/// The unit, where there is one.
///
/// xarray turns numbers with the unit `seconds` into time spans of whole nanoseconds, and looks for a date in a unit
/// with the word `since`. The first are named by their symbols, and the second by another attribute.
pub(super) fn of_units(units: &str) -> Map<String, Json> {
    let symbol = match units {
        "days" => "d",
        "hours" => "h",
        "minutes" => "min",
        "seconds" => "s",
        "milliseconds" => "ms",
        "microseconds" => "us",
        "nanoseconds" => "ns",
        other => other,
    };
    let name = if symbol.contains("since") {
        "bencher_units"
    } else {
        "units"
    };
    let unit = (!symbol.is_empty()).then(|| (name.to_owned(), json!(symbol)));
    unit.into_iter().collect()
}

/// Keeps the name that a variable has in the program, if the array could not have it.
pub(super) fn name_original(attributes: &mut Map<String, Json>, original: &str, name: &str) {
    if original != name {
        attributes.insert("bencher_name".to_owned(), json!(original));
    }
}

fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}
