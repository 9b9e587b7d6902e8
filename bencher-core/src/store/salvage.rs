//! Salvage of a damaged database: its readable records are copied to a new one, and the old one is kept beside it.
//!
//! The new database is completed under another name before the old one is renamed. The old one is marked once the new
//! one has opened. If a program dies in between, the next program finds a damaged database without the mark, and
//! continues from there.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::aborts::AbortWatch;
use super::cleared_tag::{CLEARED, ClearedTag};
use super::error::StoreError;
use super::files::{
    entries_of_root, exists, is_folder, place, read_plain_text, refuse_strange_files, remove,
    write_atomically,
};
use super::frame::{FrameKind, decode, encode};
use super::index::Keys;
use super::open_database::{
    OpenDatabase, OpenFailure, build, create, failed, open_existing, write_packs, write_sequence,
};
use super::pack::Pack;
use super::scan::{Journals, scan};
use crate::value::Digest;

/// The file in a quarantined database that says that everything in it was carried over.
const MARK: &str = "carried-over";

/// The prefix of the names of quarantined databases; a number follows.
const QUARANTINED: &str = "samples.damaged-";

/// The file that says that damage was found while the database was in use.
const DAMAGED: &str = "samples.damaged";

/// Makes the next opening of a store salvage its database.
pub(super) fn note_damage(root: &Path, why: &str) {
    // Without the note the damage is found again.
    let _ = write_atomically(&root.join(DAMAGED), why.as_bytes());
}

/// Opens the database of a store, making or salvaging it where that is needed; and what there is to tell.
pub(super) fn open_sound(
    root: &Path,
    dir: &Path,
) -> Result<(OpenDatabase, Vec<String>), StoreError> {
    let mut messages = Vec::new();
    if !exists(dir)? {
        match unfinished(root)?.pop() {
            Some(quarantined) => {
                let why = "a program died while it was carried over";
                messages.push(salvage(root, dir, Some(&quarantined), why)?);
            }
            None => create(root, dir)?,
        }
    }
    refuse_strange_files(dir)?;
    let mut journals = Journals::read(dir)?;
    let mut watch = AbortWatch::begin(root)?;
    let noted = root.join(DAMAGED);
    let opened = match read_plain_text(&noted)?.or_else(|| watch.verdict()) {
        Some(why) => Err(OpenFailure::Damaged(why)),
        None => open_existing(dir),
    };
    watch.stop();
    let mut opened = match opened {
        Ok(opened) => opened,
        Err(OpenFailure::Error(error)) => return Err(error),
        Err(OpenFailure::Damaged(why)) => {
            messages.push(salvage(root, dir, None, &why)?);
            remove(&noted)?;
            journals = Journals::read(dir)?;
            open_existing(dir).map_err(|refusal| refusal.into_error(dir))?
        }
    };
    watch.opened();
    messages.extend(mend_journal(&mut opened, dir, &journals)?);
    Ok((opened, messages))
}

/// Puts back what stands in the journals and not in the database, as behind a damaged place.
fn mend_journal(
    opened: &mut OpenDatabase,
    dir: &Path,
    journals: &Journals,
) -> Result<Option<String>, StoreError> {
    let stored = opened.next;
    let behind = journals
        .highest
        .map_or(0, |highest| highest.saturating_add(1));
    opened.next = stored.max(behind);
    let missing = journals.missing(|key| match opened.samples.contains_key(key) {
        Ok(has) => Ok(has),
        Err(error) => match OpenFailure::of(error, dir) {
            OpenFailure::Error(error) => Err(error),
            OpenFailure::Damaged(_) => Ok(false),
        },
    })?;
    let cleared_again = clear_again(opened, dir, &journals.cleared)?;
    let mut cut = None;
    if let Some(mut missing) = missing {
        not_replaced(opened, dir, &mut missing.packs)?;
        cut = Some(missing).filter(|missing| !missing.packs.is_empty());
    }
    let message = match &cut {
        None => None,
        Some(cut) => {
            write_packs(opened, dir, &cut.packs)?;
            Some(format!(
                "the journal of the sample store {} is damaged; {} samples behind the damage were \
                 carried over, {} damaged records were lost",
                dir.display(),
                cut.samples(),
                cut.damaged,
            ))
        }
    };
    if cut.is_some() || cleared_again || opened.next > stored {
        write_sequence(opened, opened.next).map_err(failed("write", dir))?;
    }
    Ok(message)
}

