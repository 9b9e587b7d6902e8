use std::path::Path;
use std::sync::{Arc, Barrier, Mutex};

use bencher_core::evaluator::callbacks::{CsvLogger, EarlyStop, Logger, Profile};
use bencher_core::evaluator::{
    Callback, Evaluator, EvaluatorOptions, Gather, JobRecord, Objective, RunningJob,
};
use serde::{Deserialize, Serialize};

use crate::evaluator_common::{csv, values};
use crate::{Options, create, two};

#[derive(Default)]
pub(crate) struct Heard(pub(crate) Vec<String>);

impl<A> Callback<A> for Heard {
    fn on_launch(&mut self, job: &JobRecord<A>) {
        self.0.push(format!("launch {} {}", job.id, job.state));
    }
    fn on_done(&mut self, job: &JobRecord<A>) {
        self.0.push(format!("done {} {}", job.id, job.state));
    }
    fn on_done_other(&mut self, job: &JobRecord<A>) {
        self.0.push(format!("other {}", job.id));
    }
    fn on_gather(&mut self, own: &[JobRecord<A>], others: &[JobRecord<A>]) {
        self.0
            .push(format!("gather {} + {}", own.len(), others.len()));
    }
    fn on_close(&mut self) {
        self.0.push("close".to_owned());
    }
}

