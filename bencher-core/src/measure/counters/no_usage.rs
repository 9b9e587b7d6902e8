//! The stand-in for systems that do not count resource usage.

use super::super::{CoreUse, Reason};
use crate::var::Counter;

/// There is none.
#[derive(Clone, Copy, Debug)]
pub(super) enum Usage {}

pub(super) fn of(counter: Counter) -> Option<Result<Usage, Reason>> {
    let known = [
        Counter::CpuTime,
        Counter::PageFaults,
        Counter::ContextSwitches,
    ];
    known.contains(&counter).then_some(Err(Reason::Platform))
}

pub(crate) fn core_use() -> Option<CoreUse> {
    None
}

impl Usage {
    pub(super) fn read(self) -> Result<u64, Reason> {
        match self {}
    }
}
