use std::fmt;

use super::handle::Target;
use super::input::Input;
use super::sweep::ParametrizedSweep;

/// A handle of an input (`Sorting::LEN`) or its name, where the type of the sweep is unknown.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::var::InputName;
/// assert_eq!(Sorting::PRESORTED.input_name(), "presorted");
/// ```
pub trait InputName {
    /// The name of the input.
    fn input_name(&self) -> String;
}

impl InputName for &str {
    fn input_name(&self) -> String {
        (*self).to_owned()
    }
}

impl<S: ParametrizedSweep> InputName for Input<S> {
    fn input_name(&self) -> String {
        match &self.choice.target {
            Target::Name(name) => name.clone().into_owned(),
            Target::Index(index) => {
                let var = S::SCHEMA.inputs.get(*index);
                var.map_or_else(|| format!("#{index}"), |var| var.name.to_owned())
            }
        }
    }
}

impl InputName for String {
    fn input_name(&self) -> String {
        self.clone()
    }
}

/// An unknown name, with the known names.
///
/// ```
/// use bencher_core::var::UnknownName;
/// let error = UnknownName::new("input", "lenght", ["length", "algo"]);
/// assert_eq!(
///     error.to_string(),
///     "there is no input `lenght`; did you mean `length`? (known: length, algo)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The kind of the name: "input", "result", "sweep", ...
    pub what: &'static str,
    /// The name as it was given.
    pub given: String,
    /// The known names.
    pub known: Vec<String>,
}

impl UnknownName {
    /// An error for `given`, which is not in `known`.
    pub fn new<'a>(
        what: &'static str,
        given: impl Into<String>,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            what,
            given: given.into(),
            known: known.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl std::error::Error for UnknownName {}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, given, known } = self;
        write!(f, "there is no {what} `{given}`")?;
        if let Some(near) = nearest(given, known.iter().map(String::as_str)) {
            write!(f, "; did you mean `{near}`?")?;
        }
        if known.is_empty() {
            write!(f, " (there are none)")
        } else {
            write!(f, " (known: {})", known.join(", "))
        }
    }
}

/// The known name nearest to `given`, if one is similar enough.
///
/// Similar means a Jaro–Winkler similarity above 0.75, with upper and lower case equal, and without the dashes that all
/// options begin with.
///
/// ```
/// use bencher_core::var::nearest;
/// assert_eq!(nearest("Lenght", ["length", "algo"]), Some("length"));
/// assert_eq!(nearest("zzz", ["length", "algo"]), None);
/// ```
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.trim_start_matches('-').to_lowercase();
    let given = plain(given);
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&given, &plain(name)), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest() {
        let error = UnknownName::new("input", "lenght", ["len", "length", "algo"]);
        assert_eq!(
            error.to_string(),
            "there is no input `lenght`; did you mean `length`? (known: len, length, algo)"
        );
        assert_eq!(nearest("zzz", ["len", "algo"]), None);
        assert_eq!(nearest("--stoer", ["--store", "--png"]), Some("--store"));
        assert_eq!(nearest("--nope", ["--store", "--png"]), None);
    }
}
