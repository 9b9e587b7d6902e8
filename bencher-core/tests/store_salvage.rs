//! What opens a store may be killed, refused or damaged: nothing that was stored is lost over it, and
//! nothing that is sound is put out of use.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bencher_core::store::{
    Database, KeyMaker, OpenNotice, Pack, ResultId, SampleIndex, SampleStore, Series, StoreError,
};
use bencher_core::value::{Digest, Kind, Value};

/// The store that a child opens; set only for the child.
const ROOT: &str = "BENCHER_TEST_SALVAGE_ROOT";
/// What a child does beyond opening it.
const TASK: &str = "BENCHER_TEST_SALVAGE_TASK";

const SAMPLES: u64 = 640;

/// A child that another test starts may hold on to the lock until it runs its own program.
const PATIENCE: Duration = Duration::from_secs(20);

fn series() -> Series {
    Series {
        tag: String::new(),
        sweep_type: "test/salvage::Sweep".to_owned(),
        version: 1,
    }
}

fn square() -> ResultId {
    ResultId::new("square", Kind::Uint(64))
}

fn pack(from: u64, count: u64) -> Pack {
    let mut pack = Pack::new(series(), Digest(7), vec!["n".to_owned()], vec![square()]);
    for n in from..from + count {
        assert!(pack.push(vec![n.into()], 1, vec![Some((n * n).into())]));
    }
    pack
}

fn open(root: &Path) -> (Database, OpenNotice) {
    Database::open(root, PATIENCE, |_| ()).unwrap()
}

/// How many of the samples are there; each that is has the value that was stored.
fn stored(database: &Database) -> u64 {
    let index = SampleIndex::load(database, &series()).unwrap();
    let mut keys = KeyMaker::new(&series(), &["n"]);
    let there = (0..SAMPLES).filter(|n| {
        let found = index.get(keys.key(&[(*n).into()], 1));
        let value = found.map(|found| found.get(&square()).unwrap().unwrap().clone());
        assert!(value.is_none() || value == Some(Value::from(n * n)), "{n}");
        value.is_some()
    });
    there.count() as u64
}

/// A closed store of 64 packs of 10 samples.
fn filled() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let (mut database, notice) = open(root.path());
    assert_eq!(notice, OpenNotice::default());
    for n in 0..SAMPLES / 10 {
        database.append(&[pack(n * 10, 10)]).unwrap();
    }
    root
}

/// The same, with everything in tables.
fn filled_tables() -> tempfile::TempDir {
    let root = filled();
    flush(root.path());
    root
}

/// Brings what stands in journals into tables, as the database itself does with more of it.
fn flush(root: &Path) {
    let database = fjall::Database::builder(root.join("samples"))
        .open()
        .unwrap();
    for name in ["samples", "meta"] {
        let keyspace = database.keyspace(name, Default::default).unwrap();
        keyspace.rotate_memtable_and_wait().unwrap();
    }
}

fn quarantined(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().contains("damaged-"))
        .collect()
}

/// Everything is there, nothing is told, nothing was quarantined.
fn assert_sound(root: &Path, what: &str) {
    let (database, notice) = open(root);
    assert_eq!(stored(&database), SAMPLES, "{what}: {notice:?}");
    assert_eq!(notice, OpenNotice::default(), "{what}");
    assert_eq!(quarantined(root), [] as [PathBuf; 0], "{what}");
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some(root) = std::env::var_os(ROOT) else {
        return;
    };
    let task = std::env::var(TASK).unwrap();
    println!("\n@opening");
    match Database::open(Path::new(&root), PATIENCE, |_| ()) {
        Ok((database, notice)) => {
            println!("\n@opened {} {:?}", stored(&database), notice.messages);
            if task == "linger" {
                std::thread::sleep(Duration::from_secs(60));
            }
        }
        Err(error) => println!("\n@refused {error}"),
    }
}

