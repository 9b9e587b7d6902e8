//! A configuration as text: valid TOML, each value with where it comes from.

use std::fmt::Write as _;
use std::time::Duration;

use crate::console::steers;
use crate::dataset::Aggregation;
use crate::space::{Density, SampleOrder};

use super::RunConfig;
use super::option::RunOption;
use super::plots::PlotSelection;
use super::search::SearchConfig;
use super::settings::{SettingSource, Settings};
use super::table::{GROUPS, options};

/// The program's settings of one sweep.
#[derive(Clone, Debug, Default)]
pub(in crate::bench) struct SweepDefaults {
    pub(in crate::bench) title: String,
    pub(in crate::bench) repeats: Option<u32>,
    pub(in crate::bench) order: Option<SampleOrder>,
    pub(in crate::bench) level: Option<u8>,
    pub(in crate::bench) budget: Option<Duration>,
    pub(in crate::bench) plots: Option<PlotSelection>,
    pub(in crate::bench) aggregate: Option<Aggregation>,
    pub(in crate::bench) search: SearchConfig,
}

impl SweepDefaults {
    /// Lays it over what the program says of the whole run.
    pub(in crate::bench) fn apply(&self, config: &mut RunConfig) {
        if self.repeats.is_some() {
            config.repeats = self.repeats;
            config.refine.repeats_from = None;
        }
        if let Some(level) = self.level {
            config.density = Density {
                subsampling_divisions: level,
                samples_per_var: None,
            };
            config.refine.level_from = None;
        }
        config.order = self.order.or(config.order);
        config.budget = self.budget.or(config.budget);
        config.plots = self.plots.unwrap_or(config.plots);
        if let Some(view) = &self.aggregate {
            config.aggregate = Some(view.inputs.clone());
            config.aggregate_statistic = view.statistic;
        }
        config.search.budget = self.search.budget.or(config.search.budget);
        config.search.sampler = self.search.sampler.or(config.search.sampler);
        config.search.target = self.search.target.or(config.search.target);
        config.search.seed = self.search.seed.or(config.search.seed);
        config.search.workers = self.search.workers.or(config.search.workers);
    }
}

/// The configuration that `settings` make of what the program says, `base`, as a `bencher.toml`.
///
/// Fed back as one, it gives the same configuration. A path that is no UTF-8 does not survive that.
pub(in crate::bench) fn config_text(
    program: &str,
    base: &RunConfig,
    settings: &Settings,
    sweeps: &[SweepDefaults],
) -> String {
    let mut run = base.clone();
    settings.apply(&mut run, None);
    let mut text = format!("# The configuration of {}.\n", program.escape_debug());
    for (heading, options) in &GROUPS {
        let _ = writeln!(text, "\n# {heading}");
        for option in *options {
            let source = source(option, base, None, settings);
            text.push_str(&line(option, &run, &source));
        }
    }
    for sweep in sweeps {
        let mut config = base.clone();
        sweep.apply(&mut config);
        settings.apply(&mut config, Some(&sweep.title));
        let own = options()
            .filter(|option| option.per_sweep && (option.show)(&config) != (option.show)(&run));
        let lines: Vec<String> = own
            .map(|option| {
                line(
                    option,
                    &config,
                    &source(option, base, Some(sweep), settings),
                )
            })
            .collect();
        if !lines.is_empty() {
            let _ = write!(
                text,
                "\n[sweeps.{}]\n{}",
                quoted(&sweep.title),
                lines.concat()
            );
        }
    }
    text
}

fn line(option: &RunOption, config: &RunConfig, source: &SettingSource) -> String {
    match (option.show)(config) {
        Some(value) => {
            let source = source.to_string();
            let setting = format!("{} = {value}", option.name);
            format!("{setting:<40} # {}\n", source.escape_debug())
        }
        None if option.default.is_empty() => String::new(),
        // An open setting has no value to write.
        None => format!("# {}: {}\n", option.name, option.default),
    }
}

fn source(
    option: &RunOption,
    base: &RunConfig,
    sweep: Option<&SweepDefaults>,
    settings: &Settings,
) -> SettingSource {
    let mut config = base.clone();
    if let Some(sweep) = sweep {
        sweep.apply(&mut config);
    }
    let from_program = (option.show)(&config) != (option.show)(&RunConfig::default());
    let title = sweep.map(|sweep| sweep.title.as_str());
    match settings.source(option, &mut config, title) {
        Some(source) => source.clone(),
        None if from_program => SettingSource::Program,
        None => SettingSource::Default,
    }
}

/// A text as a TOML string.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if steers(c) => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Texts as a TOML array.
pub(super) fn listed(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The console would write another escape, which TOML does not know.
    #[test]
    fn a_quoted_text_is_shown_as_it_is_and_reads_back() {
        let text = "a\u{1b}\u{202e}\u{2028}\u{85}\"\\\n\té";
        let line = quoted(text);
        assert_eq!(crate::console::visible_line(&line), line);
        let read: toml::Table = format!("x = {line}").parse().unwrap();
        assert_eq!(read["x"].as_str(), Some(text));
    }
}
