//! A result as a Zarr store (version 3) in a folder, as xarray opens it.
//!
//! Dimensions become coordinates, results become arrays over them, and inputs that kept one value become coordinates
//! without a dimension. Beside a result stand the states of its cells and, where points were repeated, their centre and
//! spread. The format is a metadata file in JSON for each array, and plain little-endian numbers, so that this small
//! writer stands for a library of a hundred crates.

mod array;
mod attributes;
mod encode;

use std::fs;
use std::path::Path;

use bencher_core::dataset::{CellState, Dataset, Dim, Variable};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Item, Kind, Value};
use serde_json::{Map, Value as Json, json};

use super::column::kind_of;
use super::names::Names;
use super::summary::{Summary, summaries};
use array::{Array, Data, Fill};
use encode::encode;

/// Writes a result to a folder that does not exist yet, or is empty.
///
/// # Errors
/// Where there is something already, or the folder cannot be written; nothing remains of it then.
pub(super) fn write(record: &SweepRecord, folder: &Path) -> Result<(), String> {
    super::folder::write_new(folder, |folder| {
        let arrays = Layout::of(record).arrays;
        for array in &arrays {
            let written = array.write(folder);
            written.map_err(|error| format!("{} cannot be written: {error}", array.name))?;
        }
        let root = root(record, &arrays);
        let written = fs::write(folder.join("zarr.json"), pretty(&root));
        written.map_err(|error| format!("zarr.json cannot be written: {error}"))
    })
}

/// The metadata of the store, which repeats those of all arrays: a reader opens one file.
fn root(record: &SweepRecord, arrays: &[Array]) -> Json {
    let metadata = arrays.iter();
    let metadata = metadata.map(|array| (array.name.clone(), array.metadata()));
    json!({
        "zarr_format": 3,
        "node_type": "group",
        "attributes": attributes::of_record(record, arrays),
        "consolidated_metadata": {
            "kind": "inline",
            "must_understand": false,
            "metadata": metadata.collect::<Map<_, _>>(),
        },
    })
}

/// JSON for readers, with a line end.
fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}

/// The arrays of a result, in the order of their making.
#[derive(Default)]
struct Layout {
    names: Names,
    arrays: Vec<Array>,
}

impl Layout {
    fn of(record: &SweepRecord) -> Self {
        let mut layout = Self::default();
        let dataset = &record.dataset;
        // What the user named comes first, so that it keeps its name.
        let dims: Vec<String> = dataset
            .dims()
            .iter()
            .map(|dim| layout.names.take(&dim.name))
            .collect();
        let variables = dataset.variables().iter();
        let variables: Vec<String> = variables
            .map(|var| layout.names.take(&var.info.name))
            .collect();
        for (dim, name) in dataset.dims().iter().zip(&dims) {
            layout.dim(dim, name);
        }
        let constants = record.constants.iter();
        // A constant may have the name of a result.
        for constant in constants.filter(|one| dataset.variable(&one.name).is_err()) {
            let value = [Some(constant.value.clone())];
            let kind = kind_of(value.iter().flatten());
            let mut attributes = attributes::of_units(&constant.units);
            attributes.insert(attributes::COORDINATE.to_owned(), json!("constant"));
            layout.push(&constant.name, &[], &[], kind, &value, attributes);
        }
        let summaries = summaries(dataset);
        for (variable, name) in dataset.variables().iter().zip(&variables) {
            layout.variable(dataset, variable, name, &dims);
            let found = summaries.iter().filter(|one| one.of == variable.info.name);
            for summary in found {
                layout.summary(dataset, summary, name, &dims);
            }
        }
        layout
    }

