//! Reading a database's files without the database: they hold our records as they were written, so
//! whatever is found between a magic number and a checksum that fits is whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use memchr::memmem;

use super::database::Cleared;
use super::frame::{FrameKind, HEADER, MAGIC, open};
use super::pack::Pack;

/// Records found in files.
#[derive(Debug, Default)]
pub(super) struct Salvaged {
    /// The packs that count, oldest first.
    pub(super) packs: Vec<Pack>,
    /// How many records were found damaged.
    pub(super) damaged: u64,
    /// The highest number that a record had.
    pub(super) highest: Option<u64>,
}

/// Everything that can be read of the files below a folder.
pub(super) fn salvage(dir: &Path) -> Salvaged {
    let mut files = Vec::new();
    read_files(dir, 0, &|_| true, &mut files);
    collect(&files, 0)
}

/// The journals of a database, as they are before it opens: opening cuts a damaged journal off,
/// and what stood behind the damage would be gone.
#[derive(Debug)]
pub(super) struct Journals {
    files: Vec<Vec<u8>>,
    highest: Option<u64>,
}

impl Journals {
    pub(super) fn read(dir: &Path) -> Self {
        let mut files = Vec::new();
        let is_journal = |path: &Path| path.extension().is_some_and(|kind| kind == "jnl");
        read_files(dir, 8, &is_journal, &mut files);
        let mut highest = None;
        for bytes in &files {
            for_each_frame(bytes, |frame| {
                if let Frame::Whole(_, payload) = frame {
                    highest = highest.max(sequence(payload));
                }
            });
        }
        Self { files, highest }
    }

    /// The records from number `from` on, where there are any.
    pub(super) fn behind(&self, from: u64) -> Option<Salvaged> {
        self.highest
            .filter(|highest| *highest >= from)
            .map(|_| collect(&self.files, from))
    }
}

fn collect(files: &[Vec<u8>], from: u64) -> Salvaged {
    let mut packs: BTreeMap<u64, Pack> = BTreeMap::new();
    let mut cleared: Vec<Cleared> = Vec::new();
    let mut salvaged = Salvaged::default();
    for bytes in files {
        for_each_frame(bytes, |frame| match frame {
            Frame::Whole(kind, payload) if sequence(payload) >= Some(from) => {
                salvaged.highest = salvaged.highest.max(sequence(payload));
                if kind == FrameKind::Pack as u8
                    && let Ok(pack) = postcard::from_bytes::<Pack>(payload)
                {
                    // A merged pack has the number of its last part and holds all of them.
                    let known = packs.get(&pack.sequence).map_or(0, Pack::len);
                    if pack.len() >= known {
                        packs.insert(pack.sequence, pack);
                    }
                } else if kind == FrameKind::Cleared as u8
                    && let Ok(note) = postcard::from_bytes::<Cleared>(payload)
                {
                    cleared.push(note);
                }
            }
            Frame::Whole(..) => {}
            Frame::Damaged => salvaged.damaged += 1,
        });
    }
    let gone = |pack: &Pack| {
        let after = |note: &Cleared| note.tag == pack.series.tag && note.sequence > pack.sequence;
        cleared.iter().any(after)
    };
    packs.retain(|_, pack| !gone(pack));
    salvaged.packs = packs.into_values().collect();
    salvaged
}

enum Frame<'a> {
    /// A record whose checksum fits: its kind and its payload.
    Whole(u8, &'a [u8]),
    /// What begins like a record and is none.
    Damaged,
}

fn for_each_frame(bytes: &[u8], mut visit: impl FnMut(Frame<'_>)) {
    let magic = memmem::Finder::new(MAGIC);
    let mut rest = bytes;
    while let Some(at) = magic.find(rest) {
        let candidate = rest.get(at..).unwrap_or_default();
        let step = match open(candidate) {
            Ok((kind, payload, length)) => {
                visit(Frame::Whole(kind, payload));
                length
            }
            Err(_) => {
                if candidate.len() > HEADER {
                    visit(Frame::Damaged);
                }
                MAGIC.len()
            }
        };
        rest = candidate.get(step..).unwrap_or_default();
    }
}

/// The number of a record: the first field of every kind that has one.
fn sequence(payload: &[u8]) -> Option<u64> {
    postcard::take_from_bytes(payload)
        .ok()
        .map(|(sequence, _)| sequence)
}

/// Files are read whole: fjall's own limits keep them below some hundred megabytes.
fn read_files(dir: &Path, depth: u32, wanted: &dyn Fn(&Path) -> bool, files: &mut Vec<Vec<u8>>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) && depth < 8 {
            read_files(&path, depth + 1, wanted, files);
        } else if kind.is_ok_and(|kind| kind.is_file())
            && wanted(&path)
            && let Ok(bytes) = fs::read(&path)
        {
            files.push(bytes);
        }
    }
}