/// Leaves those packs that are not in the database although nothing that came later took them away or holds their
/// samples: where they were removed may have been cut off with the journal.
fn not_replaced(
    opened: &OpenDatabase,
    dir: &Path,
    packs: &mut Vec<Pack>,
) -> Result<(), StoreError> {
    let mut cleared = Vec::new();
    for guard in opened.meta.prefix(CLEARED) {
        let (_, note) = guard.into_inner().map_err(failed("read", dir))?;
        cleared.extend(decode::<ClearedTag>(FrameKind::Cleared, &note));
    }
    packs.retain(|pack| !cleared.iter().any(|note| note.covers(pack)));
    let mut keys = Keys::default();
    let mut stored: HashMap<Digest, u64> = HashMap::new();
    let series: HashSet<[u8; 16]> = packs.iter().map(|pack| pack.series.prefix()).collect();
    for prefix in series {
        for guard in opened.samples.prefix(prefix) {
            let Ok((_, value)) = guard.into_inner() else {
                continue;
            };
            if let Ok(pack) = decode::<Pack>(FrameKind::Pack, &value) {
                for key in keys.of(&pack) {
                    let last = stored.entry(key).or_default();
                    *last = pack.sequence.max(*last);
                }
            }
        }
    }
    for pack in &mut *packs {
        let mut identities = keys.of(pack).into_iter();
        *pack = pack.filtered(|_| {
            let last = identities.next().and_then(|key| stored.get(&key));
            last.is_none_or(|last| *last < pack.sequence)
        });
    }
    packs.retain(|pack| !pack.is_empty());
    Ok(())
}

/// Clears tags again whose note stands behind a damaged place of a journal; whether there was any.
fn clear_again(
    opened: &OpenDatabase,
    dir: &Path,
    notes: &[ClearedTag],
) -> Result<bool, StoreError> {
    let mut any = false;
    for note in notes {
        let stored = opened.meta.get(note.key()).map_err(failed("read", dir))?;
        let stored = stored.and_then(|bytes| decode::<ClearedTag>(FrameKind::Cleared, &bytes).ok());
        if stored.is_some_and(|stored| stored.sequence >= note.sequence) {
            continue;
        }
        any = true;
        let mut batch = opened.database.batch();
        for guard in opened.samples.prefix(note.prefix()) {
            let Ok((key, value)) = guard.into_inner() else {
                continue;
            };
            let pack = decode::<Pack>(FrameKind::Pack, &value);
            if pack.is_ok_and(|pack| note.covers(&pack)) {
                batch.remove(&opened.samples, key);
            }
        }
        batch.insert(&opened.meta, note.key(), encode(FrameKind::Cleared, note)?);
        batch.commit().map_err(failed("write", dir))?;
    }
    Ok(any)
}

/// Makes a new database of what can be read of the present one, or of one that is quarantined already, puts
/// it in the present one's place, and says what was carried over.
fn salvage(
    root: &Path,
    dir: &Path,
    quarantined: Option<&Path>,
    why: &str,
) -> Result<String, StoreError> {
    let found = scan(quarantined.unwrap_or(dir))?;
    let next = found.highest.map_or(0, |highest| highest.saturating_add(1));
    let made = build(root, &found.packs, next)?;
    let quarantined = match quarantined {
        Some(path) => path.to_owned(),
        None => {
            let path = free_name(root)?;
            place(dir, &path).map_err(StoreError::io("quarantine", dir))?;
            path
        }
    };
    place(&made, dir).map_err(StoreError::io("create", dir))?;
    let samples = found.samples();
    mark(&quarantined, samples);
    Ok(format!(
        "the sample store {} did not open ({why}); {samples} samples were carried over into a new one, \
         {} damaged records of up to 64 samples each were lost, and the old one is kept as {}",
        dir.display(),
        found.damaged,
        quarantined.display(),
    ))
}

