//! The report of a cluster: the share of each host, and what was lost, came twice or was refused.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::Digest;

/// The report of a cluster about one sweep.
///
/// ```
/// use bencher_core::evaluator::ClusterReport;
/// let report = ClusterReport { duplicates: 2, redelivered: 1, ..ClusterReport::default() };
/// assert_eq!(report.to_string(), "0 hosts, 2 duplicates, 1 redelivered, 0 refused messages, 0 oversized results, 0 refused workers");
/// let text = report.to_json();
/// assert_eq!(ClusterReport::from_json(&text), Some(report));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterReport {
    /// The share of each host, by name.
    pub hosts: Vec<HostShare>,
    /// How many classes of machines finished jobs. One host may have several, if its workers may use different numbers
    /// of cores.
    pub classes: usize,
    /// Results that came a second time, and were dropped.
    pub duplicates: u64,
    /// Chunks of jobs that were given to a second worker, because the first was lost.
    pub redelivered: u64,
    /// Malformed or oversized messages, which were dropped.
    pub refused_messages: u64,
    /// Results that no message could hold: their jobs failed.
    pub oversized_results: u64,
    /// Workers that were refused, because they are of other code or for another sweep.
    pub refused_workers: u64,
}

/// The share of one host in a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostShare {
    /// Its name.
    pub host: String,
    /// The class of the machine, from its processor, memory and architecture.
    #[serde(with = "digest_text")]
    pub machine: Option<Digest>,
    /// The model of its processor.
    pub processor: Option<String>,
    /// The governor of its cores' frequency.
    pub governor: Option<String>,
    /// The workers that joined on it.
    pub workers: u32,
    /// The workers on it that say that they are alive.
    pub alive: u32,
    /// The jobs that it finished first.
    pub jobs: u64,
    /// How many of them failed or timed out.
    pub failed: u64,
    /// The chunks of jobs that it took over from a lost worker.
    pub redelivered: u64,
    /// What a worker on it waits for, while another process of that host takes timed samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
}

impl ClusterReport {
    /// The attribute of a dataset that has the report of its sweep, as JSON.
    pub const ATTRIBUTE: &str = "cluster";

    /// The report as JSON on one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a report; `None` where the text is none.
    // Only drawing needs it: it is compiled where it is called.
    #[inline]
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_slice(text.as_bytes()).ok()
    }

    /// The part of all jobs that a host finished, from 0 to 1.
    ///
    /// ```
    /// use bencher_core::evaluator::{ClusterReport, HostShare};
    /// let host = |jobs| HostShare { jobs, ..HostShare::default() };
    /// let report = ClusterReport { hosts: vec![host(30), host(10)], ..ClusterReport::default() };
    /// assert_eq!(report.share(&report.hosts[0]), 0.75);
    /// assert_eq!(ClusterReport::default().share(&host(0)), 0.0);
    /// ```
    pub fn share(&self, host: &HostShare) -> f64 {
        let all: u64 = self.hosts.iter().map(|host| host.jobs).sum();
        host.jobs as f64 / all.max(1) as f64
    }
}

impl fmt::Display for ClusterReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} hosts, {} duplicates, {} redelivered, {} refused messages, {} oversized results, {} refused workers",
            self.hosts.len(),
            self.duplicates,
            self.redelivered,
            self.refused_messages,
            self.oversized_results,
            self.refused_workers
        )
    }
}

impl fmt::Display for HostShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "host {}: {} workers, {} samples, {} failed",
            self.host, self.workers, self.jobs, self.failed
        )?;
        if self.redelivered > 0 {
            write!(f, ", {} redelivered", self.redelivered)?;
        }
        if let Some(owner) = &self.waits_for {
            write!(f, ", waits for {owner}")?;
        }
        Ok(())
    }
}

/// A digest as text: JSON has no numbers of 128 bits.
mod digest_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::value::Digest;

    #[expect(clippy::ref_option, reason = "serde passes it like this")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Digest>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|digest| digest.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Digest>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let digest = text.and_then(|text| u128::from_str_radix(&text, 16).ok());
        Ok(digest.map(Digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_back_from_its_json() {
        let host = HostShare {
            host: "n\"1</script>".to_owned(),
            machine: Some(Digest(u128::MAX - 1)),
            processor: Some("a processor".to_owned()),
            workers: 3,
            alive: 2,
            jobs: u64::MAX,
            redelivered: 1,
            ..HostShare::default()
        };
        let report = ClusterReport {
            hosts: vec![host, HostShare::default()],
            duplicates: 1,
            ..ClusterReport::default()
        };
        assert_eq!(ClusterReport::from_json(&report.to_json()), Some(report));
    }

    #[test]
    fn a_report_with_other_fields_is_read_and_other_text_is_none() {
        let read = ClusterReport::from_json(r#"{"hosts":[{"host":"n1","cores":8}],"new":1}"#);
        assert_eq!(read.unwrap().hosts[0].host, "n1");
        for text in ["", "[1", "7", "{\"hosts\":1}"] {
            assert_eq!(ClusterReport::from_json(text), None, "{text}");
        }
    }
}
