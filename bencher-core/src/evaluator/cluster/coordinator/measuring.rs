//! How a coordinator chooses the host that takes timed jobs.

use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::HostRule;
use super::super::message::Control;
use super::Coordinator;

impl<A, R> Coordinator<A, R>
where
    A: Serialize,
    R: DeserializeOwned,
{
    /// Where one host takes all jobs, chooses its worker, and another one after that is lost.
    pub(super) async fn choose_host(&mut self) {
        if self.setup.sweep.rule != HostRule::OneHost {
            return;
        }
        let before = self.measuring.as_ref();
        if before.is_some_and(|worker| self.hosts.slots_of(worker) > 0) {
            return;
        }
        if let Some((worker, environment)) = self.hosts.measuring(before) {
            self.setup.shared.host.set(environment.clone());
            self.measuring = Some(worker);
            self.say_alive().await;
        }
    }

    /// Tells the workers that this coordinator is alive, and which of them measures.
    pub(super) async fn say_alive(&mut self) {
        self.said_alive = Some(Instant::now());
        self.say(Control::Alive {
            run: self.table.run(),
            measuring: self.measuring.as_ref().map(|worker| worker.instance),
        })
        .await;
    }
}
