//! How a coordinator begins: its server, its streams and its workers.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::sync::Arc;

use crossbeam::channel::Sender;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::super::Limits;
use super::super::super::process::Launch;
use super::super::access::{Access, TOKEN};
use super::super::backend::Shared;
use super::super::error::failed;
use super::super::hosts::Hosts;
use super::super::job_table::JobTable;
use super::super::launchers::{PlacedWorkers, launcher};
use super::super::local_workers::{LocalWorkers, WorkerCommandLine};
use super::super::options::WORKER_VARIABLE;
use super::super::private_folder::{PrivateFolder, random_bytes, random_hex};
use super::super::server::NatsServer;
use super::super::streams::{Streams, join_subject};
use super::super::worker::SWEEP_VARIABLE;
use super::super::{ClusterOptions, ClusterReport, ClusterSweep, WorkerPlacement};
use super::chunks::Outbox;
use super::joining::Invitation;
use super::{Coordinator, Delivery, Order};

/// What a coordinator begins with.
pub(in super::super) struct Setup {
    pub(in super::super) launch: Launch,
    /// How many workers are started on this machine, where the options do not say.
    pub(in super::super) workers: usize,
    pub(in super::super) limits: Limits,
    pub(in super::super) sweep: ClusterSweep,
    pub(in super::super) shared: Arc<Shared>,
}

