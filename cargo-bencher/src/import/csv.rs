//! A table of another program, in which the user says what is an input.

use std::path::Path;

use bencher_core::dataset::VariableInfo;
use bencher_core::value::{Kind, Value};
use bencher_core::var::{Direction, UnknownName};

use super::Imported;
use super::grid::{Input, Measured, dataset};
use super::table::{is_missing, kind_of, records, value};
use crate::words::Words;

/// What the columns are.
pub(super) struct Options {
    title: Option<String>,
    delimiter: char,
    inputs: Vec<String>,
    results: Option<Vec<String>>,
    /// Units of times, and of others.
    times: Vec<(String, String)>,
    units: Vec<(String, String)>,
    minimize: Vec<String>,
    maximize: Vec<String>,
}

impl Options {
    pub(super) fn parse(words: &mut Words) -> Result<Self, String> {
        let delimiter = words.value("--delimiter")?;
        let mut list = |name| Ok::<_, String>(words.value(name)?.map(|names| divided(&names)));
        let inputs = list("--inputs")?.unwrap_or_default();
        let results = list("--results")?;
        let (minimize, maximize) = (list("--minimize")?, list("--maximize")?);
        let mut pairs = |name: &'static str| pairs(name, words.value(name)?);
        Ok(Self {
            times: pairs("--times")?,
            units: pairs("--units")?,
            title: words.value("--title")?,
            delimiter: delimiter.map_or(Ok(','), |text| delimiter_of(&text))?,
            inputs,
            results,
            minimize: minimize.unwrap_or_default(),
            maximize: maximize.unwrap_or_default(),
        })
    }

    /// The unit of a column; empty if none is given.
    fn unit(&self, name: &str) -> String {
        let given = self.units.iter().find(|(column, _)| column == name);
        given.map_or(String::new(), |(_, unit)| unit.clone())
    }

    /// All columns that the options name.
    fn named(&self) -> impl Iterator<Item = &str> {
        let pairs = self.times.iter().chain(&self.units).map(|(name, _)| name);
        let lists = [&self.inputs, &self.minimize, &self.maximize];
        let lists = lists.into_iter().chain(&self.results).flatten();
        lists.chain(pairs).map(String::as_str)
    }
}

/// The sweep that a table has.
///
/// # Errors
/// Where it cannot be read, or the options do not fit it.
pub(super) fn import(path: &Path, options: &Options) -> Result<Imported, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let all = records(&text, options.delimiter).map_err(|error| failed(&error))?;
    let Some((heading, rows)) = all.split_first() else {
        return Err(failed(&"the file is empty; it must begin with a heading"));
    };
    let table = Table { heading, rows };
    table.check(options).map_err(|error| failed(&error))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let title = options.title.clone().unwrap_or_else(|| stem.into_owned());
    let inputs = options.inputs.iter().map(|name| table.input(name, options));
    let inputs: Vec<Input> = inputs
        .collect::<Result<_, _>>()
        .map_err(|error| failed(&error))?;
    let is_result = |name: &&String| match &options.results {
        Some(results) => results.contains(name),
        None => !options.inputs.contains(name),
    };
    let results = heading.iter().filter(is_result);
    let results: Result<Vec<Measured>, String> =
        results.map(|name| table.result(name, options)).collect();
    let results = results.map_err(|error| failed(&error))?;
    let dataset = dataset(&title, &inputs, results, rows.len()).map_err(|error| failed(&error))?;
    let modified = std::fs::metadata(path)
        .and_then(|file| file.modified())
        .ok();
    Ok(Imported {
        program: "csv",
        title,
        moment: modified.and_then(super::milliseconds),
        dataset,
    })
}

/// A table as text.
struct Table<'t> {
    heading: &'t [String],
    rows: &'t [Vec<String>],
}

