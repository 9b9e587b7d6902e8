//! Values from several process replicates.

use super::summary::{Summary, summary};
use super::{mean, var};

/// The [`Summary`] of values from several processes, given one list for each process.
///
/// The values of one process resemble each other (its memory layout stays the same). The centre and its bounds are
/// therefore computed from the centres of the processes. The noise is the noise of a single value. A process without a
/// value is ignored. `None` without any value.
///
/// ```
/// use bencher_core::stats::{MISRATE, summary_of_replicates};
/// // Six processes that agree within, and not with each other.
/// let processes: Vec<Vec<f64>> = (0..6).map(|n| vec![1.0 + 0.05 * n as f64; 20]).collect();
/// let found = summary_of_replicates(&processes, MISRATE).ok_or("nothing")?;
/// assert_eq!((found.lower, found.upper), (Some(1.0), Some(1.25)), "six values say little");
/// assert_eq!(found.count, 120);
/// # Ok::<(), &str>(())
/// ```
pub fn summary_of_replicates(processes: &[Vec<f64>], misrate: f64) -> Option<Summary> {
    let centres: Option<Vec<f64>> = processes
        .iter()
        .filter(|values| !values.is_empty())
        .map(|values| summary(values, misrate).map(|found| found.centre))
        .collect();
    let all: Vec<f64> = processes.concat();
    Some(Summary {
        count: all.len(),
        noise: summary(&all, misrate)?.noise,
        ..summary(&centres?, misrate)?
    })
}

/// How many rounds each further process should take, after some processes took several: Kalibera and Jones (2013),
/// `ceil(sqrt(c2 / c1 * T1^2 / T2^2))`. Variances are computed on logarithms. `cost` is the cost of a process start,
/// divided by the cost of a round.
///
/// Where processes hardly differ, the answer is many rounds; `None` stands for the largest possible number.
///
/// ```
/// use bencher_core::stats::optimal_rounds;
/// let apart = [vec![1.0, 1.01, 0.99], vec![1.2, 1.21, 1.19], vec![0.8, 0.81, 0.79]];
/// assert_eq!(optimal_rounds(&apart, 3.0), Some(1), "another process says more than a round");
/// let alike = [vec![1.0, 1.1, 0.9], vec![1.0, 1.1, 0.9], vec![1.0, 1.1, 0.9]];
/// assert_eq!(optimal_rounds(&alike, 3.0), None);
/// ```
pub fn optimal_rounds(processes: &[Vec<f64>], cost: f64) -> Option<u32> {
    let logs: Vec<Vec<f64>> = processes
        .iter()
        .map(|values| {
            let positive = values.iter().filter(|x| **x > 0.0);
            positive.map(|x| x.ln()).collect()
        })
        .collect();
    let within: Vec<f64> = logs.iter().filter_map(|values| var(values, 1)).collect();
    let means: Vec<f64> = logs.iter().filter_map(|values| mean(values)).collect();
    let rounds = logs
        .iter()
        .map(Vec::len)
        .max()
        .filter(|rounds| *rounds > 0)?;
    let within = mean(&within)?;
    // The means of the processes vary by what is within, too.
    let between = var(&means, 1)? - within / rounds as f64;
    if between <= 0.0 {
        return None;
    }
    let rounds = (cost * within / between).sqrt().ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least 1; saturates"
    )]
    let rounds = rounds.max(1.0) as u32;
    Some(rounds)
}
