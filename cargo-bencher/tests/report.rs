//! Reports of stored and exported results, as pages, pictures, tables and stores.

#![allow(
    clippy::cast_precision_loss,
    reason = "the counts of these tests are small"
)]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bencher_core::dataset::Dim;
use bencher_core::store::save_result;
use bencher_core::value::Value;

use common::everything::everything;
use common::{count, printed, record, sizes, time, tool};

/// The files below a folder, as paths from it, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let path = path.strip_prefix(folder).unwrap().to_string_lossy();
                found.push(path.into_owned());
            }
        }
    }
    found.sort();
    found
}

fn is_png(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "png")
}

/// A folder with a store of three sweeps.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for title in ["By length", "By width"] {
        let dims = vec![sizes("len", &[16, 1024]), Dim::repeats(3)];
        let cell = |result: &str, at: &[usize]| match result {
            "elapsed" => Some(Value::Float(1e-6 * (at[0] + at[1] + 1) as f64)),
            _ => Some(Value::from(at[1] as u64)),
        };
        let results = vec![time("elapsed"), count("moves")];
        save_result(&store, &record(title, dims, results, cell)).unwrap();
    }
    save_result(&store, &everything()).unwrap();
    folder
}

#[test]
fn selected_sweeps_are_written_as_what_is_asked_for() {
    let folder = folder();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let run = |options: &[&str]| {
        let command = ["report", "--store", "store"];
        printed(folder.path(), &[&command, options].concat())
    };

    let told = run(&[
        "by", "--csv", "tables", "--zarr", "stores", "--md", "found.md",
    ]);
    assert_eq!(files(&path("tables")), ["By length.csv", "By width.csv"]);
    assert!(path("stores/By length.zarr/zarr.json").is_file(), "{told}");
    let found = std::fs::read_to_string(path("found.md")).unwrap();
    assert!(found.starts_with("### By length\n") && found.contains("\n### By width\n"));
    assert!(!told.contains("report "), "no page was asked for: {told}");
    let table = std::fs::read_to_string(path("tables/By width.csv")).unwrap();
    assert!(
        table.starts_with("len,repeat,elapsed,moves,state\r\n16,1,"),
        "{table}"
    );

    // Only Markdown is printed, for a pipe.
    let markdown = run(&["By width", "--md", "-"]);
    assert!(markdown.starts_with("### By width\n"), "{markdown}");

    let told = run(&["length", "--png", "pictures"]);
    let pictures = files(&path("pictures"));
    assert!(pictures.iter().any(|name| is_png(name)), "{told}");
    assert!(!pictures.contains(&"index.html".to_owned()));
    let told = run(&["length", "--html", "--out", "page"]);
    assert!(told.contains("report    page/index.html"), "{told}");
    assert!(files(&path("page")).iter().all(|name| !is_png(name)));

    // Selected sweeps do not replace the report of all.
    run(&["length"]);
    assert!(path("store/reports/selected/index.html").is_file());
    assert!(!path("store/reports/all").exists());

    // Names that lead elsewhere stay within the folder.
    run(&["--csv", "all", "--zarr", "all"]);
    let all = std::fs::read_dir(path("all")).unwrap();
    assert_eq!(all.count(), 6);
    let again = tool(
        folder.path(),
        &["report", "--store", "store", "--csv", "all"],
    );
    let errors = String::from_utf8(again.stderr).unwrap();
    assert!(errors.contains("cannot write all/"), "{errors}");
}

#[test]
fn exported_files_are_drawn_without_a_store() {
    let folder = folder();
    let run = |args: &[&str]| printed(folder.path(), args);
    run(&[
        "export",
        "By length",
        "--store",
        "store",
        "--json",
        "--out",
        "a.json",
    ]);
    run(&["export", "By length", "--store", "store", "--out", "b.csv"]);
    std::fs::remove_dir_all(folder.path().join("store")).unwrap();
    let told = run(&["report", "a.json", "b.csv", "--html", "--out", "page"]);
    assert!(
        told.starts_with("sweep     By length\nsweep     b\n"),
        "{told}"
    );
    let page = std::fs::read_to_string(folder.path().join("page/index.html")).unwrap();
    assert!(page.contains("elapsed"));
    // A file is exported in another format, too.
    let bmf = run(&["export", "a.json", "--format", "bmf"]);
    assert!(bmf.contains("\"By length/len=16\""), "{bmf}");
    for (file, part) in [
        ("no.json", "there is no file no.json, and "),
        ("bad.csv", "bad.csv: "),
    ] {
        std::fs::write(folder.path().join("bad.csv"), "").unwrap();
        let failed = tool(folder.path(), &["report", file]);
        let errors = String::from_utf8(failed.stderr).unwrap();
        assert!(
            !failed.status.success() && errors.contains(part),
            "{errors}"
        );
    }
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
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.strip_prefix("serving   http://").unwrap();
        let address = address.split('/').next().unwrap().to_owned();
        Self { process, address }
    }

    /// The answer to some bytes.
    fn send(&self, bytes: &[u8]) -> String {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        // A server that refuses may close before it has read everything.
        let _ = connection.write_all(bytes);
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
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

#[cfg(unix)]
#[test]
fn a_served_report_is_drawn_again_when_a_sweep_ends() {
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
    let until = Instant::now() + Duration::from_secs(60);
    while !server.get("/version").starts_with("HTTP/1.1 200 ") {
        assert!(Instant::now() < until, "it answers no more");
    }

    assert_eq!(server.version(), "1");
    let one = record(
        "Later",
        vec![Dim::repeats(1)],
        vec![count("moves")],
        |_, _| Some(1.into()),
    );
    save_result(&folder.path().join("store"), &one).unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while server.version() == "1" {
        assert!(Instant::now() < until, "it was not drawn again");
    }
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
