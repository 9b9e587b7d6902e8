//! A store under random damage and random kills. Every record that is whole somewhere in the files must be
//! found again, with its value, and once; all that a program acknowledged before it was killed, too.
//!
//! `BENCHER_DRILL_DAMAGES` and `BENCHER_DRILL_KILLS` say how many; `cargo xtask drill` runs many more than
//! the test does by itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use bencher_core::store::{Database, KeyMaker, Pack, ResultId, SampleIndex, SampleStore, Series};
use bencher_core::value::{Digest, Kind, Value};

/// Where a child keeps its store; set only for the child.
const ROOT: &str = "BENCHER_TEST_DRILL_ROOT";
/// A child that another test starts may hold on to a lock until it runs its own program.
const PATIENCE: Duration = Duration::from_secs(30);

fn series(tag: &str) -> Series {
    Series {
        tag: tag.to_owned(),
        sweep_type: "test/drill::Sweep".to_owned(),
        version: 1,
    }
}

fn square() -> ResultId {
    ResultId::new("square", Kind::Uint(64))
}

fn pack(tag: &str, from: u64, count: u64) -> Pack {
    let mut pack = Pack::new(series(tag), Digest(7), vec!["n".to_owned()], vec![square()]);
    for n in from..from + count {
        assert!(pack.push(vec![n.into()], 1, vec![Some((n * n).into())]));
    }
    pack
}

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }

    fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }
}

fn wanted(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// What is there of the samples of a tag: how many times each, all with the right value.
fn stored(database: &Database, tag: &str) -> BTreeMap<u64, u64> {
    let mut found = BTreeMap::new();
    database
        .load(&series(tag), &mut |pack| {
            for sample in pack.samples() {
                let n = number(&sample.inputs[0]);
                let value = sample.results[0].as_ref().map(number);
                assert_eq!(value, Some(n * n), "a wrong value of {n}");
                *found.entry(n).or_default() += 1;
            }
        })
        .unwrap();
    let index = SampleIndex::load(database, &series(tag)).unwrap();
    let mut keys = KeyMaker::new(&series(tag), &["n"]);
    for n in found.keys() {
        assert!(index.get(keys.key(&[(*n).into()], 1)).is_some());
    }
    found
}

fn number(value: &Value) -> u64 {
    value.to_string().parse().unwrap()
}

/// All files below a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, &target).unwrap();
    }
    // Folders without files are part of a database, too.
    let mut folders = vec![from.to_owned()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(to.join(folder.strip_prefix(from).unwrap())).unwrap();
        let entries = fs::read_dir(&folder).unwrap().flatten();
        folders.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.is_dir()),
        );
    }
}

const SAMPLES: u64 = 6_000;
const IN_A_PACK: u64 = 20;
const CLEARED: u64 = 400;

/// A store whose samples lie in several tables of several blocks and in the journal, with one tag that was
/// cleared.
fn filled(flushes: u64) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut at = 0;
    for round in 0..=flushes {
        let (mut database, _) = Database::open(root.path(), PATIENCE, |_| ()).unwrap();
        if round == 0 {
            database.append(&[pack("gone", 0, CLEARED)]).unwrap();
        }
        let end = SAMPLES * (round + 1) / (flushes + 1);
        while at < end {
            database
                .append(&[pack("", at, IN_A_PACK.min(end - at))])
                .unwrap();
            at += IN_A_PACK.min(end - at);
        }
        if round == 1.min(flushes) {
            database.clear_tag("gone").unwrap();
        }
        drop(database);
        if round < flushes {
            let database = fjall::Database::builder(root.path().join("samples"))
                .open()
                .unwrap();
            for name in ["samples", "meta"] {
                let keyspace = database.keyspace(name, Default::default).unwrap();
                keyspace.rotate_memtable_and_wait().unwrap();
            }
        }
    }
    root
}