/// Says in a quarantined database that everything in it was carried over.
pub(super) fn mark(quarantined: &Path, samples: u64) {
    let text = format!("{samples} samples were carried over; this folder is kept for you alone\n");
    // Without the mark it is read again next time, and nothing new is found.
    let _ = write_atomically(&quarantined.join(MARK), text.as_bytes());
}

/// The quarantined databases that may hold what the present one lacks, oldest first.
pub(super) fn unfinished(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = quarantined(root)?;
    found.retain(|(_, path)| fs::symlink_metadata(path.join(MARK)).is_err());
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// All quarantined databases with their numbers, oldest first.
fn quarantined(root: &Path) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let number = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(QUARANTINED)?.parse::<u64>().ok()
    };
    let mut found: Vec<_> = entries_of_root(root)?
        .into_iter()
        .filter(|path| is_folder(path))
        .filter_map(|path| Some((number(&path)?, path)))
        .collect();
    crate::sort::by(&mut found, Ord::cmp);
    Ok(found)
}

/// A name that comes after those of all databases that are quarantined.
fn free_name(root: &Path) -> Result<PathBuf, StoreError> {
    let last = quarantined(root)?.last().map_or(0, |(number, _)| *number);
    let mut names = (last.saturating_add(1)..).map(|n| root.join(format!("{QUARANTINED}{n}")));
    let free = names.find(|path| fs::symlink_metadata(path).is_err());
    Ok(free.unwrap_or_else(|| root.join(format!("{QUARANTINED}0"))))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::database::Database;
    use super::super::frame::{FrameKind, VERSION, frame_of};
    use super::super::pack::{Pack, Series};
    use super::*;
    use crate::store::SampleStore;
    use crate::value::Digest;

    fn series() -> Series {
        Series {
            tag: String::new(),
            sweep_type: "t".to_owned(),
            version: 1,
        }
    }

    /// A closed store with a record that the next version of this program wrote, in a table or in the journal.
    fn with_later_record(in_table: bool) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
        let mut pack = Pack::new(series(), Digest(7), vec!["n".to_owned()], vec![]);
        pack.push(vec![1.into()], 1, vec![]);
        database.append(&[pack.clone()]).unwrap();
        pack.sequence = 7;
        let mut payload = postcard::to_stdvec(&pack).unwrap();
        payload.extend(b"what the next version adds");
        let record = frame_of(FrameKind::Pack, VERSION + 1, &payload);
        let (_, samples) = database.samples();
        samples.insert(pack.key(), record).unwrap();
        if in_table {
            samples.rotate_memtable_and_wait().unwrap();
            // The journal is cut off only with the next one.
            drop(database);
            let journal = root.path().join("samples/0.jnl");
            fs::File::options()
                .write(true)
                .open(journal)
                .and_then(|file| file.set_len(0))
                .unwrap();
        }
        root
    }

    #[test]
    fn a_record_of_a_later_version_stops_the_run() {
        let named = |error: StoreError| {
            let text = error.to_string();
            let version = format!("version {}", VERSION + 1);
            assert!(
                text.contains(&version) && text.contains("another version of bencher"),
                "{text}"
            );
        };
        let root = with_later_record(false);
        named(Database::open(root.path(), Duration::ZERO, |_| ()).unwrap_err());

        let root = with_later_record(true);
        let (mut database, notice) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
        assert!(notice.messages.is_empty(), "{notice:?}");
        named(database.load(&series(), &mut |_| ()).unwrap_err());
        named(database.load_since(&series(), 0, &mut |_| ()).unwrap_err());
        named(database.load_all(&mut |_| ()).unwrap_err());
        named(database.clear_tag("").unwrap_err());
        assert_eq!(database.next_sequence(), 8, "its number is taken");
        drop(database);

        // Nor is it left out of what is salvaged.
        let samples = root.path().join("samples");
        let current = samples.join("keyspaces/1/current");
        let bytes = fs::read(&current).unwrap();
        fs::remove_file(&current).unwrap();
        named(Database::open(root.path(), Duration::ZERO, |_| ()).unwrap_err());
        assert!(!root.path().join("samples.damaged-1").exists());
        fs::write(&current, bytes).unwrap();
        let (database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
        named(database.load(&series(), &mut |_| ()).unwrap_err());
    }
}
