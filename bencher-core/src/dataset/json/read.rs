use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::value::Kind;

use super::read_value::{read_kind, read_value};
use super::{JSON_FORMAT, JSON_VERSION, JsonCursor, direction_name, role_name, scale_name};
use crate::dataset::stored_units::unit_of_stored;
use crate::dataset::{CellState, Dataset, Dim, DimRole, ImportError, Variable, VariableInfo};
use crate::var::{Direction, Scale};

const ROLES: [DimRole; 3] = [DimRole::Input, DimRole::Repeat, DimRole::Time];
const SCALES: [Scale; 2] = [Scale::Linear, Scale::Log];
const DIRECTIONS: [Direction; 3] = [Direction::Minimize, Direction::Maximize, Direction::None];

/// The fields that describe a variable, whether or not its cells stand beside them.
const INFO: [&str; 7] = [
    "name",
    "doc",
    "units",
    "kind",
    "direction",
    "timed",
    "meaning_version",
];

/// A dataset without its cells.
pub(in super::super) struct Outline {
    pub(in super::super) name: String,
    pub(in super::super) dims: Vec<Dim>,
    pub(in super::super) attributes: BTreeMap<String, String>,
}

impl Dataset {
    /// Reads a dataset that [`to_json`](Self::to_json) of this or an older version wrote.
    ///
    /// ```
    /// use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// use bencher_core::value::Kind;
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(2)], vec![VariableInfo::new("ok", Kind::Bool)])?;
    /// let mut json = runs.to_json();
    /// assert_eq!(Dataset::from_json(&json)?, runs);
    /// json["variables"][0]["states"][1] = "done".into();
    /// assert_eq!(
    ///     Dataset::from_json(&json).unwrap_err().to_string(),
    ///     "variables[0].states[1] is \"done\", but must be one of: pending, measured, cached, \
    ///      missing, skipped, failed, timed out, below resolution, preempted"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it is not a dataset, a later version wrote it, or a field has an unexpected value. The error names the
    /// field and the expected value.
    pub fn from_json(json: &Json) -> Result<Self, ImportError> {
        let whole = JsonCursor::whole_document("the document", json);
        let outline = Outline::read(&whole)?;
        let shape: Vec<usize> = outline.dims.iter().map(Dim::len).collect();
        let cells = super::super::column::grid_len(&shape)?;
        let variables = whole
            .field("variables")?
            .items()?
            .map(|cursor| read_variable(&cursor, &shape, cells))
            .collect::<Result<_, _>>()?;
        let Outline {
            name,
            dims,
            attributes,
        } = outline;
        Ok(Self::from_parts(name, dims, variables, attributes)?)
    }
}

impl Outline {
    /// Reads all but the variables.
    pub(in super::super) fn read(whole: &JsonCursor<'_>) -> Result<Self, ImportError> {
        let format = whole.field("format")?;
        if format.text()? != JSON_FORMAT {
            return Err(format.wrong(format!("\"{JSON_FORMAT}\"")));
        }
        let version = whole.field("version")?;
        match version.whole()? {
            0 => return Err(version.wrong("a version of 1 or more")),
            found if found > JSON_VERSION => {
                return Err(ImportError::Version {
                    found,
                    newest: JSON_VERSION,
                });
            }
            // Version 2 writes everything that version 1 wrote.
            _ => {}
        }
        whole.only(&[
            "format",
            "version",
            "name",
            "dims",
            "variables",
            "attributes",
        ])?;
        let dims = whole
            .field("dims")?
            .items()?
            .map(|cursor| read_dim(&cursor))
            .collect::<Result<_, _>>()?;
        let mut attributes = BTreeMap::new();
        for (key, text) in whole.field("attributes")?.fields()? {
            attributes.insert(key.to_owned(), text.text()?.to_owned());
        }
        Ok(Self {
            name: whole.field("name")?.text()?.to_owned(),
            dims,
            attributes,
        })
    }

