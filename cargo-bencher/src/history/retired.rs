//! Results that the newest run declares otherwise than runs before.

use bencher_core::dataset::VariableInfo;
use bencher_core::history::{ColumnIdentity, History, Snapshot};

/// The result of a run, where its numbers can be compared with those of the newest run.
pub(super) fn is_like(run: &Snapshot, newest: &VariableInfo) -> bool {
    infos(run).any(|info| ColumnIdentity::of(info) == ColumnIdentity::of(newest))
}

/// Which runs are not compared with the newest one because the unit, the kind or the meaning of a result was another, a
/// sentence each.
pub(super) fn notes(history: &History) -> Vec<String> {
    let runs = history.timeline();
    let Some(newest) = runs.last() else {
        return Vec::new();
    };
    let mut notes = Vec::new();
    for info in infos(newest) {
        let now = ColumnIdentity::of(info);
        let mut others: Vec<(ColumnIdentity, usize, String)> = Vec::new();
        for run in &runs {
            let named = infos(run).find(|other| other.name == info.name);
            let Some(before) = named.map(ColumnIdentity::of).filter(|one| *one != now) else {
                continue;
            };
            let event = run.event.to_string();
            match others.iter_mut().find(|(known, ..)| *known == before) {
                Some((_, count, last)) => (*count, *last) = (*count + 1, event),
                None => others.push((before, 1, event)),
            }
        }
        for (before, count, last) in others {
            let which = match count {
                1 => last,
                n => format!("{n} runs up to {last}"),
            };
            let difference = difference(&before, &now);
            notes.push(format!(
                "not compared: {} of {which}, whose {difference}",
                info.name
            ));
        }
    }
    notes
}

fn infos(run: &Snapshot) -> impl Iterator<Item = &VariableInfo> {
    let variables = run.record.dataset.variables().iter();
    variables.map(|variable| &variable.info)
}

/// `unit was ms, and is s now`.
fn difference(before: &ColumnIdentity, now: &ColumnIdentity) -> String {
    let unit = |units: &str| {
        if units.is_empty() {
            "none".to_owned()
        } else {
            units.to_owned()
        }
    };
    let (what, was, is) = if before.units != now.units {
        ("unit", unit(&before.units), unit(&now.units))
    } else if before.kind == now.kind {
        let version = |of: &ColumnIdentity| of.meaning_version.to_string();
        ("meaning version", version(before), version(now))
    } else {
        ("kind", before.kind.clone(), now.kind.clone())
    };
    format!("{what} was {was}, and is {is} now")
}
