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
    let given =
        parts(text, &names).map_err(|reason| format!("there is no point `{text}`: {reason}"))?;
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
    let kind = match &*axis.inputs {
        [input] => plan.schema().inputs.get(*input).map(|var| var.kind)?,
        _ => Kind::Item,
    };
    if kind.is_numeric() {
        return in_units(wanted, kind).filter(|meant| shown.contains(meant));
    }
    nearest(wanted, shown.iter().map(String::as_str)).map(str::to_owned)
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

/// The values that stand between commas, each behind its name; a comma within a value is one that no
/// name follows.
fn parts<'t>(text: &'t str, names: &[&str]) -> Result<Vec<(&'t str, &'t str)>, String> {
    let known = || match names {
        [] => "this sweep varies nothing".to_owned(),
        names => format!("its inputs are {}", names.join(", ")),
    };
    let begins_one = |rest: &str| {
        names
            .iter()
            .any(|name| rest.strip_prefix(name).is_some_and(|r| r.starts_with('=')))
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((name, value)) = rest.split_once('=').filter(|_| begins_one(rest)) else {
            return Err(known());
        };
        let end = value
            .match_indices(',')
            .map(|(at, _)| at)
            .find(|at| value.get(at + 1..).is_some_and(begins_one));
        let (value, after) = match end {
            Some(end) => value.split_at(end),
            None => (value, ""),
        };
        if parts.iter().any(|(known, _)| *known == name) {
            return Err(format!("`{name}` is given twice"));
        }
        parts.push((name, value));
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_ends_a_value_where_a_name_follows() {
        let parts = |text| parts(text, &["n", "algo"]);
        assert_eq!(
            parts("n=1,algo=Zstd(level=3, n=2)"),
            Ok(vec![("n", "1"), ("algo", "Zstd(level=3, n=2)")])
        );
        assert_eq!(parts("algo=a,b,n=1"), Ok(vec![("algo", "a,b"), ("n", "1")]));
        assert_eq!(parts("n=1,n=2"), Err("`n` is given twice".to_owned()));
        assert_eq!(parts("size=1"), Err("its inputs are n, algo".to_owned()));
    }
}
