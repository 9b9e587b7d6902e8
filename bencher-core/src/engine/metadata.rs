//! The metadata of the runs in a directory.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::EngineError;

/// The name of the file.
pub(super) const FILE: &str = "engine.json";
/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// The runs in a result directory, as `engine.json` records them.
///
/// ```
/// use bencher_core::engine::{Engine, EngineContext, EngineResult, Metadata, start_with};
/// struct Experiment(std::path::PathBuf);
/// impl Engine for Experiment {
///     fn result_dir(&self, _: &str) -> Option<std::path::PathBuf> {
///         Some(self.0.join("run"))
///     }
///     fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
///         let now = Metadata::load(cx.result_dir())?;
///         assert_eq!(now.runs[0].status, None, "it is still running, or was killed");
///         Err("the cable is loose".into())
///     }
/// }
/// # let dir = tempfile::tempdir()?;
/// start_with(&mut Experiment(dir.path().to_owned()), ["experiment", "-l", "error"]);
/// let metadata = Metadata::load(dir.path().join("run"))?;
/// assert_eq!(metadata.engine, "Experiment");
/// assert_eq!(metadata.runs[0].status.as_deref(), Some("failed: the cable is loose"));
/// assert_eq!(metadata.runs[0].exit_status, Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The version of the file.
    pub version: u32,
    /// The name of the engine.
    pub engine: String,
    /// The runs, from the first to the latest.
    pub runs: Vec<EngineRun>,
}

/// One run of an engine in its directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EngineRun {
    /// The name of the run.
    pub name: String,
    /// The version of bencher.
    pub bencher: String,
    /// The host.
    pub host: String,
    /// The process.
    pub process: u32,
    /// The arguments, the program's name first.
    pub command: Vec<String>,
    /// The working directory at its start.
    pub working_dir: PathBuf,
    /// When it began.
    #[serde(with = "moment")]
    pub start: Timestamp,
    /// When it ended; `None` for a run that is running or was killed.
    #[serde(with = "moment::optional")]
    pub end: Option<Timestamp>,
    /// How it ended: `succeeded`, `failed: WHY`, `panicked`, `ended by signal 15`, or ``ended by `exit` `` where the
    /// experiment called `exit`.
    pub status: Option<String>,
    /// The exit status of the program. After a signal, it is 128 plus the number of the signal. After `exit`, it is
    /// unknown.
    pub exit_status: Option<u8>,
}

impl EngineRun {
    pub(super) fn new(name: &str, command: &[OsString]) -> Self {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let words = command
            .iter()
            .map(|word| word.to_string_lossy().into_owned());
        Self {
            name: name.to_owned(),
            bencher: env!("CARGO_PKG_VERSION").to_owned(),
            host: host.trim().to_owned(),
            process: std::process::id(),
            command: words.collect(),
            working_dir: std::env::current_dir().unwrap_or_default(),
            start: Timestamp::now(),
            end: None,
            status: None,
            exit_status: None,
        }
    }
}

impl Metadata {
    /// Reads the metadata in a result directory.
    ///
    /// # Errors
    /// Where there is no run, or the file cannot be read.
    pub fn load(dir: impl AsRef<Path>) -> Result<Self, EngineError> {
        /// The fields that every version has.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        let path = dir.as_ref().join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(EngineError::NoRun(dir.as_ref().to_owned()));
            }
            read => read.map_err(EngineError::io("read", &path))?,
        };
        let damaged = |error: serde_json::Error| EngineError::Format {
            path: path.clone(),
            problem: format!(
                "is damaged: {error}; restore a copy of it, or start a new run without `-c`"
            ),
        };
        match serde_json::from_str(&text).map_err(damaged)? {
            Version { version: VERSION } => serde_json::from_str(&text).map_err(damaged),
            Version { version } => Err(EngineError::Format {
                problem: format!(
                    "has version {version}; this program reads version {VERSION}; update bencher"
                ),
                path,
            }),
        }
    }

    /// The metadata in a directory of `engine`; empty in a new directory.
    ///
    /// # Errors
    /// Where the file is damaged, of a later version, or of another engine.
    pub(super) fn of(dir: &Path, engine: String) -> Result<Self, EngineError> {
        let metadata = match Self::load(dir) {
            Err(EngineError::NoRun(_)) => Self {
                version: VERSION,
                engine: engine.clone(),
                runs: Vec::new(),
            },
            loaded => loaded?,
        };
        if metadata.engine == engine {
            return Ok(metadata);
        }
        let other = &metadata.engine;
        Err(EngineError::Format {
            problem: format!(
                "belongs to the engine `{other}`, but this one is `{engine}`; name a directory of \
                 its own, or start without `-c`"
            ),
            path: dir.join(FILE),
        })
    }

    /// Puts a run on record that begins.
    ///
    /// # Errors
    /// Where the file cannot be written; it is as it was then.
    pub(super) fn begin(&mut self, dir: &Path, run: EngineRun) -> Result<(), EngineError> {
        self.runs.push(run);
        self.save(dir)
    }

    /// Says how the last run ended.
    pub(super) fn end(
        &mut self,
        dir: &Path,
        status: String,
        exit_status: Option<u8>,
    ) -> Result<(), EngineError> {
        if let Some(run) = self.runs.last_mut() {
            run.end = Some(Timestamp::now());
            run.status = Some(status);
            run.exit_status = exit_status;
        }
        if !dir.is_dir() {
            // The experiment took its own directory away.
            return Ok(());
        }
        self.save(dir)
    }

    fn save(&self, dir: &Path) -> Result<(), EngineError> {
        let (path, temporary) = (dir.join(FILE), dir.join("engine.json.new"));
        let text = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        let written = text.and_then(|mut text| {
            text.push(b'\n');
            let mut file = File::create(&temporary)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        });
        written.map_err(EngineError::io("write", path))
    }
}

/// Moments as the text that jiff prints and reads.
mod moment {
    use jiff::Timestamp;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(moment: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(moment)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }

    /// And none.
    pub(super) mod optional {
        use super::{Deserialize, Deserializer, Error, Serializer, Timestamp};

        #[expect(clippy::ref_option, reason = "serde hands the field as it is")]
        pub(in super::super) fn serialize<S: Serializer>(
            moment: &Option<Timestamp>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match moment {
                Some(moment) => super::serialize(moment, to),
                None => to.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            let text = Option::<String>::deserialize(from)?;
            let moment = text.map(|text| text.parse().map_err(D::Error::custom));
            moment.transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_is_read() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine_fixtures/v1");
        let metadata = Metadata::load(dir).unwrap();
        assert_eq!(metadata.engine, "ClusterExperiment");
        let [killed, ended] = &metadata.runs[..] else {
            panic!("{metadata:?}");
        };
        assert_eq!(
            (killed.end, &killed.status, killed.exit_status),
            (None, &None, None)
        );
        assert_eq!(ended.status.as_deref(), Some("succeeded"));
        assert_eq!(ended.command, ["./cluster_experiment", "-c", "run", "µ"]);
    }

    #[test]
    fn what_is_damaged_or_later_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for (text, problem) in [
            ("{", "is damaged"),
            (r#"{"version":1}"#, "is damaged"),
            (r#"{"version":2,"new":[]}"#, "has version 2"),
        ] {
            fs::write(dir.path().join(FILE), text).unwrap();
            let error = Metadata::load(dir.path()).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
            assert!(Metadata::of(dir.path(), String::new()).is_err());
            assert_eq!(fs::read_to_string(dir.path().join(FILE)).unwrap(), text);
        }
    }
}
