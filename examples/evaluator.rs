//! How should annealing cool down? A random search over worker processes: each job anneals a round trip of
//! 80 cities with its own schedule. It stops when 150 jobs in a row brought nothing better.
//!
//! `cargo run --release --example evaluator`

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bencher::evaluator::callbacks::{CsvLogger, EarlyStop, Profile};
use bencher::evaluator::{
    Evaluator, EvaluatorOptions, Gather, JobRecord, JobState, Objective, RunningJob,
};
use bencher::progress::{BarProgress, JobProgress};
use serde::{Deserialize, Serialize};

/// A schedule: the temperature at the beginning, and what it is multiplied by after each round of swaps.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cooling {
    start: f64,
    factor: f64,
}

/// Numbers that look random, the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, count: usize) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below count"
        )]
        let n = (self.next() * count as f64) as usize;
        n
    }
}

const CITIES: usize = 80;
const ROUNDS: u32 = 300;

/// The length of the tour that a schedule leads to.
fn anneal(job: &RunningJob<'_, Cooling>) -> Result<Objective, String> {
    let mut random = Random(7);
    let cities: Vec<(f64, f64)> = (0..CITIES)
        .map(|_| (random.next(), random.next()))
        .collect();
    let length = |tour: &[usize]| -> f64 {
        let legs = tour.iter().zip(tour.iter().cycle().skip(1));
        let leg = |(from, to): (&usize, &usize)| {
            let ((a, b), (c, d)) = (cities[*from], cities[*to]);
            (a - c).hypot(b - d)
        };
        legs.map(leg).sum()
    };
    let mut tour: Vec<usize> = (0..CITIES).collect();
    let (mut now, mut temperature) = (length(&tour), job.start);
    let mut kept = 0_u32;
    for _ in 0..ROUNDS {
        if job.should_stop() {
            return Err("there was no more time".to_owned());
        }
        for _ in 0..CITIES {
            let (a, b) = (random.below(CITIES), random.below(CITIES));
            let (from, to) = (a.min(b), a.max(b));
            tour[from..=to].reverse();
            let then = length(&tour);
            if then < now || random.next() < ((now - then) / temperature).exp() {
                now = then;
                kept += 1;
            } else {
                tour[from..=to].reverse();
            }
        }
        temperature *= job.factor;
        // A schedule that heats up takes its process with it; the others do not mind.
        if temperature > 1e3 {
            std::process::abort();
        }
    }
    Ok(Objective::new(now).with("kept", kept))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = std::env::temp_dir().join("bencher-example-evaluator.csv");
    let profile = Arc::new(Mutex::new(Profile::default()));
    let options = EvaluatorOptions::default()
        .workers(2)
        .job_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .callback(CsvLogger::new(&table))
        .callback(JobProgress::new(BarProgress::default(), "Annealing", 400))
        .callback(EarlyStop::default().minimizing().patience(150))
        .callback(Arc::clone(&profile));
    // Worker processes come as far as this line.
    let mut search = Evaluator::create("processes", anneal, options)?;
    if table.exists() {
        std::fs::remove_file(&table)?;
    }
    search.set_maximum_num_jobs_submitted(400);

    let mut random = Random(11);
    let mut cooling = || Cooling {
        start: 10_f64.powf(random.next() * 4.0 - 3.0),
        factor: 0.9 + random.next() * 0.13,
    };
    let mut done: Vec<JobRecord<Cooling>> = Vec::new();
    search.submit((0..4).map(|_| cooling()))?;
    let why = loop {
        // As many new points as were answered: no worker is ever without work.
        let answered = search.gather(Gather::Batch(1))?;
        let count = answered.len();
        done.extend(answered);
        if let Some(why) = search.stop() {
            break why;
        }
        if let Err(limit) = search.submit((0..count).map(|_| cooling())) {
            break limit.to_string();
        }
    };
    done.extend(search.close()?);

    println!("{why}");
    let of = |state| done.iter().filter(|job| job.state == state).count();
    let [ran, failed] = [of(JobState::Done), of(JobState::Failed)];
    println!("{ran} jobs are done, {failed} took their process with them");
    if let Some(busy) = profile.lock().ok().and_then(|profile| profile.mean()) {
        println!("on average, {busy:.1} workers were busy");
    }
    done.retain(|job| job.objective.is_some());
    done.sort_by(|a, b| {
        a.values()
            .partial_cmp(b.values())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    for job in done.iter().take(3) {
        let Cooling { start, factor } = job.args;
        let length = job.value().unwrap_or(f64::NAN);
        println!("length {length:.3} from temperature {start:.4}, times {factor:.4}");
    }
    println!("all of them: {}", table.display());
    Ok(())
}