#[test]
fn a_file_that_is_no_table_of_jobs_is_left_alone_and_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("notes", "my precious notes"), ("table", "a,b\n1,2\n")] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let options = EvaluatorOptions::default().callback(CsvLogger::new(&path));
        let mut evaluator =
            Evaluator::create("serial", |x: &RunningJob<'_, f64>| **x, options).unwrap();
        evaluator.submit([1.0, 2.0]).unwrap();
        assert_eq!(evaluator.gather(Gather::All).unwrap().len(), 2);
        let problems = evaluator.take_problems();
        assert!(problems[0].contains("not a log of jobs"), "{problems:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn what_has_no_end_is_no_table() {
    let options = EvaluatorOptions::default().callback(CsvLogger::new("/dev/full"));
    let mut evaluator =
        Evaluator::create("serial", |x: &RunningJob<'_, f64>| **x, options).unwrap();
    evaluator.submit([1.0]).unwrap();
    assert_eq!(evaluator.gather(Gather::All).unwrap().len(), 1);
    assert!(evaluator.take_problems()[0].contains("not a regular file"));
}

#[test]
fn callbacks_hear_of_everything_in_order() {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let options = Options::default().callback(Arc::clone(&heard));
    let mut evaluator = create("serial", |job| **job, options);
    evaluator.submit([5, 6]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    evaluator.submit([7]).unwrap();
    evaluator.close().unwrap();
    drop(evaluator);
    let expected = [
        "launch 0 READY",
        "launch 1 READY",
        "done 0 DONE",
        "done 1 DONE",
        "gather 2 + 0",
        "launch 2 READY",
        "done 2 CANCELLED",
        "gather 1 + 0",
        "close",
    ];
    assert_eq!(heard.lock().unwrap().0, expected);
}

#[test]
fn a_callback_that_panics_loses_no_job() {
    struct Panics(bool);
    impl<A> Callback<A> for Panics {
        fn on_done(&mut self, _: &JobRecord<A>) {
            assert!(std::mem::replace(&mut self.0, true), "once");
        }
    }
    let mut evaluator = create(
        "serial",
        |job| **job,
        Options::default().callback(Panics(false)),
    );
    evaluator.submit(0..3).unwrap();
    let gather = std::panic::AssertUnwindSafe(|| evaluator.gather(Gather::All));
    assert!(bencher_core::panics::catch(gather).is_err());
    assert_eq!(
        values(&evaluator.gather(Gather::All).unwrap()),
        [0.0, 1.0, 2.0]
    );
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Point {
    x: f64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<u32>,
}

fn point(x: f64, name: &str, late: Option<u32>) -> Point {
    let name = name.to_owned();
    Point { x, name, late }
}

fn run_points(path: &std::path::Path, points: Vec<Point>) -> Vec<String> {
    let run = |job: &RunningJob<'_, Point>| {
        let objective = Objective::new(job.x).with("_hidden", 1);
        match job.late {
            Some(late) => objective.with("late", late),
            None => objective,
        }
    };
    let options = EvaluatorOptions::default().callback(CsvLogger::new(path));
    let mut evaluator = Evaluator::create("serial", run, options).unwrap();
    evaluator.submit(points).unwrap();
    evaluator.close().unwrap();
    evaluator.take_problems()
}

/// The rows of a CSV file without the times, by column.
fn table(path: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let dataset: Vec<Vec<String>> = csv(&text);
    let heading = &dataset[0];
    let row = |row: &Vec<String>| {
        assert_eq!(row.len(), heading.len(), "{text}");
        heading.iter().cloned().zip(row.iter().cloned()).collect()
    };
    dataset[1..].iter().map(row).collect()
}

#[test]
fn csv_takes_late_columns_quotes_and_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder").join("jobs.csv");
    let options = EvaluatorOptions::default().callback(CsvLogger::new(&path));
    let run = |job: &RunningJob<'_, Point>| {
        let objective = Objective::new(job.x)
            .with("_hidden", 1)
            .with("submitted", "own");
        match job.late {
            Some(late) => objective.with("late", late),
            None => objective,
        }
    };
    let mut evaluator = Evaluator::create("serial", run, options).unwrap();
    let awkward = "a, \"b\"\nc";
    evaluator
        .submit([
            point(f64::INFINITY, "first", None),
            point(1.5, awkward, None),
            point(2.0, "late", Some(7)),
            point(f64::NAN, "nan", Some(8)),
        ])
        .unwrap();
    evaluator.gather(Gather::All).unwrap();
    let rows = table(&path);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (rows[1]["p:name"].as_str(), rows[1]["objective"].as_str()),
        (awkward, "1.5")
    );
    assert_eq!(
        (rows[0]["p:late"].as_str(), rows[0]["objective"].as_str()),
        ("", "")
    );
    assert_eq!(
        (rows[2]["p:late"].as_str(), rows[2]["m:late"].as_str()),
        ("7", "7")
    );
    assert_eq!(
        (
            rows[3]["objective"].as_str(),
            rows[3]["job_status"].as_str()
        ),
        ("F", "FAILED")
    );
    assert!(rows[3]["m:error"].contains("NaN") && !rows[0].contains_key("m:_hidden"));
    assert_ne!(rows[1]["m:submitted"], "own");
    assert_eq!(rows[1]["m:submitted (2)"], "own");
    drop(evaluator);

    // An editor took the last line end away.
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, whole.trim_end()).unwrap();
    assert!(run_points(&path, vec![point(3.0, "edited", None)]).is_empty());
    assert_eq!(table(&path).len(), 5);

    // The program died in the middle of a row, one with a quote.
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}0.5,\"half a na")).unwrap();
    assert!(run_points(&path, vec![]).is_empty());
    let more = EvaluatorOptions::<Point>::default().callback(CsvLogger::new(&path));
    let mut again = Evaluator::create("serial", |job| (job.x, 1), more).unwrap();
    again.submit([point(9.0, "again", None)]).unwrap();
    again.gather(Gather::All).unwrap();
    let rows = table(&path);
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[5]["objective_0"], "9");
    assert_eq!(
        (
            rows[5]["objective"].as_str(),
            rows[1]["objective_1"].as_str()
        ),
        ("", "")
    );
}

#[test]
fn csv_leaves_the_files_of_others_alone_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget.csv");
    std::fs::write(&path, "month,euros\nmay,3\n").unwrap();
    let options = Options::default().callback(CsvLogger::new(&path));
    let mut evaluator = create("serial", |job| **job, options);
    evaluator.submit([1]).unwrap();
    assert_eq!(
        evaluator.gather(Gather::All).unwrap().len(),
        1,
        "the job is none the worse"
    );
    let problems = evaluator.take_problems();
    assert!(problems[0].contains("budget.csv: the file exists but is not a log of jobs"));
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "month,euros\nmay,3\n"
    );
}

