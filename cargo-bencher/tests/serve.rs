//! The server of a report: what it answers, what it refuses, and that a browser shows a sweep that just ended.

#![cfg(unix)]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bencher_core::dataset::Dim;
use bencher_core::store::save_result;

use common::{count, record};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with a store of one sweep.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), "By length");
    folder
}

/// Stores the result of a sweep, as its end does.
fn add(folder: &Path, title: &str) {
    let dims = vec![Dim::repeats(1)];
    let one = record(title, dims, vec![count("moves")], |_, _| Some(1.into()));
    save_result(&folder.join("store"), &one).unwrap();
}

/// Asks again until it holds.
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
    }
}

/// Sends some bytes, and reads the answer to its end.
fn send(address: &str, bytes: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that refuses may close before it has read everything.
    let _ = connection.write_all(bytes);
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// What a process says on its first line that begins with some words.
fn said(from: impl std::io::Read, begin: &str) -> String {
    let mut lines = BufReader::new(from).lines().map_while(Result::ok);
    let found = lines.find_map(|line| line.strip_prefix(begin).map(str::to_owned));
    found.unwrap_or_else(|| panic!("nothing began with {begin}"))
}

/// A server of a report, which is ended with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"))
            .args(["report", "--serve", "--store", "store", "--out", "page"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let url = said(process.stdout.take().unwrap(), "serving   http://");
        let address = url.split('/').next().unwrap().to_owned();
        Self { process, address }
    }

    fn send(&self, bytes: &[u8]) -> String {
        send(&self.address, bytes)
    }

    fn get(&self, path: &str) -> String {
        let host = &self.address;
        self.send(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
    }

    fn version(&self) -> String {
        let answer = self.get("/version");
        answer.rsplit("\r\n").next().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_served_report_is_for_this_machine_alone_and_ends_in_order() {
    let folder = folder();
    let mut server = Server::start(folder.path());
    assert!(server.address.starts_with("127.0.0.1:"));
    let frame = server.get("/");
    assert!(
        frame.starts_with("HTTP/1.1 200 OK\r\n") && frame.contains("<iframe"),
        "{frame}"
    );
    assert!(server.get("/index.html").contains("By length"));
    for path in [
        "/../store",
        "/%2e%2e/store",
        "/store",
        "//etc/passwd",
        "/no.html",
    ] {
        assert!(server.get(path).starts_with("HTTP/1.1 404 "), "{path}");
    }
    let port = server.address.split(':').nth(1).unwrap();
    let named = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    assert!(server.send(named.as_bytes()).starts_with("HTTP/1.1 200 "));
    // Another site may have its name lead here; it is not answered.
    for host in [
        format!("example.org:{port}"),
        "127.0.0.1".to_owned(),
        String::new(),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert!(
            server.send(request.as_bytes()).starts_with("HTTP/1.1 403 "),
            "{host}"
        );
    }
    let long = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nX: {}",
        server.address,
        "x".repeat(20_000)
    );
    let answer = server.send(long.as_bytes());
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    let other = format!("POST / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    assert!(server.send(other.as_bytes()).starts_with("HTTP/1.1 405 "));
    // More connections than are answered do not stop it once they end.
    let idle: Vec<TcpStream> = (0..40)
        .filter_map(|_| TcpStream::connect(&server.address).ok())
        .collect();
    drop(idle);
    wait_until("it answers again", || {
        server.get("/version").starts_with("HTTP/1.1 200 ")
    });

    assert_eq!(server.version(), "1");
    add(folder.path(), "Later");
    wait_until("it is drawn again", || server.version() != "1");
    assert!(server.get("/index.html").contains("Later"));

    let id = server.process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
}

/// A browser without a window, which is ended with the test.
struct Browser {
    process: Child,
    address: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn open(url: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let browser = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| Command::new(name).arg("--version").output().is_ok())
            .expect("this test needs a browser: run `cargo xtask setup`");
        let mut process = Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let address = said(
            process.stderr.take().unwrap(),
            "DevTools listening on ws://",
        );
        let address = address.split('/').next().unwrap().to_owned();
        Self {
            process,
            address,
            _profile: profile,
        }
    }

    /// Whether a page with such a title is shown.
    fn shows(&self, title: &str) -> bool {
        let host = &self.address;
        let request =
            format!("GET /json/list HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut connection = TcpStream::connect(host).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        // It keeps the connection open, whatever is asked for.
        connection
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).contains(&format!("\"title\": \"{title}\""))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_browser_shows_a_sweep_that_just_ended() {
    let folder = folder();
    let server = Server::start(folder.path());
    let browser = Browser::open(&format!("http://{}/", server.address));
    // The frame has the title of the report within.
    wait_until("it shows the report", || browser.shows("By length"));
    add(folder.path(), "Later");
    wait_until("it shows the new report", || {
        browser.shows("By length and 1 more")
    });
}
