//! CSV and JSON: what other programs read.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use crate::value::{Value, float_text};
use crate::var::{Direction, Scale};

use super::{CellState, Dataset, DimRole};

/// The version of the JSON form; raised with every change that a reader must know of.
const JSON_VERSION: u32 = 1;

impl Dataset {
    /// Writes the long table as CSV (RFC 4180, UTF-8): a column for every dimension and variable,
    /// then `NAME.state` and `NAME.reason` for every variable. Cells without a value are empty.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # let ok = VariableInfo::new("ok", Kind::Bool);
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(2)], vec![ok])?;
    /// let ok = runs.variable_mut(0).ok_or("no variable")?;
    /// ok.record(0, &Value::Bool(true), CellState::Measured)?;
    /// let mut csv = Vec::new();
    /// runs.write_csv(&mut csv)?;
    /// assert_eq!(
    ///     String::from_utf8(csv)?,
    ///     "repeat,ok,ok.state,ok.reason\r\n1,true,measured,\r\n2,,pending,\r\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where `out` does not take it.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        let table = self.long_table();
        let names = table.columns().map(str::to_owned);
        let extra = self.variables().iter().flat_map(|var| {
            let name = &var.info.name;
            [format!("{name}.state"), format!("{name}.reason")]
        });
        write_record(&mut out, names.chain(extra))?;
        for row in table.rows() {
            let coordinates = row.coordinates.iter().map(std::string::ToString::to_string);
            let values = row.cells.iter().map(|cell| {
                cell.value
                    .as_ref()
                    .map_or_else(String::new, Value::to_string)
            });
            let extra = row.cells.iter().flat_map(|cell| {
                [
                    cell.state.name().to_owned(),
                    cell.reason.unwrap_or_default().to_owned(),
                ]
            });
            write_record(&mut out, coordinates.chain(values).chain(extra))?;
        }
        Ok(())
    }

    /// The dataset as JSON: dimensions with coordinates, variables with a flat row-major list of
    /// values (`null` where there is none) and of states, attributes.
    ///
    /// Numbers that JSON cannot hold (NaN, infinities, integers beyond 64 bits) are strings.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let ok = VariableInfo::new("ok", Kind::Bool);
    /// let json = Dataset::new("Runs", vec![Dim::repeats(2)], vec![ok])?.to_json();
    /// assert_eq!((&json["format"], &json["version"]), (&"bencher.dataset".into(), &1.into()));
    /// assert_eq!(json["dims"][0]["values"][1], 2);
    /// assert!(json["variables"][0]["values"][1].is_null());
    /// assert_eq!(json["variables"][0]["states"][1], "pending");
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    pub fn to_json(&self) -> Json {
        let dims: Vec<Json> = self
            .dims()
            .iter()
            .map(|dim| {
                json!({
                    "name": dim.name,
                    "doc": dim.doc,
                    "units": dim.units,
                    "kind": dim.kind.short_name(),
                    "role": match dim.role {
                        DimRole::Input => "input",
                        DimRole::Repeat => "repeat",
                        DimRole::Time => "time",
                    },
                    "scale": match dim.scale { Scale::Linear => "linear", Scale::Log => "log" },
                    "values": dim.values.iter().map(json_value).collect::<Vec<_>>(),
                })
            })
            .collect();
        let variables: Vec<Json> = self
            .variables()
            .iter()
            .map(|var| {
                let cells = || (0..self.len()).filter_map(|flat| var.cell(flat));
                let reasons: serde_json::Map<String, Json> = var
                    .reasons
                    .iter()
                    .map(|(flat, reason)| (flat.to_string(), json!(**reason)))
                    .collect();
                json!({
                    "name": var.info.name,
                    "doc": var.info.doc,
                    "units": var.info.units,
                    "kind": var.info.kind.short_name(),
                    "direction": match var.info.direction {
                        Direction::Minimize => "minimize",
                        Direction::Maximize => "maximize",
                        Direction::None => "none",
                    },
                    "timed": var.info.timed,
                    "meaning_version": var.info.meaning_version,
                    "values": cells().map(|c| c.value.as_ref().map_or(Json::Null, json_value)).collect::<Vec<_>>(),
                    "states": cells().map(|c| json!(CellState::name(c.state))).collect::<Vec<_>>(),
                    "reasons": reasons,
                })
            })
            .collect();
        json!({
            "format": "bencher.dataset",
            "version": JSON_VERSION,
            "name": self.name(),
            "dims": dims,
            "variables": variables,
            "attributes": self.attributes,
        })
    }
}

fn write_record(out: &mut impl Write, fields: impl Iterator<Item = String>) -> io::Result<()> {
    for (n, field) in fields.enumerate() {
        if n > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

/// A value as JSON: what JSON cannot hold as a number is a text.
pub(crate) fn json_value(value: &Value) -> Json {
    match value {
        Value::Bool(b) => json!(b),
        Value::Int(i) => i64::try_from(*i)
            .map(|i| json!(i))
            .or_else(|_| u64::try_from(*i).map(|u| json!(u)))
            .unwrap_or_else(|_| json!(i.to_string())),
        Value::Big(u) => json!(u.to_string()),
        Value::Float(x) if x.is_finite() => json!(x),
        Value::Float(x) => json!(float_text(*x)),
        Value::Text(text) => json!(**text),
        Value::Vector(items) => Json::Array(
            items
                .iter()
                .map(|x| json_value(&Value::Float(*x)))
                .collect(),
        ),
        Value::DateTime(_) => json!(value.to_string()),
        Value::Item(item) => json!({
            "name": item.name(),
            "parts": item
                .parts()
                .map(|(name, part)| json!([name, json_value(part)]))
                .collect::<Vec<_>>(),
        }),
        Value::Payload(payload) => json!({
            "name": payload.name(),
            "media_type": payload.media_type(),
            "digest": payload.digest().to_string(),
            "len": payload.len(),
        }),
    }
}
