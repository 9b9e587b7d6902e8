//! Values of inputs from the command line.

use std::fmt;
use std::str::FromStr;

use crate::value::{Kind, Value, has_finer_digits};
use crate::var::{
    Branch, Domain, DomainError, InputVar, Scale, UnknownName, Values, Variant, fitting, nearest,
};

/// The values of an input from the command line: `len=1,2,3`, `len=16..4096`, `len=16..4096:9` (nine samples) or
/// `len=0..10/2` (in steps of two).
///
/// A list is taken whole and in its order. A value in double quotes may have commas and be empty: `s="a,b",""`. A
/// backslash in it precedes a quote or a backslash, or forms `\n`, `\r` and `\t`. Both ends of a range are inclusive,
/// except for the high end of stepped floats.
///
/// ```
/// use bencher_core::plan::InputOverride;
/// let given: InputOverride = "len = 16..4096:9".parse()?;
/// assert_eq!(given.name, "len");
/// assert_eq!(given.to_string(), "len=16..4096:9");
/// assert!("16..4096".parse::<InputOverride>().is_err(), "of which input?");
/// # Ok::<(), String>(())
/// ```
///
/// The plan checks whether the values fit the input:
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::space::Density;
/// use bencher_core::plan::{Plan, SweepChoice};
/// let given = ["len=many".parse()?];
/// let choice = SweepChoice::default();
/// let plan = Plan::new(&Sorting::baseline()?, &choice, &given, Density::default(), 1, "");
/// let error = plan.map(drop).unwrap_err();
/// assert!(error.is_usage(), "the command line is to blame");
/// assert_eq!(
///     error.to_string(),
///     "input values `len=many`: `many` is not an integer from 0 to 18446744073709551615 (u64)"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputOverride {
    /// The input.
    pub name: String,
    written: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    List(Vec<ListItem>),
    Range {
        low: String,
        high: String,
        samples: Option<usize>,
        step: Option<String>,
    },
}

impl FromStr for InputOverride {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || {
            format!(
                "`{text}` is not NAME=VALUES; write len=1,2,3 or len=16..4096 or len=16..4096:9 \
                 (nine samples) or len=0..10/2 (in steps of two)"
            )
        };
        let (name, written) = text.split_once('=').ok_or_else(usage)?;
        let (name, written) = (name.trim(), written.trim());
        if name.is_empty() || written.is_empty() {
            return Err(usage());
        }
        Ok(Self {
            name: name.to_owned(),
            written: written.to_owned(),
        })
    }
}

impl fmt::Display for InputOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.written)
    }
}

impl InputOverride {
    /// The values as they are written: `..` makes a range of numbers, and is text elsewhere.
    fn read(&self, kind: Kind) -> Result<Written, OverrideError> {
        let written = self.written.as_str();
        let Some((low, rest)) = written.split_once("..").filter(|_| kind.is_ordered()) else {
            return Ok(Written::List(list(written)));
        };
        let rest = rest.strip_prefix('=').unwrap_or(rest);
        let (rest, samples) = match rest.rsplit_once(':') {
            None => (rest, None),
            // A moment has colons of its own.
            Some(_) if kind.parse(rest).is_some() => (rest, None),
            Some((rest, given)) => {
                let count = given.trim().parse::<usize>().ok().filter(|n| *n > 0);
                let samples = count.ok_or_else(|| OverrideError::Samples(given.to_owned()))?;
                (rest, Some(samples))
            }
        };
        let (high, step) = match rest.split_once('/') {
            None => (rest, None),
            Some((high, step)) => (high, Some(step.trim().to_owned())),
        };
        let (low, high) = (low.trim().to_owned(), high.trim().to_owned());
        Ok(Written::Range {
            low,
            high,
            samples,
            step,
        })
    }

    /// The one value, if it is a list of one.
    pub(super) fn single(&self, var: &InputVar) -> Result<Option<Value>, OverrideError> {
        let variants = (var.variants)();
        match self.read(var.kind)? {
            Written::List(texts) => match texts.as_slice() {
                [item] if has_params(variants) => Ok(branch(&item.text, variants)?.baseline()),
                [item] if var.kind == Kind::Item => entry(&item.text, &(var.domain)()?).map(Some),
                [item] => item.parse(var.kind, variants).map(Some),
                _ => Ok(None),
            },
            Written::Range { .. } => Ok(None),
        }
    }