    /// The coordinates of a dimension, and the parts of its entries.
    fn dim(&mut self, dim: &Dim, name: &str) {
        let values: Vec<Option<Value>> = dim.values.iter().cloned().map(Some).collect();
        let encoded = encode(dim.kind, &values);
        let mut attributes = attributes::of_dim(dim, name);
        attributes.extend(encoded.attributes);
        let over = [name.to_owned()];
        self.arrays.push(Array {
            name: name.to_owned(),
            dims: over.to_vec(),
            shape: vec![dim.len()],
            data: encoded.data,
            fill: encoded.fill,
            attributes,
        });
        let mut parts: Vec<&str> = Vec::new();
        for (part, _) in dim
            .values
            .iter()
            .filter_map(Value::as_item)
            .flat_map(Item::parts)
        {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        for part in parts {
            let value = |value: &Value| value.as_item()?.part(part).cloned();
            let values: Vec<Option<Value>> = dim.values.iter().map(value).collect();
            let kind = kind_of(values.iter().flatten());
            let attribute = (attributes::COORDINATE.to_owned(), json!("part"));
            let wanted = format!("{name}.{part}");
            self.push(
                &wanted,
                &over,
                &[dim.len()],
                kind,
                &values,
                Map::from_iter([attribute]),
            );
        }
    }

    /// The cells of a result, their states, and the reasons of the states if there are any.
    fn variable(&mut self, dataset: &Dataset, variable: &Variable, name: &str, dims: &[String]) {
        let shape = dataset.shape();
        let cells = 0..dataset.len();
        let value = |flat| variable.cell(flat).and_then(|cell| cell.value);
        let values: Vec<Option<Value>> = cells.clone().map(value).collect();
        let encoded = encode(variable.info.kind, &values);
        let mut attributes = attributes::of_variable(&variable.info, name);
        attributes.extend(encoded.attributes);
        self.arrays.push(Array {
            name: name.to_owned(),
            dims: dims.to_vec(),
            shape: shape.clone(),
            data: encoded.data,
            fill: encoded.fill,
            attributes,
        });
        let states = variable
            .states()
            .iter()
            .map(|state| state.name().to_owned());
        let about = |what: &str| {
            let text = format!("{what} of {}", variable.info.name);
            Map::from_iter([("long_name".to_owned(), json!(text))])
        };
        let text = |name, data, fill, attributes| Array {
            name,
            dims: dims.to_vec(),
            shape: shape.clone(),
            data: Data::Text(data),
            fill,
            attributes,
        };
        let state = text(
            self.names.take(&format!("{name}.state")),
            states.collect(),
            Fill::Text(CellState::Measured.name().to_owned()),
            about("state"),
        );
        self.arrays.push(state);
        let reason = |flat| {
            variable
                .cell(flat)
                .and_then(|cell| cell.reason)
                .unwrap_or_default()
        };
        let reasons: Vec<String> = cells.map(|flat| reason(flat).to_owned()).collect();
        if reasons.iter().any(|reason| !reason.is_empty()) {
            let name = self.names.take(&format!("{name}.reason"));
            let reason = text(name, reasons, Fill::Nothing, about("reason of the state"));
            self.arrays.push(reason);
        }
    }

    /// A number of every point.
    fn summary(&mut self, dataset: &Dataset, summary: &Summary, name: &str, dims: &[String]) {
        let kept = dataset.dims().iter().zip(dims);
        let kept = kept.filter(|(dim, _)| summary.is_over(dim));
        let (shape, dims): (Vec<usize>, Vec<String>) =
            kept.map(|(dim, name)| (dim.len(), name.clone())).unzip();
        let values: Vec<Option<Value>> =
            summary.values.iter().map(|x| x.map(Value::Float)).collect();
        let mut attributes = attributes::of_units(&summary.units);
        attributes.insert("long_name".to_owned(), json!(summary.doc));
        let wanted = format!("{name}.{}", summary.part);
        self.push(&wanted, &dims, &shape, Kind::Float(64), &values, attributes);
    }

    fn push(
        &mut self,
        wanted: &str,
        dims: &[String],
        shape: &[usize],
        kind: Kind,
        values: &[Option<Value>],
        mut attributes: Map<String, Json>,
    ) {
        let name = self.names.take(wanted);
        let encoded = encode(kind, values);
        attributes::name_original(&mut attributes, wanted, &name);
        attributes.extend(encoded.attributes);
        self.arrays.push(Array {
            name,
            dims: dims.to_vec(),
            shape: shape.to_vec(),
            data: encoded.data,
            fill: encoded.fill,
            attributes,
        });
    }
}
