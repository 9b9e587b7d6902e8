//! Errors of the connection to a server.

use std::io;

/// An error of the server or of its client, in words.
pub(super) fn failed(what: &str, error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{what}: {error}"))
}
