//! Drills of sweeps on several machines: real servers, launchers and simulated hosts, which fail in every way. They run
//! side by side, since each mostly waits.
#![cfg(all(target_os = "linux", feature = "cluster"))]

mod access;
#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/hosts.rs"]
mod hosts;
mod hosts_fail;
mod launchers;
mod shared_dir;
mod timed;
mod workers_leave;
