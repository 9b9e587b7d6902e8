//! The processor: its model, its number of cores, and the governor of their frequency.

use super::source::Source;

pub(super) const CPUS: &str = "/sys/devices/system/cpu";

/// The model of the processor; on ARM, where it has no name, its parts and the board.
pub(super) fn model(source: &impl Source) -> Option<String> {
    let info = source.text("/proc/cpuinfo").unwrap_or_default();
    if let Some(name) = field(&info, "model name").or_else(|| field(&info, "cpu model")) {
        return Some(name.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let mut parts: Vec<String> = fields(&info, "CPU implementer")
        .zip(fields(&info, "CPU part"))
        .map(|(implementer, part)| format!("{implementer}/{part}"))
        .collect();
    parts.sort_unstable();
    parts.dedup();
    let board = source
        .line("/proc/device-tree/model")
        .or_else(|| field(&info, "Hardware").map(str::to_owned))
        .or_else(|| field(&info, "Model").map(str::to_owned));
    match (parts.is_empty(), board) {
        (true, board) => board,
        (false, None) => Some(parts.join(" + ")),
        (false, Some(board)) => Some(format!("{} ({board})", parts.join(" + "))),
    }
}

/// Whether the processor says that it is a virtual one.
pub(super) fn has_hypervisor(source: &impl Source) -> bool {
    let info = source.text("/proc/cpuinfo").unwrap_or_default();
    fields(&info, "flags").any(|flags| flags.split(' ').any(|flag| flag == "hypervisor"))
}

/// The numbers of the cores that are switched on.
pub(super) fn online(source: &impl Source) -> Option<Vec<u32>> {
    let listed = source
        .line(&format!("{CPUS}/online"))
        .and_then(|text| core_list(&text));
    listed.or_else(|| {
        let info = source.text("/proc/cpuinfo")?;
        let cores: Vec<u32> = fields(&info, "processor")
            .filter_map(|number| number.parse().ok())
            .collect();
        (!cores.is_empty()).then_some(cores)
    })
}

/// The list of the cores that this process may run on, as the system writes it.
pub(super) fn allowed_list(source: &impl Source) -> Option<String> {
    let status = source.text("/proc/self/status")?;
    field(&status, "Cpus_allowed_list").map(str::to_owned)
}

/// How many cores this process may run on.
pub(super) fn allowed(source: &impl Source) -> Option<u32> {
    let cores = core_list(&allowed_list(source)?)?;
    u32::try_from(cores.len()).ok()
}

/// The governor of the cores' frequency, or all of them where they differ.
pub(super) fn governor(source: &impl Source, cores: &[u32]) -> Option<String> {
    let mut governors: Vec<String> = cores
        .iter()
        .filter_map(|core| source.line(&format!("{CPUS}/cpu{core}/cpufreq/scaling_governor")))
        .collect();
    governors.sort_unstable();
    governors.dedup();
    (!governors.is_empty()).then(|| governors.join(", "))
}

/// Whether cores may run above their nominal frequency for a while.
pub(super) fn turbo(source: &impl Source) -> Option<bool> {
    let off = source.number(&format!("{CPUS}/intel_pstate/no_turbo"));
    let on = || source.number(&format!("{CPUS}/cpufreq/boost"));
    off.map(|off| off == 0).or_else(|| on().map(|on| on != 0))
}

/// How often cores were slowed down for their heat since the machine started.
pub(super) fn throttled(source: &impl Source, cores: &[u32]) -> Option<u64> {
    let counts = cores.iter().flat_map(|core| {
        ["core_throttle_count", "package_throttle_count"]
            .map(|name| source.number(&format!("{CPUS}/cpu{core}/thermal_throttle/{name}")))
    });
    let counts: Vec<u64> = counts.flatten().collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

/// The first value of a field in a text of lines `name : value`.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    fields(text, name).next()
}

fn fields<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| {
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        (key.trim() == name && !value.is_empty()).then_some(value)
    })
}

/// The numbers in a list of ranges, such as `0-3,8`; none where it is no such list.
pub(super) fn core_list(text: &str) -> Option<Vec<u32>> {
    /// More cores than any machine has, so that a strange text takes no memory.
    const MOST: u32 = 1 << 16;
    let mut cores = Vec::new();
    for range in text.split(',') {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to): (u32, u32) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        if to >= MOST {
            return None;
        }
        cores.extend(from..=to);
    }
    Some(cores)
}

#[cfg(test)]
mod tests {
    use super::core_list;

    #[test]
    fn ranges_of_cores_are_read() {
        assert_eq!(core_list("0-3,8"), Some(vec![0, 1, 2, 3, 8]));
        assert_eq!(core_list("5"), Some(vec![5]));
        for strange in ["", "a", "0-", "0-4294967295", "1;2"] {
            assert_eq!(core_list(strange), None, "{strange}");
        }
    }
}
