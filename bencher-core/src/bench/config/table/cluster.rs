//! The options of a cluster.

use std::ffi::OsString;
use std::path::PathBuf;

use super::super::RunConfig;
use super::super::config_text::quoted;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{change, folder, one, switch};
use crate::evaluator::WorkerPlacement;
use crate::evaluator::cluster::checked_url;

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "launch",
        takes: OptionValue::Text("HOW"),
        per_sweep: false,
        help: "How the workers of --executor cluster are started: local:N on this machine, mpirun:N, \
               slurm:n=N, ssh:FILE with hosts, hq:N (HyperQueue), k8s:n=N,image=IMAGE (a manifest)",
        default: "as many local workers as --jobs says; none with --nats",
        shorthands: &[],
        read: |values| {
            let launch: WorkerPlacement = one(values)?.parse()?;
            change(move |c| c.cluster.launch = Some(launch.clone()))
        },
        show: |c| Some(quoted(&c.cluster.launch.as_ref()?.to_string())),
    },
    RunOption {
        name: "nats",
        takes: OptionValue::Text("URL"),
        per_sweep: false,
        help: "Server of NATS with JetStream for --executor cluster and --cluster-worker, such as \
               tls://HOST:4222",
        default: "a server of the run's own, on this machine",
        shorthands: &[],
        read: |values| {
            let url = checked_url(one(values)?)?;
            change(move |c| c.cluster.nats = Some(url.clone()))
        },
        show: |c| Some(quoted(c.cluster.nats.as_ref()?)),
    },
    RunOption {
        name: "nats-credentials",
        takes: OptionValue::Folder("FILE"),
        per_sweep: false,
        help: "File with the credentials for the server, which only you can read; or set \
               BENCHER_NATS_TOKEN",
        default: "none",
        shorthands: &[],
        read: |values| {
            let path = file(values)?;
            change(move |c| c.cluster.credentials = Some(path.clone()))
        },
        show: |c| shown(c, |c| c.cluster.credentials.as_ref()),
    },
    RunOption {
        name: "nats-certificates",
        takes: OptionValue::Folder("FILE"),
        per_sweep: false,
        help: "File with the certificates of the authority that signed the server's certificate",
        default: "those of the system",
        shorthands: &[],
        read: |values| {
            let path = file(values)?;
            change(move |c| c.cluster.certificates = Some(path.clone()))
        },
        show: |c| shown(c, |c| c.cluster.certificates.as_ref()),
    },
    RunOption {
        name: "nats-insecure",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Do not encrypt the connection to a server that is not on this machine",
        default: "false",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.cluster.insecure = on)
        },
        show: |c| Some(c.cluster.insecure.to_string()),
    },
    RunOption {
        name: "cluster-worker",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Run no sweep, but work for a run of this program at --nats URL",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.cluster.worker = on)
        },
        // A printed configuration is of a run, and no run is a worker.
        show: |_| None,
    },
    RunOption {
        name: "status",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Run nothing; show the state of the sweep that runs on a cluster with this store",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.cluster.status = on)
        },
        show: |_| None,
    },
];

/// A file by its path.
fn file(values: &[OsString]) -> Result<PathBuf, String> {
    match folder(values)? {
        Some(path) => Ok(path),
        None => Err("the path of the file is empty".to_owned()),
    }
}

fn shown(config: &RunConfig, of: fn(&RunConfig) -> Option<&PathBuf>) -> Option<String> {
    of(config).map(|path| quoted(&path.display().to_string()))
}
