//! Reads settings from a `bencher.toml`.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::bench::config::{OptionValue, RunOption, option, options, renamed};
use crate::bench::{SettingSource, Settings};
use crate::plan::quote;
use crate::var::nearest;

use super::error::SettingsError;
use super::program::fit;

pub(super) const NAME: &str = "bencher.toml";

/// The largest file that is read: far above what anybody writes by hand.
const MOST_BYTES: u64 = 1 << 20;

/// The `bencher.toml` of a directory or of the nearest one above, up to the root of the workspace or
/// repository (where `Cargo.lock` or `.git` is).
pub(super) fn nearest_to(folder: &Path) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        // Whatever it is: a directory of that name is a mistake, which the reader reports.
        if path.symlink_metadata().is_ok() {
            return Some(path);
        }
        if folder.join("Cargo.lock").exists() || folder.join(".git").exists() {
            break;
        }
    }
    None
}

/// Reads a file for a program, without the sections for other programs.
pub(super) fn read(path: &Path, program: &str) -> Result<Settings, SettingsError> {
    let unreadable = |reason: String| SettingsError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    // A pipe or a device would be waited for, or never end.
    let metadata = path
        .metadata()
        .map_err(|error| unreadable(error.to_string()))?;
    if !metadata.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unreadable(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| SettingsError::File {
        path: path.to_owned(),
        line: line_of(&bytes, error.valid_up_to()),
        reason: "it is not UTF-8".to_owned(),
    })?;
    settings(text, path, program)
}

/// Reads the text of a file that stands at `path`.
pub(super) fn settings(text: &str, path: &Path, program: &str) -> Result<Settings, SettingsError> {
    let reader = Reader { text, path };
    let table = DeTable::parse(text)
        .map_err(|error| reader.error(error.span().unwrap_or(0..0), error.message()))?;
    // The more special a section, the later it is laid over the others.
    let mut sections: [Settings; 2] = Default::default();
    let [all, sweeps] = &mut sections;
    let mut own: Vec<(u8, Settings, Settings)> = Vec::new();
    reader.section(table.get_ref(), all, None, true)?;
    reader.sweeps(table.get_ref(), sweeps)?;
    if let Some(programs) = table.get_ref().get("programs") {
        for (name, section) in reader.table("programs", programs)? {
            // Those of others are read too, so that a mistake is found wherever it is made.
            let (mut top, mut of_sweeps) = (Settings::default(), Settings::default());
            let keys = reader.table("programs", section)?;
            reader.section(keys, &mut top, None, false)?;
            reader.sweeps(keys, &mut of_sweeps)?;
            if let Some(exactness) = fit(name.get_ref(), program) {
                own.push((exactness, top, of_sweeps));
            }
        }
    }
    crate::sort::by_key(&mut own, |(exactness, ..)| *exactness);
    let mut settings = Settings::default();
    for section in sections {
        settings.extend(section);
    }
    let (tops, of_sweeps): (Vec<_>, Vec<_>) = own
        .into_iter()
        .map(|(_, top, of_sweeps)| (top, of_sweeps))
        .unzip();
    for section in tops.into_iter().chain(of_sweeps) {
        settings.extend(section);
    }
    Ok(settings)
}

struct Reader<'t> {
    text: &'t str,
    path: &'t Path,
}

type Spanned<'t> = toml::Spanned<DeValue<'t>>;

