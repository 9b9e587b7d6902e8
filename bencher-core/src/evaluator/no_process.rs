//! The stand-in for worker processes on systems that do not support them: every request is an error.

use std::convert::Infallible;
use std::io;
use std::marker::PhantomData;

use super::{Backend, FinishedTask, Limits, RunFunction, Task, Wait};

/// The variable of the environment that makes a process a worker on other systems.
pub(crate) const WORKER_VARIABLE: &str = "BENCHER_WORKER";

/// The command of a worker process.
#[derive(Clone, Debug)]
pub struct Launch(Infallible);

impl Launch {
    /// Fails, since this system has no worker processes.
    ///
    /// # Errors
    /// Always.
    pub fn this_program(_: impl Into<String>) -> io::Result<Self> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "there are no worker processes on this system; use threads",
        ))
    }

    /// Replaces the arguments.
    pub fn args(self, _: impl IntoIterator<Item = impl Into<std::ffi::OsString>>) -> Self {
        self
    }

    /// Has the jobs run on a cluster, which this system has not.
    pub(crate) fn on_cluster(self, _: super::cluster::ClusterSweep) -> Self {
        self
    }

    /// Sets the name of the place for people.
    pub fn title(self, _: impl Into<String>) -> Self {
        self
    }

    /// Sets data for the worker.
    pub fn context(self, _: Vec<u8>) -> Self {
        self
    }
}

/// The role of a worker process.
#[derive(Debug)]
pub struct WorkerRole(Infallible);

impl WorkerRole {
    /// The place at which it would run jobs.
    pub fn place(&self) -> &str {
        match self.0 {}
    }

    /// The name of the place for people.
    pub fn title(&self) -> &str {
        match self.0 {}
    }

    /// Its number among the workers.
    pub const fn number(&self) -> usize {
        match self.0 {}
    }

    /// The data for it.
    pub fn context(&self) -> &[u8] {
        match self.0 {}
    }

    /// Runs nothing.
    ///
    /// # Errors
    /// Never.
    pub fn serve<A, R>(&self, _: &RunFunction<A, R>) -> io::Result<()> {
        match self.0 {}
    }

    /// Never called.
    pub fn refuse(&self, _: &str) -> ! {
        match self.0 {}
    }
}

/// No process is a worker here.
pub const fn worker_role() -> Option<&'static WorkerRole> {
    None
}

/// Places are not counted where no worker process runs.
pub(crate) const fn ordinal(_: &str) -> u64 {
    0
}

/// The backend of worker processes, which does not exist here.
#[derive(Debug)]
pub struct ProcessBackend<A, R>(Infallible, PhantomData<fn(A) -> R>);

impl<A, R> ProcessBackend<A, R> {
    /// Fails, since this system has no worker processes.
    ///
    /// # Errors
    /// Always.
    pub fn start(launch: Launch, _: usize, _: &Limits) -> io::Result<Self> {
        match launch.0 {}
    }
}

impl<A, R> Backend<A, R> for ProcessBackend<A, R> {
    fn submit(&mut self, _: Vec<Task<A>>) {
        match self.0 {}
    }

    fn gather(&mut self, _: Wait, _: &mut Vec<FinishedTask<A, R>>) {
        match self.0 {}
    }

    fn cancel(&mut self) {
        match self.0 {}
    }

    fn expire(&mut self) {
        match self.0 {}
    }

    fn window(&self) -> usize {
        match self.0 {}
    }

    fn workers(&self) -> usize {
        match self.0 {}
    }
}
