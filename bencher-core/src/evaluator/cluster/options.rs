//! The choices of a user about a cluster.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The variables of the environment that hold credentials or paths for the server, besides those of options.
pub(crate) const CREDENTIAL_VARIABLES: [&str; 2] = ["BENCHER_NATS_TOKEN", "BENCHER_NATS_SERVER"];

/// The variable of the environment that makes a process a cluster worker.
#[cfg(feature = "cluster")]
pub(super) const WORKER_VARIABLE: &str = "BENCHER_CLUSTER_WORKER";

/// The variable of the environment with the number of a cluster worker on its host: `--pin` keeps workers of different
/// numbers on different cores.
#[cfg(all(feature = "cluster", unix))]
pub(super) const NUMBER_VARIABLE: &str = "BENCHER_CLUSTER_NUMBER";

/// How a sweep runs on a cluster (`--executor cluster`).
///
/// ```
/// use bencher_core::evaluator::ClusterOptions;
/// let options = ClusterOptions { launch: Some("local:4".parse()?), ..ClusterOptions::default() };
/// assert!(options.nats.is_none(), "the program starts a server of its own, on this machine");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// How workers are started. `None` starts local ones, or none with the server of a site.
    pub launch: Option<WorkerPlacement>,
    /// The URL of a site's server of NATS. `None` starts a server for this run.
    pub nats: Option<String>,
    /// The file with the credentials for the server.
    pub credentials: Option<PathBuf>,
    /// A file with certificates that the server's one may be signed with, besides the certificates of the system.
    pub certificates: Option<PathBuf>,
    /// Whether a server that is not on this machine may be used without encryption.
    pub insecure: bool,
    /// Whether this process is a worker.
    pub worker: bool,
    /// Whether this process only shows the state of a sweep that another one runs.
    pub status: bool,
}

impl ClusterOptions {
    /// The options of the environment, for programs without a command line of bencher: the variables `BENCHER_LAUNCH`,
    /// `BENCHER_NATS`, `BENCHER_NATS_CREDENTIALS`, `BENCHER_NATS_CERTIFICATES` and `BENCHER_NATS_INSECURE`.
    ///
    /// ```
    /// use bencher_core::evaluator::ClusterOptions;
    /// // No variable is set: workers on this machine, with a server of their own.
    /// assert_eq!(ClusterOptions::from_environment(), Ok(ClusterOptions::default()));
    /// ```
    ///
    /// # Errors
    /// Which variable has a wrong value, and why.
    pub fn from_environment() -> Result<Self, String> {
        Self::of_variables(|name| std::env::var_os(name))
    }

    fn of_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, String> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name: &str| {
            let text = set(name).map(OsString::into_string).transpose();
            text.map_err(|_| format!("{name} is not UTF-8"))
        };
        let wrong = |name: &'static str| move |reason: String| format!("{name}: {reason}");
        let launch = text("BENCHER_LAUNCH")?.map(|text| text.parse()).transpose();
        let nats = text("BENCHER_NATS")?.map(|text| checked_url(&text));
        let insecure = match text("BENCHER_NATS_INSECURE")?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(format!("`{other}` is neither true nor false")),
        };
        Ok(Self {
            launch: launch.map_err(wrong("BENCHER_LAUNCH"))?,
            nats: nats.transpose().map_err(wrong("BENCHER_NATS"))?,
            credentials: set("BENCHER_NATS_CREDENTIALS").map(PathBuf::from),
            certificates: set("BENCHER_NATS_CERTIFICATES").map(PathBuf::from),
            insecure: insecure.map_err(wrong("BENCHER_NATS_INSECURE"))?,
            worker: false,
            status: false,
        })
    }
}