impl Reader<'_> {
    fn error(&self, span: Range<usize>, reason: impl Into<String>) -> SettingsError {
        SettingsError::File {
            path: self.path.to_owned(),
            line: line_of(self.text.as_bytes(), span.start),
            reason: reason.into(),
        }
    }

    fn table<'v, 't>(
        &self,
        name: &str,
        value: &'v Spanned<'t>,
    ) -> Result<&'v DeTable<'t>, SettingsError> {
        value.get_ref().as_table().ok_or_else(|| {
            let found = value.get_ref().type_str();
            self.error(
                value.span(),
                format!("`{name}` holds sections, not {found}"),
            )
        })
    }

    /// The sections of sweeps within a table.
    fn sweeps(&self, table: &DeTable<'_>, settings: &mut Settings) -> Result<(), SettingsError> {
        let Some(sweeps) = table.get("sweeps") else {
            return Ok(());
        };
        for (title, section) in self.table("sweeps", sweeps)? {
            let keys = self.table("sweeps", section)?;
            self.section(keys, settings, Some(title.get_ref()), false)?;
        }
        Ok(())
    }

    /// The options of a section.
    fn section(
        &self,
        table: &DeTable<'_>,
        settings: &mut Settings,
        sweep: Option<&str>,
        top: bool,
    ) -> Result<(), SettingsError> {
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            let sections = match name {
                "programs" => top,
                "sweeps" => sweep.is_none(),
                _ => false,
            };
            if !sections {
                Self::known(name, sweep).map_err(|reason| self.error(key.span(), reason))?;
            }
        }
        // In the order of the options, which decides between two that touch one thing.
        for option in options() {
            let Some((key, value)) = table.get_key_value(option.name) else {
                continue;
            };
            let span = value.span();
            let values = self
                .values(option, value.get_ref())
                .map_err(|reason| self.error(span.clone(), reason))?;
            let line = line_of(self.text.as_bytes(), key.span().start);
            let source = SettingSource::File {
                path: self.path.to_owned(),
                line,
            };
            settings
                .add(option, &values, source, sweep)
                .map_err(|reason| self.error(span, format!("`{}`: {reason}", option.name)))?;
        }
        Ok(())
    }

    fn known(name: &str, sweep: Option<&str>) -> Result<(), String> {
        match option(name) {
            Some(option) if sweep.is_some() && !option.per_sweep => {
                Err(format!("`{name}` applies to a whole run, not to one sweep"))
            }
            Some(_) => Ok(()),
            None => {
                let sections = ["programs", "sweeps"];
                let fits = |option: &&RunOption| sweep.is_none() || option.per_sweep;
                let names = options().filter(fits).map(|option| option.name);
                let hint = match renamed(name) {
                    Some(new) => format!("; it was renamed to `{new}`"),
                    None => nearest(name, names.chain(sections))
                        .map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
                };
                Err(format!(
                    "there is no option `{}`{hint}",
                    name.escape_debug()
                ))
            }
        }
    }

    /// The values of an option as they would stand on the command line.
    fn values(&self, option: &RunOption, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
        let mismatch = || {
            let expected = match option.takes {
                OptionValue::Switch => "true or false",
                OptionValue::Number(_) => "a number",
                OptionValue::Scalar(_) => "a number or a string",
                OptionValue::Text(_) | OptionValue::Choice(..) | OptionValue::Folder(_) => "a text",
                OptionValue::FolderOrSwitch(_) => "a string, true or false",
                OptionValue::List(_) => "a string or an array of strings",
                OptionValue::Inputs(_) => "a table of inputs, such as { len = \"16..4096\" }",
            };
            let found = value.type_str();
            format!("`{}` takes {expected}, not {found}", option.name)
        };
        let of_type = match option.takes {
            OptionValue::Switch => value.is_bool(),
            OptionValue::Number(_) => value.is_integer() || value.is_float(),
            OptionValue::Scalar(_) => scalar(value).is_some(),
            OptionValue::Text(_) | OptionValue::Choice(..) | OptionValue::Folder(_) => {
                value.is_str()
            }
            OptionValue::FolderOrSwitch(_) => value.is_str() || value.is_bool(),
            OptionValue::List(_) => value.is_str() || value.is_array(),
            OptionValue::Inputs(_) => value.is_table(),
        };
        if !of_type {
            return Err(mismatch());
        }
        match (option.takes, value) {
            (OptionValue::Folder(_) | OptionValue::FolderOrSwitch(_), DeValue::String(folder)) => {
                let base = self.path.parent().unwrap_or(Path::new(""));
                Ok(vec![base.join(folder.as_ref()).into_os_string()])
            }
            (OptionValue::List(_), DeValue::Array(texts)) => {
                let texts = texts
                    .iter()
                    .map(|text| text.get_ref().as_str().map(Into::into));
                texts.collect::<Option<_>>().ok_or_else(mismatch)
            }
            (OptionValue::Inputs(_), DeValue::Table(inputs)) => {
                let inputs = inputs.iter().map(|(name, values)| {
                    let values = input_values(values.get_ref())?;
                    Ok(format!("{}={values}", name.get_ref()).into())
                });
                inputs.collect()
            }
            (_, value) => Ok(vec![scalar(value).ok_or_else(mismatch)?.into()]),
        }
    }
}

/// The values of an input, as `--input` takes them.
fn input_values(value: &DeValue<'_>) -> Result<String, String> {
    let Some(values) = value.as_array() else {
        return scalar(value)
            .ok_or_else(|| "values of an input must be numbers or strings".to_owned());
    };
    let values = values.iter().map(|value| {
        let text = scalar(value.get_ref());
        text.map(|text| quote(&text))
            .ok_or_else(|| "values of an input must be numbers or strings".to_owned())
    });
    Ok(values.collect::<Result<Vec<_>, _>>()?.join(","))
}

/// A value that is one thing, as text.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Boolean(on) => Some(on.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Integer(number) => Some(
            // A number that no integer holds is judged by who reads it.
            i128::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        ),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// The line of a byte, counted from 1.
fn line_of(bytes: &[u8], at: usize) -> usize {
    let before = bytes.iter().take(at);
    before.filter(|byte| **byte == b'\n').count() + 1
}
