//! What a cluster did for a sweep: lines for the user, attributes of the dataset, warnings.

use std::collections::BTreeSet;

use crate::dataset::Dataset;
use crate::evaluator::ClusterReport;
use crate::plan::Plan;

/// The hosts with their shares, and what was lost and found; a line each.
pub(super) fn lines(report: &ClusterReport) -> Vec<String> {
    let mut lines: Vec<String> = report.hosts.iter().map(ToString::to_string).collect();
    let ClusterReport {
        duplicates,
        redelivered,
        refused_messages,
        refused_workers,
        ..
    } = report;
    let counts = [
        (*duplicates, "results came twice, the first of each counts"),
        (
            *redelivered,
            "chunks were given to another worker, because the first was lost",
        ),
        (
            *refused_messages,
            "messages were refused, because they were malformed or too large",
        ),
        (
            *refused_workers,
            "workers were refused, because they are of other code or for another sweep",
        ),
    ];
    let some = counts.iter().filter(|(count, _)| *count > 0);
    lines.extend(some.map(|(count, text)| format!("{count} {text}")));
    lines
}

/// Notes the hosts and what was lost in a dataset.
pub(super) fn describe(dataset: &mut Dataset, report: &ClusterReport) {
    let hosts: Vec<String> = report
        .hosts
        .iter()
        .filter(|share| share.jobs > 0)
        .map(|share| format!("{}: {}", share.host, share.jobs))
        .collect();
    let mut attribute = |name: &str, text| dataset.attributes.insert(name.to_owned(), text);
    attribute("cluster hosts", hosts.join(", "));
    attribute("cluster duplicates", report.duplicates.to_string());
    attribute("cluster redeliveries", report.redelivered.to_string());
}

/// Warns where numbers of different machines stand side by side.
pub(super) fn warning(plan: &Plan, report: &ClusterReport) -> Option<String> {
    let at_work = report.hosts.iter().filter(|share| share.jobs > 0);
    let classes: BTreeSet<_> = at_work.filter_map(|share| share.machine).collect();
    (plan.is_evidence() && classes.len() > 1).then(|| {
        format!(
            "machines of {} classes took these samples, and their times and counts cannot be \
             compared; start workers on machines of one class",
            classes.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluator::HostShare;

    #[test]
    fn what_did_not_happen_is_not_shown() {
        let report = ClusterReport {
            hosts: vec![HostShare {
                host: "n1".to_owned(),
                workers: 2,
                jobs: 7,
                failed: 1,
                machine: None,
            }],
            duplicates: 3,
            ..ClusterReport::default()
        };
        assert_eq!(
            lines(&report),
            [
                "host n1: 2 workers, 7 samples, 1 failed",
                "3 results came twice, the first of each counts"
            ]
        );
    }
}
