//! Infers the contents of a table without a description.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use crate::value::{Kind, Value};

use super::super::{Dataset, Dim, DimRole, ImportError, VariableInfo};
use super::read::companions;
use super::read::{Layout, Table, parse, wrong};

/// An empty dataset of the dimensions and kinds that the texts suggest.
pub(super) fn outline(table: &Table<'_>) -> Result<Dataset, ImportError> {
    let (dim_count, variable_count) = match table.layout {
        Layout::OneColumn => dims_and_variables(table),
        Layout::Companions => parts(table.heading)?,
    };
    let column = |at: usize| table.rows.iter().filter_map(move |row| row.get(at));
    let mut dims = Vec::with_capacity(dim_count);
    for (at, name) in table.heading.iter().take(dim_count).enumerate() {
        let mut seen = HashSet::new();
        let texts: Vec<&str> = column(at)
            .map(AsRef::as_ref)
            .filter(|text| seen.insert(*text))
            .collect();
        dims.push(dim(name, &texts));
    }
    let cells = dims
        .iter()
        .fold(1_u128, |cells, dim| cells.saturating_mul(dim.len() as u128));
    // A grid larger than the table would be made of nothing.
    if cells != table.rows.len() as u128 {
        let problem = format!(
            "the coordinates span a grid of {cells} rows, but there are {}",
            table.rows.len()
        );
        return Err(wrong(1, "1", &problem));
    }
    let infos = table
        .heading
        .iter()
        .skip(dim_count)
        .take(variable_count)
        .enumerate()
        .map(|(n, name)| {
            // An empty field is most likely a cell without a value; of what kind, the others tell.
            let texts: Vec<&str> = column(dim_count + n)
                .map(AsRef::as_ref)
                .filter(|text: &&str| !text.is_empty())
                .collect();
            let kind = match kind_of(&texts) {
                _ if texts.is_empty() => Kind::Float(64),
                Kind::Category => Kind::Text,
                kind => kind,
            };
            VariableInfo::new(name.as_ref(), kind)
        })
        .collect();
    Ok(Dataset::new("", dims, infos)?)
}

/// How many leading columns are dimensions, and how many are variables behind them: the fewest dimensions that tell all
/// rows apart, and what counts repeats or snapshots.
fn dims_and_variables(table: &Table<'_>) -> (usize, usize) {
    let columns = table.heading.len().saturating_sub(1);
    let mut dims = 0;
    let mut keys: Vec<String> = vec![String::new(); table.rows.len()];
    let is_apart = |keys: &[String]| {
        let mut seen = HashSet::with_capacity(keys.len());
        keys.iter().all(|key| seen.insert(key.as_str()))
    };
    while dims < columns && (dims == 0 || !is_apart(&keys)) {
        for (key, row) in keys.iter_mut().zip(table.rows) {
            let field = row.get(dims).map_or("", AsRef::as_ref);
            let _ = write!(key, "{}:{field}", field.len());
        }
        dims += 1;
    }
    let counts = |at: usize| {
        let name = table.heading.get(at);
        name.is_some_and(|name| name == "repeat" || name == "over_time")
    };
    while dims < columns && counts(dims) {
        dims += 1;
    }
    (dims, columns - dims)
}

fn dim(name: &str, texts: &[&str]) -> Dim {
    let kind = kind_of(texts);
    let values: Vec<Value> = texts.iter().filter_map(|text| parse(kind, text)).collect();
    let count = u32::try_from(values.len()).unwrap_or(0);
    let repeats = Dim::repeats(count);
    if name == repeats.name && values == repeats.values {
        return repeats;
    }
    let role = if name == "over_time" {
        DimRole::Time
    } else {
        DimRole::Input
    };
    Dim {
        role,
        ..Dim::input(name, kind, values)
    }
}

/// How many leading columns are dimensions and how many variables: each of these has two more at
/// the end.
fn parts(heading: &[Cow<'_, str>]) -> Result<(usize, usize), ImportError> {
    let fits = |variables: &usize| {
        let dims = heading.len() - 3 * variables;
        let names = heading.iter().skip(dims).take(*variables);
        let rest = heading.iter().skip(dims + variables);
        names
            .flat_map(|name| companions(name))
            .eq(rest.map(AsRef::<str>::as_ref))
    };
    let variables = (0..=heading.len() / 3).rev().find(fits).unwrap_or(0);
    let dims = heading.len() - 3 * variables;
    let left: Vec<&str> = heading.iter().take(dims).map(AsRef::as_ref).collect();
    let stray = left.iter().position(|name| {
        name.strip_suffix(".state")
            .is_some_and(|variable| left.contains(&variable))
    });
    match stray {
        Some(at) => Err(wrong(
            1,
            &(at + 1).to_string(),
            "the columns of values, states and reasons are not in the order in which they were \
             written",
        )),
        None => Ok((dims, variables)),
    }
}

/// The narrowest kind that all texts are of.
fn kind_of(texts: &[&str]) -> Kind {
    let kinds = [
        Kind::Bool,
        Kind::Uint(64),
        Kind::Int(64),
        Kind::Uint(128),
        Kind::Int(128),
        Kind::Float(64),
    ];
    let all = |kind: Kind| {
        let mut values = texts.iter().map(|text| (text, parse(kind, text)));
        values.all(|(text, value)| {
            // A text that would not come back the same (007, 1_000, 1e3) is no integer.
            value.is_some_and(|value| match kind {
                Kind::Float(_) => is_number(text),
                _ => value.to_string() == **text,
            })
        })
    };
    kinds
        .into_iter()
        .find(|kind| all(*kind))
        .unwrap_or(Kind::Category)
}

/// Whether a text that parses as a float was most likely meant as one.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let padded =
        digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    ["NaN", "inf"].contains(&digits)
        || (digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.contains('_') && !padded)
}
