//! One point by the values that name it: `len=500,presorted=true`.

use crate::bench::LONGEST;
use crate::dataset::Labels;
use crate::plan::{Plan, in_units};
use crate::space::Axis;
use crate::value::{Kind, Value};
use crate::var::nearest;

/// The most values of a dimension that a message lists.
const LISTED: usize = 12;

/// The value of every dimension at the point that `text` names, in the order of the dimensions.
///
/// # Errors
/// Where it names no point, or more than one.
pub(super) fn values(plan: &Plan, text: &str) -> Result<Vec<(u64, Value)>, String> {
    let axes = plan.space().axes();
    let names: Vec<&str> = axes.iter().map(|axis| axis.name.as_str()).collect();
    let (readings, problem) =
        readings(text, &names).map_err(|reason| format!("there is no point `{text}`: {reason}"))?;
    let problem = problem.map(|reason| format!("there is no point `{text}`: {reason}"));
    let mut points = readings.iter().map(|given| resolve(plan, text, given));
    match points.next() {
        // A value may hold what looks like the next name.
        Some(Err(reason)) => points.find_map(Result::ok).ok_or(problem.unwrap_or(reason)),
        Some(found) => found,
        None => Err(problem.unwrap_or_default()),
    }
}

/// The values of all dimensions by one reading of a text.
fn resolve(plan: &Plan, text: &str, given: &Reading<'_>) -> Result<Vec<(u64, Value)>, String> {
    let axes = plan.space().axes();
    axes.iter()
        .map(|axis| {
            let name = &axis.name;
            let wanted = given
                .iter()
                .find(|(given, _)| given == name)
                .ok_or_else(|| {
                    format!("`{text}` does not name a single point: give `{name}` as well")
                })?
                .1;
            named(plan, axis, wanted).ok_or_else(|| {
                let shown: Vec<String> = axis
                    .levels
                    .iter()
                    .take(LISTED)
                    .map(|value| plan.axis_text(axis, &value))
                    .collect();
                let more = if axis.levels.len() > LISTED as u64 {
                    ", …"
                } else {
                    ""
                };
                let meant = meant(plan, axis, wanted, &shown);
                let meant =
                    meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                let shown = shown.join(", ");
                format!("there is no point `{text}`: `{name}` takes {shown}{more}{meant}")
            })
        })
        .collect()
}

/// The value that is probably meant: a name that is nearly the same, or the number that another unit says.
fn meant(plan: &Plan, axis: &Axis, wanted: &str, shown: &[String]) -> Option<String> {
    let kind = kind_of(plan, axis)?;
    if kind.is_numeric() {
        return in_units(wanted, kind).filter(|meant| shown.contains(meant));
    }
    nearest(wanted, shown.iter().map(String::as_str)).map(str::to_owned)
}

/// The kind of an axis: of its input, or of the items of several.
fn kind_of(plan: &Plan, axis: &Axis) -> Option<Kind> {
    match &*axis.inputs {
        [input] => plan.schema().inputs.get(*input).map(|var| var.kind),
        _ => Some(Kind::Item),
    }
}

/// Whether the values of a kind are numbers or times.
fn is_ordered(kind: Kind) -> bool {
    kind.is_numeric() || kind == Kind::DateTime
}

/// The value of an axis that a text names: as tables show it, as it is, or with `␤` for any control character, where
/// that is one value's alone.
fn named(plan: &Plan, axis: &Axis, wanted: &str) -> Option<(u64, Value)> {
    let levels = || (0..axis.levels.len()).zip(axis.levels.iter());
    let shown = levels().find(|(_, value)| plan.axis_text(axis, value) == wanted);
    let found = shown.or_else(|| levels().find(|(_, value)| value.to_string() == wanted));
    if found.is_some() {
        return found;
    }
    // Another way to write the same number or time, such as `334ms` for 0.334 s.
    if let Some(kind) = kind_of(plan, axis).filter(|kind| is_ordered(*kind))
        && let Some(meant) = kind.parse(wanted)
        && let found @ Some(_) = levels().find(|(_, value)| *value == meant)
    {
        return found;
    }
    let values: Vec<Value> = match axis.levels.len() {
        0..=MOST_LABELS => axis.levels.iter().collect(),
        _ => return None,
    };
    let labels = Labels::new(Kind::Item, &values, LONGEST);
    let with_one_picture = |value: &Value| {
        let text = value.to_string();
        text.replace(char::is_control, "␤")
    };
    let mut having = (0..).zip(&values).filter(|(_, value)| {
        labels.text(value) == wanted
            || (with_one_picture(value) == wanted && value.as_f64().is_none())
    });
    let (at, value) = having.next()?;
    having.next().is_none().then(|| (at, value.clone()))
}

