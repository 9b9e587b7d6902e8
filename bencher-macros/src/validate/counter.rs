//! The counter that fills a result.

use syn::Type;

use super::text::choice;
use super::units::refuse;
use crate::errors::Errors;
use crate::parse::{Literal, Options, TypeName, type_name};

/// The names of counters, and the variants of `Counter` that they stand for.
const COUNTERS: [(&str, &str); 15] = [
    ("cpu_time", "CpuTime"),
    ("allocations", "Allocations"),
    ("allocated_bytes", "AllocatedBytes"),
    ("peak_bytes", "PeakBytes"),
    ("peak_resident", "PeakResident"),
    ("instructions", "Instructions"),
    ("cycles", "Cycles"),
    ("branches", "Branches"),
    ("branch_misses", "BranchMisses"),
    ("cache_references", "CacheReferences"),
    ("cache_misses", "CacheMisses"),
    ("page_faults", "PageFaults"),
    ("context_switches", "ContextSwitches"),
    ("cpu_migrations", "CpuMigrations"),
    ("task_clock", "TaskClock"),
];

/// The variant of `Counter` that an option names, for a result of a type.
pub(super) fn counter(
    options: &Options,
    inside: &Type,
    errors: &mut Errors,
) -> Option<&'static str> {
    let (name, _) = options.value("counter")?;
    let counter = choice(options, "counter", &COUNTERS, errors)?;
    for (other, is) in [("timed", "is a measured time"), ("formula", "is computed")] {
        if options.flag(other).is_some() {
            errors.on(
                name,
                format!("`counter` counts beside the time, but the result {is}; drop `{other}` or `counter`"),
            );
        }
    }
    let is_time = matches!(counter, "CpuTime" | "TaskClock");
    let own = match counter {
        "CpuTime" | "TaskClock" => Some(("seconds", &["s"][..])),
        "AllocatedBytes" | "PeakBytes" | "PeakResident" => {
            Some(("bytes", &["B", "byte", "bytes", "Byte"][..]))
        }
        _ => None,
    };
    let units = options
        .value("units")
        .and_then(|(_, value)| Literal::of(value));
    if let (Some((values, names)), Some(Literal::Text(units))) = (own, units)
        && !names.contains(&units.as_str())
    {
        let own = names.first().copied().unwrap_or_default();
        refuse(
            options,
            &format!("this counter gives {values}"),
            own,
            errors,
        );
    }
    match type_name(inside) {
        TypeName::Float("f64") | TypeName::Unknown => {}
        TypeName::Unsigned("u64", _) if !is_time => {}
        TypeName::Unsigned("u64", _) => {
            errors.on(
                inside,
                "this counter gives seconds: the field is an `Option<f64>`",
            );
        }
        _ => {
            errors.on(
                inside,
                "a counter gives a number for an iteration: the field is an `Option<f64>`, or an \
                 `Option<u64>` to round it",
            );
        }
    }
    Some(counter)
}
