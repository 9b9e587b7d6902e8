//! What a work list costs: `cargo bench --bench sweeper`.
//!
//! A pair is a `get_next` and the `done` of what it gave, which is on the disk when it returns. Figures are
//! medians of several runs, beside what the same disk does for a bare loop in the same minute.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bencher::sweeper::ParamSweeper;

/// How often each figure is taken.
const RUNS: usize = 3;
/// How long one run may take.
const AT_MOST: Duration = Duration::from_millis(1500);
/// How many threads share a handle, and how many elements a batch has.
const MANY: usize = 64;
/// A line of the journal.
const LINE: [u8; 88] = [b'x'; 88];

/// Where a child works; set only for the child.
const CHILD: &str = "BENCHER_BENCH_SWEEPER_DIR";

/// An element: with a text, as a combination has.
type Element = (u32, String);

fn main() {
    if let Some(dir) = std::env::var_os(CHILD) {
        return child(Path::new(&dir));
    }
    // Some of it alone: `cargo bench --bench sweeper -- opening`.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    if is_wanted("pairs") {
        rates();
    }
    if is_wanted("opening") {
        println!("opening 100,000 elements, all done");
        let (opening, bytes) = reopen(100_000);
        let reached = if opening <= 100.0 {
            "reached"
        } else {
            "MISSED"
        };
        println!(
            "{opening:.1} ms, of {:.1} MB   goal 100 ms {reached}\n",
            bytes as f64 / 1e6
        );
    }
    if is_wanted("processes") {
        println!("pairs/s of processes, 64 threads each, 1,000,000 elements; in turns");
        let turns: Vec<[f64; 2]> = (0..5).map(|_| [1, 2].map(of_processes)).collect();
        let of = |figure: fn(&[f64; 2]) -> f64| {
            let figures: Vec<f64> = turns.iter().map(figure).collect();
            bencher::stats::median(&figures).unwrap_or(f64::NAN)
        };
        let ratio = of(|[one, two]| two / one);
        println!(
            "one {:.0}, two together {:.0}: {ratio:.2} times one",
            of(|turn| turn[0]),
            of(|turn| turn[1])
        );
    }
}

/// Pairs per second, by number of elements and of those in progress. The disk is asked before each row, as what it
/// does changes within minutes.
fn rates() {
    println!("pairs/s, by number of elements, and by how many more are in progress elsewhere");
    println!(
        "{:>9} {:>11}  {:>11} {:>11}  {:>18} {:>18} {:>18}",
        "elements",
        "in progress",
        "appends/s",
        "syncs/s",
        "one by one",
        "batches of 64",
        "64 threads"
    );
    let rows = [1_000, 10_000, 100_000, 1_000_000].map(|count| (count, 0));
    let others = [(100_000, 100), (100_000, 10_000)];
    for (count, others) in rows.into_iter().chain(others) {
        let (appends, syncs) = (median(|| limit(false)), median(|| limit(true)));
        let [single, batch, threads] =
            [Way::Single, Way::Batch, Way::Threads].map(|way| median(|| pairs(way, count, others)));
        println!(
            "{count:>9} {others:>11}  {appends:>11.0} {syncs:>11.0}  {} {} {}",
            beside(single, syncs),
            beside(batch, appends),
            beside(threads, syncs)
        );
    }
    println!(
        "(in brackets: of bare appends, each with fdatasync; batches: of bare appends alone)\n"
    );
}

#[derive(Clone, Copy)]
enum Way {
    Single,
    Batch,
    Threads,
}

fn elements(count: u32) -> impl Iterator<Item = Element> {
    (0..count).map(|n| (n, "an algorithm".to_owned()))
}

/// Pairs per second through one handle.
fn pairs(way: Way, count: u32, others: u32) -> f64 {
    let dir = folder();
    let sweeper = open(&dir, count + others);
    let other = open(&dir, count + others);
    let others = others as usize;
    assert_eq!(expect(other.get_next_batch(others)).len(), others);
    let started = Instant::now();
    let done = work(&sweeper, way, started);
    let rate = done as f64 / started.elapsed().as_secs_f64();
    drop((sweeper, other));
    remove(&dir);
    rate
}

