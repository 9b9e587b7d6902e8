//! How a program that cannot draw has `cargo-bencher` draw its report: what it asks, and what it is answered.
//!
//! The program writes a [`DrawRequest`] to the tool's standard input, and reads a [`DrawReply`] from its standard output.
//! Both begin with the version that wrote them, since nothing else of them need stay the same.
//!
//! ```
//! use bencher_core::drawing::{DrawReply, DrawRequest, read, write};
//! let request = DrawRequest { folder: "out".into(), ..DrawRequest::default() };
//! let mut bytes = Vec::new();
//! write(&request, &mut bytes)?;
//! assert_eq!(read::<DrawRequest>(&mut &*bytes)?.folder, request.folder);
//! bytes[0] = b'9';
//! let error = read::<DrawReply>(&mut &*bytes).unwrap_err();
//! assert!(error.contains("is version 9."), "{error}");
//! # Ok::<(), String>(())
//! ```

use std::io::{Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::bench::PaneLayout;
use crate::record::SweepRecord;

/// The version of both ends.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\n");
/// The longest version that is read.
const LONGEST_VERSION: u64 = 64;

/// A report that is to be drawn.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DrawRequest {
    /// Where the page and the pictures go.
    pub folder: PathBuf,
    /// The program, with its package and target.
    pub program: String,
    /// The sweeps or functions that were chosen; `None` where all were run.
    pub part: Option<String>,
    /// The width of a plot, in pixels.
    pub plot_width: u32,
    /// The height of a plot, in pixels.
    pub plot_height: u32,
    /// How the plots of one result stand on the page.
    pub layout: PaneLayout,
    /// What is drawn.
    pub records: Vec<SweepRecord>,
}

/// What was drawn.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DrawReply {
    /// The page, where one was drawn.
    pub page: Option<PathBuf>,
    /// The pictures.
    pub images: Vec<PathBuf>,
    /// What could not be drawn as it should.
    pub warnings: Vec<String>,
}

/// Writes a message.
///
/// # Errors
/// Where it cannot be written: the reason.
pub fn write<M: Serialize>(message: &M, to: &mut dyn Write) -> Result<(), String> {
    let bytes = postcard::to_stdvec(message).map_err(|error| error.to_string())?;
    to.write_all(VERSION.as_bytes())
        .and_then(|()| to.write_all(&bytes))
        .and_then(|()| to.flush())
        .map_err(|error| error.to_string())
}

/// Reads a message to its end.
///
/// # Errors
/// Where it is of another version, or no message: the reason.
pub fn read<M: DeserializeOwned>(from: &mut dyn Read) -> Result<M, String> {
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
