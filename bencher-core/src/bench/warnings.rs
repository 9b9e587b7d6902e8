//! The warnings about a sweep's numbers.

use crate::job::{CallCounts, MachinePolicy, is_other};
use crate::measure::Environment;
use crate::sweep_executor::RunEnd;
use crate::value::Digest;

/// A sweep that was run.
pub(super) struct MeasuredRun<'a> {
    /// Whether its numbers depend on the machine and the build.
    pub(super) evidence: bool,
    pub(super) machine_policy: Option<MachinePolicy>,
    /// Within which share of its centre a time was wanted.
    pub(super) precision: f64,
    /// Whether other processes measured it since the start.
    pub(super) gathered: bool,
    pub(super) start: &'a Environment,
    pub(super) end: &'a RunEnd,
}

impl MeasuredRun<'_> {
    /// The warnings about the numbers, the gravest first: lost values, then doubtful ones.
    pub(super) fn warnings(&self) -> Vec<String> {
        let end = self.end;
        let mut warnings = Vec::new();
        if end.interrupted {
            warnings.push(
                "interrupted: some samples were not measured; run again to continue".to_owned(),
            );
        }
        if end.store_error.is_some() {
            warnings.push(
                "the store failed: some samples of this run were not stored, and the next run \
                 measures them again"
                    .to_owned(),
            );
        }
        warnings.extend(of_contents(&end.lost));
        if end.damaged > 0 {
            let damaged = end.damaged;
            warnings.push(format!(
                "{damaged} damaged records of the store were skipped, and their samples measured \
                 again; `cargo bencher cache check` lists the damage"
            ));
        }
        warnings.extend(end.remeasured.as_ref().map(ToString::to_string));
        warnings.extend(end.differing.as_ref().map(ToString::to_string));
        warnings.extend(end.discarded.iter().map(ToString::to_string));
        for uncounted in &end.uncounted {
            warnings.push(uncounted.to_string());
        }
        warnings.extend(of_code(&end.calls));
        warnings.extend(self.of_machine());
        if self.evidence {
            warnings.extend(self.of_environment());
            warnings.extend(of_moves(end.calls.moved_samples, end.calls.executed));
        }
        warnings.extend(end.rounds.and_then(|rounds| rounds.warning(self.precision)));
        warnings
    }

    fn of_environment(&self) -> Vec<String> {
        if self.end.calls.executed == 0 && !self.gathered {
            // What else the machine does now did not touch samples that were stored before.
            let quiet = Environment {
                load: None,
                ..self.start.clone()
            };
            return quiet.start_warnings();
        }
        let mut warnings = self.start.start_warnings();
        let now = match &self.end.measured_on {
            None => Some(Environment::capture()),
            Some(host) => host.end.clone(),
        };
        match now {
            // Another host may have taken over.
            Some(now) if now.host == self.start.host => {
                warnings.extend(now.warnings_since(self.start));
            }
            _ => warnings.push(
                "the host that measured first is gone, so a foreign load or a changed frequency \
                 there went unnoticed; run again to measure on one host"
                    .to_owned(),
            ),
        }
        warnings.into_iter().map(with_option).collect()
    }

    fn of_machine(&self) -> Vec<String> {
        let calls = &self.end.calls;
        let policy = self
            .machine_policy
            .unwrap_or(MachinePolicy::of(self.evidence));
        let mut warnings = Vec::new();
        if policy == MachinePolicy::Ignore {
            return warnings;
        }
        if calls.rejected_machine > 0 {
            let refused = calls.rejected_machine;
            warnings.push(format!(
                "{refused} stored samples of another class of machine were not used; `--machine \
                 warn` uses them"
            ));
        }
        if calls.other_machine_hits > 0 {
            warnings.push(format!(
                "{} of {} stored samples were measured on another class of machine; `--overwrite` \
                 measures them again, `--machine strict` rejects such samples",
                calls.other_machine_hits, calls.hits
            ));
        }
        if calls.unknown_machine_hits > 0 {
            warnings.push(format!(
                "{} of {} stored samples do not record their machine; `--overwrite` measures them \
                 again",
                calls.unknown_machine_hits, calls.hits
            ));
        }
        warnings
    }
}

/// The share of moved samples from which they are reported: a quiet machine has hardly any.
pub(super) const MANY_MOVED: f64 = 0.1;

/// That timed samples ran on several cores.
fn of_moves(moved: u64, executed: u64) -> Option<String> {
    (moved > 0 && moved as f64 >= MANY_MOVED * executed as f64).then(|| {
        format!(
            "the system moved {moved} of {executed} samples to another core while they were timed, so \
             their caches were cold: pin the program to a core (`taskset -c 0 ...`, or `--pin` on a \
             cluster), and measure again"
        )
    })
}

/// A remedy with the option that the program has for it.
fn with_option(warning: String) -> String {
    if warning.contains("measure again") {
        format!("{warning} (--overwrite)")
    } else {
        warning
    }
}

/// The most lost contents that are named.
const MOST_NAMED: usize = 10;

fn of_contents(lost: &[String]) -> Vec<String> {
    let mut warnings: Vec<String> = lost.iter().take(MOST_NAMED).cloned().collect();
    if lost.len() > MOST_NAMED {
        let more = lost.len() - MOST_NAMED;
        warnings.push(format!(
            "{more} more contents of stored samples are missing or damaged; `cargo bencher cache \
             check` lists them all"
        ));
    }
    warnings
}

fn of_code(calls: &CallCounts) -> Vec<String> {
    let mut warnings = Vec::new();
    if calls.other_code_hits > 0 {
        warnings.push(format!(
            "{} of {} stored samples were measured by another build of this program; `--overwrite` \
             measures them again, `--code strict` rejects such samples",
            calls.other_code_hits, calls.hits
        ));
    }
    if calls.rejected_code > 0 {
        warnings.push(format!(
            "{} stored samples of another build of this program were not used; `--code warn` uses \
             them",
            calls.rejected_code
        ));
    }
    warnings
}

/// The warnings about a result that was taken whole from the store.
pub(super) fn stored_result_warnings(
    same_code: bool,
    policy: MachinePolicy,
    here: Option<Digest>,
    there: Option<Digest>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if !same_code {
        warnings.push(
            "the stored result was measured by another build of this program; `--overwrite` \
             measures it again, `--code strict` rejects such results"
                .to_owned(),
        );
    }
    if policy != MachinePolicy::Ignore && is_other(here, there) {
        warnings.push(
            "the stored result was measured on another class of machine; `--overwrite` measures it \
             again, `--machine strict` rejects such results"
                .to_owned(),
        );
    }
    if policy != MachinePolicy::Ignore && there.is_none() {
        warnings.push(
            "the stored result does not record its machine; `--overwrite` measures it again"
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_samples_are_told_where_they_are_many() {
        assert_eq!(of_moves(0, 0), None);
        assert_eq!(of_moves(9, 100), None);
        let warning = of_moves(10, 100).unwrap();
        assert!(warning.starts_with("the system moved 10 of 100 samples to another core"));
        assert!(with_option(warning).ends_with("measure again (--overwrite)"));
    }
}
