//! Whether a run is worse than another one, point by point, with a known error rate.
//!
//! Every function here is a pure decision over numbers: nothing is read, measured or printed. A *point* is one
//! combination of input levels with one result; a *replicate* is one fresh process that measured it.
//!
//! | question | answer |
//! |---|---|
//! | two stored runs beside each other | [`compare_stored`] |
//! | two programs measured in pairs of fresh processes | [`PairedRuns`], with looks by [`Schedule`] |
//! | one point: pairs of processes, or several processes of each side | [`judge_pairs`], [`judge_replicates`] |
//! | one point: single stored runs, with a history | [`judge_runs`], [`judge_against_history`] |
//! | successes of trials, counted events, deterministic numbers | [`judge_proportions`], [`judge_rates`], [`judge_exact`] |
//! | all points together and each level of each input | [`judge_group`] |
//! | a simple rule over the snapshots of a history | [`detectors`] |
//! | where the level of a history changed | [`change_points`] |
//!
//! The judges of one point take a [`Rule`], whose misrate comes from the [`Family`] of points that are judged together.
//!
//! ```
//! use bencher_core::regression::{Family, Rule, Threshold, Verdict, judge_pairs};
//! use bencher_core::var::Direction;
//! let family = Family::new(1);
//! let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: family.point_misrate() };
//! let base = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.01, 0.99];
//! let candidate = base.map(|seconds| seconds * 1.05);
//! let found = judge_pairs(&candidate, &base, &rule);
//! assert_eq!(found.verdict, Verdict::Worse);
//! ```

mod advice;
mod axes;
pub mod change_points;
mod comparison;
mod counts;
pub mod detectors;
mod family;
mod independent;
mod paired;
#[cfg(test)]
mod paired_series;
mod power;
mod presence;
mod proportions;
mod reason;
mod sequential;
mod signed_rank;
mod verdict;

pub use advice::Advice;
pub use axes::{Group, judge_group, pair_medians};
pub use comparison::{
    ASSUMED_BETWEEN_RUNS, CompareOptions, GroupComparison, NoRuns, PairedRuns, PointComparison,
    ResultComparison, RunComparison, RunSpreads, SweepComparison, VerdictCounts, compare_stored,
};
pub use counts::{Rate, judge_exact, judge_rates, rate_ratio_bounds};
pub use family::{
    AXES_SHARE, Dependence, ErrorControl, FAMILY_RATE, Family, Selection, pairs_for, pairs_needed,
    select_discoveries,
};
pub use independent::{
    BetweenRuns, FEWEST_RUNS, judge_against_history, judge_replicates, judge_runs, judge_stored,
    replicates_needed,
};
pub use paired::{judge_pairs, pair_differences, pair_log_ratios};
pub use power::{detectable, half_width_factor, pairs_to_decide, pairs_to_detect};
pub use presence::{Presence, judge_presence};
pub use proportions::{Proportion, judge_proportions, newcombe_bounds};
pub use reason::Reason;
pub use sequential::{LookReport, PairedPoint, Schedule};
pub use signed_rank::{SignedRanks, signed_rank_bounds};
pub use verdict::{Effect, Judgement, Rule, Scale, Threshold, Verdict, exit_status};
