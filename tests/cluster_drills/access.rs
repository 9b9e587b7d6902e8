//! Who may take part in a sweep, and what may be sent: certificates, credentials, and messages that are none, with real
//! servers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::{PATIENCE, SLOW, Site, cells, serial, start};

const USER: &str = "authorization { user: \"me\", password: \"secret of the site\" }";
const SECRET: &str = "user = me\npassword = secret of the site\n";
const ONE_WORKER: [&str; 4] = ["--executor", "cluster", "--launch", "local:1"];

fn fixture(name: &str) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(here.join("tests/fixtures/nats").join(name)).unwrap()
}

#[test]
fn an_encrypted_server_is_believed_if_its_authority_is() {
    let (site, other) = (
        Site::start_on("127.0.0.1", true, USER, SECRET),
        Site::start_on("127.0.0.1", true, USER, SECRET),
    );
    let store = tempfile::tempdir().unwrap();
    let mut run = site.run(store.path(), &[], &ONE_WORKER);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    let printed = run.text("stdout") + &run.text("stderr");
    assert!(!printed.contains("secret of the site"));

    let credentials = site.folder.path().join("credentials").display().to_string();
    let options = |certificates: &Path| {
        let certificates = certificates.display().to_string();
        let options = ["--nats", &site.url, "--nats-credentials", &credentials];
        let all = options
            .iter()
            .copied()
            .chain(["--nats-certificates", &certificates]);
        let all = all.chain(ONE_WORKER).map(str::to_owned);
        all.collect::<Vec<String>>()
    };
    let refused = options(&other.authority());
    let mut run = start(
        store.path(),
        &[],
        &refused.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    assert_ne!(run.end(), Some(0));
    let errors = run.text("stderr");
    assert!(errors.contains("certificate"), "{errors}");
    assert!(!errors.contains("secret of the site"), "{errors}");
}

#[test]
fn a_file_of_nsc_opens_a_server_with_accounts_and_no_other_file_does() {
    let site = Site::start_on(
        "127.0.0.1",
        false,
        &fixture("accounts.conf"),
        &fixture("user.creds"),
    );
    let store = tempfile::tempdir().unwrap();
    let mut run = site.run(store.path(), &[], &ONE_WORKER);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    let seed = fixture("user.creds");
    let seed = seed.lines().find(|line| line.starts_with("SU")).unwrap();
    let printed = run.text("stdout") + &run.text("stderr");
    assert!(!printed.contains(seed));

    std::fs::write(site.folder.path().join("credentials"), SECRET).unwrap();
    let mut run = site.run(store.path(), &[], &ONE_WORKER);
    assert_ne!(run.end(), Some(0));
    let errors = run.text("stderr");
    assert!(errors.contains("cannot be reached"), "{errors}");
    assert!(!errors.contains("secret of the site"), "{errors}");
}

#[test]
fn a_server_whose_messages_are_too_small_is_refused_with_what_to_do() {
    let small = format!("{USER}\nmax_payload: 100KB\n");
    let site = Site::start_on("127.0.0.1", false, &small, SECRET);
    let store = tempfile::tempdir().unwrap();
    let mut run = site.run(store.path(), &[], &ONE_WORKER);
    assert_ne!(run.end(), Some(0));
    let errors = run.text("stderr");
    assert!(
        errors.contains("at most 102400 bytes") && errors.contains("raise `max_payload`"),
        "{errors}"
    );
}

#[test]
fn a_result_that_no_message_can_hold_fails_alone_is_counted_and_says_what_to_do() {
    let small = format!("{USER}\nmax_payload: 600KB\n");
    let site = Site::start_on("127.0.0.1", false, &small, SECRET);
    let store = tempfile::tempdir().unwrap();
    let args = [&ONE_WORKER[..], &["--retries", "3"]].concat();
    let mut run = site.run(store.path(), &[("NUMBERS_LARGE", "7")], &args);
    assert_eq!(run.end(), Some(1), "{}", run.text("stderr"));
    let (stdout, mut expected) = (run.text("stdout"), serial(&[]));
    let mut found = cells(&stdout);
    expected.remove(&7);
    found.remove(&7);
    assert_eq!(found, expected);
    let mut lines = stdout.lines();
    let line = lines.find(|line| line.contains("\"inputs\":{\"n\":7}"));
    let event: Value = serde_json::from_str(line.unwrap()).unwrap();
    let reason = event["error"].as_str().unwrap();
    for part in [
        "its result of 700",
        "the server takes 610304 bytes",
        "`max_payload`",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    // It would not fit at another try either.
    assert_eq!(run.last_state()["oversized_results"], 1);
    let printed = stdout + &run.text("stderr");
    assert!(
        printed.contains("1 results were refused and are lost"),
        "{printed}"
    );
}

/// Somebody with access to the server who sends what is none of our messages.
struct Stranger {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Stranger {
    fn new(site: &Site) -> Self {
        let address = site.url.strip_prefix("nats://").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let mut stranger = Self {
            stream,
            heard: Vec::new(),
        };
        stranger.send(
            b"CONNECT {\"verbose\":false,\"user\":\"me\",\"pass\":\"secret of the site\"}\r\n\
              SUB bencher.> 1\r\nPING\r\n",
        );
        stranger
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    fn publish(&mut self, subject: &str, payload: &[u8]) {
        self.send(format!("PUB {subject} {}\r\n", payload.len()).as_bytes());
        self.send(payload);
        self.send(b"\r\n");
    }

    /// A subject that somebody uses, by its end.
    fn subject(&mut self, end: &str) -> String {
        let patience = Instant::now() + PATIENCE;
        loop {
            let text = String::from_utf8_lossy(&self.heard).into_owned();
            let subjects = text
                .split("MSG ")
                .skip(1)
                .filter_map(|text| text.split(' ').next());
            if let Some(subject) = subjects.into_iter().find(|subject| subject.ends_with(end)) {
                return subject.to_owned();
            }
            assert!(Instant::now() < patience, "nobody uses {end}");
            let mut buffer = [0; 4096];
            // Nothing may come for a moment.
            let read = self.stream.read(&mut buffer).unwrap_or(0);
            self.heard.extend(&buffer[..read]);
        }
    }
}

#[test]
fn messages_that_are_none_are_refused_and_counted() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let mut stranger = Stranger::new(&site);
    let mut run = site.run(store.path(), &[SLOW], &ONE_WORKER);
    run.until_done(1);
    let control = stranger.subject(".control");
    let sweep = control.strip_suffix(".control").unwrap().to_owned();
    let large = vec![b'x'; 900_000];
    let lies = b"bnc\x01\0\0\0\0\0\0\0\0\x01\x02\x03";
    for kind in ["results", "notices", "jobs", "control", "setup"] {
        let subject = format!("{sweep}.{kind}");
        for payload in [&b""[..], b"\xff", lies, &large] {
            stranger.publish(&subject, payload);
        }
    }
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let stdout = run.text("stdout");
    assert_eq!(cells(&stdout), serial(&[]));
    let state = stdout
        .lines()
        .rfind(|line| line.contains("\"event\":\"cluster\""));
    let state: Value = serde_json::from_str(state.unwrap()).unwrap();
    // Those of three subjects reach the program; chunks that are none come by way of the worker.
    let refused = state["refused_messages"].as_u64().unwrap();
    assert!((12..=16).contains(&refused), "{state}");
    assert_eq!(state["refused_workers"], 0, "{state}");
}
