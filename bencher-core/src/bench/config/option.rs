use std::ffi::OsString;

use super::RunConfig;

/// One option of a run: its description for the command line, the environment, `bencher.toml` and `--print-config`.
pub(crate) struct RunOption {
    /// Its long option and its key in the file; the environment's name is made of it.
    pub(crate) name: &'static str,
    pub(crate) takes: OptionValue,
    /// Whether it can stand in a file's section of one sweep.
    pub(crate) per_sweep: bool,
    pub(crate) help: &'static str,
    /// The default, for the reader; empty where it is obvious.
    pub(crate) default: &'static str,
    /// Options without a value that stand for this one with a value.
    pub(crate) shorthands: &'static [Shorthand],
    /// Reads values, as they are written, as a change to a configuration. Only a list takes several values.
    pub(crate) read: fn(&[OsString]) -> Result<Change, String>,
    /// The value in the form of the file; `None` where it is open, or another option sets it.
    pub(crate) show: fn(&RunConfig) -> Option<String>,
}

/// The change of an option to a configuration. It cannot fail, because reading has found all mistakes.
pub(crate) type Change = Box<dyn Fn(&mut RunConfig)>;

/// An option without a value that stands for another with one.
pub(crate) struct Shorthand {
    pub(crate) name: &'static str,
    pub(crate) letter: Option<char>,
    pub(crate) value: &'static str,
    pub(crate) help: &'static str,
}

/// The kind of an option's value: how the command line takes it and which TOML types fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionValue {
    /// Yes or no: `--name`, `--no-name`; true, false.
    Switch,
    /// A number.
    Number(&'static str),
    /// A text.
    Text(&'static str),
    /// A number, a text, true or false, as the option decides.
    Scalar(&'static str),
    /// One of these.
    Choice(&'static str, &'static [&'static str]),
    /// A path. In a file, a relative path starts at the directory of the file.
    Folder(&'static str),
    /// A path of a directory, true (the default one) or false (none).
    FolderOrSwitch(&'static str),
    /// Several texts.
    List(&'static str),
    /// Values of inputs by their names.
    Inputs(&'static str),
}

impl OptionValue {
    /// The name of the value; `None` for a switch.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Switch => "",
            Self::Number(unit)
            | Self::Text(unit)
            | Self::Scalar(unit)
            | Self::Choice(unit, _)
            | Self::Folder(unit)
            | Self::FolderOrSwitch(unit)
            | Self::List(unit)
            | Self::Inputs(unit) => unit,
        }
    }

    /// Whether the command line may say it more than once.
    pub(crate) const fn is_repeated(self) -> bool {
        matches!(self, Self::List(_) | Self::Inputs(_))
    }
}

impl RunOption {
    /// The feature of the crate that it needs, where that is off.
    pub(crate) fn missing_feature(&self) -> Option<&'static str> {
        let (feature, is_on) = super::table::feature_of(self.name)?;
        (!is_on).then_some(feature)
    }

    /// Whether it says how a report is drawn.
    pub(crate) fn is_of_report(&self) -> bool {
        ["report", "open", "layout", "plots"].contains(&self.name)
            || ["plot-", "aggregate"]
                .iter()
                .any(|start| self.name.starts_with(start))
    }

    /// The name of its variable in the environment.
    pub(crate) fn variable(&self) -> String {
        if self.name == "store" {
            // It has had this name before the others had any.
            return "BENCHER_CACHE_DIR".to_owned();
        }
        format!("BENCHER_{}", self.name.to_uppercase().replace('-', "_"))
    }
}
