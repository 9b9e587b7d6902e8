//! A memoised function over a cluster: every result is stored, and the next run executes nothing.
//!
//! ```text
//! cargo run --release --features cluster --example cached_function
//! ```

use std::sync::Arc;
use std::time::Duration;

use bencher::Database;
use bencher::evaluator::{Executors, JobHandle, Limits};
use bencher::job::JobFunctionCache;

/// The steps from a number down to 1, halving it if it is even, and else tripling it and adding 1.
fn collatz(start: &u64, _: &JobHandle<'_>) -> Result<u32, String> {
    let (mut n, mut steps) = (*start, 0);
    while n > 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    Ok(steps)
}

fn main() -> bencher::Result<()> {
    // Workers stay at this line, and never open the store.
    let cluster = Executors::Cluster(2).backend(Arc::new(collatz), &Limits::default())?;
    let root = bencher::store::default_root();
    let (store, _) = Database::open(&root, Duration::from_secs(10), |_| ())?;
    let cache = JobFunctionCache::new(Box::new(store));
    let collatz = cache.function("collatz", 1, cluster);
    let calls: Result<Vec<_>, _> = (1..=1000).map(|n| collatz.submit(n)).collect();
    let steps: Result<Vec<u32>, _> = calls?.into_iter().map(|call| call.wait()).collect();
    println!(
        "at most {:?} steps, {:?}",
        steps?.iter().max(),
        cache.counts()
    );
    Ok(())
}
