//! What the tests of evaluators share.
#![allow(dead_code, reason = "each program uses some of it")]

use std::time::{Duration, Instant};

use bencher_core::evaluator::{JobRecord, JobState};

/// Longer than anything here takes.
pub(crate) const NEVER: Duration = Duration::from_secs(120);

pub(crate) fn states<A>(jobs: &[JobRecord<A>]) -> Vec<JobState> {
    jobs.iter().map(|job| job.state).collect()
}

pub(crate) fn values<A>(jobs: &[JobRecord<A>]) -> Vec<f64> {
    jobs.iter().map(|job| job.value().unwrap()).collect()
}

/// The rows of a CSV text, by RFC 4180.
pub(crate) fn csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    assert!(
        !quoted && row.is_empty() && field.is_empty(),
        "half a row: {text}"
    );
    rows
}

/// Does something that takes no longer than so; a machine that is busy with something else gets five tries.
pub(crate) fn in_time(limit: Duration, mut work: impl FnMut()) {
    let mut took = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        work();
        took.push(began.elapsed());
        if began.elapsed() <= limit {
            return;
        }
    }
    panic!("it took {took:?}, and not {limit:?}");
}

/// Waits for something that will come.
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + NEVER;
    while !is_so() {
        assert!(Instant::now() < end, "it never came");
        std::thread::sleep(Duration::from_millis(1));
    }
}
