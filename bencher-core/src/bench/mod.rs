//! A benchmark program: sweeps of a type, run as the run's configuration says.

mod builder;
mod config;
mod error;
mod result;
mod session;
mod table;

pub use builder::SweepBuilder;
pub use config::{Output, ReportPlace, RunConfig};
pub use error::BenchError;
pub use result::BenchResult;
pub use session::{ReportFiles, Reporter, Session, Verdict};
pub use table::result_table;

use std::cell::RefCell;
use std::rc::Rc;

use crate::sweep_executor::Benchmark;
use crate::var::DomainError;

/// The sweeps of one type within a run.
pub struct Bench<S> {
    session: Rc<RefCell<Session>>,
    prototype: S,
}

impl<S: Benchmark> Bench<S> {
    /// Sweeps of `S`, starting from its declared defaults, within a session.
    ///
    /// # Errors
    /// Where an input's domain is impossible.
    pub fn new(session: Rc<RefCell<Session>>) -> Result<Self, DomainError> {
        Ok(Self {
            session,
            prototype: S::baseline()?,
        })
    }

    /// The value every sample is copied from: set what no attribute names, such as shared data.
    pub fn prototype(&mut self) -> &mut S {
        &mut self.prototype
    }

    /// Sweeps of another type within the same run.
    ///
    /// # Errors
    /// Where an input's domain is impossible.
    pub fn of<T: Benchmark>(&self) -> Result<Bench<T>, DomainError> {
        Bench::new(Rc::clone(&self.session))
    }

    /// Begins the declaration of a sweep; its title also names it on the command line.
    pub fn sweep(&mut self, title: impl Into<String>) -> SweepBuilder<'_, S> {
        SweepBuilder::new(&self.session, &self.prototype, title.into())
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Bench<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