    /// The domain that this makes of a declared one; `fixed` says that the run's level does not
    /// thin it.
    pub(super) fn domain(
        &self,
        declared: &Domain,
        kind: Kind,
        variants: &[Variant],
    ) -> Result<(Domain, bool), OverrideError> {
        let mut domain = Domain {
            default: None,
            samples: None,
            ..declared.clone()
        };
        let fixed = match self.read(kind)? {
            Written::List(texts) if has_params(variants) => {
                let branches = texts.iter().map(|item| branch(&item.text, variants));
                domain.values = Values::Branches(branches.collect::<Result<_, _>>()?);
                false
            }
            Written::List(texts) => {
                let value = |item: &ListItem| match kind {
                    Kind::Item => entry(&item.text, declared),
                    _ => item.parse(kind, variants),
                };
                let values = texts.iter().map(value).collect::<Result<_, _>>()?;
                domain.values = Values::Listed {
                    values,
                    thin: false,
                };
                true
            }
            Written::Range {
                low,
                high,
                samples,
                step,
            } => {
                let step = step.map(|step| parse(&step, kind, variants)).transpose()?;
                let fixed = samples.is_some() || step.is_some();
                if step.is_some() {
                    domain.scale = Scale::Linear;
                }
                domain.values = Values::Range {
                    low: parse(&low, kind, variants)?,
                    high: parse(&high, kind, variants)?,
                    step,
                };
                domain.samples = samples;
                if fixed {
                    domain.max_subsampling_divisions = None;
                }
                fixed
            }
        };
        Ok((domain.checked(kind)?, fixed))
    }
}

/// A value of a list, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ListItem {
    text: String,
    /// Whether it stood in quotes, so that all of it counts.
    quoted: bool,
}

impl ListItem {
    fn parse(&self, kind: Kind, variants: &[Variant]) -> Result<Value, OverrideError> {
        if self.quoted && kind == Kind::Text {
            return Ok(Value::from(self.text.as_str()));
        }
        parse(&self.text, kind, variants)
    }
}

/// The values between commas. Those within parentheses belong to a variant, those within quotes to a text.
fn list(written: &str) -> Vec<ListItem> {
    let mut items = Vec::new();
    let mut rest = written;
    loop {
        let (item, behind) = quoted(rest).unwrap_or_else(|| plain(rest));
        items.push(item);
        match behind {
            Some(behind) => rest = behind,
            None => return items,
        }
    }
}

/// The first value, and what stands behind the comma that ends it.
type First<'t> = (ListItem, Option<&'t str>);

/// A value in quotes; `None` where the quotes do not hold all of it.
fn quoted(text: &str) -> Option<First<'_>> {
    let inside = text.trim_start().strip_prefix('"')?;
    let mut value = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let behind = inside.get(at + 1..)?.trim_start();
                let behind = match behind.strip_prefix(',') {
                    Some(behind) => Some(behind),
                    None if behind.is_empty() => None,
                    None => return None,
                };
                let item = ListItem {
                    text: value,
                    quoted: true,
                };
                return Some((item, behind));
            }
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

/// A value that ends at a comma outside of parentheses. One that nothing closes opens none.
fn plain(text: &str) -> First<'_> {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        let rest = || text.get(at + 1..).unwrap_or_default();
        match letter {
            '(' if closes(rest()) => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let item = text.get(..at).unwrap_or_default();
                return (unquoted(item), Some(rest()));
            }
            _ => {}
        }
    }
    (unquoted(text), None)
}

/// Whether a parenthesis before this text is closed in it.
fn closes(text: &str) -> bool {
    let mut open = 1_i32;
    text.chars().any(|letter| {
        open += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open == 0
    })
}

fn unquoted(text: &str) -> ListItem {
    ListItem {
        text: text.trim().to_owned(),
        quoted: false,
    }
}