#[test]
fn early_stopping_by_patience_and_by_threshold() {
    let run = |stop: EarlyStop, points: &[u64]| {
        let run = |job: &RunningJob<'_, u64>| (**job != 13).then_some(**job);
        let mut evaluator = create("serial", run, Options::default().callback(stop));
        for (n, point) in points.iter().enumerate() {
            evaluator.submit([*point]).unwrap();
            evaluator.gather(Gather::All).unwrap();
            if let Some(why) = evaluator.stop() {
                return Some((n + 1, why));
            }
        }
        None
    };
    let because = |n, why: &str| Some((n, why.to_owned()));
    let patient = || EarlyStop::default().patience(2);
    let why = "no job of the last 2 was better than 5";
    assert_eq!(run(patient(), &[5, 5, 4, 9]), because(3, why));
    assert_eq!(
        run(patient(), &[5, 13, 13, 9]),
        because(3, why),
        "failures count"
    );
    assert_eq!(run(patient(), &[1, 0, 2, 1, 3]), None);
    assert_eq!(run(patient().minimizing(), &[9, 8, 7, 6]), None);
    assert_eq!(run(patient().minimizing(), &[5, 8, 7]), because(3, why));
    let why = "none of the 2 jobs had an objective";
    assert_eq!(run(patient(), &[13, 13]), because(2, why));
    let good = EarlyStop::default().threshold(5.0);
    assert_eq!(
        run(good, &[1, 5, 9]),
        because(2, "5 is as good as the threshold of 5")
    );
    let small = EarlyStop::default().threshold(2.0).minimizing();
    assert_eq!(
        run(small, &[3, 2]),
        because(2, "2 is as good as the threshold of 2")
    );
    let negative = EarlyStop::default()
        .threshold(-3.0)
        .score(|values| -values[0]);
    assert_eq!(
        run(negative, &[4, 3]),
        because(2, "-3 is as good as the threshold of -3")
    );
}

#[test]
fn the_log_has_a_line_for_every_job() {
    let logger = Arc::new(Mutex::new(Logger::new(Vec::new()).minimizing()));
    let run = |job: &RunningJob<'_, u64>| match **job {
        0 => vec![],
        1 => vec![1e-7, 2.0],
        n => vec![n as f64],
    };
    let mut evaluator = create(
        "serial",
        run,
        Options::default().callback(Arc::clone(&logger)),
    );
    evaluator.submit([3, 2, 0, 1, 4]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    let lines = String::from_utf8(logger.lock().unwrap().out().clone()).unwrap();
    let expected = "\
[00001] -- Minimum Objective: 3.00000 -- Last Objective: 3.00000
[00002] -- Minimum Objective: 2.00000 -- Last Objective: 2.00000
[00003] -- Last Failure: the job returned no result
[00004] -- Last Objectives: 1.00000e-7, 2.00000
[00005] -- Minimum Objective: 2.00000 -- Last Objective: 4.00000
";
    assert_eq!(lines, expected);
}

#[test]
fn the_profile_shows_both_workers_busy() {
    let profile = Arc::new(Mutex::new(Profile::default()));
    let both = Barrier::new(2);
    let run = move |_: &RunningJob<'_, u64>| {
        both.wait();
        1
    };
    let mut evaluator = create("threads", run, two().callback(Arc::clone(&profile)));
    evaluator.submit([0, 1]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    let busy = profile.lock().unwrap().busy();
    assert_eq!(busy.iter().map(|(_, workers)| *workers).max(), Some(2));
}

