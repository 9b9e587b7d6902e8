//! The way to a server: its address, credentials, and whether the connection is encrypted.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::{Client, ConnectOptions};

use super::error::failed;
use super::{ClusterOptions, checked_url};

/// The variable of the environment that holds a token.
pub(super) const TOKEN: &str = "BENCHER_NATS_TOKEN";
/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest pause between two attempts to connect again.
const LONGEST_PAUSE: u64 = 1000;
/// How often a connection is checked that carries nothing.
const PING: Duration = Duration::from_secs(5);

/// The way to a server.
#[derive(Debug)]
pub(super) struct Access {
    url: String,
    secret: Secret,
    certificates: Option<PathBuf>,
    encrypts: bool,
}

/// The credentials of this user; they are never shown.
#[derive(PartialEq)]
enum Secret {
    None,
    Token(String),
    User {
        name: String,
        password: String,
    },
    /// The text of a file of credentials: a signed token and a key.
    Credentials(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            _ => "Secret",
        })
    }
}

impl Access {
    /// The way that the user chose.
    ///
    /// # Errors
    /// Where no server is named, or the credentials cannot be read.
    pub(super) fn new(options: &ClusterOptions) -> io::Result<Self> {
        let Some(url) = &options.nats else {
            return Err(io::Error::other(
                "no server is named: add `--nats URL`, with the URL that the program names",
            ));
        };
        let url = checked_url(url).map_err(io::Error::other)?;
        let secret = match (&options.credentials, std::env::var(TOKEN)) {
            (Some(path), _) => secret_of_file(path)?,
            (None, Ok(token)) if !token.is_empty() => Secret::Token(token),
            (None, _) => Secret::None,
        };
        Ok(Self {
            encrypts: !options.insecure && !is_loopback(&url),
            url,
            secret,
            certificates: options.certificates.clone(),
        })
    }

    /// The address of the server.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Connects. The connection is made again whenever it is lost.
    ///
    /// # Errors
    /// Where there is no server, or it refuses this user.
    pub(super) async fn connect(&self, name: &str) -> io::Result<Client> {
        let mut options = ConnectOptions::new()
            .name(name)
            .connection_timeout(PATIENCE)
            .ping_interval(PING)
            .require_tls(self.encrypts)
            .max_reconnects(None)
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis((50 * attempts as u64).min(LONGEST_PAUSE))
            });
        options = match &self.secret {
            Secret::None => options,
            Secret::Token(token) => options.token(token.clone()),
            Secret::User { name, password } => {
                options.user_and_password(name.clone(), password.clone())
            }
            Secret::Credentials(text) => options.credentials(text)?,
        };
        if let Some(path) = &self.certificates {
            options = options.add_root_certificates(path.clone());
        }
        let hint = if self.encrypts {
            " (the connection must be encrypted, because the server is not on this machine; \
             `--nats-insecure` goes without)"
        } else {
            ""
        };
        let connected = options.connect(self.url.as_str()).await;
        connected.map_err(|error| {
            failed(
                &format!("the server {} cannot be reached{hint}", self.url),
                error,
            )
        })
    }
}

/// Whether a URL names this machine in a way that never leaves it.
fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = match rest.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => rest.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The secret in a file, which others must not be able to read.
fn secret_of_file(path: &Path) -> io::Result<Secret> {
    use std::os::unix::fs::MetadataExt;
    let of_file = |error| failed(&format!("the credentials {}", path.display()), error);
    let others = path.metadata().map_err(of_file)?.mode() & 0o077;
    if others != 0 {
        return Err(io::Error::other(format!(
            "the credentials {0} can be read by other users; run `chmod 600 {0}`",
            path.display()
        )));
    }
    let text = std::fs::read_to_string(path).map_err(of_file)?;
    secret_of(&text).ok_or_else(|| {
        io::Error::other(format!(
            "the credentials {} are not understood; write `token = …`, or `user = …` and \
             `password = …` on two lines, or use a file of credentials that nsc made",
            path.display()
        ))
    })
}

fn secret_of(text: &str) -> Option<Secret> {
    if text.contains("BEGIN NATS USER JWT") {
        return Some(Secret::Credentials(text.to_owned()));
    }
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let value_of = |wanted: &str| {
        let mut found = lines.clone().filter(|(key, _)| key.trim() == wanted);
        let (_, value) = found.next()?;
        Some(value.trim().trim_matches('"').to_owned())
    };
    match (value_of("token"), value_of("user"), value_of("password")) {
        (Some(token), None, None) => Some(Secret::Token(token)),
        (None, Some(name), Some(password)) => Some(Secret::User { name, password }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_this_machine_goes_without_encryption() {
        for url in [
            "nats://127.0.0.1:4222",
            "nats://127.8.9.1",
            "nats://localhost:1",
            "nats://[::1]:4222",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "nats://10.0.0.1:4222",
            "nats://localhost.example.com:4222",
            "nats://127.0.0.1.example.com",
            "nats://[fe80::1]:4222",
            "nats://0.0.0.0:4222",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
        let options = |nats: &str, insecure| ClusterOptions {
            nats: Some(nats.to_owned()),
            insecure,
            ..ClusterOptions::default()
        };
        assert!(
            Access::new(&options("nats://10.0.0.1", false))
                .unwrap()
                .encrypts
        );
        assert!(
            !Access::new(&options("nats://10.0.0.1", true))
                .unwrap()
                .encrypts
        );
        assert!(
            !Access::new(&options("nats://127.0.0.1", false))
                .unwrap()
                .encrypts
        );
    }

    #[test]
    fn credentials_are_read() {
        assert_eq!(
            secret_of("token = abc\n"),
            Some(Secret::Token("abc".to_owned()))
        );
        let user = Secret::User {
            name: "me".to_owned(),
            password: "p=q".to_owned(),
        };
        assert_eq!(secret_of("user = me\npassword = \"p=q\"\n"), Some(user));
        for text in ["", "abc", "user = me", "token = a\nuser = b\npassword = c"] {
            assert_eq!(secret_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "token = abc").unwrap();
        let allow = |mode| std::fs::set_permissions(&path, PermissionsExt::from_mode(mode));
        allow(0o644).unwrap();
        let error = secret_of_file(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        allow(0o600).unwrap();
        assert!(secret_of_file(&path).is_ok());
        assert!(secret_of_file(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_secret_is_not_shown() {
        let shown = format!("{:?}", Secret::Token("abc".to_owned()));
        assert!(!shown.contains("abc"));
    }
}