/// The bytes of all files of a database.
fn contents(root: &Path) -> Vec<Vec<u8>> {
    let files = files(&root.join("samples"));
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// The bytes of records and how many samples they hold, by the first of these.
type Records = BTreeMap<u64, (Vec<u8>, u64)>;

/// The records of all packs of samples, as they stand in the files, by the first sample that they hold; and
/// those of the notes that a tag was cleared.
fn frames(root: &Path) -> (Records, Vec<Vec<u8>>) {
    let (mut found, mut notes) = (BTreeMap::new(), Vec::new());
    for path in files(&root.join("samples")) {
        let bytes = fs::read(path).unwrap();
        for at in memchr::memmem::find_iter(&bytes, b"BNCH") {
            let Some(header) = bytes.get(at..at + 19) else {
                continue;
            };
            let length = u32::from_le_bytes(header[7..11].try_into().unwrap()) as usize;
            let Some(frame) = bytes.get(at..at + 19 + length) else {
                continue;
            };
            if header[4] != 1 {
                notes.push(frame.to_vec());
                continue;
            }
            let Ok(pack) = postcard::from_bytes::<Pack>(&frame[19..]) else {
                continue;
            };
            if pack.series.tag.is_empty() && !pack.is_empty() {
                let first = number(&pack.input_values[0]);
                found.insert(first, (frame.to_vec(), pack.len() as u64));
            }
        }
    }
    (found, notes)
}

/// One damage: what is done to a file.
fn damage(root: &Path, random: &mut Random) -> String {
    let all = files(root);
    // The journal is as large as all else: it is not to be chosen by its size.
    let path = &all[random.place(all.len())];
    let name = path.strip_prefix(root).unwrap().display().to_string();
    let bytes = fs::read(path).unwrap();
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    let write = |bytes: Vec<u8>| fs::write(path, bytes).unwrap();
    let mut changed = bytes.clone();
    match random.below(6) {
        0 if used > 0 => {
            let at = random.place(used);
            changed[at] ^= 1 << random.below(8);
            write(changed);
            format!("flip {at} in {name}")
        }
        1 if used > 0 => {
            let at = random.place(used);
            changed.truncate(at);
            write(changed);
            format!("cut {name} at {at} of {used}")
        }
        2 if used > 0 => {
            let at = random.place(used);
            let count = (random.place(4096) + 1).min(used - at);
            changed[at..at + count].fill(0);
            write(changed);
            format!("{count} zeros at {at} in {name}")
        }
        3 => {
            write(vec![0; bytes.len()]);
            format!("zeros in {name}")
        }
        4 => {
            let other = &all[random.place(all.len())];
            fs::copy(path, other).unwrap();
            format!(
                "{name} copied over {}",
                other.strip_prefix(root).unwrap().display()
            )
        }
        _ => {
            fs::remove_file(path).unwrap();
            format!("{name} removed")
        }
    }
}

#[test]
fn random_damage_costs_what_it_hits_and_nothing_else() {
    let mut random = Random(wanted("BENCHER_DRILL_SEED", 20_261_129));
    let bases = [filled(0), filled(1), filled(3)];
    let (known, note) = frames(bases[0].path());
    assert_eq!(note.len(), 1);
    assert_eq!(known.values().map(|(_, count)| count).sum::<u64>(), SAMPLES);
    let (mut hit, mut remeasured, mut salvaged, mut refused) = (0, 0, 0, 0);
    let damages = wanted("BENCHER_DRILL_DAMAGES", 60);
    for round in 0..damages {
        let base = &bases[random.place(bases.len())];
        let root = tempfile::tempdir().unwrap();
        copy(base.path(), root.path());
        let what = format!("{round}: {}", damage(root.path(), &mut random));
        // What is whole somewhere must be found.
        let mut whole = BTreeMap::new();
        let contents = contents(root.path());
        let (known, note) = frames(base.path());
        for (first, (frame, count)) in known {
            if contents.iter().any(|bytes| holds(bytes, &frame)) {
                whole.extend((first..first + count).map(|n| (n, 1)));
            }
        }
        let (database, notice) = match Database::open(root.path(), PATIENCE, |_| ()) {
            Ok(opened) => opened,
            Err(error) => {
                // Doubt is an error that leaves everything in place.
                refused += 1;
                eprintln!("{what}: {error}");
                continue;
            }
        };
        let found = stored(&database, "");
        // What was cleared stays so as long as the note of it is whole somewhere.
        let gone = stored(&database, "gone");
        let noted = contents
            .iter()
            .any(|bytes| note.iter().any(|note| holds(bytes, note)));
        assert!(
            gone.is_empty() || !noted,
            "{what}: {} cleared samples are back; {notice:?}",
            gone.len()
        );
        let lost: Vec<&u64> = whole.keys().filter(|n| !found.contains_key(n)).collect();
        assert!(
            lost.is_empty(),
            "{what}: {} samples are whole and lost, from {:?}; {notice:?}",
            lost.len(),
            lost.first()
        );
        assert!(
            found.values().all(|count| *count == 1),
            "{what}: stored twice; {notice:?}"
        );
        hit += u64::from((whole.len() as u64) < SAMPLES);
        remeasured += SAMPLES - found.len() as u64;
        salvaged += u64::from(!notice.messages.is_empty());
        drop(database);
        // Damage that was found while samples were read is mended by the next opening.
        let found_late = root.path().join("samples.damaged").exists();
        salvaged += u64::from(found_late);
        let (mut database, again) = Database::open(root.path(), PATIENCE, |_| ()).unwrap();
        assert_eq!(
            again.messages.len(),
            usize::from(found_late),
            "{what}: it is reported once: {again:?}"
        );
        assert_eq!(stored(&database, ""), found, "{what}: and stays so");
        // The store takes new samples, and no number is given twice.
        database.append(&[pack("new", 0, 50)]).unwrap();
        drop(database);
        let (database, _) = Database::open(root.path(), PATIENCE, |_| ()).unwrap();
        assert_eq!(stored(&database, "new").len(), 50, "{what}");
        assert_eq!(stored(&database, ""), found, "{what}");
    }
    eprintln!(
        "{damages} damages: {hit} hit records, {salvaged} were told of, {refused} refused; {remeasured} samples of damaged \
         records are to be measured again; 0 lost that were whole, 0 twice, 0 wrong"
    );
}

#[test]
fn a_damaged_block_of_a_table_costs_its_own_records() {
    let base = filled(1);
    let table = |root: &Path| {
        let tables = files(&root.join("samples/keyspaces/1/tables"));
        let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
        tables.into_iter().max_by_key(size).unwrap()
    };
    let size = fs::metadata(table(base.path())).unwrap().len();
    let size = usize::try_from(size).unwrap();
    let (known, _) = frames(base.path());
    let mut hit = 0;
    for at in (0..size).step_by(size / 10) {
        for keeps_journal in [true, false] {
            let root = tempfile::tempdir().unwrap();
            copy(base.path(), root.path());
            if !keeps_journal {
                // What the table holds stands nowhere else then.
                fs::write(root.path().join("samples/0.jnl"), b"").unwrap();
                fs::remove_file(root.path().join("samples.watermark")).unwrap();
            }
            let path = table(root.path());
            let mut bytes = fs::read(&path).unwrap();
            bytes[at] ^= 0x20;
            fs::write(&path, bytes).unwrap();
            let contents = contents(root.path());
            let whole = known.values().filter(|(frame, _)| {
                let mut files = contents.iter();
                files.any(|bytes| holds(bytes, frame))
            });
            let whole: u64 = whole.map(|(_, count)| count).sum();
            hit += u64::from(whole < SAMPLES && keeps_journal);
            for session in 0..3 {
                let (mut database, notice) = Database::open(root.path(), PATIENCE, |_| ()).unwrap();
                let found = stored(&database, "");
                assert_eq!(
                    (found.len() as u64, found.values().max()),
                    (whole, Some(&1)),
                    "byte {at} of {size}, journal {keeps_journal}, session {session}: {notice:?}"
                );
                let new = pack("new", session * 10, 10);
                database.append(&[new]).unwrap();
                assert_eq!(stored(&database, "new").len() as u64, session * 10 + 10);
            }
        }
    }
    assert_eq!(hit, 0, "the journal has all of it");
}

/// The program that is killed: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some(root) = std::env::var_os(ROOT) else {
        return;
    };
    let say = |text: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n@{text}").unwrap();
        out.flush().unwrap();
    };
    say("opening");
    let (mut database, notice) = Database::open(Path::new(&root), PATIENCE, |_| ()).unwrap();
    for message in notice.messages {
        say(&format!("notice {message}"));
    }
    let next = stored(&database, "")
        .last_key_value()
        .map_or(0, |(n, _)| n + 1);
    say("opened");
    for n in 0..300 {
        let from = next + n * IN_A_PACK;
        database.append(&[pack("", from, IN_A_PACK)]).unwrap();
        say(&format!("stored {}", from + IN_A_PACK));
    }
    say("closing");
    database.tidy(1 << 40).unwrap();
    drop(database);
    say("closed");
}

