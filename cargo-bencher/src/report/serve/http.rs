//! As much of HTTP/1.1 as browsers need to load files: one request for each connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

/// The most bytes of a request; browsers send about one thousand.
const LONGEST: usize = 16 << 10;
/// How long a browser may take for its request, and for taking the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a browser asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Whether only the head of the answer is asked for.
    pub(super) is_head: bool,
    /// The path without the query.
    pub(super) path: String,
    /// The host that the browser believes to speak to, in lower case.
    pub(super) host: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    reason: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

/// Reads a request, or says how it is refused.
///
/// # Errors
/// Where the connection breaks or takes too long.
pub(super) fn read(mut connection: &TcpStream) -> io::Result<Result<Request, Reply>> {
    let end = Instant::now() + PATIENCE;
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(length) = head_length(&bytes) {
            let head = bytes.get(..length).unwrap_or_default();
            return Ok(parse(&String::from_utf8_lossy(head)));
        }
        if bytes.len() >= LONGEST {
            return Ok(Err(Reply::refusal(431, "Request Header Fields Too Large")));
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(Reply::refusal(408, "Request Timeout")));
        }
        connection.set_read_timeout(Some(left))?;
        let count = connection.read(&mut part)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(part.get(..count).unwrap_or_default());
    }
}

/// The length of the head, if all of it is there.
fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n")
}

fn parse(head: &str) -> Result<Request, Reply> {
    let mut lines = head.split("\r\n");
    let words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let &[method, target, version] = &*words else {
        return Err(Reply::refusal(400, "Bad Request"));
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(Reply::refusal(400, "Bad Request"));
    }
    if !["GET", "HEAD"].contains(&method) {
        return Err(Reply::refusal(405, "Method Not Allowed"));
    }
    let fields = lines.filter_map(|line| line.split_once(':'));
    let mut hosts = fields.filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    let (Some((_, host)), None) = (hosts.next(), hosts.next()) else {
        return Err(Reply::refusal(400, "Bad Request"));
    };
    let path = target.split(['?', '#']).next().unwrap_or_default();
    Ok(Request {
        is_head: method == "HEAD",
        path: path.to_owned(),
        host: host.trim().to_ascii_lowercase(),
    })
}

/// The path of a file below a folder; none of a path that leads elsewhere.
pub(super) fn relative(path: &str) -> Option<PathBuf> {
    let decoded = decoded(path.strip_prefix('/')?)?;
    let relative = PathBuf::from(decoded);
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    let is_inside = relative.components().all(is_plain) && relative.components().next().is_some();
    is_inside.then_some(relative)
}

/// The text without `%20` and the like; none where it is no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(['\0', '\\']))
}

impl Reply {
    pub(super) fn html(page: &str) -> Self {
        Self::ok("text/html; charset=utf-8", page.as_bytes().to_vec())
    }

    pub(super) fn text(text: String) -> Self {
        Self::ok("text/plain; charset=utf-8", text.into_bytes())
    }

    pub(super) fn file(path: &Path, body: Vec<u8>) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let kind = match extension.unwrap_or_default().to_ascii_lowercase().as_str() {
            "html" => "text/html; charset=utf-8",
            "json" => "application/json",
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "mp4" => "video/mp4",
            "webm" => "video/webm",
            "txt" | "csv" | "log" | "md" => "text/plain; charset=utf-8",
            // A recorded file is a download, whatever it would do in a browser.
            _ => "application/octet-stream",
        };
        Self::ok(kind, body)
    }

    pub(super) fn refusal(status: u16, reason: &'static str) -> Self {
        Self {
            status,
            reason,
            kind: "text/plain; charset=utf-8",
            body: format!("{status} {reason}\n").into_bytes(),
        }
    }

    fn ok(kind: &'static str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            reason: "OK",
            kind,
            body,
        }
    }

    /// Sends the answer, and ends the connection.
    ///
    /// # Errors
    /// Where the browser does not take it.
    pub(super) fn send(&self, mut connection: &TcpStream, with_body: bool) -> io::Result<()> {
        connection.set_write_timeout(Some(PATIENCE))?;
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
             Content-Security-Policy: frame-ancestors 'self'\r\nConnection: close\r\n\r\n",
            self.status,
            self.reason,
            self.kind,
            self.body.len()
        );
        connection.write_all(head.as_bytes())?;
        if with_body {
            connection.write_all(&self.body)?;
        }
        connection.shutdown(std::net::Shutdown::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_or_refused() {
        let request =
            parse("GET /files/a%20b.txt?x=1 HTTP/1.1\r\nAccept: */*\r\nhOsT: LocalHost:80");
        let request = request.unwrap();
        assert_eq!(
            (request.path.as_str(), request.is_head),
            ("/files/a%20b.txt", false)
        );
        assert_eq!(request.host, "localhost:80");
        for (head, status) in [
            ("", 400),
            ("GET /", 400),
            ("GET / HTTP/2", 400),
            ("GET http://x/ HTTP/1.1\r\nHost: x", 400),
            ("GET / HTTP/1.1", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b", 400),
            ("POST / HTTP/1.1\r\nHost: a", 405),
        ] {
            assert_eq!(parse(head).unwrap_err().status, status, "{head:?}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let path = |text: &str| relative(text).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(path("/files/a%20b.txt").as_deref(), Some("files/a b.txt"));
        assert_eq!(path("/%C3%A9").as_deref(), Some("é"));
        for text in [
            "/..",
            "/a/../b",
            "/%2e%2e/x",
            "//etc/passwd",
            "/",
            "/a%00b",
            "/%",
            "/%zz",
            "/%ff",
            "/a%5cb",
            "/./x",
        ] {
            assert_eq!(path(text), None, "{text}");
        }
    }
}
