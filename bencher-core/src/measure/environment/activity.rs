//! The activity of a machine since its start, to compute its activity during a sweep.

use serde::{Deserialize, Serialize};

use super::cpu;
use super::source::Source;

/// Running sums since the machine started. Only the difference of two readings is meaningful.
///
/// ```
/// use bencher_core::measure::Environment;
/// let activity = Environment::capture().activity;
/// assert!(activity.busy_s <= activity.all_s);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// How often cores were throttled for heat; `None` where the system does not count it.
    pub throttled: Option<u64>,
    /// The time of all cores together, idle or not, in seconds; 0 where it is unknown, as for the next fields.
    pub all_s: f64,
    /// The time that the cores were busy, in seconds.
    pub busy_s: f64,
    /// The time that a hypervisor gave to other machines, in seconds.
    pub stolen_s: f64,
    /// The time that this process and its descendants used, in seconds.
    pub own_s: f64,
}

/// Files under `/proc` count time in hundredths of a second, on every architecture.
const TICK_S: f64 = 0.01;

impl Activity {
    pub(super) fn read(source: &impl Source, cores: &[u32]) -> Self {
        let all = source
            .text("/proc/stat")
            .and_then(|text| machine_ticks(&text));
        let own = source
            .text("/proc/self/stat")
            .and_then(|text| own_ticks(&text))
            .map(|own| own + descendant_ticks(source));
        let mut activity = Self {
            throttled: cpu::throttled(source, cores),
            ..Self::default()
        };
        if let (Some([all, busy, stolen]), Some(own)) = (all, own) {
            activity.all_s = all as f64 * TICK_S;
            activity.busy_s = busy as f64 * TICK_S;
            activity.stolen_s = stolen as f64 * TICK_S;
            activity.own_s = own as f64 * TICK_S;
        }
        activity
    }
}

/// All, busy and stolen ticks of all cores.
fn machine_ticks(text: &str) -> Option<[u64; 3]> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .map_while(|tick| tick.parse().ok())
        .collect();
    let [user, nice, system, idle, io_wait, rest @ ..] = &ticks[..] else {
        return None;
    };
    let mut rest = rest.iter().copied();
    let interrupts = rest.next().unwrap_or(0) + rest.next().unwrap_or(0);
    // The time of guests, which follows, is part of that of the user.
    let stolen = rest.next().unwrap_or(0);
    let busy = user + nice + system + interrupts;
    Some([busy + idle + io_wait + stolen, busy, stolen])
}

/// The ticks of this process and of its children that ended.
fn own_ticks(text: &str) -> Option<u64> {
    // The name of the program, in brackets, may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    let fields = fields.split_whitespace().skip(11).take(4);
    let ticks: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
    (ticks.len() == 4).then(|| ticks.iter().sum())
}

/// The ticks of all living descendants of this process. The ticks of a process include those of ended children only.
fn descendant_ticks(source: &impl Source) -> u64 {
    /// More than a benchmark starts. It ends a search that finds new processes faster than it reads them.
    const MOST: usize = 4096;
    let mut ticks = 0;
    let mut found = children(source, "self");
    let mut next = 0;
    while let Some(process) = found.get(next).filter(|_| next < MOST) {
        let stat = source.text(&format!("/proc/{process}/stat"));
        ticks += stat.and_then(|text| own_ticks(&text)).unwrap_or(0);
        let further = children(source, process);
        found.extend(further);
        next += 1;
    }
    ticks
}

/// The living children of a process: each of its threads has its own.
fn children(source: &impl Source, process: &str) -> Vec<String> {
    let threads = source.names(&format!("/proc/{process}/task"));
    let mut all = Vec::new();
    for thread in threads {
        let path = format!("/proc/{process}/task/{thread}/children");
        let listed = source.text(&path).unwrap_or_default();
        all.extend(listed.split_whitespace().map(str::to_owned));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_read() {
        let stat = "cpu  100 10 50 800 20 3 2 15 0 0\ncpu0 1 2 3 4\n";
        assert_eq!(machine_ticks(stat), Some([1000, 165, 15]));
        assert_eq!(
            machine_ticks("cpu  100 10 50 800 20\n"),
            Some([980, 160, 0])
        );
        assert_eq!(machine_ticks("cpu  100\n"), None);
        let own = "31 (a) R b) S 1 31 31 0 -1 4194304 500 0 0 0 7 3 2 1 20 0 1 0 900 1 1";
        assert_eq!(own_ticks(own), Some(13));
        assert_eq!(own_ticks("31 (bash) S 1"), None);
    }
}
