//! The types of results that are files, identified by their content.

use std::io;
use std::path::Path;

use super::{Kind, Payload, ResultValue, Value};

macro_rules! media {
    ($($(#[$doc:meta])* $name:ident: $kind:ident, $fallback:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(Payload);

        impl $name {
            /// Reads a file. Its name says what it is.
            ///
            /// # Errors
            /// Where it cannot be read.
            pub fn read(path: impl AsRef<Path>) -> io::Result<Self> {
                let path = path.as_ref();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Ok(Self::from_bytes(&name, read_file(path)?))
            }

            /// Makes a file from its content; the name says its type.
            pub fn from_bytes(name: &str, content: Vec<u8>) -> Self {
                let media_type = media_type(name).unwrap_or($fallback);
                Self(Payload::new(name, media_type, content))
            }

            /// The content with its name and type.
            pub const fn payload(&self) -> &Payload {
                &self.0
            }
        }

        impl ResultValue for $name {
            const KIND: Kind = Kind::$kind;

            fn into_value(self) -> Value {
                Value::from(self.0)
            }
        }
    )*};
}

media! {
    /// A file from a sample: a log, a profile, a core dump.
    ///
    /// ```
    /// use bencher_core::value::File;
    /// let log = File::from_bytes("run.log", b"all is well".to_vec());
    /// assert_eq!(log.payload().media_type(), "text/plain");
    /// assert!(File::read("/no/such/file").is_err());
    /// ```
    File: File, "application/octet-stream";

    /// A picture from a sample: PNG, JPEG, GIF, `WebP` or SVG, by the name.
    ///
    /// ```
    /// use bencher_core::value::Image;
    /// let square = Image::from_bytes("square.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec());
    /// assert_eq!(square.payload().media_type(), "image/svg+xml");
    /// ```
    Image: Image, "image/png";

    /// A video from a sample: MP4, `WebM` or Ogg, by the name.
    ///
    /// ```
    /// use bencher_core::value::Video;
    /// let run = Video::from_bytes("run.webm", vec![0x1a, 0x45, 0xdf, 0xa3]);
    /// assert_eq!(run.payload().media_type(), "video/webm");
    /// ```
    Video: Video, "video/mp4";
}

/// A view of any value for the report: what a program writes about it as HTML.
///
/// The page shows it in a frame of its own, where no script runs and nothing is loaded from elsewhere. Styles and SVG
/// work. The store keeps it, so that reports show it without the program.
///
/// ```
/// use bencher_core::value::Html;
/// let path = [(0, 3), (4, 1), (7, 7)];
/// let points: Vec<String> = path.iter().map(|(x, y)| format!("{x},{y}")).collect();
/// let view = Html::new(format!(
///     "<svg viewBox='0 0 8 8'><polyline fill='none' stroke='navy' stroke-width='.2' points='{}'/></svg>",
///     points.join(" "),
/// ));
/// assert_eq!(view.payload().media_type(), "text/html");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html(Payload);

impl Html {
    /// A view from its markup: a whole document, or a part of one.
    pub fn new(markup: impl Into<String>) -> Self {
        Self(Payload::new(
            "view.html",
            "text/html",
            markup.into().into_bytes(),
        ))
    }

    /// The content with its name and type.
    pub const fn payload(&self) -> &Payload {
        &self.0
    }
}

impl ResultValue for Html {
    const KIND: Kind = Kind::File;

    fn into_value(self) -> Value {
        Value::from(self.0)
    }
}

/// The media type that the ending of a file's name says.
fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "ogv" | "ogg" => "video/ogg",
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "json" => "application/json",
        "html" | "htm" => "text/html",
        _ => return None,
    })
}

/// The content of a plain file: a pipe may never end, and a device has no end.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        let message = format!("{} is not a regular file", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    std::fs::read(path)
}
