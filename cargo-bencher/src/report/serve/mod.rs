//! Serves the report to browsers of this machine, and draws it again when a sweep ends.

mod http;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use bencher_report::ReportOptions;

use super::options::Options;
use crate::selection::Selection;
use crate::stop::Stop;
use http::{Reply, Request};

/// How many browsers are answered at once.
const CONNECTIONS: usize = 16;
/// How often the results are looked at.
const PERIOD: Duration = Duration::from_millis(500);
/// The page around the report, which loads it again when it was drawn anew. The report itself may not ask for anything.
const FRAME: &str = include_str!("frame.html");
/// Where the frame asks how often the report was drawn.
const VERSION: &str = "/version";

/// Serves until the user stops it, which is its proper end.
///
/// # Errors
/// Where the port is in use, or the report cannot be drawn for the first time.
pub(super) fn serve(options: &Options, folder: &Path, port: u16) -> Result<(), String> {
    let stop = Stop::on_signals();
    let page = draw(options, folder)?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .map_err(|error| format!("cannot serve at port {port} of 127.0.0.1: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let site = Arc::new(Site {
        folder: page.parent().unwrap_or(folder).to_owned(),
        port: address.port(),
        version: AtomicU64::new(1),
        busy: AtomicUsize::new(0),
    });
    let shared = Arc::clone(&site);
    thread::Builder::new()
        .name("bencher-serve".to_owned())
        .spawn(move || shared.accept(&listener))
        .map_err(|error| format!("no thread can be started: {error}"))?;
    let url = format!("http://{address}/");
    crate::print(&format!("serving   {url} (Ctrl-C ends it)"))?;
    if options.open {
        crate::results::open_page(Path::new(&url))?;
    }
    watch(options, folder, &site, &stop);
    Ok(())
}

/// Draws the report again after every change of the results.
fn watch(options: &Options, folder: &Path, site: &Site, stop: &Stop) {
    let results = options.store.join("results");
    let mut drawn = fingerprint(&results);
    while !stop.is_requested() {
        thread::sleep(PERIOD);
        let found = fingerprint(&results);
        if found == drawn {
            continue;
        }
        drawn = found;
        // A program that just writes does not end this one; the next change draws again.
        match draw(options, folder) {
            Ok(_) => {
                site.version.fetch_add(1, Ordering::SeqCst);
            }
            Err(error) => eprintln!("warning: the report was not drawn again: {error}"),
        }
    }
}

fn draw(options: &Options, folder: &Path) -> Result<PathBuf, String> {
    let selection = Selection::of(&options.store, &options.words)?;
    let drawing = ReportOptions {
        png: false,
        ..super::drawing(options)
    };
    let files = super::write(&selection.records, folder, &drawing)?;
    files
        .html
        .ok_or_else(|| format!("no page was written to {}", folder.display()))
}

/// A state that changes when a result is added, replaced or removed: names, times and lengths of all files.
fn fingerprint(folder: &Path) -> Vec<(PathBuf, Option<std::time::SystemTime>, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => {
                    found.push((entry.path(), metadata.modified().ok(), metadata.len()));
                }
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}

/// What is served.
struct Site {
    /// The folder of the page.
    folder: PathBuf,
    port: u16,
    /// How often the report was drawn.
    version: AtomicU64,
    /// How many connections are answered now.
    busy: AtomicUsize,
}

impl Site {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for connection in listener.incoming().flatten() {
            if self.busy.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS {
                self.busy.fetch_sub(1, Ordering::SeqCst);
                // Dropped without an answer: no reader has that many connections.
                continue;
            }
            let site = Arc::clone(self);
            let answer = move || {
                // A browser that went away needs no answer.
                let _ = site.answer(&connection);
                site.busy.fetch_sub(1, Ordering::SeqCst);
            };
            let name = "bencher-browser".to_owned();
            if thread::Builder::new().name(name).spawn(answer).is_err() {
                self.busy.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    fn answer(&self, connection: &TcpStream) -> std::io::Result<()> {
        match http::read(connection)? {
            Ok(request) => self.reply(&request).send(connection, !request.is_head),
            Err(reply) => reply.send(connection, true),
        }
    }

    fn reply(&self, request: &Request) -> Reply {
        // A page elsewhere could have its own name lead to this machine, and read the report by it.
        let hosts = ["127.0.0.1", "localhost"].map(|host| format!("{host}:{}", self.port));
        if !hosts.contains(&request.host) {
            return Reply::refusal(403, "Forbidden");
        }
        match request.path.as_str() {
            "/" => Reply::html(FRAME),
            VERSION => Reply::text(self.version.load(Ordering::SeqCst).to_string()),
            path => self.file(path),
        }
    }

    /// A file of the report; nothing outside its folder.
    fn file(&self, path: &str) -> Reply {
        let missing = || Reply::refusal(404, "Not Found");
        let Some(relative) = http::relative(path) else {
            return missing();
        };
        let found = || -> Option<Vec<u8>> {
            let folder = self.folder.canonicalize().ok()?;
            let file = folder.join(&relative).canonicalize().ok()?;
            // A link may lead elsewhere.
            let is_inside = file.starts_with(&folder) && file.is_file();
            is_inside.then(|| std::fs::read(&file).ok())?
        };
        found().map_or_else(missing, |bytes| Reply::file(&relative, bytes))
    }
}
