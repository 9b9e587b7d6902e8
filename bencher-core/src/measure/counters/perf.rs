//! Events that the Linux kernel counts: events of the processor, and its own.
//!
//! The layout of `perf_event_attr` and all numbers come from the kernel's header `linux/perf_event.h`. The first
//! version of the structure (64 bytes) is sufficient.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{FromRawFd as _, OwnedFd};

use super::super::Reason;
use super::tick::Tick;
use crate::var::Counter;

/// An event that is counted all the time, for the thread that opened it and those it starts later.
#[derive(Debug)]
pub(super) struct PerfEvent {
    file: File,
}

/// `struct perf_event_attr`, as of `PERF_ATTR_SIZE_VER0`.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    bp_type: u32,
    bp_addr: u64,
}

const HARDWARE: u32 = 0;
const SOFTWARE: u32 = 1;

/// Give the times for which the event was wanted and counted, too.
const TIMES: u64 = 1 | 2;
const INHERIT: u64 = 1 << 1;
const WITHOUT_KERNEL: u64 = 1 << 5;
const WITHOUT_HYPERVISOR: u64 = 1 << 6;
const CLOSE_ON_EXEC: libc::c_ulong = 8;

/// The kernel's code of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
    kind: u32,
    config: u64,
    /// Whether the kernel's own code counts, which not every user may ask for.
    kernel: bool,
}

impl Event {
    fn of(counter: Counter) -> Option<Self> {
        let user = |kind, config| Self {
            kind,
            config,
            kernel: false,
        };
        Some(match counter {
            Counter::Cycles => user(HARDWARE, 0),
            Counter::Instructions => user(HARDWARE, 1),
            Counter::CacheReferences => user(HARDWARE, 2),
            Counter::CacheMisses => user(HARDWARE, 3),
            Counter::Branches => user(HARDWARE, 4),
            Counter::BranchMisses => user(HARDWARE, 5),
            Counter::TaskClock => user(SOFTWARE, 1),
            // The kernel moves threads, so without it there is nothing to count.
            Counter::CpuMigrations => Self {
                kernel: true,
                ..user(SOFTWARE, 4)
            },
            _ => return None,
        })
    }

    /// Why the kernel did not open it.
    fn refusal(self, error: &io::Error, paranoid: Option<i32>) -> Reason {
        let needed = if self.kernel { 1 } else { 2 };
        match error.raw_os_error() {
            Some(libc::ENOENT | libc::ENODEV | libc::EOPNOTSUPP) if self.kind == HARDWARE => {
                Reason::NoHardware
            }
            Some(libc::EACCES | libc::EPERM) => match paranoid {
                Some(paranoid) if paranoid > needed => Reason::NotAllowed { paranoid, needed },
                _ => Reason::Sandbox,
            },
            Some(libc::ENOSYS) => Reason::NoPerfEvents,
            _ => Reason::System(error.to_string()),
        }
    }
}

impl PerfEvent {
    pub(super) fn open(counter: Counter) -> Result<Self, Reason> {
        let event = Event::of(counter).ok_or(Reason::Platform)?;
        let kernel = if event.kernel {
            0
        } else {
            WITHOUT_KERNEL | WITHOUT_HYPERVISOR
        };
        let attributes = Attributes {
            kind: event.kind,
            size: 64,
            config: event.config,
            read_format: TIMES,
            flags: INHERIT | kernel,
            ..Attributes::default()
        };
        open(&attributes)
            .map(|file| Self { file })
            .map_err(|error| event.refusal(&error, paranoid()))
    }

    #[inline]
    pub(super) fn read(&self) -> Result<Tick, Reason> {
        let mut bytes = [0; 24];
        (&self.file)
            .read_exact(&mut bytes)
            .map_err(|error| Reason::System(error.to_string()))?;
        let [value, wanted, counted] = numbers(bytes);
        Ok(Tick {
            value,
            wanted,
            counted,
        })
    }
}

fn numbers(bytes: [u8; 24]) -> [u64; 3] {
    let mut numbers = [0; 3];
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(8)) {
        *number = bytes.try_into().map_or(0, u64::from_ne_bytes);
    }
    numbers
}

/// How strict the kernel is; none where it does not say.
fn paranoid() -> Option<i32> {
    let text = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").ok()?;
    text.trim().parse().ok()
}

#[allow(unsafe_code, reason = "the system's interface is in C")]
fn open(attributes: &Attributes) -> io::Result<File> {
    const THIS_THREAD: libc::pid_t = 0;
    const ANY_CORE: libc::c_int = -1;
    const NO_GROUP: libc::c_int = -1;
    // SAFETY: `attributes` has the layout and the size that its field `size` says, and is only read.
    let number = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            std::ptr::from_ref(attributes),
            THIS_THREAD,
            ANY_CORE,
            NO_GROUP,
            CLOSE_ON_EXEC,
        )
    };
    match i32::try_from(number) {
        // SAFETY: the kernel has just given this descriptor to nobody else.
        Ok(number @ 0..) => Ok(File::from(unsafe { OwnedFd::from_raw_fd(number) })),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structure_is_that_of_the_kernel() {
        assert_eq!(size_of::<Attributes>(), 64);
    }

    #[test]
    fn every_refusal_has_its_reason() {
        let cycles = Event::of(Counter::Cycles).unwrap();
        let moves = Event::of(Counter::CpuMigrations).unwrap();
        let refusal = |event: Event, code, paranoid| {
            event.refusal(&io::Error::from_raw_os_error(code), paranoid)
        };
        assert_eq!(refusal(cycles, libc::ENOENT, Some(2)), Reason::NoHardware);
        assert_eq!(
            refusal(cycles, libc::EACCES, Some(4)),
            Reason::NotAllowed {
                paranoid: 4,
                needed: 2
            }
        );
        assert_eq!(
            refusal(moves, libc::EACCES, Some(2)),
            Reason::NotAllowed {
                paranoid: 2,
                needed: 1
            }
        );
        assert_eq!(refusal(cycles, libc::EPERM, Some(2)), Reason::Sandbox);
        assert_eq!(refusal(cycles, libc::EPERM, None), Reason::Sandbox);
        assert_eq!(refusal(moves, libc::ENOSYS, None), Reason::NoPerfEvents);
        let full = refusal(moves, libc::EMFILE, None).to_string();
        assert!(full.contains("Too many open files"), "{full}");
    }

    #[test]
    fn numbers_are_read_in_order() {
        let mut bytes = [0; 24];
        bytes[0..8].copy_from_slice(&7_u64.to_ne_bytes());
        bytes[16..24].copy_from_slice(&9_u64.to_ne_bytes());
        assert_eq!(numbers(bytes), [7, 0, 9]);
    }
}