    /// Reads the variables where no cells stand beside them.
    pub(in super::super) fn read_infos(
        whole: &JsonCursor<'_>,
    ) -> Result<Vec<VariableInfo>, ImportError> {
        let variables = whole.field("variables")?;
        variables
            .items()?
            .map(|cursor| {
                cursor.only(&INFO)?;
                read_info(&cursor)
            })
            .collect()
    }
}

fn read_dim(cursor: &JsonCursor<'_>) -> Result<Dim, ImportError> {
    cursor.only(&["name", "doc", "units", "kind", "role", "scale", "values"])?;
    let kind = read_kind(&cursor.field("kind")?)?;
    let values = cursor
        .field("values")?
        .items()?
        .map(|value| read_value(kind, &value))
        .collect::<Result<_, _>>()?;
    let mut units = cursor.field("units")?.text()?.to_owned();
    unit_of_stored(kind, false, &mut units);
    Ok(Dim {
        name: cursor.field("name")?.text()?.to_owned(),
        doc: cursor.field("doc")?.text()?.to_owned(),
        units,
        kind,
        scale: cursor.field("scale")?.one_of(&SCALES, scale_name)?,
        role: cursor.field("role")?.one_of(&ROLES, role_name)?,
        values,
    })
}

fn read_info(cursor: &JsonCursor<'_>) -> Result<VariableInfo, ImportError> {
    let direction = cursor.field("direction")?;
    let meaning = cursor.field("meaning_version")?;
    let kind = read_kind(&cursor.field("kind")?)?;
    let timed = cursor.field("timed")?.flag()?;
    let mut units = cursor.field("units")?.text()?.to_owned();
    unit_of_stored(kind, timed, &mut units);
    Ok(VariableInfo {
        name: cursor.field("name")?.text()?.to_owned(),
        doc: cursor.field("doc")?.text()?.to_owned(),
        units,
        kind,
        direction: direction.one_of(&DIRECTIONS, direction_name)?,
        timed,
        meaning_version: u32::try_from(meaning.whole()?)
            .map_err(|_| meaning.wrong("a version below 2^32"))?,
    })
}

fn read_variable(
    cursor: &JsonCursor<'_>,
    shape: &[usize],
    cells: usize,
) -> Result<Variable, ImportError> {
    let known: Vec<&str> = INFO
        .into_iter()
        .chain(["values", "states", "reasons"])
        .collect();
    cursor.only(&known)?;
    let info = read_info(cursor)?;
    let (values, states) = (cursor.field("values")?, cursor.field("states")?);
    // Nothing is made for cells that the document does not have.
    for list in [&values, &states] {
        if list.items()?.len() != cells {
            return Err(list.wrong(format!("a list of {cells}, one for every cell of the grid")));
        }
    }
    let kind = cell_kind(info.kind);
    let mut variable = Variable::pending(info, shape)?;
    let pairs = values.items()?.zip(states.items()?);
    for (flat, (value, state)) in pairs.enumerate() {
        let known = state.one_of(&CellState::ALL, CellState::name)?;
        if known.has_value() {
            let read = read_value(kind, &value)?;
            variable.record(flat, &read, known)?;
        } else if value.json().is_null() {
            variable.record_absent(flat, known, None)?;
        } else {
            return Err(value.wrong(format!("null, because its state is \"{known}\"")));
        }
    }
    for (key, reason) in cursor.field("reasons")?.fields()? {
        let flat = key.parse().ok();
        let flat = flat.filter(|flat: &usize| *flat < cells && flat.to_string() == key);
        let flat = flat.ok_or_else(|| reason.wrong(format!("at a cell number below {cells}")))?;
        variable.note(flat, reason.text()?.into());
    }
    Ok(variable)
}

/// The type that the cells of a variable are read as: a column holds moments and items as their text, and
/// floats of every kind in full.
pub(in super::super) fn cell_kind(kind: Kind) -> Kind {
    match kind {
        Kind::Category | Kind::DateTime | Kind::Item => Kind::Text,
        Kind::Float(_) | Kind::Seconds | Kind::Vector(_) => Kind::Float(64),
        Kind::Int(bits) if bits < 128 => Kind::Int(64),
        Kind::Uint(bits) if bits < 128 => Kind::Uint(64),
        other => other,
    }
}