/// How the workers of a cluster are started.
///
/// ```
/// use bencher_core::evaluator::WorkerPlacement;
/// let placement: WorkerPlacement = "local:4".parse()?;
/// assert_eq!(placement, WorkerPlacement::Local(4));
/// assert_eq!(placement.to_string(), "local:4");
/// assert!("local:0".parse::<WorkerPlacement>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerPlacement {
    /// This number of workers on this machine: `local:4`.
    Local(usize),
    /// Tasks of Slurm, with further options for it: `slurm:n=6,partition=short`. Within an allocation they are tasks
    /// of it (`srun`), else of a job array (`sbatch`).
    Slurm {
        /// The number of tasks.
        workers: usize,
        /// Options of Slurm, without `--`.
        options: Vec<(String, String)>,
    },
    /// This number of processes of `mpirun`: `mpirun:6`.
    Mpirun(usize),
    /// Workers on the hosts of a file, which ssh starts: `ssh:hosts.txt`. A line has a host and the number of its
    /// workers.
    Ssh(PathBuf),
    /// This number of tasks of `HyperQueue`: `hq:8`.
    HyperQueue(usize),
    /// A job of Kubernetes, whose manifest is written to `bencher-workers.yaml`: `k8s:n=8,image=IMAGE`.
    Kubernetes {
        /// The number of its workers.
        workers: usize,
        /// The image, which has the program at the same path as here.
        image: String,
    },
}

impl WorkerPlacement {
    /// How many workers it starts, where that is known before.
    #[cfg(feature = "cluster")]
    pub(super) const fn workers(&self) -> Option<usize> {
        match self {
            Self::Local(workers)
            | Self::Mpirun(workers)
            | Self::HyperQueue(workers)
            | Self::Slurm { workers, .. }
            | Self::Kubernetes { workers, .. } => Some(*workers),
            Self::Ssh(_) => None,
        }
    }

    /// Whether its workers can reach a server that listens on this machine only.
    #[cfg(feature = "cluster")]
    pub(super) const fn is_here(&self) -> bool {
        matches!(self, Self::Local(_) | Self::Mpirun(_))
    }
}

/// The most workers that one option starts.
const MOST_WORKERS: usize = 4096;

impl FromStr for WorkerPlacement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        match name {
            "local" => Ok(Self::Local(workers(rest)?)),
            "mpirun" => Ok(Self::Mpirun(workers(rest)?)),
            "hq" => Ok(Self::HyperQueue(workers(rest)?)),
            "ssh" if rest.is_empty() => Err("`ssh` needs a file of hosts: ssh:FILE".to_owned()),
            "ssh" => Ok(Self::Ssh(rest.into())),
            "slurm" => {
                let mut options = settings(rest)?;
                let workers = workers(&take(&mut options, "n").unwrap_or_default())?;
                Ok(Self::Slurm { workers, options })
            }
            "k8s" => {
                let mut options = settings(rest)?;
                let workers = workers(&take(&mut options, "n").unwrap_or_default())?;
                let image = take(&mut options, "image")
                    .filter(|image| !image.is_empty())
                    .ok_or("`k8s` needs an image: k8s:n=8,image=IMAGE")?;
                match options.first() {
                    Some((name, _)) => Err(format!("`k8s` has no setting `{name}`")),
                    None => Ok(Self::Kubernetes { workers, image }),
                }
            }
            _ => Err(format!(
                "there is no launcher `{name}`; there are: local:N, slurm:n=N, mpirun:N, ssh:FILE, \
                 hq:N, k8s:n=N,image=IMAGE"
            )),
        }
    }
}

impl fmt::Display for WorkerPlacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(workers) => write!(f, "local:{workers}"),
            Self::Mpirun(workers) => write!(f, "mpirun:{workers}"),
            Self::HyperQueue(workers) => write!(f, "hq:{workers}"),
            Self::Ssh(hosts) => write!(f, "ssh:{}", hosts.display()),
            Self::Slurm { workers, options } => {
                write!(f, "slurm:n={workers}")?;
                let mut options = options.iter();
                options.try_for_each(|(name, value)| write!(f, ",{name}={value}"))
            }
            Self::Kubernetes { workers, image } => write!(f, "k8s:n={workers},image={image}"),
        }
    }
}

/// Settings such as `n=6,partition=short`.
fn settings(text: &str) -> Result<Vec<(String, String)>, String> {
    let settings = text.split(',').map(|setting| {
        let (name, value) = setting
            .split_once('=')
            .ok_or_else(|| format!("`{setting}` is no setting of a launcher; write NAME=VALUE"))?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(format!("`{name}` is no name of a setting"));
        }
        Ok((name.to_owned(), value.to_owned()))
    });
    settings.collect()
}