/// Works until nothing is left or the time is over; how many pairs that were.
fn work(sweeper: &ParamSweeper<Element>, way: Way, started: Instant) -> usize {
    let one_by_one = || {
        let mut pairs = 0;
        while started.elapsed() < AT_MOST {
            let Some(element) = expect(sweeper.get_next()) else {
                break;
            };
            expect(sweeper.done(&element));
            pairs += 1;
        }
        pairs
    };
    match way {
        Way::Single => one_by_one(),
        Way::Batch => {
            let mut pairs = 0;
            while started.elapsed() < AT_MOST {
                let batch = expect(sweeper.get_next_batch(MANY));
                if batch.is_empty() {
                    break;
                }
                expect(sweeper.done_batch(&batch));
                pairs += batch.len();
            }
            pairs
        }
        Way::Threads => std::thread::scope(|scope| {
            let threads: Vec<_> = (0..MANY).map(|_| scope.spawn(one_by_one)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or(0))
                .sum()
        }),
    }
}

/// Lines per second that a bare loop appends.
fn limit(sync: bool) -> f64 {
    let dir = folder();
    expect(std::fs::create_dir_all(&dir));
    let mut options = OpenOptions::new();
    let mut file: File = expect(options.append(true).create(true).open(dir.join("bare")));
    let started = Instant::now();
    let mut lines = 0_u32;
    while started.elapsed() < AT_MOST / 3 {
        expect(file.write_all(&LINE));
        if sync {
            expect(file.sync_data());
        }
        lines += 1;
    }
    let rate = f64::from(lines) / started.elapsed().as_secs_f64();
    remove(&dir);
    rate
}

/// How long it takes to open elements that are all done, in milliseconds, and how large their journal is.
fn reopen(count: u32) -> (f64, u64) {
    let dir = folder();
    let sweeper = open(&dir, count);
    loop {
        let batch = expect(sweeper.get_next_batch(1000));
        if batch.is_empty() {
            break;
        }
        expect(sweeper.done_batch(&batch));
    }
    drop(sweeper);
    let bytes = expect(std::fs::metadata(dir.join("sweep.journal"))).len();
    let opening = median(|| {
        let elements: Vec<Element> = elements(count).collect();
        let started = Instant::now();
        let sweeper = expect(ParamSweeper::open(&dir, elements));
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        assert!(
            sweeper.to_string().contains(&format!(" {count} done,")),
            "{sweeper}"
        );
        milliseconds
    });
    remove(&dir);
    (opening, bytes)
}

/// Pairs per second of processes that share a directory.
fn of_processes(count: usize) -> f64 {
    let dir = folder();
    drop(open(&dir, 1));
    let mut children: Vec<_> = (0..count)
        .map(|_| {
            let this = expect(std::env::current_exe());
            let mut command = Command::new(this);
            command
                .env(CHILD, &dir)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
            expect(command.spawn())
        })
        .collect();
    let mut outs: Vec<_> = children
        .iter_mut()
        .filter_map(|child| child.stdout.take())
        .map(|out| BufReader::new(out).lines())
        .collect();
    let mut say = |what: &str| -> Vec<String> {
        let lines = outs.iter_mut().map(|out| expect(out.next().ok_or(what)));
        lines.map(expect).collect()
    };
    say("ready");
    for child in &mut children {
        // They begin when their input ends.
        drop(child.stdin.take());
    }
    let rates = say("a rate")
        .into_iter()
        .map(|rate| expect(rate.parse::<f64>()));
    let rate = rates.sum();
    for mut child in children {
        expect(child.wait());
    }
    remove(&dir);
    rate
}

fn child(dir: &Path) {
    let sweeper = open(dir, 1_000_000);
    println!("ready");
    expect(std::io::stdin().read_to_end(&mut Vec::new()));
    let started = Instant::now();
    let pairs = work(&sweeper, Way::Threads, started);
    println!("{}", pairs as f64 / started.elapsed().as_secs_f64());
}

fn open(dir: &Path, count: u32) -> ParamSweeper<Element> {
    expect(ParamSweeper::open(dir, elements(count)))
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bencher-sweeper-{}", std::process::id()));
    remove(&folder);
    folder
}

fn remove(folder: &Path) {
    // A leftover in the temporary directory harms nobody.
    let _ = std::fs::remove_dir_all(folder);
}

fn median(mut run: impl FnMut() -> f64) -> f64 {
    let figures: Vec<f64> = (0..RUNS).map(|_| run()).collect();
    bencher::stats::median(&figures).unwrap_or(f64::NAN)
}

fn beside(rate: f64, limit: f64) -> String {
    format!("{rate:>8.0} ({:>6.2}x)", rate / limit)
}

fn expect<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
