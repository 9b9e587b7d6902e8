//! The number of the next record when the database was last closed. If the files hold fewer records, the missing ones
//! were cut off since.

use std::path::Path;

use super::error::StoreError;
use super::files::{read_plain_text, write_atomically};
use crate::value::Digest;

pub(super) fn write(path: &Path, next: u64) -> Result<(), StoreError> {
    write_atomically(path, text(next).as_bytes())
}

/// `None` where there is none, or a damaged one.
pub(super) fn read(path: &Path) -> Result<Option<u64>, StoreError> {
    let found = read_plain_text(path)?;
    Ok(found.and_then(|found| {
        let found = found.trim();
        let (number, _) = found.split_once(' ')?;
        let next = number.parse().ok()?;
        (found == text(next) && next < u64::MAX / 2).then_some(next)
    }))
}

fn text(next: u64) -> String {
    format!("{next} {}", Digest::of(&next.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_watermark_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("watermark");
        assert_eq!(read(&path).unwrap(), None);
        write(&path, 1234).unwrap();
        assert_eq!(read(&path).unwrap(), Some(1234));
        let text = std::fs::read(&path).unwrap();
        for at in 0..text.len() {
            let mut damaged = text.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(read(&path).unwrap(), None, "byte {at}");
        }
        for text in ["77", "18446744073709551615", "-1", ""] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(&path).unwrap(), None, "{text}");
        }
    }
}
