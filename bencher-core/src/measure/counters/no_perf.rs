//! The stand-in for perf events on systems other than Linux.

use super::super::Reason;
use super::tick::Tick;
use crate::var::Counter;

/// There is none.
#[derive(Debug)]
pub(super) enum PerfEvent {}

impl PerfEvent {
    pub(super) fn open(_: Counter) -> Result<Self, Reason> {
        Err(Reason::Platform)
    }

    pub(super) fn read(&self) -> Result<Tick, Reason> {
        match *self {}
    }
}