/// A child that opens a store, by way of a shell where limits are set.
fn opener(root: &Path, task: &str, before: &str) -> Command {
    let mut command = Command::new("sh");
    let line = format!("{before} exec \"$0\" --exact child --nocapture --test-threads=1");
    command
        .args(["-c", &line])
        .arg(std::env::current_exe().unwrap())
        .env(ROOT, root)
        .env(TASK, task)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// What a child said after it began to open the store.
fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter(|line| line.starts_with('@'));
    lines.skip(1).collect()
}

#[test]
fn shortages_leave_everything_in_place() {
    for root in [filled(), filled_tables()] {
        let (mut refused, mut opened) = (0, 0);
        for descriptors in 4..32 {
            let printed = output_of(&mut opener(
                root.path(),
                "",
                &format!("ulimit -n {descriptors};"),
            ));
            if let Some(rest) = printed.strip_prefix("@opened ") {
                assert_eq!(rest, format!("{SAMPLES} []"), "{descriptors} descriptors");
                opened += 1;
            } else {
                assert!(
                    printed.contains("Too many open files") || printed.is_empty(),
                    "{printed}"
                );
                assert!(
                    printed.contains("ulimit -n") || printed.is_empty(),
                    "{printed}"
                );
                refused += 1;
            }
        }
        assert!(
            refused > 2 && opened > 2,
            "{refused} refused, {opened} opened"
        );
        assert_sound(root.path(), "after too few descriptors");
    }
}

#[test]
fn memory_that_is_too_small_leaves_everything_in_place() {
    let root = filled_tables();
    for megabytes in [30, 60, 90, 120, 160, 200, 260, 400] {
        let limit = format!("ulimit -v {};", megabytes * 1024);
        let printed = output_of(&mut opener(root.path(), "", &limit));
        assert!(
            printed.is_empty() || printed.starts_with("@refused") || printed.contains("opened 640"),
            "{printed}"
        );
    }
    let (database, _) = open(root.path());
    assert_eq!(stored(&database), SAMPLES);
}

