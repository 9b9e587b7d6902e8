//! A server of NATS as a site would run it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::{PATIENCE, Run, start};

/// A server of a site, as a user would start it, with a user and a password.
pub(crate) struct Site {
    pub(crate) server: Child,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) url: String,
    host: String,
    encrypts: bool,
    /// What a client must show, in the configuration of the server.
    authorization: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Site {
    /// A server on loopback, without encryption.
    pub(crate) fn start() -> Self {
        let user = "authorization { user: \"me\", password: \"secret of the site\" }";
        let secret = "user = me\npassword = secret of the site\n";
        Self::start_on("127.0.0.1", false, user, secret)
    }

    /// A server at an address of this machine, with its configuration of clients, and the file that they need.
    pub(crate) fn start_on(
        host: &str,
        encrypts: bool,
        authorization: &str,
        credentials: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("credentials");
        std::fs::write(&secret, credentials).unwrap();
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        if encrypts {
            make_certificate(folder.path(), host);
        }
        let mut site = Self {
            server: Command::new("true").spawn().unwrap(),
            folder,
            url: String::new(),
            host: host.to_owned(),
            encrypts,
            authorization: authorization.to_owned(),
        };
        site.launch(-1);
        site
    }

    /// Ends the server at once, and starts it again with its files, at the same address.
    pub(crate) fn kill_and_restart(&mut self) {
        self.server.kill().unwrap();
        let port = self.url.rsplit(':').next().unwrap().parse().unwrap();
        self.launch(port);
    }

    fn launch(&mut self, port: i32) {
        let _ = self.server.wait();
        let path = self.folder.path().display().to_string();
        let config = self.folder.path().join("nats.conf");
        let tls = if self.encrypts {
            format!("tls {{ cert_file: \"{path}/server.pem\", key_file: \"{path}/server.key\" }}\n")
        } else {
            String::new()
        };
        let text = format!(
            "host: \"{}\"\nport: {port}\nports_file_dir: \"{path}\"\n{tls}\
             jetstream {{ store_dir: \"{path}/jetstream\" }}\n{}\n",
            self.host, self.authorization
        );
        std::fs::write(&config, text).unwrap();
        let log = std::fs::File::create(self.folder.path().join("server.log")).unwrap();
        self.server = Command::new("nats-server")
            .arg("-c")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let ports = self
            .folder
            .path()
            .join(format!("nats-server_{}.ports", self.server.id()));
        let end = Instant::now() + PATIENCE;
        self.url = loop {
            let text = std::fs::read(&ports).unwrap_or_default();
            if let Ok(ports) = serde_json::from_slice::<Value>(&text)
                && let Some(url) = ports["nats"][0].as_str().or(ports["tls"][0].as_str())
            {
                let address = url.split("://").nth(1).unwrap();
                let scheme = if self.encrypts { "tls" } else { "nats" };
                break format!("{scheme}://{address}");
            }
            let over = self.server.try_wait().unwrap();
            assert!(
                Instant::now() < end && over.is_none(),
                "{}",
                std::fs::read_to_string(self.folder.path().join("server.log")).unwrap()
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
    }

    pub(crate) fn options(&self) -> Vec<String> {
        let secret = self.folder.path().join("credentials").display().to_string();
        let mut options = vec!["--nats".to_owned(), self.url.clone()];
        options.extend(["--nats-credentials".to_owned(), secret]);
        if self.encrypts {
            let authority = self.authority().display().to_string();
            options.extend(["--nats-certificates".to_owned(), authority]);
        }
        options
    }

    /// The certificate that signed the server's one.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub(crate) fn run(&self, store: &Path, environment: &[(&str, &str)], args: &[&str]) -> Run {
        let options = self.options();
        let options = options.iter().map(String::as_str);
        let args: Vec<&str> = options.chain(args.iter().copied()).collect();
        start(store, environment, &args)
    }
}

/// Makes an authority, and a certificate of a server for an address, which it signs.
fn make_certificate(folder: &Path, host: &str) {
    let openssl = |args: &[&str]| {
        let mut command = Command::new("openssl");
        let done = command
            .args(args)
            .current_dir(folder)
            .output()
            .expect("openssl (Debian: openssl) makes the certificate of the server");
        let errors = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{errors}");
    };
    let new = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "3650",
    ];
    openssl(
        &[
            &new[..],
            &[
                "-keyout",
                "authority.key",
                "-out",
                "authority.pem",
                "-subj",
                "/CN=authority",
            ],
        ]
        .concat(),
    );
    let name = format!("subjectAltName=IP:{host}");
    openssl(
        &[
            &new[..],
            &[
                "-keyout",
                "server.key",
                "-out",
                "server.pem",
                "-subj",
                "/CN=server",
            ],
            &["-CA", "authority.pem", "-CAkey", "authority.key"],
            &[
                "-addext",
                &name,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ],
        ]
        .concat(),
    );
}
