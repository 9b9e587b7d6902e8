//! The envelope of every record on disk: `"BNCH"`, kind (1 byte), version (u16), length (u32), XXH3-64 of kind, version
//! and payload (u64), payload (postcard). All numbers are little-endian. The checksum reveals a damaged record,
//! wherever its bytes are.

use serde::Serialize;
use xxhash_rust::xxh3::Xxh3;

use super::error::StoreError;

/// The first bytes of every record.
pub(super) const MAGIC: &[u8; 4] = b"BNCH";
/// Bytes before the payload.
pub(super) const HEADER: usize = 4 + 1 + 2 + 4 + 8;

/// The kind of a record; its number is part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[cfg_attr(
    not(feature = "history"),
    expect(
        dead_code,
        reason = "packs live in the database, and histories in their room"
    )
)]
pub(crate) enum FrameKind {
    /// Samples that belong together.
    Pack = 1,
    /// A record that a tag was cleared.
    Cleared = 2,
    /// The result of a sweep.
    Result = 3,
    /// The first record of an export.
    Export = 4,
    /// A part of a plain file in an export.
    Chunk = 5,
    /// The last record of an export.
    End = 6,
    /// A stored run of a history.
    Snapshot = 7,
    /// A later decision about a snapshot.
    Note = 8,
    /// The first record of an export of histories.
    HistoryExport = 9,
    /// A part of an export of histories.
    HistoryEntry = 10,
}

/// The version of each kind of record that this program writes.
pub(super) const VERSION: u16 = 4;

/// The versions that it reads: those before were never released.
pub(super) const READ: std::ops::RangeInclusive<u16> = 4..=VERSION;

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// Not a record of this kind, cut short, or changed.
    Damaged,
    /// A record of a version that this program does not read.
    OtherVersion(u16),
}

pub(crate) fn encode<T: Serialize>(kind: FrameKind, content: &T) -> Result<Vec<u8>, StoreError> {
    let encode_error = |error: postcard::Error| StoreError::Encode(error.to_string());
    let bytes = postcard::to_extend(content, vec![0; HEADER]).map_err(encode_error)?;
    seal(kind, bytes)
}

/// Puts the header before a payload, in the space that is left for it.
pub(super) fn seal(kind: FrameKind, mut bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let length = u32::try_from(bytes.len().saturating_sub(HEADER))
        .map_err(|_| StoreError::Encode("it is larger than 4 GiB".to_owned()))?;
    write_header(kind, VERSION, length, &mut bytes);
    Ok(bytes)
}

fn write_header(kind: FrameKind, version: u16, length: u32, bytes: &mut [u8]) {
    let checksum = checksum(kind as u8, version, bytes.get(HEADER..).unwrap_or_default());
    let header = MAGIC
        .iter()
        .copied()
        .chain([kind as u8])
        .chain(version.to_le_bytes())
        .chain(length.to_le_bytes())
        .chain(checksum.to_le_bytes());
    for (slot, byte) in bytes.iter_mut().zip(header) {
        *slot = byte;
    }
}

/// A record of any version and payload, with the checksum that belongs to it.
#[cfg(test)]
pub(super) fn frame_of(kind: FrameKind, version: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes.extend_from_slice(payload);
    let length = u32::try_from(payload.len()).unwrap();
    write_header(kind, version, length, &mut bytes);
    bytes
}

/// The kinds of records, in the layout of each version.
pub(crate) trait FrameContent: Sized {
    /// Reads the payload of a record of one of the versions in [`READ`].
    fn read(version: u16, payload: &[u8]) -> postcard::Result<Self>;
}

/// A record whose checksum fits, of any version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: u8,
    pub(crate) version: u16,
    pub(crate) payload: &'a [u8],
    /// The whole record.
    #[cfg_attr(
        not(feature = "store"),
        expect(dead_code, reason = "databases alone are scanned")
    )]
    pub(crate) bytes: &'a [u8],
}

impl Frame<'_> {
    /// Its payload, where it has a kind.
    pub(crate) fn decode<T: FrameContent>(&self, kind: FrameKind) -> Result<T, FrameError> {
        if self.kind != kind as u8 {
            return Err(FrameError::Damaged);
        }
        if !READ.contains(&self.version) {
            return Err(FrameError::OtherVersion(self.version));
        }
        T::read(self.version, self.payload).map_err(|_| FrameError::Damaged)
    }
}

/// Reads a record of a version in [`READ`].
pub(super) fn decode<T: FrameContent>(kind: FrameKind, bytes: &[u8]) -> Result<T, FrameError> {
    open(bytes).ok_or(FrameError::Damaged)?.decode(kind)
}

/// The record that `bytes` begin with; `None` where none does, or a damaged one.
pub(crate) fn open(bytes: &[u8]) -> Option<Frame<'_>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (kind, rest) = rest.split_first()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (expected, rest) = rest.split_first_chunk()?;
    let version = u16::from_le_bytes(*version);
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let payload = rest.get(..length)?;
    if checksum(*kind, version, payload) != u64::from_le_bytes(*expected) {
        return None;
    }
    Some(Frame {
        kind: *kind,
        version,
        payload,
        bytes: bytes.get(..HEADER + length)?,
    })
}

fn checksum(kind: u8, version: u16, payload: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&[kind]);
    hash.update(&version.to_le_bytes());
    hash.update(payload);
    hash.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    impl FrameContent for (String, u32) {
        fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
            postcard::from_bytes(payload)
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let bytes = encode(FrameKind::Pack, &("some text", 7_u32)).unwrap();
        assert_eq!(
            decode(FrameKind::Pack, &bytes),
            Ok(("some text".to_owned(), 7_u32))
        );
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(
                decode::<(String, u32)>(FrameKind::Pack, &damaged).is_err(),
                "bit {bit}"
            );
        }
        for length in 0..bytes.len() {
            assert!(decode::<(String, u32)>(FrameKind::Pack, &bytes[..length]).is_err());
        }
    }
}
