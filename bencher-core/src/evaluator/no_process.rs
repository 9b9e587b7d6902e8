//! Worker processes, where this system has none of what they are made of: asking for them is an error.

use std::convert::Infallible;
use std::io;
use std::marker::PhantomData;

use super::{Backend, FinishedTask, Limits, RunFunction, Task, Wait};

/// The variable of the environment that makes a process a worker on other systems.
pub(crate) const WORKER_VARIABLE: &str = "BENCHER_WORKER";

/// How a worker process would be started.
#[derive(Clone, Debug)]
pub struct Launch(Infallible);

impl Launch {
    /// No program is a worker here.
    ///
    /// # Errors
    /// Always.
    pub fn this_program(_: impl Into<String>) -> io::Result<Self> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "there are no worker processes on this system; use threads",
        ))
    }

    /// With other arguments.
    pub fn args(self, _: impl IntoIterator<Item = impl Into<std::ffi::OsString>>) -> Self {
        self
    }

    /// With how people would be told of the place.
    pub fn title(self, _: impl Into<String>) -> Self {
        self
    }

    /// With something that the worker would be told.
    pub fn context(self, _: Vec<u8>) -> Self {
        self
    }
}

/// What a worker process would be there for.
#[derive(Debug)]
pub struct WorkerRole(Infallible);

impl WorkerRole {
    /// The place where its jobs would be run.
    pub fn place(&self) -> &str {
        match self.0 {}
    }

    /// What people would be told of the place.
    pub fn title(&self) -> &str {
        match self.0 {}
    }

    /// Which of the workers it would be.
    pub const fn number(&self) -> usize {
        match self.0 {}
    }

    /// What it would be told.
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

    /// Refuses nothing.
    pub fn refuse(&self, _: &str) -> ! {
        match self.0 {}
    }
}

/// No process is a worker here.
pub const fn worker_role() -> Option<&'static WorkerRole> {
    None
}

/// Places are not counted where nobody comes to them.
pub(crate) const fn ordinal(_: &str) -> u64 {
    0
}

/// The backend that there is not.
#[derive(Debug)]
pub struct ProcessBackend<A, R>(Infallible, PhantomData<fn(A) -> R>);

impl<A, R> ProcessBackend<A, R> {
    /// Starts nothing.
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

    fn collect(&mut self, _: Wait, _: &mut Vec<FinishedTask<A, R>>) {
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
