//! The host that takes the timed samples of a sweep, as the caller of a cluster sees it.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crossbeam::channel::{Sender, bounded};

use crate::measure::Environment;

/// How long a wait for a host lasts, before the caller looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(100);
/// How long a host may take to describe itself.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a coordinator tells of the host that measures.
#[derive(Debug, Default)]
pub(super) struct HostState {
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Known {
    /// The environment of the first host that measures.
    environment: Option<Environment>,
    /// Whether there will be no host.
    is_broken: bool,
}

#[cfg_attr(
    not(all(feature = "cluster", unix)),
    expect(
        dead_code,
        reason = "only a program with the feature has a coordinator"
    )
)]
impl HostState {
    /// A host measures from now on. The first one counts: reports name the others.
    pub(super) fn set(&self, environment: Environment) {
        self.change(|known| known.environment = known.environment.take().or(Some(environment)));
    }

    /// There will be no host any more.
    pub(super) fn break_down(&self) {
        self.change(|known| known.is_broken = true);
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

/// The host of a cluster that takes the timed samples of a sweep.
pub(crate) struct MeasuringHost {
    state: Arc<HostState>,
    /// Has the host send its environment as it is now.
    ask: Box<dyn Fn(Sender<Environment>) + Send>,
}

impl MeasuringHost {
    #[cfg_attr(
        not(all(feature = "cluster", unix)),
        expect(
            dead_code,
            reason = "only a program with the feature has a coordinator"
        )
    )]
    pub(super) fn new(
        state: Arc<HostState>,
        ask: impl Fn(Sender<Environment>) + Send + 'static,
    ) -> Self {
        let ask = Box::new(ask);
        Self { state, ask }
    }

    /// Waits until a host measures: its environment. None where `is_stopped`, or no host can come any more.
    pub(crate) fn environment(&self, is_stopped: &dyn Fn() -> bool) -> Option<Environment> {
        let HostState { known, changed } = &*self.state;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        while known.environment.is_none() && !known.is_broken && !is_stopped() {
            let waited = changed.wait_timeout(known, GLANCE);
            (known, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        known.environment.clone()
    }

    /// The environment of the host that measures now. None where it does not answer.
    pub(crate) fn environment_now(&self) -> Option<Environment> {
        let (answer, answered) = bounded(1);
        (self.ask)(answer);
        answered.recv_timeout(PATIENCE).ok()
    }
}

impl fmt::Debug for MeasuringHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuringHost").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(host: &str) -> Environment {
        Environment {
            host: Some(host.to_owned()),
            ..Environment::capture()
        }
    }

    #[test]
    fn the_first_host_is_waited_for_and_kept() {
        let state = Arc::new(HostState::default());
        let host = MeasuringHost::new(Arc::clone(&state), |answer| {
            let _ = answer.send(environment("n2"));
        });
        assert_eq!(host.environment(&|| true), None);
        let name = |found: Option<Environment>| found.and_then(|found| found.host).unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| host_name(&state));
            state.set(environment("n1"));
            assert_eq!(waits.join().unwrap(), "n1");
        });
        state.set(environment("n2"));
        assert_eq!(name(host.environment(&|| false)), "n1");
        assert_eq!(name(host.environment_now()), "n2");
    }

    fn host_name(state: &Arc<HostState>) -> String {
        let host = MeasuringHost::new(Arc::clone(state), |_| ());
        host.environment(&|| false).unwrap().host.unwrap()
    }

    #[test]
    fn nobody_waits_for_a_host_that_cannot_come() {
        let state = Arc::new(HostState::default());
        state.break_down();
        let host = MeasuringHost::new(state, |_| ());
        assert_eq!(host.environment(&|| false), None);
        assert_eq!(host.environment_now(), None, "nobody answers");
    }
}