/// Takes a setting out of others.
fn take(settings: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = settings.iter().position(|(of, _)| of == name)?;
    Some(settings.remove(at).1)
}

fn workers(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| (1..=MOST_WORKERS).contains(number));
    number.ok_or_else(|| {
        format!("`{text}` is no number of workers: it must be a number from 1 to {MOST_WORKERS}")
    })
}

/// The URL of a server, which has no credentials in it: others can read a command line.
///
/// # Errors
/// Why it is none.
pub(crate) fn checked_url(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("nats", text));
    if !["nats", "tls"].contains(&scheme) {
        return Err(format!(
            "`{text}` is no URL of a server of NATS; write nats://HOST:PORT or tls://HOST:PORT"
        ));
    }
    if rest.contains('@') {
        // The text is not repeated: it has a secret in it.
        return Err(
            "a URL must not contain credentials, because other users can read a command line; put \
             them into a file (`--nats-credentials FILE`) or the variable BENCHER_NATS_TOKEN"
                .to_owned(),
        );
    }
    if rest.is_empty() || rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
        return Err(format!("`{text}` names no server; write nats://HOST:PORT"));
    }
    Ok(format!("{scheme}://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placement_is_read_back_from_its_text() {
        for text in [
            "local:1",
            "local:4096",
            "mpirun:6",
            "hq:8",
            "ssh:my hosts.txt",
            "slurm:n=6",
            "slurm:n=6,partition=short,time=1:00:00",
            "k8s:n=8,image=hub/me:1",
        ] {
            assert_eq!(text.parse::<WorkerPlacement>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "local",
            "local:",
            "local:0",
            "local:4097",
            "local:-1",
            "moon:3",
            "ssh:",
            "slurm",
            "slurm:6",
            "slurm:n=0",
            "slurm:n=2,=x",
            "slurm:n=2,a b=x",
            "k8s:n=8",
            "k8s:n=8,image=",
            "k8s:n=8,image=x,y=z",
        ] {
            assert!(text.parse::<WorkerPlacement>().is_err(), "{text}");
        }
    }

    #[test]
    fn options_are_read_from_the_environment() {
        let read = |variables: &[(&str, &str)]| {
            ClusterOptions::of_variables(|name| {
                let found = variables.iter().find(|(of, _)| *of == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(read(&[]), Ok(ClusterOptions::default()));
        assert_eq!(read(&[("BENCHER_NATS", "")]), Ok(ClusterOptions::default()));
        let all = read(&[
            ("BENCHER_LAUNCH", "mpirun:6"),
            ("BENCHER_NATS", "hub:4222"),
            ("BENCHER_NATS_CREDENTIALS", "/me/secret"),
            ("BENCHER_NATS_CERTIFICATES", "/me/site.pem"),
            ("BENCHER_NATS_INSECURE", "true"),
        ]);
        let expected = ClusterOptions {
            launch: Some(WorkerPlacement::Mpirun(6)),
            nats: Some("nats://hub:4222".to_owned()),
            credentials: Some("/me/secret".into()),
            certificates: Some("/me/site.pem".into()),
            insecure: true,
            worker: false,
            status: false,
        };
        assert_eq!(all, Ok(expected));
        for (name, value) in [
            ("BENCHER_LAUNCH", "local:0"),
            ("BENCHER_NATS", "http://hub"),
            ("BENCHER_NATS_INSECURE", "perhaps"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(&format!("{name}: ")), "{error}");
        }
    }

    #[test]
    fn a_url_with_credentials_is_refused_without_repeating_them() {
        let error = checked_url("nats://me:secret@host:4222").unwrap_err();
        assert!(!error.contains("secret"), "{error}");
        assert!(error.contains("--nats-credentials"), "{error}");
    }

    #[test]
    fn urls_are_checked() {
        assert_eq!(checked_url("host:4222").unwrap(), "nats://host:4222");
        assert_eq!(checked_url("tls://host").unwrap(), "tls://host");
        for text in [
            "http://host",
            "nats://",
            "nats://a b",
            "nats://host/path",
            "",
        ] {
            assert!(checked_url(text).is_err(), "{text}");
        }
    }
}
