//! The peak memory of the whole process.

use super::Reason;

/// The most memory that the process had in RAM at once, in bytes: since it started, or since
/// [`reset_peak_resident`].
///
/// All memory of the process counts: code, stacks, and freed memory that the allocator keeps. The number is useful
/// where a body needs far more memory than the program around it.
///
/// ```
/// use bencher_core::measure::{Reason, peak_resident};
/// match peak_resident() {
///     Ok(bytes) => assert!(bytes > 100_000),
///     Err(reason) => assert_eq!(reason, Reason::Platform),
/// }
/// ```
///
/// # Errors
/// [`Reason::Platform`] on systems other than Linux, [`Reason::System`] where `/proc` cannot be read.
pub fn peak_resident() -> Result<u64, Reason> {
    if !cfg!(target_os = "linux") {
        return Err(Reason::Platform);
    }
    let path = "/proc/self/status";
    let status = std::fs::read_to_string(path)
        .map_err(|error| Reason::System(format!("{path}: {error}")))?;
    high_water_mark(&status)
        .ok_or_else(|| Reason::System(format!("{path} does not say VmHWM in kB")))
}

/// Resets the peak of [`peak_resident`].
///
/// ```
/// use bencher_core::measure::{peak_resident, reset_peak_resident};
/// if reset_peak_resident().is_ok() {
///     let before = peak_resident()?;
///     let large = std::hint::black_box(vec![1_u8; 64 << 20]);
///     assert!(peak_resident()? >= before + large.len() as u64 / 2);
/// }
/// # Ok::<(), bencher_core::measure::Reason>(())
/// ```
///
/// # Errors
/// As for [`peak_resident`].
pub fn reset_peak_resident() -> Result<(), Reason> {
    if !cfg!(target_os = "linux") {
        return Err(Reason::Platform);
    }
    let path = "/proc/self/clear_refs";
    std::fs::write(path, "5").map_err(|error| Reason::System(format!("{path}: {error}")))
}

fn high_water_mark(status: &str) -> Option<u64> {
    let mark = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = mark.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::high_water_mark;

    #[test]
    fn the_mark_is_read() {
        assert_eq!(
            high_water_mark("Name:\tx\nVmHWM:\t    1736 kB\n"),
            Some(1_777_664)
        );
        assert_eq!(high_water_mark("VmHWM:\t1736 pages\n"), None);
        assert_eq!(high_water_mark(""), None);
    }
}
