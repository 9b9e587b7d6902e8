//! What a process needed, against its goal.

/// The largest memory of this process so far, in bytes; none where the system does not tell.
pub(crate) fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}

pub(crate) fn reached(figure: f64, goal: f64) -> &'static str {
    if figure <= goal { "reached" } else { "MISSED" }
}