/// The most values of an axis that are looked through for a shortened text.
const MOST_LABELS: u64 = 1 << 16;

/// The number of the point that `text` names.
///
/// # Errors
/// Those of [`values`].
pub(super) fn number(plan: &Plan, text: &str) -> Result<u64, String> {
    let lens = plan.space().axes().iter().map(|axis| axis.levels.len());
    let positions = values(plan, text)?;
    let number = lens
        .zip(&positions)
        .try_fold(0_u64, |number, (len, (position, _))| {
            number.checked_mul(len)?.checked_add(*position)
        });
    number.ok_or_else(|| format!("`{text}` is beyond the points that can be run"))
}

/// Names and values, in the order of a text.
type Reading<'t> = Vec<(&'t str, &'t str)>;

/// The most readings of a text that are tried.
const MOST_READINGS: usize = 4096;

/// The ways to read a text as values between commas, each behind its name. A comma before a name probably ends a value,
/// so the first reading ends every value at the first such comma; the others have some of them within values. A reading
/// that has a name twice is left out; the text says so.
///
/// # Errors
/// Where the text begins with no name.
fn readings<'t>(
    text: &'t str,
    names: &[&str],
) -> Result<(Vec<Reading<'t>>, Option<String>), String> {
    let begins_one = |rest: &str| {
        let mut names = names.iter();
        names.any(|name| rest.strip_prefix(name).is_some_and(|r| r.starts_with('=')))
    };
    let known = || match names {
        [] => "this sweep varies nothing".to_owned(),
        names => format!("its inputs are {}", names.join(", ")),
    };
    if !text.is_empty() && !begins_one(text) {
        return Err(known());
    }
    let (mut found, mut twice) = (Vec::new(), None);
    // The parts that were read, and the rest; the last is read next.
    let mut open: Vec<(Reading<'t>, &'t str)> = vec![(Vec::new(), text)];
    let mut steps = 0;
    while let Some((reading, rest)) = open.pop() {
        steps += 1;
        if steps > MOST_READINGS {
            break;
        }
        let Some((name, value)) = rest.split_once('=') else {
            found.push(reading);
            continue;
        };
        if reading.iter().any(|(known, _)| *known == name) {
            twice.get_or_insert_with(|| format!("`{name}` is given twice"));
            continue;
        }
        let with = |value: &'t str| -> Reading<'t> {
            let read = reading.iter().copied();
            read.chain([(name, value)]).collect()
        };
        open.push((with(value), ""));
        let commas = value.rmatch_indices(',').map(|(at, _)| at);
        for at in commas {
            let (Some(value), Some(after)) = (value.get(..at), value.get(at + 1..)) else {
                continue;
            };
            // Warnings and failures write a space between a comma and a name.
            let after = after.strip_prefix(' ').unwrap_or(after);
            if begins_one(after) {
                open.push((with(value), after));
            }
        }
    }
    Ok((found, twice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_ends_a_value_where_a_name_follows() {
        let readings = |text: &'static str| readings(text, &["n", "algo"]).map(|found| found.0);
        assert_eq!(
            readings("n=1,algo=Zstd(level=3, n=2)").unwrap()[0],
            [("n", "1"), ("algo", "Zstd(level=3, n=2)")]
        );
        assert_eq!(
            readings("algo=a,b,n=1").unwrap()[0],
            [("algo", "a,b"), ("n", "1")]
        );
        assert_eq!(
            readings("algo=a, b, n=1").unwrap()[0],
            [("algo", "a, b"), ("n", "1")],
            "as failures and warnings name a point"
        );
        assert_eq!(readings("size=1"), Err("its inputs are n, algo".to_owned()));
        let long = format!("algo=a{}", ",n=1".repeat(10_000));
        let (found, problem) = super::readings(&long, &["n", "algo"]).unwrap();
        assert!(found.is_empty() && problem.is_some(), "too many to try");
    }

    #[test]
    fn a_value_may_hold_what_looks_like_a_name() {
        let readings = |text| readings(text, &["n", "algo"]).unwrap().0;
        assert_eq!(
            readings("algo=a,n=1"),
            [vec![("algo", "a"), ("n", "1")], vec![("algo", "a,n=1")]]
        );
        let both = vec![("algo", "a,n=1"), ("n", "1")];
        assert!(readings("algo=a,n=1,n=1").contains(&both));
    }
}
