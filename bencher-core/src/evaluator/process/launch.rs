use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::super::cluster::ClusterSweep;

/// The variable of the environment that makes a program a worker process.
pub(crate) const VARIABLE: &str = "BENCHER_WORKER";

/// The command of a worker process: this program again, which takes the same path up to the place where it works.
///
/// ```
/// use bencher_core::evaluator::process::Launch;
/// let launch = Launch::this_program("sweep 0")?.args(["--quiet"]);
/// assert_eq!(launch.place(), "sweep 0");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Launch {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) place: String,
    /// The name of the place for people.
    pub(super) title: Option<String>,
    pub(super) context: Vec<u8>,
    /// Variables of the environment that are set, or removed.
    pub(super) environment: Vec<(OsString, Option<OsString>)>,
    /// The cluster that runs the jobs, in place of processes of this machine.
    #[cfg_attr(
        not(feature = "cluster"),
        expect(dead_code, reason = "only a program with the feature reads it")
    )]
    pub(crate) cluster: Option<ClusterSweep>,
}

impl Launch {
    /// Starts this program with its own arguments, to work at a place.
    ///
    /// On a thread of a test runner, it starts the runner with only this test.
    ///
    /// # Errors
    /// Where the system does not know the path of the program.
    pub fn this_program(place: impl Into<String>) -> std::io::Result<Self> {
        let program = std::env::current_exe()?;
        let args = match test_of_this_thread(&program) {
            Some(test) => [
                "--exact",
                &test,
                "--nocapture",
                "--include-ignored",
                "--test-threads=1",
            ]
            .map(OsString::from)
            .to_vec(),
            None => std::env::args_os().skip(1).collect(),
        };
        Ok(Self {
            program,
            args,
            place: place.into(),
            title: None,
            context: Vec::new(),
            environment: Vec::new(),
            cluster: None,
        })
    }

    /// Replaces the arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Sets a name of the place for people.
    ///
    /// ```
    /// use bencher_core::evaluator::process::Launch;
    /// let launch = Launch::this_program("sweep 0 8f3c")?.title("sweep \"By length\"");
    /// assert_eq!(launch.place(), "sweep 0 8f3c");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = Some(title.into());
        Self { title, ..self }
    }

    /// Has the jobs run on a cluster, in place of processes of this machine.
    pub(crate) fn on_cluster(self, cluster: ClusterSweep) -> Self {
        let cluster = Some(cluster);
        Self { cluster, ..self }
    }

    /// The name of the place for people.
    pub(in super::super) fn display_title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.place)
    }

    /// Sets data that the worker receives before it reaches its place.
    pub fn context(self, context: Vec<u8>) -> Self {
        Self { context, ..self }
    }

    #[cfg(feature = "cluster")]
    pub(in super::super) fn program(&self) -> &std::path::Path {
        &self.program
    }

    #[cfg(feature = "cluster")]
    pub(in super::super) fn arguments(&self) -> &[OsString] {
        &self.args
    }

    #[cfg(feature = "cluster")]
    pub(in super::super) fn context_bytes(&self) -> &[u8] {
        &self.context
    }

    /// Sets a variable of the environment.
    #[cfg(feature = "cluster")]
    pub(in super::super) fn with_variable(mut self, name: &str, value: OsString) -> Self {
        self.environment.push((name.into(), Some(value)));
        self
    }

    /// Removes a variable of the environment.
    #[cfg(feature = "cluster")]
    pub(in super::super) fn without_variable(mut self, name: &str) -> Self {
        self.environment.push((name.into(), None));
        self
    }

    /// The place at which the worker runs jobs.
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// The name of the test that this thread runs: the standard test runner names its threads so.
fn test_of_this_thread(program: &std::path::Path) -> Option<String> {
    let thread = std::thread::current();
    let name = thread.name().filter(|name| *name != "main")?;
    let is_test = program.parent()?.file_name()? == "deps";
    is_test.then(|| name.to_owned())
}

/// How often this thread came by a place of some name, before now.
///
/// A worker counts the same, since it goes the same way.
pub(crate) fn ordinal(place: &str) -> u64 {
    thread_local!(static SEEN: RefCell<HashMap<String, u64>> = RefCell::default());
    SEEN.with_borrow_mut(|seen| {
        let count = seen.entry(place.to_owned()).or_default();
        *count += 1;
        *count - 1
    })
}