/// Each logger adds columns of its own while the others write.
#[test]
fn loggers_share_a_table() {
    const LOGGERS: usize = 4;
    const JOBS: usize = 25;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.csv");
    let together = Barrier::new(LOGGERS);
    std::thread::scope(|threads| {
        for logger in 0..LOGGERS {
            let (path, together) = (&path, &together);
            threads.spawn(move || {
                let run = move |x: &RunningJob<'_, f64>| {
                    let column = format!("{logger} {}", (**x / 10.0).floor());
                    Objective::new(**x).with(column, "here")
                };
                let options = EvaluatorOptions::default().callback(CsvLogger::new(path));
                let mut evaluator = Evaluator::create("serial", run, options).unwrap();
                together.wait();
                for job in 0..JOBS {
                    evaluator.submit([job as f64]).unwrap();
                    evaluator.gather(Gather::All).unwrap();
                }
                assert_eq!(evaluator.take_problems(), [""; 0]);
            });
        }
    });
    let table = csv(&std::fs::read_to_string(&path).unwrap());
    let (heading, rows) = table.split_first().unwrap();
    assert_eq!(rows.len(), LOGGERS * JOBS);
    let values = heading.iter().position(|name| name == "p:value").unwrap();
    for job in 0..JOBS {
        let text = format!("{job}.0");
        let same = rows.iter().filter(|row| row[values] == text).count();
        assert_eq!(same, LOGGERS, "{text}");
    }
    // Every row has the mark of its own logger alone.
    let marks = |row: &Vec<String>| row.iter().filter(|cell| *cell == "here").count();
    assert!(
        rows.iter()
            .all(|row| row.len() == heading.len() && marks(row) == 1)
    );
    let added = heading
        .iter()
        .filter(|name| name.starts_with("m:") && name.contains(' '));
    assert_eq!(added.count(), LOGGERS * 3);
}

#[test]
fn numbers_that_json_lacks_stand_in_the_table() {
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Given {
        rate: f64,
        name: String,
        narrow: f32,
        wide: i128,
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.csv");
    let run = |job: &RunningJob<'_, Given>| {
        Objective::new(1.0)
            .with("loss", job.rate)
            .with("narrow", job.narrow)
            .with("wide", job.wide)
    };
    let options = EvaluatorOptions::default().callback(CsvLogger::new(&path));
    let mut evaluator = Evaluator::create("serial", run, options).unwrap();
    let name = "a".to_owned();
    evaluator
        .submit([f64::INFINITY, 0.5].map(|rate| Given {
            rate,
            name: name.clone(),
            narrow: 0.1,
            wide: if rate < 1.0 { i128::MIN } else { 7 },
        }))
        .unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(jobs[0].objective.as_ref().unwrap().metadata["loss"], "inf");
    let table = csv(&std::fs::read_to_string(&path).unwrap());
    let cell = |row: usize, name: &str| {
        let at = table[0].iter().position(|known| known == name).unwrap();
        table[row][at].clone()
    };
    assert_eq!(
        (cell(1, "p:rate"), cell(1, "p:name"), cell(1, "m:loss")),
        ("inf".into(), name, "inf".into())
    );
    assert_eq!(
        (cell(2, "p:rate"), cell(2, "m:loss")),
        ("0.5".into(), "0.5".into())
    );
    for row in [1, 2] {
        assert_eq!(
            (cell(row, "p:narrow"), cell(row, "m:narrow")),
            ("0.1".into(), "0.1".into())
        );
    }
    let wide = i128::MIN.to_string();
    assert_eq!((cell(2, "p:wide"), cell(2, "m:wide")), (wide.clone(), wide));
}

/// A column that comes late makes the log anew: behind a link too, and without a file under a name that another may
/// have.
#[cfg(unix)]
#[test]
fn a_wider_log_writes_no_file_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("victim"), "mine").unwrap();
    std::os::unix::fs::symlink(at("victim"), at("jobs.csv.new")).unwrap();
    std::os::unix::fs::symlink(at("jobs.csv"), at("link.csv")).unwrap();
    let options = Options::default().callback(CsvLogger::new(at("link.csv")));
    let run = |job: &RunningJob<'_, u64>| match **job {
        1 => Objective::new(1.0),
        late => Objective::new(1.0).with("late", late),
    };
    let mut evaluator = create("serial", run, options);
    for job in [1, 2] {
        evaluator.submit([job]).unwrap();
        evaluator.gather(Gather::All).unwrap();
    }
    assert_eq!(evaluator.take_problems(), Vec::<String>::new());
    assert_eq!(std::fs::read_to_string(at("victim")).unwrap(), "mine");
    assert!(
        std::fs::symlink_metadata(at("link.csv"))
            .unwrap()
            .is_symlink()
    );
    let table = csv(&std::fs::read_to_string(at("jobs.csv")).unwrap());
    assert_eq!(table.len(), 3);
    assert!(table[0].iter().any(|name| name == "m:late"));
}