/// Gives files to the user `nobody`, and runs a child as that user; `None` where this user may not do so.
#[cfg(unix)]
fn as_nobody(root: &Path) -> Option<Command> {
    use std::os::unix::process::CommandExt;
    let nobody = 65534;
    let mut folders = vec![root.to_owned()];
    while let Some(path) = folders.pop() {
        std::os::unix::fs::lchown(&path, Some(nobody), Some(nobody)).ok()?;
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            folders.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    // The test binary may lie where nobody else can read it.
    let copy = root
        .parent()?
        .join(format!("bencher-test-{}", std::process::id()));
    if !copy.exists() {
        fs::copy(std::env::current_exe().unwrap(), &copy).ok()?;
    }
    let mut command = Command::new(&copy);
    command
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .current_dir(root)
        .env(ROOT, root)
        .env(TASK, "")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .uid(nobody)
        .gid(nobody);
    Some(command)
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_leaves_everything_in_place() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let root = filled_tables();
    let files = [
        "samples",
        "samples/keyspaces/1",
        "samples/keyspaces/1/current",
        "samples/keyspaces/1/tables",
        "samples/keyspaces/0/tables/0",
        "samples/version",
    ];
    for file in files {
        let Some(mut command) = as_nobody(root.path()) else {
            eprintln!("not tried: only the superuser can give files away");
            return;
        };
        let path = root.path().join(file);
        let previous = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        for _ in 0..3 {
            let printed = output_of(&mut command);
            assert!(printed.starts_with("@refused"), "{file}: {printed}");
            assert!(
                printed.to_lowercase().contains("permission denied"),
                "{file}: {printed}"
            );
        }
        fs::set_permissions(&path, previous).unwrap();
        let printed = output_of(&mut command);
        assert_eq!(printed, format!("@opened {SAMPLES} []"), "{file}");
        assert_eq!(quarantined(root.path()), [] as [PathBuf; 0], "{file}");
    }
    chown(root.path(), Some(0), Some(0)).unwrap();
    assert_sound(root.path(), "after refusals");
    let _ = fs::remove_file(
        root.path()
            .parent()
            .unwrap()
            .join(format!("bencher-test-{}", std::process::id())),
    );
}

/// Numbers that look random and are the same every time.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// Starts a child and kills it a moment after it began to open the store; whether it had come to that.
fn kill_while_it_opens(root: &Path, moment: Duration) -> bool {
    let mut child = opener(root, "linger", "").spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let (mut text, mut part) = (Vec::new(), [0; 512]);
    while !text.windows(8).any(|part| part == b"@opening") {
        let count = out.read(&mut part).unwrap();
        assert!(count > 0, "the child never began");
        text.extend_from_slice(&part[..count]);
    }
    let began = Instant::now();
    while began.elapsed() < moment {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    out.read_to_end(&mut text).unwrap();
    child.wait().unwrap();
    !text.windows(7).any(|part| part == b"@opened")
}

/// Kills children while they open a store, at moments that are spread over the time that this takes.
fn kill_openings(root: &Path, times: u32, state: &mut u64) {
    let (mut killed, mut lasts) = (0, 200_000);
    for _ in 0..times * 20 {
        if killed == times {
            return;
        }
        let moment = Duration::from_micros(random(state, lasts));
        if kill_while_it_opens(root, moment) {
            killed += 1;
            lasts = lasts * 5 / 4;
        } else {
            lasts = (lasts * 3 / 4).max(100);
        }
    }
    panic!("only {killed} kills came while the store opened");
}

#[test]
fn kills_alone_never_put_a_store_out_of_use() {
    let mut state = 20_261_129;
    for root in [filled(), filled_tables()] {
        kill_openings(root.path(), 12, &mut state);
        assert_sound(root.path(), "after kills");
    }
}

#[test]
fn a_salvage_that_is_killed_is_continued() {
    let mut state = 20_261_130;
    for _ in 0..8 {
        let root = filled_tables();
        fs::remove_file(root.path().join("samples/keyspaces/1/current")).unwrap();
        kill_openings(root.path(), 3, &mut state);
        let (database, notice) = open(root.path());
        assert_eq!(stored(&database), SAMPLES, "{notice:?}");
        assert_eq!(quarantined(root.path()).len(), 1, "{notice:?}");
        drop(database);
        let (database, notice) = open(root.path());
        assert_eq!(
            (stored(&database), notice),
            (SAMPLES, OpenNotice::default())
        );
    }
}

#[test]
fn every_state_between_the_steps_of_a_salvage_is_continued() {
    // After the damaged database was renamed, and nothing else.
    let root = filled_tables();
    let (samples, old) = (
        root.path().join("samples"),
        root.path().join("samples.damaged-1"),
    );
    fs::remove_file(samples.join("keyspaces/1/current")).unwrap();
    fs::rename(&samples, &old).unwrap();
    let (database, notice) = open(root.path());
    assert_eq!(stored(&database), SAMPLES, "{notice:?}");
    assert_eq!(notice.messages.len(), 1, "{notice:?}");
    drop(database);

    // After the new one was put in its place, and before it was said that all is done; also as versions
    // before this one left it, with nothing carried over, and new samples since.
    for has in [SAMPLES, 20, 0] {
        let root = filled();
        fs::rename(
            root.path().join("samples"),
            root.path().join("samples.damaged-1"),
        )
        .unwrap();
        fs::remove_file(root.path().join("samples.watermark")).unwrap();
        fs::create_dir(root.path().join("hidden")).unwrap();
        fs::rename(
            root.path().join("samples.damaged-1"),
            root.path().join("hidden/samples.damaged-1"),
        )
        .unwrap();
        let (mut database, _) = open(root.path());
        for n in 0..has / 10 {
            database.append(&[pack(n * 10, 10)]).unwrap();
        }
        drop(database);
        fs::rename(
            root.path().join("hidden/samples.damaged-1"),
            root.path().join("samples.damaged-1"),
        )
        .unwrap();
        let (database, notice) = open(root.path());
        assert_eq!(stored(&database), SAMPLES, "{has} samples: {notice:?}");
        let statistics = database.statistics().unwrap();
        assert_eq!(statistics.samples.count, SAMPLES, "none is there twice");
        assert_eq!(notice.messages.is_empty(), has == SAMPLES, "{notice:?}");
        drop(database);
        let (database, notice) = open(root.path());
        assert_eq!(
            (stored(&database), notice),
            (SAMPLES, OpenNotice::default())
        );
    }
}

#[test]
fn what_was_measured_or_cleared_since_stays_so() {
    let root = filled();
    let aside = root.path().join("samples.damaged-1");
    fs::rename(root.path().join("samples"), &aside).unwrap();
    fs::create_dir(root.path().join("hidden")).unwrap();
    let hidden = root.path().join("hidden/samples.damaged-1");
    fs::rename(&aside, &hidden).unwrap();
    let (mut database, _) = open(root.path());
    let mut newer = pack(3, 1);
    newer.result_values = vec![Some(Value::from(1_u64))];
    database.append(&[newer]).unwrap();
    drop(database);
    fs::rename(&hidden, &aside).unwrap();
    let (database, _) = open(root.path());
    let index = SampleIndex::load(&database, &series()).unwrap();
    assert_eq!(index.len() as u64, SAMPLES);
    let key = KeyMaker::new(&series(), &["n"]).key(&[3_u64.into()], 1);
    let value = index.get(key).unwrap().get(&square());
    assert_eq!(
        value,
        Some(Some(&Value::from(1_u64))),
        "the newer one counts"
    );
    drop(index);
    drop(database);

    let (mut database, _) = open(root.path());
    assert!(database.clear_tag("").unwrap() >= SAMPLES);
    drop(database);
    fs::remove_file(aside.join("carried-over")).unwrap();
    let (database, _) = open(root.path());
    assert_eq!(stored(&database), 0, "they were cleared");
}

/// Opens a store that was damaged, again and again, and adds to it: no number is given twice.
fn assert_whole_after(damage: impl Fn(&Path), root: &Path, what: &str) {
    damage(&root.join("samples"));
    let (mut database, notice) = open(root);
    assert_eq!(stored(&database), SAMPLES, "{what}: {notice:?}");
    let mut newer = pack(0, 10);
    newer.code = Digest(8);
    database.append(&[newer]).unwrap();
    drop(database);
    let (database, again) = open(root);
    assert_eq!(again, OpenNotice::default(), "{what}");
    let mut numbers = Vec::new();
    let mut latest = Vec::new();
    database
        .load(&series(), &mut |pack| {
            numbers.push(pack.sequence);
            latest.push(pack.code);
        })
        .unwrap();
    let count = numbers.len();
    numbers.dedup();
    assert_eq!(
        (numbers.len(), count),
        (65, 65),
        "{what}: nothing was overwritten"
    );
    assert_eq!(
        latest.last(),
        Some(&Digest(8)),
        "{what}: the last stored counts"
    );
}

#[test]
fn a_lost_keyspace_is_found_and_salvaged() {
    for keyspace in ["0", "1", "2"] {
        let root = filled();
        assert_whole_after(
            |dir| fs::remove_dir_all(dir.join("keyspaces").join(keyspace)).unwrap(),
            root.path(),
            keyspace,
        );
    }
    let root = filled();
    assert_whole_after(
        |dir| {
            let folder = dir.join("keyspaces");
            fs::remove_dir_all(folder.join("1")).unwrap();
            copy(&folder.join("2"), &folder.join("1"));
        },
        root.path(),
        "the second in place of the first",
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn numbers_do_not_start_again_where_the_small_records_are_damaged() {
    let tables = |dir: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(dir.join("keyspaces/2/tables")).unwrap();
        let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        assert!(!paths.is_empty());
        paths
    };
    let size = {
        let root = filled_tables();
        fs::metadata(&tables(&root.path().join("samples"))[0])
            .unwrap()
            .len()
    };
    let steps = (0..usize::try_from(size).unwrap()).step_by(23);
    for at in steps {
        let root = filled_tables();
        let flip = |dir: &Path| {
            for path in tables(dir) {
                let mut bytes = fs::read(&path).unwrap();
                bytes[at] ^= 0x10;
                fs::write(&path, bytes).unwrap();
            }
        };
        assert_whole_after(flip, root.path(), &format!("byte {at}"));
    }
    let root = filled_tables();
    let zero = |dir: &Path| {
        for path in tables(dir) {
            let len = fs::metadata(&path).unwrap().len();
            fs::write(&path, vec![0; usize::try_from(len).unwrap()]).unwrap();
        }
    };
    assert_whole_after(zero, root.path(), "zeros");
    let root = filled_tables();
    let delete = |dir: &Path| {
        for path in tables(dir) {
            fs::remove_file(path).unwrap();
        }
    };
    assert_whole_after(delete, root.path(), "deleted");
}

#[test]
fn only_aborts_of_the_opening_itself_count() {
    for root in [filled(), filled_tables()] {
        let mark = root.path().join("samples.opening");
        // Any number of kills, and a text that somebody else wrote.
        for text in ["", "1", "2", "7", "aborted\n"] {
            fs::write(&mark, text).unwrap();
            assert_sound(root.path(), text);
            assert!(!mark.exists(), "an opening that came back counts no longer");
        }
        fs::write(&mark, "aborted\naborted\n").unwrap();
        let (database, notice) = open(root.path());
        assert_eq!(stored(&database), SAMPLES);
        assert!(
            notice.messages[0].contains("opening it aborted 2 programs"),
            "{notice:?}"
        );
        drop(database);
        let (database, notice) = open(root.path());
        assert_eq!(
            (stored(&database), notice),
            (SAMPLES, OpenNotice::default())
        );
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_refused_and_not_followed() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let names = [
        "store.lock",
        "samples.watermark",
        "samples.opening",
        "samples/version",
        "samples/0.jnl",
        "samples/keyspaces/1/current",
        "samples/keyspaces/1",
        "samples",
    ];
    for name in names {
        let root = filled();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = root.path().join(name);
        let saved = elsewhere.path().join("saved");
        let there = path.exists();
        if there {
            fs::rename(&path, &saved).unwrap();
        }
        let victim = elsewhere.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        let mut sockets = Vec::new();
        for kind in ["a symbolic link", "a named pipe", "a socket"] {
            match kind {
                "a symbolic link" => symlink(&victim, &path).unwrap(),
                "a named pipe" => {
                    assert!(
                        Command::new("mkfifo")
                            .arg(&path)
                            .status()
                            .unwrap()
                            .success()
                    );
                }
                _ => sockets.push(UnixListener::bind(&path).unwrap()),
            }
            let error = Database::open(root.path(), PATIENCE, |_| ()).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(kind) && text.contains(name), "{name}: {text}");
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{name}");
            fs::remove_file(&path).unwrap();
        }
        if there {
            fs::rename(&saved, &path).unwrap();
        }
        assert_sound(root.path(), name);
    }
}

#[test]
fn a_database_of_another_format_is_refused_by_name() {
    let root = filled();
    let version = root.path().join("samples/version");
    let previous = fs::read(&version).unwrap();
    fs::write(&version, b"FJL\x04").unwrap();
    let error = Database::open(root.path(), PATIENCE, |_| ()).unwrap_err();
    assert!(
        matches!(&error, StoreError::OtherVersion { version: 4, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("another version of bencher"),
        "{error}"
    );
    fs::write(&version, previous).unwrap();
    assert_sound(root.path(), "with its own format again");
}
