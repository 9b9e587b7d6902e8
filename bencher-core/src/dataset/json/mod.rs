//! The JSON form of a dataset, for other programs; `bencher` reads it back.

#[cfg(feature = "data")]
mod cursor;
#[cfg(feature = "data")]
mod read;
#[cfg(feature = "data")]
mod read_value;
mod value;

use serde_json::{Map, Value as Json, json};

use crate::sort;
use crate::var::{Direction, Scale};

use super::{CellState, Column, Dataset, DimRole, Variable};

#[cfg(feature = "data")]
pub(super) use cursor::JsonCursor;
#[cfg(feature = "data")]
pub(super) use read::{Outline, cell_kind};
#[cfg(feature = "data")]
pub(super) use read_value::read_digest;
pub(crate) use value::json_value;

/// The version of the JSON form; raised with every change that a reader must know of.
///
/// 1: dimensions, variables, attributes. 2: moments, items with parts, payloads.
pub(super) const JSON_VERSION: u64 = 2;

/// The name of the form, in its `format` field.
pub(super) const JSON_FORMAT: &str = "bencher.dataset";

impl Dataset {
    /// The dataset as JSON: dimensions with coordinates, variables with a flat row-major list of
    /// values (`null` where there is none) and of states, attributes.
    ///
    /// Numbers that JSON cannot hold (NaN, infinities, integers beyond 64 bits) are strings. An item is its name and
    /// its parts. A payload is its name, media type, digest, length and, where it is available, its content in base64.
    /// `schemas/dataset-v2.schema.json` describes the format for other programs; [`from_json`](Self::from_json) reads
    /// it back.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let ok = VariableInfo::new("ok", Kind::Bool);
    /// let json = Dataset::new("Runs", vec![Dim::repeats(2)], vec![ok])?.to_json();
    /// assert_eq!((&json["format"], &json["version"]), (&"bencher.dataset".into(), &2.into()));
    /// assert_eq!(json["dims"][0]["values"][1], 2);
    /// assert!(json["variables"][0]["values"][1].is_null());
    /// assert_eq!(json["variables"][0]["states"][1], "pending");
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    pub fn to_json(&self) -> Json {
        self.json(&Self::variable_json)
    }

    /// All of the JSON form but the cells.
    pub(super) fn outline_json(&self) -> Json {
        self.json(&|_, var| Json::Object(info_json(var)))
    }

    fn json(&self, variable: &dyn Fn(&Self, &Variable) -> Json) -> Json {
        let dims: Vec<Json> = self
            .dims()
            .iter()
            .map(|dim| {
                json!({
                    "name": dim.name,
                    "doc": dim.doc,
                    "units": dim.units,
                    "kind": dim.kind.short_name(),
                    "role": role_name(dim.role),
                    "scale": scale_name(dim.scale),
                    "values": dim.values.iter().map(json_value).collect::<Vec<_>>(),
                })
            })
            .collect();
        let variables = self.variables().iter().map(|var| variable(self, var));
        json!({
            "format": JSON_FORMAT,
            "version": JSON_VERSION,
            "name": self.name(),
            "dims": dims,
            "variables": variables.collect::<Vec<_>>(),
            "attributes": self.attributes,
        })
    }

    fn variable_json(&self, var: &Variable) -> Json {
        let cells = (0..self.len()).filter_map(|flat| var.cell(flat));
        let values: Vec<Json> = match &*var.column {
            Column::Payload(_) => cells
                .map(|cell| cell.value.as_ref().map_or(Json::Null, value::with_content))
                .collect(),
            _ => cells
                .map(|cell| cell.value.as_ref().map_or(Json::Null, json_value))
                .collect(),
        };
        let states = var
            .states
            .iter()
            .map(|state| json!(CellState::name(*state)));
        let reasons = var.reasons.iter();
        let reasons =
            sort::object(reasons.map(|(flat, reason)| (flat.to_string(), json!(**reason))));
        let mut object = info_json(var);
        object.insert("values".to_owned(), values.into());
        object.insert("states".to_owned(), states.collect());
        object.insert("reasons".to_owned(), reasons.into());
        Json::Object(object)
    }
}

fn info_json(var: &Variable) -> Map<String, Json> {
    let info = &var.info;
    let entries = [
        ("name", json!(info.name)),
        ("doc", json!(info.doc)),
        ("units", json!(info.units)),
        ("kind", json!(info.kind.short_name())),
        ("direction", json!(direction_name(info.direction))),
        ("timed", json!(info.timed)),
        ("meaning_version", json!(info.meaning_version)),
    ];
    let entries = entries.into_iter();
    sort::object(entries.map(|(key, value)| (key.to_owned(), value)))
}

const fn role_name(role: DimRole) -> &'static str {
    match role {
        DimRole::Input => "input",
        DimRole::Repeat => "repeat",
        DimRole::Time => "time",
    }
}

const fn scale_name(scale: Scale) -> &'static str {
    match scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
    }
}

const fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Minimize => "minimize",
        Direction::Maximize => "maximize",
        Direction::None => "none",
    }
}
