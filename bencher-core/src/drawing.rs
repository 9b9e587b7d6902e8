//! The messages between a program that cannot draw and `cargo-bencher`, which draws its report.
//!
//! The program writes a [`DrawRequest`] to the tool's standard input, and reads a [`DrawReply`] from its standard
//! output. Both begin with the version that wrote them, since all other parts may change between versions.
//!
//! ```
//! use bencher_core::drawing::{DrawReply, DrawRequest};
//! let request = DrawRequest { folder: "out".into(), ..DrawRequest::default() };
//! let mut bytes = Vec::new();
//! request.write(&mut bytes)?;
//! assert_eq!(DrawRequest::read(&mut &*bytes)?.folder, request.folder);
//! bytes[0] = b'9';
//! let error = DrawReply::read(&mut &*bytes).unwrap_err();
//! assert!(error.contains("is version 9."), "{error}");
//! # Ok::<(), String>(())
//! ```

use std::io::{Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::bench::{PaneLayout, PngBackend};
use crate::record::SweepRecord;

/// The version of both ends.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\n");
/// The longest version that is read.
const LONGEST_VERSION: u64 = 64;

/// A request to draw a report.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DrawRequest {
    /// The folder for the page and the pictures.
    pub folder: PathBuf,
    /// The program, with its package and target.
    pub program: String,
    /// The chosen sweeps or functions; `None` where all were run.
    pub part: Option<String>,
    /// The width of a plot, in pixels.
    pub plot_width: u32,
    /// The height of a plot, in pixels.
    pub plot_height: u32,
    /// The arrangement of the plots of one result.
    pub layout: PaneLayout,
    /// The renderer of PNG files.
    pub png_backend: PngBackend,
    /// The records to draw.
    pub records: Vec<SweepRecord>,
}

/// The reply to a [`DrawRequest`].
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DrawReply {
    /// The page, where one was drawn.
    pub page: Option<PathBuf>,
    /// The pictures.
    pub images: Vec<PathBuf>,
    /// Warnings about parts that could not be drawn as intended.
    pub warnings: Vec<String>,
}

// Methods without type parameters, so that a user's program does not compile what they call again.
impl DrawRequest {
    /// Writes the request.
    ///
    /// # Errors
    /// The reason why it cannot be written.
    pub fn write(&self, to: &mut dyn Write) -> Result<(), String> {
        write(self, to)
    }

    /// Reads a request to its end.
    ///
    /// # Errors
    /// The reason why it cannot be read, such as another version.
    pub fn read(from: &mut dyn Read) -> Result<Self, String> {
        read(from)
    }
}

impl DrawReply {
    /// Writes the reply.
    ///
    /// # Errors
    /// The reason why it cannot be written.
    pub fn write(&self, to: &mut dyn Write) -> Result<(), String> {
        write(self, to)
    }

    /// Reads a reply to its end.
    ///
    /// # Errors
    /// The reason why it cannot be read, such as another version.
    pub fn read(from: &mut dyn Read) -> Result<Self, String> {
        read(from)
    }
}

fn write<M: Serialize>(message: &M, to: &mut dyn Write) -> Result<(), String> {
    let bytes = postcard::to_extend(message, Vec::new()).map_err(|error| error.to_string())?;
    to.write_all(VERSION.as_bytes())
        .and_then(|()| to.write_all(&bytes))
        .and_then(|()| to.flush())
        .map_err(|error| error.to_string())
}

fn read<M: DeserializeOwned>(from: &mut dyn Read) -> Result<M, String> {
    let mut version = Vec::new();
    let mut byte = [0];
    while version.last() != Some(&b'\n') && (version.len() as u64) < LONGEST_VERSION {
        match from.read(&mut byte).map_err(|error| error.to_string())? {
            0 => break,
            _ => version.extend(byte),
        }
    }
    if version != VERSION.as_bytes() {
        let theirs = String::from_utf8_lossy(&version);
        return Err(format!(
            "the other end is version {}, and this one {}; install the same version of both",
            theirs.trim_end().escape_debug(),
            VERSION.trim_end()
        ));
    }
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    postcard::from_bytes(&bytes).map_err(|error| error.to_string())
}
