//! Reading a database that does not open: its files hold our records as they were written, so
//! whatever is found between its magic number and a checksum that fits is whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::database::Cleared;
use super::frame::{FrameKind, HEADER, MAGIC, open};
use super::pack::Pack;

/// What was found in the files of a damaged database.
#[derive(Debug, Default)]
pub(super) struct Salvaged {
    /// The packs that count, oldest first.
    pub(super) packs: Vec<Pack>,
    /// How many records were found damaged.
    pub(super) damaged: u64,
    /// The highest number that a record had.
    pub(super) highest: Option<u64>,
}

pub(super) fn salvage(dir: &Path) -> Salvaged {
    let mut packs: BTreeMap<u64, Pack> = BTreeMap::new();
    let mut cleared: Vec<Cleared> = Vec::new();
    let mut damaged = 0;
    let mut highest = None;
    for_each_file(dir, 0, &mut |bytes| {
        for_each_frame(
            bytes,
            &mut |kind, payload| {
                if kind == FrameKind::Pack as u8
                    && let Ok(pack) = postcard::from_bytes::<Pack>(payload)
                {
                    highest = highest.max(Some(pack.sequence));
                    packs.insert(pack.sequence, pack);
                } else if kind == FrameKind::Cleared as u8
                    && let Ok(note) = postcard::from_bytes::<Cleared>(payload)
                {
                    highest = highest.max(Some(note.sequence));
                    cleared.push(note);
                }
            },
            &mut damaged,
        );
    });
    let gone = |pack: &Pack| {
        cleared
            .iter()
            .any(|note| note.tag == pack.series.tag && note.sequence > pack.sequence)
    };
    packs.retain(|_, pack| !gone(pack));
    Salvaged {
        packs: packs.into_values().collect(),
        damaged,
        highest,
    }
}

fn for_each_frame(bytes: &[u8], visit: &mut impl FnMut(u8, &[u8]), damaged: &mut u64) {
    let mut rest = bytes;
    while let Some(at) = rest.windows(MAGIC.len()).position(|window| window == MAGIC) {
        let candidate = rest.get(at..).unwrap_or_default();
        let step = match open(candidate) {
            Ok((kind, payload, length)) => {
                visit(kind, payload);
                length
            }
            Err(_) => {
                *damaged += u64::from(candidate.len() > HEADER);
                MAGIC.len()
            }
        };
        rest = candidate.get(step..).unwrap_or_default();
    }
}

/// Files are read whole: fjall's own limits keep them below some hundred megabytes.
fn for_each_file(dir: &Path, depth: u32, visit: &mut impl FnMut(&[u8])) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth < 8 {
            for_each_file(&entry.path(), depth + 1, visit);
        } else if kind.is_file()
            && let Ok(bytes) = fs::read(entry.path())
        {
            visit(&bytes);
        }
    }
}
