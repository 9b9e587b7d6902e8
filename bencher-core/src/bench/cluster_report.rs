//! What a cluster did for a sweep: lines for the user, attributes of the dataset, warnings.

use crate::dataset::Dataset;
use crate::evaluator::ClusterReport;
use crate::plan::Plan;
use crate::sort;

/// The hosts with their shares, and what was lost and found; a line each.
pub(super) fn lines(report: &ClusterReport) -> Vec<String> {
    let mut lines: Vec<String> = report.hosts.iter().map(ToString::to_string).collect();
    let ClusterReport {
        duplicates,
        redelivered,
        refused_messages,
        oversized_results,
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
            *oversized_results,
            "results were refused and are lost, because no message of the server can hold them; the \
             failed samples say what to do",
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
    let name = ClusterReport::ATTRIBUTE.to_owned();
    dataset.attributes.insert(name, report.to_json());
}

/// Warns where numbers of different machines stand side by side.
pub(super) fn warning(plan: &Plan, report: &ClusterReport) -> Option<String> {
    if plan.is_evidence() {
        differences(report)
    } else {
        None
    }
}

/// How the machines that took samples differ, if they do.
fn differences(report: &ClusterReport) -> Option<String> {
    let at_work = || report.hosts.iter().filter(|share| share.jobs > 0);
    let classes = sort::set(at_work().map(|share| share.machine));
    let classes = classes.len().max(report.classes);
    let governors = sort::set(at_work().map(|share| share.governor.as_deref()));
    let hosts = at_work().count();
    let what = match (classes, governors.len()) {
        (2.., _) => format!("machines of {classes} classes"),
        (_, 2..) => {
            let names = governors.iter();
            let names: Vec<&str> = names.map(|name| name.unwrap_or("unknown")).collect();
            format!(
                "machines with different frequency governors ({})",
                names.join(", ")
            )
        }
        _ if hosts > 1 => format!("{hosts} machines of one class"),
        _ => return None,
    };
    let advice = if classes > 1 || governors.len() > 1 {
        "and their times and counts cannot be compared; start workers on machines of one class"
    } else {
        "whose times may still differ; start workers on one machine to compare the points"
    };
    Some(format!("{what} took these samples, {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluator::HostShare;
    use crate::value::Digest;

    #[test]
    fn what_did_not_happen_is_not_shown() {
        let report = ClusterReport {
            hosts: vec![HostShare {
                host: "n1".to_owned(),
                workers: 2,
                jobs: 7,
                failed: 1,
                ..HostShare::default()
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

    #[test]
    fn machines_that_differ_are_named() {
        let host = |machine, governor: &str, jobs| HostShare {
            machine: Some(Digest(machine)),
            governor: Some(governor.to_owned()),
            jobs,
            ..HostShare::default()
        };
        let of = |hosts: &[HostShare]| {
            differences(&ClusterReport {
                hosts: hosts.to_vec(),
                ..ClusterReport::default()
            })
        };
        let (slow, fast) = (host(1, "powersave", 3), host(1, "performance", 3));
        assert_eq!(of(std::slice::from_ref(&slow)), None);
        assert_eq!(
            of(&[slow.clone(), host(2, "powersave", 0)]),
            None,
            "it did nothing"
        );
        let text = of(&[slow.clone(), fast]).unwrap();
        assert!(
            text.contains("governors (performance, powersave)"),
            "{text}"
        );
        let text = of(&[slow.clone(), host(2, "powersave", 1)]).unwrap();
        assert!(text.contains("machines of 2 classes"), "{text}");
        let text = of(&[slow.clone(), slow.clone()]).unwrap();
        assert!(text.contains("2 machines of one class"), "{text}");
        // Its workers may use different numbers of cores.
        let one_host = ClusterReport {
            hosts: vec![slow],
            classes: 2,
            ..ClusterReport::default()
        };
        let text = differences(&one_host).unwrap();
        assert!(text.contains("machines of 2 classes"), "{text}");
    }
}