impl Table<'_> {
    /// That the options name columns, and every row has a field for each.
    fn check(&self, options: &Options) -> Result<(), String> {
        let columns = || self.heading.iter().map(String::as_str);
        for name in options.named() {
            if !columns().any(|column| column == name) {
                return Err(UnknownName::new("column", name, columns()).to_string());
            }
        }
        if options.inputs.is_empty() {
            let columns: Vec<&str> = columns().collect();
            return Err(format!(
                "say with `--inputs` which columns are inputs (there are: {})",
                columns.join(", ")
            ));
        }
        let is_short = |row: &Vec<String>| row.len() != self.heading.len();
        match self.rows.iter().position(is_short) {
            Some(row) => Err(format!(
                "row {} has {} fields, but the heading has {}",
                row + 2,
                self.rows.get(row).map_or(0, Vec::len),
                self.heading.len()
            )),
            None => Ok(()),
        }
    }

    /// The fields of a column, in the order of the rows.
    fn fields(&self, name: &str) -> impl Iterator<Item = &str> + Clone {
        let at = self.heading.iter().position(|column| column == name);
        let at = at.unwrap_or(usize::MAX);
        self.rows
            .iter()
            .map(move |row| row.get(at).map_or("", String::as_str))
    }

    fn input(&self, name: &str, options: &Options) -> Result<Input, String> {
        let kind = kind_of(self.fields(name), Kind::Category);
        let values = self.fields(name).map(|field| value(kind, field));
        Ok(Input {
            name: name.to_owned(),
            kind,
            units: options.unit(name),
            values: values
                .collect::<Option<_>>()
                .ok_or("a value is of no kind")?,
        })
    }

    fn result(&self, name: &str, options: &Options) -> Result<Measured, String> {
        let present = self.fields(name).filter(|field| !is_missing(field));
        let mut kind = kind_of(present, Kind::Text);
        let mut info = VariableInfo::new(name, kind);
        info.units = options.unit(name);
        let time = options.times.iter().find(|(column, _)| column == name);
        let mut scale = 1.0;
        if let Some((_, unit)) = time {
            scale = seconds(unit).ok_or_else(|| {
                format!("`{unit}` of `{name}` is no unit of times; they are s, ms, us and ns")
            })?;
            if !kind.is_numeric() {
                return Err(format!(
                    "the column `{name}` is no time: it has other values than numbers"
                ));
            }
            kind = Kind::Float(64);
            "s".clone_into(&mut info.units);
            info.timed = true;
        }
        let contains = |names: &[String]| names.iter().any(|one| one == name);
        info.direction = if contains(&options.maximize) {
            Direction::Maximize
        } else if contains(&options.minimize) || info.timed {
            Direction::Minimize
        } else {
            Direction::None
        };
        info.kind = kind;
        let value = |field: &str| match value(kind, field).filter(|_| !is_missing(field)) {
            // 1 ms is 0.001 s, which 1 times 0.001 is not for every number.
            Some(Value::Float(x)) if info.timed => Some(Value::Float(x / scale)),
            value => value,
        };
        let values = self.fields(name).map(value).collect();
        Ok(Measured { info, values })
    }
}

/// How many of a unit are a second.
fn seconds(unit: &str) -> Option<f64> {
    match unit {
        "s" => Some(1.0),
        "ms" => Some(1e3),
        "us" | "µs" => Some(1e6),
        "ns" => Some(1e9),
        _ => None,
    }
}

fn divided(names: &str) -> Vec<String> {
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect()
}

/// `NAME=VALUE,...`
fn pairs(option: &str, text: Option<String>) -> Result<Vec<(String, String)>, String> {
    let all = text.iter().flat_map(|text| divided(text));
    let pair = |text: String| match text.rsplit_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(format!(
            "`{option} {text}` needs a unit, as in `{option} NAME=UNIT`"
        )),
    };
    all.map(pair).collect()
}

fn delimiter_of(text: &str) -> Result<char, String> {
    let mut signs = text.chars();
    match (text, signs.next(), signs.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(sign), None) if sign != '"' && !sign.is_ascii_control() => Ok(sign),
        _ => Err(format!(
            "`--delimiter {text}` is no sign; name one, or `tab`"
        )),
    }
}