/// A text as a list takes it: in quotes where it needs them.
pub(crate) fn quote(text: &str) -> String {
    let special = |c: char| matches!(c, ',' | '"' | '\\' | '(' | ')') || c.is_control();
    if !text.is_empty() && text.trim() == text && !text.contains(special) {
        return text.to_owned();
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

fn has_params(variants: &[Variant]) -> bool {
    variants.iter().any(|variant| !variant.params.is_empty())
}

/// A variant from its text: `Zstd` with all values of its inputs, `Zstd(level=3)` with one value of
/// some.
fn branch(text: &str, variants: &[Variant]) -> Result<Branch, OverrideError> {
    let wrong = |given: &str, expected: String| OverrideError::Value {
        given: given.to_owned(),
        expected,
    };
    let (name, given) = match text.split_once('(') {
        None => (text, ""),
        Some((name, rest)) => {
            let inside = rest.strip_suffix(')');
            let form = || {
                wrong(
                    text,
                    "written like Name(input=value, input=value)".to_owned(),
                )
            };
            (name.trim(), inside.ok_or_else(form)?)
        }
    };
    let mut branches = Branch::declared(variants)?.into_iter();
    let mut branch = branches
        .find(|branch| branch.name == name)
        .ok_or_else(|| wrong(name, expected(Kind::Category, variants)))?;
    let mut named: Vec<&str> = Vec::new();
    let mut rest = Some(given);
    while let Some(given) = rest.filter(|rest| !rest.trim().is_empty()) {
        let with_value = given
            .split_once('=')
            .filter(|(input, _)| !input.contains(','));
        let (input, (value, behind)) = match with_value {
            Some((input, value)) => (input, quoted(value).unwrap_or_else(|| plain(value))),
            None => {
                let (input, behind) = given
                    .split_once(',')
                    .map_or((given, None), |(a, b)| (a, Some(b)));
                let nothing = ListItem {
                    text: String::new(),
                    quoted: false,
                };
                (input, (nothing, behind))
            }
        };
        rest = behind;
        let input = input.trim();
        if input.is_empty() && value.text.is_empty() {
            continue;
        }
        if named.contains(&input) {
            return Err(wrong(
                text,
                format!(
                    "a variant that names `{input}` once; put a text with a comma in double \
                     quotes, as in {input}=\"a, b\""
                ),
            ));
        }
        named.push(input);
        let known = branch.params.iter().map(|param| param.name.as_str());
        let unknown = || UnknownName::new("input", input, known);
        let position = branch.params.iter().position(|p| p.name == input);
        let position = position.ok_or_else(unknown)?;
        let declared = variants.iter().find(|variant| variant.name == name);
        let var = declared.and_then(|variant| variant.params.get(position));
        let Some((param, var)) = branch.params.get_mut(position).zip(var) else {
            continue;
        };
        let value = value.parse(param.kind, (var.variants)())?;
        param.domain = Domain {
            values: Values::Listed {
                values: vec![value],
                thin: false,
            },
            default: None,
            samples: None,
            ..param.domain.clone()
        }
        .checked(param.kind)?;
    }
    Ok(branch)
}

/// The entry of a file from its key.
fn entry(key: &str, declared: &Domain) -> Result<Value, OverrideError> {
    let (Values::All(values) | Values::Listed { values, .. }) = &declared.values else {
        return parse(key, Kind::Item, &[]);
    };
    let named = |value: &&Value| value.as_item().is_some_and(|item| item.name() == key);
    let known = || {
        values
            .iter()
            .filter_map(|value| Some(value.as_item()?.name()))
    };
    let found = values.iter().find(named).cloned();
    found.ok_or_else(|| UnknownName::new("entry", key, known()).into())
}

/// A value of an input from its text.
fn parse(text: &str, kind: Kind, variants: &[Variant]) -> Result<Value, OverrideError> {
    let known = |value: &Value| {
        let named = |name: &str| variants.iter().any(|variant| variant.name == name);
        kind != Kind::Category || value.as_str().is_some_and(named)
    };
    let value = kind.parse(text).filter(known);
    let value = value.filter(|value| value.as_f64().is_none_or(f64::is_finite));
    let value = value.and_then(|value| match value {
        Value::Float(x) if kind == Kind::Seconds && has_finer_digits(text, x) => None,
        value => fitting(kind, &value),
    });
    value.ok_or_else(|| OverrideError::Value {
        given: text.to_owned(),
        expected: expected(kind, variants) + &advice(text, kind, variants),
    })
}

/// A suggestion for a text that is not a value.
fn advice(text: &str, kind: Kind, variants: &[Variant]) -> String {
    let meant = match kind {
        Kind::Category => {
            let names = variants.iter().map(|variant| variant.name);
            nearest(text, names).map(str::to_owned)
        }
        _ if kind.is_numeric() => in_units(text, kind),
        _ => None,
    };
    meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
}

/// The number that a text with a prefix means, as 1024 of `1KiB`.
pub(crate) fn in_units(text: &str, kind: Kind) -> Option<String> {
    const PREFIXES: [(&str, i128); 8] = [
        ("ki", 1 << 10),
        ("mi", 1 << 20),
        ("gi", 1 << 30),
        ("ti", 1 << 40),
        ("k", 1_000),
        ("m", 1_000_000),
        ("g", 1_000_000_000),
        ("t", 1_000_000_000_000),
    ];
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(end);
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (_, factor) = PREFIXES.into_iter().find(|(prefix, _)| *prefix == unit)?;
    let Value::Int(number) = Kind::Int(64).parse(number)? else {
        return None;
    };
    let value = kind.canonical(&Value::Int(number.checked_mul(factor)?))?;
    Some(kind.text(&value))
}

/// Why a value from the command line does not fit an input.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OverrideError {
    /// A text that is not a value of the input.
    #[error("`{given}` is not {expected}")]
    Value {
        /// The text.
        given: String,
        /// The allowed values.
        expected: String,
    },
    /// An invalid number of samples.
    #[error("`{0}` is not a number of samples (1 or more)")]
    Samples(String),
    /// Values that do not form a domain.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// A name of no input.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
}

pub(super) fn expected(kind: Kind, variants: &[Variant]) -> String {
    match kind {
        Kind::Category => {
            let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
            format!("one of {}", names.join(", "))
        }
        Kind::Seconds => {
            "a duration of 0 or more in whole nanoseconds, such as 250ms or 1.5 (seconds)"
                .to_owned()
        }
        _ => kind.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::var::DomainOf;
    use crate::var::SweepValue;

    #[test]
    fn the_grammar() {
        let declared = DomainOf::<u32>::new().bounds(0, 100).finish().unwrap();
        let values = |text: &str| {
            let given: InputOverride = text.parse().unwrap();
            let (domain, _) = given
                .domain(&declared, u32::KIND, &[])
                .map_err(|e| e.to_string())?;
            let levels = domain
                .levels(u32::KIND, crate::space::Density::default())
                .unwrap();
            Ok::<_, String>(
                levels
                    .iter()
                    .map(|v| v.to_string())
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        };
        assert_eq!(values("n=3,1,2").unwrap(), "3 1 2");
        assert_eq!(values("n=1..4").unwrap(), "1 2 3 4");
        assert_eq!(values("n = 0..=100 : 3").unwrap(), "0 50 100");
        assert_eq!(values("n=0..10/5").unwrap(), "0 5 10");
        assert!(
            values("n=1,x")
                .unwrap_err()
                .contains("`x` is not an integer")
        );
        assert!(
            values("n=4..1")
                .unwrap_err()
                .contains("above the high bound")
        );
        assert!(values("n=1,1").unwrap_err().contains("twice"));
        assert!(
            "n".parse::<InputOverride>()
                .unwrap_err()
                .contains("NAME=VALUES")
        );
        assert!(
            values("n=1..2:0")
                .unwrap_err()
                .contains("number of samples")
        );
        assert!(
            values("n=1KiB")
                .unwrap_err()
                .ends_with("(u32); did you mean `1024`?")
        );
        let path: InputOverride = "path=../a,b".parse().unwrap();
        let text = DomainOf::<String>::new().values(["x"]).finish().unwrap();
        let (domain, _) = path.domain(&text, String::KIND, &[]).unwrap();
        let expected = ["../a", "b"].map(Value::from).to_vec();
        assert_eq!(
            domain.values,
            Values::Listed {
                values: expected,
                thin: false
            }
        );
    }
    #[test]
    fn quotes_hold_what_a_list_would_part() {
        let texts = |written: &str| -> Vec<String> {
            list(written).into_iter().map(|item| item.text).collect()
        };
        assert_eq!(
            texts(r#""a,b", c ,"","say \"no\"""#),
            ["a,b", "c", "", r#"say "no""#]
        );
        assert_eq!(texts("a(,b"), ["a(", "b"], "nothing closes it");
        assert_eq!(
            texts("Zstd(level=3, x=1),Raw"),
            ["Zstd(level=3, x=1)", "Raw"]
        );
        assert_eq!(texts(r#"5" x 3",b"#), [r#"5" x 3""#, "b"]);
        assert_eq!(
            texts(r#""5"x,b"#),
            [r#""5"x"#, "b"],
            "the quotes do not hold all of it"
        );
        let odd = ["a,b", "", " a ", "a\nb", "\\", "\"", "a(", "plain", "(a,b)"];
        let written: Vec<String> = odd.iter().map(|text| quote(text)).collect();
        assert_eq!(texts(&written.join(",")), odd);
        let text = DomainOf::<String>::new().values(["x"]).finish().unwrap();
        let given: InputOverride = r#"s="a,b","", z "#.parse().unwrap();
        let (domain, _) = given.domain(&text, String::KIND, &[]).unwrap();
        let values = ["a,b", "", "z"].map(Value::from).to_vec();
        assert_eq!(
            domain.values,
            Values::Listed {
                values,
                thin: false
            }
        );
    }
}
