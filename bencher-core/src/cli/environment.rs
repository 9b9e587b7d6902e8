//! Reads settings from the environment: a variable for each option.

use std::ffi::OsString;

use crate::bench::config::{RunOption, option as option_of, options, renamed};
use crate::bench::{SettingSource, Settings};
use crate::evaluator::cluster::CREDENTIAL_VARIABLES;
use crate::evaluator::process::WORKER_VARIABLE;
use crate::measure::REPLICATE_VARIABLE;
use crate::var::nearest;

use super::error::SettingsError;

/// Reads the variables of all options; an empty one says nothing.
///
/// Lists are separated by `;`.
pub(super) fn read(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Settings, SettingsError> {
    let mut settings = Settings::default();
    for option in options() {
        let name = option.variable();
        let Some(value) = variable(&name).filter(|value| !value.is_empty()) else {
            continue;
        };
        let values = values(option, value);
        settings
            .add(
                option,
                &values,
                SettingSource::Environment(name.clone()),
                None,
            )
            .map_err(|reason| SettingsError::Environment {
                variable: name,
                reason,
            })?;
    }
    Ok(settings)
}

/// Which of the environment's variables are nearly one of an option without being it, each with that one.
pub(super) fn misspelt(given: impl Iterator<Item = OsString>) -> Vec<(String, String)> {
    const PREFIX: &str = "BENCHER_";
    const LONG: usize = 6;
    /// Variables that programs set for the processes that they start.
    const OWN: [&str; 2] = [WORKER_VARIABLE, REPLICATE_VARIABLE];
    /// Variables that name no option, but that users set.
    const OTHERS: [&str; 2] = CREDENTIAL_VARIABLES;
    let mut known: Vec<String> = options().map(RunOption::variable).collect();
    known.extend(["BENCHER_CONFIG", "BENCHER_CACHE_DIR"].map(str::to_owned));
    let known = || known.iter().filter_map(|name| name.strip_prefix(PREFIX));
    let near = given.filter_map(|name| {
        let name = name.into_string().ok()?;
        // The prefix, which all have, would make any two alike.
        let given = name.strip_prefix(PREFIX)?;
        if known().any(|known| known == given)
            || OWN.contains(&name.as_str())
            || OTHERS.contains(&name.as_str())
        {
            return None;
        }
        let option = given.to_lowercase().replace('_', "-");
        if let Some(new) = renamed(&option).and_then(option_of) {
            return Some((format!("{PREFIX}{given}"), new.variable()));
        }
        // A name of the user's own is seldom so near: two letters of a long name, one of a short one, and that is
        // seldom the first.
        let most = if given.len() < LONG { 1 } else { 2 };
        let is_near = |near: &&str| {
            near.get(..1) == given.get(..1) && strsim::osa_distance(given, near) <= most
        };
        let near = nearest(given, known()).filter(is_near)?;
        Some((format!("{PREFIX}{given}"), format!("{PREFIX}{near}")))
    });
    near.collect()
}

fn values(option: &RunOption, value: OsString) -> Vec<OsString> {
    match value.to_str() {
        Some(text) if option.takes.is_repeated() => {
            let parts = text
                .split(';')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            parts.map(Into::into).collect()
        }
        // A value that is not UTF-8 may be a path; other options reject it.
        _ => vec![value],
    }
}
