//! A server of NATS for one run: on loopback, with a random token, and with all its files in a private folder.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::process::spawn;
use super::private_folder::{PrivateFolder, random_hex};

/// The variable that names the program of the server.
const VARIABLE: &str = "BENCHER_NATS_SERVER";
const PROGRAM: &str = "nats-server";
/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the start of the server is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// A server that this program started, which ends with it.
#[derive(Debug)]
pub(super) struct NatsServer {
    program: PathBuf,
    child: Child,
    port: u16,
    token: String,
    folder: PrivateFolder,
}

impl NatsServer {
    /// Starts a server, and waits until it listens.
    ///
    /// # Errors
    /// Where there is no such program, or it does not start.
    pub(super) fn start() -> io::Result<Self> {
        let program = program(std::env::var_os(VARIABLE), std::env::var_os("PATH"))?;
        let folder = PrivateFolder::new()?;
        let token = random_hex(32)?;
        folder.write("credentials", &format!("token = {token}\n"))?;
        // Port -1 is any free one. It is known only to this server, so no other program can take it in between.
        let child = launch(&program, &folder, -1, &token)?;
        let mut server = Self {
            program,
            child,
            port: 0,
            token,
            folder,
        };
        server.port = server.listening_port()?;
        Ok(server)
    }

    /// Its address, without credentials.
    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The file with its token, for workers.
    pub(super) fn credentials(&self) -> PathBuf {
        self.folder.path().join("credentials")
    }

    /// The private folder of this run.
    pub(super) const fn folder(&self) -> &PrivateFolder {
        &self.folder
    }

    /// Starts it again with the same files if it has ended; returns whether it had.
    ///
    /// # Errors
    /// Where it does not start.
    pub(super) fn revive(&mut self) -> io::Result<bool> {
        if self.child.try_wait()?.is_none() {
            return Ok(false);
        }
        self.child = launch(
            &self.program,
            &self.folder,
            i32::from(self.port),
            &self.token,
        )?;
        self.listening_port()?;
        Ok(true)
    }

    /// The port that the server has written down.
    fn listening_port(&mut self) -> io::Result<u16> {
        let ports = self
            .folder
            .path()
            .join(format!("{PROGRAM}_{}.ports", self.child.id()));
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(port) = std::fs::read(&ports).ok().and_then(|text| port_of(&text)) {
                return Ok(port);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!(
                    "the server {} ended while it started ({status}): {}",
                    self.program.display(),
                    self.last_lines()
                )));
            }
            if Instant::now() > end {
                return Err(io::Error::other(format!(
                    "the server {} does not listen after {} s: {}",
                    self.program.display(),
                    PATIENCE.as_secs(),
                    self.last_lines()
                )));
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// The end of its log.
    fn last_lines(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("server.log"));
        let log = log.unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // Nothing is left behind, so it needs no time to save anything.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(self.folder.path().join("server.pid"));
    }
}

/// Starts the server with a configuration file: others can read a command line.
fn launch(program: &Path, folder: &PrivateFolder, port: i32, token: &str) -> io::Result<Child> {
    let config = folder.write("nats.conf", &config(folder.path(), port, token))?;
    let mut command = Command::new(program);
    command
        .arg("-c")
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C of a terminal is for the program, which ends the server last.
        .process_group(0);
    let child = spawn(command)?;
    folder.write("server.pid", &child.id().to_string())?;
    Ok(child)
}

fn config(folder: &Path, port: i32, token: &str) -> String {
    let quoted = |name: &str| {
        // JSON strings are strings of this format too.
        serde_json::Value::from(folder.join(name).to_string_lossy().into_owned()).to_string()
    };
    format!(
        "host: \"127.0.0.1\"\nport: {port}\nports_file_dir: {}\nlog_file: {}\n\
         max_payload: 8MB\njetstream {{\n  store_dir: {}\n}}\nauthorization {{\n  token: \"{token}\"\n}}\n",
        quoted(""),
        quoted("server.log"),
        quoted("jetstream"),
    )
}

/// The port in the file that the server writes, such as `{"nats":["nats://127.0.0.1:4222"]}`.
fn port_of(text: &[u8]) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_slice(text).ok()?;
    let url = ports.get("nats")?.get(0)?.as_str()?;
    url.rsplit(':').next()?.parse().ok()
}

/// The program of the server: the one that the variable names, else one on the search path or where Debian has it.
fn program(
    named: Option<std::ffi::OsString>,
    path: Option<std::ffi::OsString>,
) -> io::Result<PathBuf> {
    let missing = |text| io::Error::new(io::ErrorKind::NotFound, text);
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(named)
        } else {
            Err(missing(format!(
                "{VARIABLE} names {}, which is no file",
                named.display()
            )))
        };
    }
    let path = path.unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let mut programs = folders.map(|folder| folder.join(PROGRAM));
    programs.find(|program| program.is_file()).ok_or_else(|| {
        missing(format!(
            "the program `{PROGRAM}` was not found: install the Debian package nats-server, set \
             {VARIABLE} to its path, or name a server of your site by `--nats URL`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let nowhere = tempfile::tempdir().unwrap();
        let named = program(Some(nowhere.path().join("none").into()), None);
        let error = named.unwrap_err().to_string();
        assert!(error.contains(VARIABLE), "{error}");
        if !Path::new("/usr/sbin/nats-server").exists() {
            let error = program(None, Some(nowhere.path().into())).unwrap_err();
            assert!(
                error.to_string().contains("Debian package nats-server"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_port_is_read() {
        let text = br#"{"nats":["nats://127.0.0.1:40123"]}"#;
        assert_eq!(port_of(text), Some(40123));
        for text in [
            &b""[..],
            b"{",
            b"{}",
            br#"{"nats":[]}"#,
            br#"{"nats":["x"]}"#,
        ] {
            assert_eq!(port_of(text), None);
        }
    }

    #[test]
    fn a_server_starts_again_with_its_port_and_leaves_nothing_behind() {
        let mut server = NatsServer::start().unwrap();
        let (url, folder) = (server.url(), server.folder().path().to_owned());
        assert!(!server.revive().unwrap(), "it runs");
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        assert!(server.revive().unwrap());
        assert_eq!(server.url(), url);
        let process = format!("/proc/{}/cmdline", server.child.id());
        if let Ok(command) = std::fs::read_to_string(process) {
            assert!(command.contains("nats.conf"), "{command}");
            assert!(!command.contains(&server.token), "others can read it");
        }
        drop(server);
        assert!(!folder.exists());
    }
}