/// What the program says when a part of its life begins, and what it says once that is over.
const PHASES: [(&str, &[&str]); 3] = [
    ("", &["opened", "stored", "closing", "closed"]),
    ("opened", &["closing", "closed"]),
    ("closing", &["closed"]),
];

#[test]
fn random_kills_cost_nothing() {
    let mut random = Random(wanted("BENCHER_DRILL_SEED", 20_261_130));
    let kills = wanted("BENCHER_DRILL_KILLS", 40);
    let mut when: BTreeMap<String, u64> = BTreeMap::new();
    let mut root = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut quarantined) = (0, 0);
    let mut lasts = [100_000, 50_000, 50_000];
    for round in 0..kills {
        if round % 50 == 49 {
            root = tempfile::tempdir().unwrap();
            (acknowledged, quarantined) = (0, 0);
        }
        // Now and then there is something to salvage.
        let current = root.path().join("samples/keyspaces/1/current");
        if random.below(8) == 0 && current.exists() {
            fs::remove_file(current).unwrap();
            quarantined += 1;
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(ROOT, root.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if let Some(message) = line.strip_prefix('@') {
                    let _ = sender.send(message.to_owned());
                }
            }
        });
        // A third of the kills come while the store opens, a third while samples are stored, a third while it is
        // closed.
        let mut lines: Vec<String> = Vec::new();
        let phase = random.place(PHASES.len());
        let (begins, ends) = PHASES[phase];
        while !begins.is_empty() && lines.last().is_none_or(|line| line != begins) {
            lines.push(receiver.recv_timeout(PATIENCE).expect("it goes on"));
        }
        let lasts = &mut lasts[phase];
        let began = Instant::now();
        let moment = Duration::from_micros(random.below(*lasts));
        while began.elapsed() < moment {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        lines.extend(receiver.iter());
        let last = lines.last().map_or("starting", String::as_str);
        let last = last.split(' ').next().unwrap_or_default().to_owned();
        // The moments are spread over the life of the program.
        *lasts = if ends.contains(&last.as_str()) {
            *lasts * 9 / 10
        } else {
            *lasts * 21 / 20
        };
        *when.entry(last).or_default() += 1;
        for line in &lines {
            if let Some(to) = line.strip_prefix("stored ") {
                acknowledged = acknowledged.max(to.parse().unwrap());
            }
        }
        if random.below(3) == 0 {
            let (database, notice) = Database::open(root.path(), PATIENCE, |_| ()).unwrap();
            let found = stored(&database, "");
            assert!(
                found.len() as u64 >= acknowledged,
                "round {round}: {acknowledged} acknowledged, {} there; {notice:?}",
                found.len()
            );
            assert!(
                found.values().all(|count| *count == 1),
                "round {round}: stored twice"
            );
            assert_eq!(
                found.keys().next_back().map_or(0, |n| n + 1),
                found.len() as u64
            );
        }
    }
    let (database, _) = Database::open(root.path(), PATIENCE, |_| ()).unwrap();
    let found = stored(&database, "");
    assert!(found.len() as u64 >= acknowledged);
    let names = fs::read_dir(root.path()).unwrap().flatten();
    let damaged = names.filter(|entry| entry.file_name().to_string_lossy().contains("damaged-"));
    assert!(
        damaged.count() as u64 <= quarantined,
        "a sound store was quarantined"
    );
    eprintln!(
        "{kills} kills, by the last thing that the program said: {when:?}; 0 lost, 0 twice, 0 wrong"
    );
}