/// Runs a coordinator on this thread: it begins, tells so, and works until there are no more orders.
pub(in super::super) fn run<A, R>(
    setup: Setup,
    orders: UnboundedReceiver<Order<A>>,
    deliver: &Sender<Delivery<A, R>>,
    ready: &Sender<io::Result<()>>,
) where
    A: Serialize,
    R: DeserializeOwned,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            // The caller waits for this message, and for no other.
            let _ = ready.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        match begin(setup, deliver.clone()).await {
            Ok(coordinator) => {
                let _ = ready.send(Ok(()));
                coordinator.work(orders).await;
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
}

async fn begin<A, R>(
    setup: Setup,
    deliver: Sender<Delivery<A, R>>,
) -> io::Result<Coordinator<A, R>> {
    let mut options = setup.sweep.options.clone();
    if let (Some(placement), None) = (&options.launch, &options.nats)
        && !placement.is_here()
    {
        return Err(io::Error::other(format!(
            "workers of `--launch {placement}` run on other hosts, which cannot reach a server on \
             this machine's loopback: name a server of your site by `--nats URL`"
        )));
    }
    let server = match options.nats {
        Some(_) => None,
        None => {
            let server = NatsServer::start()?;
            options.nats = Some(server.url());
            options.credentials = Some(server.credentials());
            Some(server)
        }
    };
    let access = Access::new(&options)?;
    let client = access.connect("bencher coordinator").await?;
    let run = u32::from_le_bytes(random_bytes()?);
    let invitation = Invitation::new(&setup, access.url().to_owned(), run);
    let fits = invitation.check_payload(client.max_payload());
    fits.map_err(io::Error::other)?;
    let streams = Streams::new(client.clone(), invitation.sweep().to_owned());
    streams.create().await?;
    let results = streams.result_messages().await?;
    // Workers can ask only from now on.
    streams.job_queue().await?;
    let subscribe = async |subject: String| {
        let subscribed = client.subscribe(subject).await;
        subscribed.map_err(|error| failed("the server refuses a subscription", error))
    };
    let joins = subscribe(join_subject(&invitation.program)).await?;
    let parts = subscribe(streams.setup()).await?;
    let notices = subscribe(streams.notices()).await?;
    let flushed = client.flush().await;
    flushed.map_err(|error| failed("the server does not answer", error))?;
    let workers = start_workers(&setup, &options, server.as_ref(), invitation.sweep())?;
    Ok(Coordinator {
        setup,
        server,
        workers,
        client,
        streams,
        invitation,
        joins,
        parts,
        notices,
        results: Some(results),
        table: JobTable::new(run),
        outbox: Outbox::new(random_hex(8)?),
        hosts: Hosts::default(),
        measuring: None,
        listener: None,
        counts: ClusterReport::default(),
        unconfirmed: VecDeque::new(),
        deliveries: 0,
        nanoseconds: None,
        is_cancelled: false,
        broken: None,
        said_alive: None,
        lonely_since: None,
        is_told: false,
        deliver,
    })
}

/// The workers of a coordinator.
#[derive(Debug)]
pub(super) enum Workers {
    /// Others start them.
    Elsewhere,
    /// The program started them.
    Here(LocalWorkers),
    /// A program of the site started them.
    Placed(PlacedWorkers),
}

/// Starts the workers that the options name; with a server of this run and no launcher, workers on this machine.
fn start_workers(
    setup: &Setup,
    options: &ClusterOptions,
    server: Option<&NatsServer>,
    sweep: &str,
) -> io::Result<Workers> {
    let mut command = worker_command(&setup.launch, options, sweep);
    if let (Some(placement), None) = (&options.launch, &options.credentials) {
        let token = std::env::var_os(TOKEN).filter(|token| !token.is_empty());
        command.environment.extend(passed_token(placement, token)?);
    }
    if let Some(launcher) = options.launch.as_ref().and_then(launcher) {
        return PlacedWorkers::start(launcher.as_ref(), &command).map(Workers::Placed);
    }
    let count = match (&options.launch, server) {
        (Some(placement), _) => placement.workers().unwrap_or(setup.workers),
        (None, Some(_)) => setup.workers,
        (None, None) => return Ok(Workers::Elsewhere),
    };
    let own = match server {
        Some(_) => None,
        None => Some(PrivateFolder::new()?),
    };
    let folder = own.as_ref().or(server.map(NatsServer::folder));
    let path = folder.map_or_else(std::env::temp_dir, |folder| folder.path().to_owned());
    LocalWorkers::start(command, count, path, own).map(Workers::Here)
}

/// The variable with the token of the server, where a launcher passes only the variables on that it knows of.
///
/// # Errors
/// Where the launcher would show the token to others.
fn passed_token(
    placement: &WorkerPlacement,
    token: Option<OsString>,
) -> io::Result<Option<(&'static str, OsString)>> {
    match (placement, token) {
        (WorkerPlacement::Mpirun(_), Some(token)) => Ok(Some((TOKEN, token))),
        (WorkerPlacement::Ssh(_) | WorkerPlacement::HyperQueue(_), Some(_)) => {
            Err(io::Error::other(format!(
                "workers of `--launch {placement}` get no token from {TOKEN}, because other users can \
                 read a command line: put `token = …` into a file, and name it by `--nats-credentials`"
            )))
        }
        _ => Ok(None),
    }
}

/// The command of a worker. Its settings are in the environment, because others can read a command line.
fn worker_command(launch: &Launch, options: &ClusterOptions, sweep: &str) -> WorkerCommandLine {
    let mut environment: Vec<(&'static str, OsString)> = vec![
        (WORKER_VARIABLE, "true".into()),
        (SWEEP_VARIABLE, sweep.into()),
    ];
    let paths = [
        ("BENCHER_NATS_CREDENTIALS", &options.credentials),
        ("BENCHER_NATS_CERTIFICATES", &options.certificates),
    ];
    let set = paths
        .into_iter()
        .filter_map(|(name, path)| Some((name, path.clone()?.into())));
    environment.extend(set);
    if let Some(url) = &options.nats {
        environment.push(("BENCHER_NATS", url.into()));
    }
    environment.push(("BENCHER_NATS_INSECURE", options.insecure.to_string().into()));
    WorkerCommandLine {
        program: launch.program().to_owned(),
        args: launch.arguments().to_vec(),
        environment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reaches_workers_without_being_shown() {
        let token = || Some(OsString::from("secret"));
        let passed = |placement: &str, token| {
            let placement: WorkerPlacement = placement.parse().unwrap();
            let passed = passed_token(&placement, token);
            passed.map_err(|error| error.to_string())
        };
        assert_eq!(
            passed("mpirun:2", token()),
            Ok(Some((TOKEN, "secret".into())))
        );
        // These pass on the whole environment, or have it from a secret of the site.
        for placement in ["local:2", "slurm:n=2", "k8s:n=2,image=i"] {
            assert_eq!(passed(placement, token()), Ok(None));
        }
        for placement in ["ssh:hosts", "hq:2"] {
            let error = passed(placement, token()).unwrap_err();
            assert!(error.contains("--nats-credentials") && !error.contains("secret"));
            assert_eq!(passed(placement, None), Ok(None));
        }
    }
}
