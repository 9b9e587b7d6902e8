//! The elements of a sweep: their identities, and the optional file that keeps them.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::SweeperError;
use super::journal::{DamagedLines, read_lines, write_file};
use super::record::{Line, write_line};
use crate::value::{Digest, Identities, canonical_text, to_json_text};

/// The identity of an element: 128 bits, the same in every process and on every machine. It does not depend on the
/// order of map keys or struct fields.
///
/// ```
/// use std::collections::BTreeMap;
/// use bencher_core::sweeper::element_id;
/// #[derive(serde::Serialize)]
/// struct Point { len: u8, algo: &'static str }
/// let point = element_id(&Point { len: 7, algo: "quick" })?;
/// let map = BTreeMap::from([("algo", serde_json::json!("quick")), ("len", serde_json::json!(7))]);
/// assert_eq!(point, element_id(&map)?);
/// # Ok::<(), bencher_core::sweeper::SweeperError>(())
/// ```
pub fn element_id<T: Serialize + ?Sized>(element: &T) -> Result<Digest, SweeperError> {
    identify(&mut Identities::default(), element)
}

fn identify<T: Serialize + ?Sized>(
    identities: &mut Identities,
    element: &T,
) -> Result<Digest, SweeperError> {
    identities
        .of(element)
        .map_err(|error| SweeperError::Encode {
            what: text_of(element),
            problem: error.to_string(),
        })
}

/// The identities of elements.
pub(super) fn identities<'a, T: Serialize + 'a>(
    elements: impl IntoIterator<Item = &'a T>,
) -> Result<Vec<u128>, SweeperError> {
    let mut identities = Identities::default();
    let elements = elements.into_iter();
    let ids = elements.map(|element| Ok(identify(&mut identities, element)?.0));
    ids.collect()
}

/// An element as errors show it.
pub(super) fn text_of<T: Serialize + ?Sized>(element: &T) -> String {
    let text = to_json_text(element).ok();
    let text = text.or_else(|| canonical_text(element).ok());
    text.unwrap_or_else(|| "an element that has no text".to_owned())
}

fn path_in(dir: &Path) -> PathBuf {
    dir.join("sweep.elements")
}

/// Writes the elements, and checks that each reads back as it is.
pub(super) fn save<T: Serialize + DeserializeOwned>(
    dir: &Path,
    elements: &[T],
    ids: &[u128],
) -> Result<(), SweeperError> {
    let mut lines = Vec::new();
    let mut identities = Identities::default();
    for (element, id) in elements.iter().zip(ids) {
        let refused = |problem: String| SweeperError::Encode {
            what: text_of(element),
            problem,
        };
        let text = serde_json::to_string(element).map_err(|error| refused(error.to_string()))?;
        let back: T =
            serde_json::from_slice(text.as_bytes()).map_err(|error| refused(error.to_string()))?;
        if identify(&mut identities, &back)?.0 != *id {
            return Err(refused(
                "it changes when it is written as JSON and read back".to_owned(),
            ));
        }
        write_line(&Line::Saved(text), &mut lines);
    }
    let path = path_in(dir);
    let temporary = dir.join("sweep.elements.new");
    write_file(&temporary, &path, &lines).map_err(SweeperError::io("write", path))
}

/// Reads the saved elements; a damaged one is skipped.
pub(super) fn load<T: DeserializeOwned>(
    dir: &Path,
    damaged_lines: &mut DamagedLines,
) -> Result<Vec<T>, SweeperError> {
    let path = path_in(dir);
    if !path.exists() {
        return Err(SweeperError::NothingSaved(dir.to_owned()));
    }
    let mut texts = Vec::new();
    read_lines(&path, damaged_lines, |line| {
        if let Line::Saved(text) = line {
            texts.push(text);
        }
    })?;
    let elements = texts.into_iter().map(|text| {
        serde_json::from_slice(text.as_bytes()).map_err(|error| SweeperError::Encode {
            problem: format!("{error}, as it was read from {}", path.display()),
            what: text,
        })
    });
    elements.collect()
}
