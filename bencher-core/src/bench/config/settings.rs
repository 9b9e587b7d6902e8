use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::store::slug;

use super::RunConfig;
use super::option::{Change, RunOption};
use super::output::ReportLocation;

/// The user's settings of a run, from outside the program, the weakest first.
///
/// [`cli::parse`](crate::cli::parse) and [`cli::settings`](crate::cli::settings) make one, and have examples.
/// [`Session::with_settings`](crate::bench::Session::with_settings) lays it over the settings of the program.
#[derive(Default)]
pub struct Settings {
    list: Vec<Setting>,
}

struct Setting {
    option: &'static RunOption,
    change: Change,
    source: SettingSource,
    /// The sweep that it is for; none means all of them.
    sweep: Option<String>,
}

/// The source of a setting.
///
/// ```
/// use bencher_core::bench::SettingSource;
/// let source = SettingSource::File { path: "bencher.toml".into(), line: 3 };
/// assert_eq!(source.to_string(), "bencher.toml:3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingSource {
    /// No source sets it.
    Default,
    /// The program.
    Program,
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Its line, counted from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// The command line.
    CommandLine,
}

impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::Program => write!(f, "program"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(variable) => write!(f, "environment: {variable}"),
            Self::CommandLine => write!(f, "command line"),
        }
    }
}

impl Settings {
    /// The configuration of a program that sets nothing itself.
    pub fn config(&self) -> RunConfig {
        let mut config = RunConfig::default();
        self.apply(&mut config, None);
        config
    }

    /// Adds a setting, which overrides the existing ones.
    ///
    /// # Errors
    /// The problem with the values; nothing is then added.
    pub(crate) fn add(
        &mut self,
        option: &'static RunOption,
        values: &[OsString],
        source: SettingSource,
        sweep: Option<&str>,
    ) -> Result<(), String> {
        if let Some(feature) = option.missing_feature()
            && values.iter().any(|value| value != "false")
        {
            // A variable may be meant for the other programs of a shell.
            if matches!(source, SettingSource::Environment(_)) {
                return Ok(());
            }
            return Err(format!(
                "this needs bencher's feature `{feature}`, which this program is built without; add it in \
                 Cargo.toml: `bencher = {{ …, features = [\"{feature}\"] }}`"
            ));
        }
        let change = (option.read)(values)?;
        if sweep.is_some() {
            let mut config = RunConfig::default();
            change(&mut config);
            if config.steps() > 1 {
                return Err(
                    "only a whole run can be refined in steps; give one number for a sweep"
                        .to_owned(),
                );
            }
        }
        self.list.push(Setting {
            option,
            change,
            source,
            sweep: sweep.map(str::to_owned),
        });
        Ok(())
    }

    /// The option of a report that the command line or the file gives, if any does.
    pub(crate) fn report_option(&self) -> Option<&'static str> {
        let is_given = |setting: &&Setting| {
            matches!(
                setting.source,
                SettingSource::CommandLine | SettingSource::File { .. }
            ) && setting.option.is_of_report()
        };
        let mut given = self.list.iter().filter(is_given);
        let config = self.config();
        let found = given.find(|setting| match setting.option.name {
            "report" => matches!(config.report, ReportLocation::Folder(_)),
            "open" => config.open,
            _ => true,
        });
        found.map(|setting| setting.option.name)
    }

    /// Adds settings, which go before those that there are.
    pub(crate) fn extend(&mut self, stronger: Self) {
        self.list.extend(stronger.list);
    }

    /// Lays the settings over a configuration: those for all sweeps, and those for one.
    pub(crate) fn apply(&self, config: &mut RunConfig, sweep: Option<&str>) {
        for setting in self.for_sweep(sweep) {
            (setting.change)(config);
        }
    }

    /// The source of an option's value, if one of these settings sets it over `config`.
    pub(super) fn source(
        &self,
        option: &RunOption,
        config: &mut RunConfig,
        sweep: Option<&str>,
    ) -> Option<&SettingSource> {
        let mut source = None;
        for setting in self.for_sweep(sweep) {
            let before = (option.show)(config);
            (setting.change)(config);
            if setting.option.name == option.name || (option.show)(config) != before {
                source = Some(&setting.source);
            }
        }
        source
    }

    /// The sweeps of the file's sections that no title fits, and where they stand.
    pub(crate) fn unknown_sweeps(&self, titles: &[String]) -> Vec<(&str, &SettingSource)> {
        let mut unknown: Vec<(&str, &SettingSource)> = Vec::new();
        for setting in &self.list {
            if let Some(sweep) = setting.sweep.as_deref()
                && !titles.iter().any(|title| fits(sweep, title))
                && unknown.iter().all(|(name, _)| *name != sweep)
            {
                unknown.push((sweep, &setting.source));
            }
        }
        unknown
    }

    fn for_sweep(&self, sweep: Option<&str>) -> impl Iterator<Item = &Setting> {
        self.list.iter().filter(move |setting| {
            setting
                .sweep
                .as_deref()
                .is_none_or(|name| sweep.is_some_and(|title| fits(name, title)))
        })
    }
}

/// Whether a name is that of a sweep: its title, or the title as a file name.
fn fits(name: &str, title: &str) -> bool {
    name == title || (name == slug(title) && name == slug(name))
}

// Not derived: a change is a function.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .list
            .iter()
            .map(|setting| (setting.option.name, &setting.source));
        f.debug_list().entries(names).finish()
    }
}
