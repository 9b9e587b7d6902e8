//! A memoised function over a cluster: every result is stored, and the next run executes nothing.
//!
//! ```text
//! cargo run --release --features cluster --example cached_function
//! ```

use std::sync::Arc;
use std::time::Duration;

use bencher::Database;
use bencher::evaluator::{Executors, JobHandle, Limits};
use bencher::job::{CallFuture, JobFunctionCache};

/// The steps from a number down to 1, halving it if it is even, and else tripling it and adding 1.
fn collatz(mut n: u64) -> Result<u32, String> {
    let mut steps = 0;
    while n > 1 {
        let next = if n.is_multiple_of(2) {
            Some(n / 2)
        } else {
            n.checked_mul(3).and_then(|n| n.checked_add(1))
        };
        n = next.ok_or_else(|| format!("{n} is too large"))?;
        steps += 1;
    }
    Ok(steps)
}

fn main() -> bencher::Result<()> {
    // Workers stay at this line, and never open the store.
    let run = Arc::new(|start: &u64, _: &JobHandle<'_>| collatz(*start));
    let cluster = Executors::Cluster(2).backend(run, &Limits::default())?;
    let root = bencher::store::default_root();
    let (store, _) = Database::open(&root, Duration::from_secs(10), |_| ())?;
    let cache = JobFunctionCache::new(Box::new(store));
    let collatz = cache.function("collatz", 1, cluster);
    let calls: Result<Vec<_>, _> = (1..=1000).map(|n| collatz.submit(n)).collect();
    let steps: Result<Vec<u32>, _> = calls?.into_iter().map(CallFuture::wait).collect();
    let (most, executed) = (steps?.into_iter().max(), cache.counts().executed);
    println!("at most {most:?} steps, {executed} calls executed");
    Ok(())
}
