//! The progress of a sweep, by level of each factor.

use std::collections::HashMap;
use std::fmt;

use serde_json::{Map, Value as Json, json};

use super::lists::Stats;
use crate::space::Combination;
use crate::value::{Digest, KeyWriter, Value};

/// The numbers of combinations with one level of one factor, by state.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LevelStats {
    /// The factor.
    pub factor: String,
    /// Its level.
    pub level: Value,
    /// Combinations that have the level.
    pub total: usize,
    /// Combinations that are todo.
    pub remaining: usize,
    /// Skipped combinations.
    pub skipped: usize,
    /// Combinations in progress.
    pub in_progress: usize,
    /// Combinations that are done.
    pub done: usize,
}

impl LevelStats {
    /// The share of done combinations, from 0 to 1.
    pub fn done_ratio(&self) -> f64 {
        self.done as f64 / self.total as f64
    }

    /// The counts of each state, by name, after the count of all combinations with the level.
    fn counts(&self) -> [(&'static str, usize); 5] {
        [
            ("total", self.total),
            ("remaining", self.remaining),
            ("skipped", self.skipped),
            ("inprogress", self.in_progress),
            ("done", self.done),
        ]
    }
}

/// The progress of a factor sweep, by level.
///
/// See [`sweep_stats`] for an example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepStats {
    levels: Vec<LevelStats>,
}

/// One of the counts of a level.
type Count = fn(&mut LevelStats) -> &mut usize;

/// Computes the progress of a factor sweep, by level of each factor.
///
/// ```
/// use bencher_core::space::{FactorLevel, Factors, sweep};
/// use bencher_core::sweeper::{ParamSweeper, sweep_stats};
/// let radix = FactorLevel::new("radix").with("bits", [8, 16]);
/// let factors = Factors::new().with("algo", [FactorLevel::new("quick"), radix]).with("len", [10, 1000]);
/// # let dir = tempfile::tempdir()?;
/// let sweeper = ParamSweeper::open(dir.path(), sweep(&factors)?.iter())?;
/// let first = sweeper.get_next()?.ok_or("nothing is left")?;
/// sweeper.done(&first)?;
/// let stats = sweep_stats(&sweeper.stats());
/// let quick = stats.get("algo", &"quick".into()).ok_or("no such level")?;
/// assert_eq!((quick.total, quick.done, quick.done_ratio()), (2, 1, 0.5));
/// println!("{stats}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A factor that only some combinations have is counted over these.
pub fn sweep_stats(stats: &Stats<Combination>) -> SweepStats {
    let mut levels: Vec<LevelStats> = Vec::new();
    let mut index: HashMap<Digest, usize> = HashMap::new();
    let lists: [(&[Combination], Count); 5] = [
        (&stats.sweeps, |level| &mut level.total),
        (&stats.remaining, |level| &mut level.remaining),
        (&stats.skipped, |level| &mut level.skipped),
        (&stats.in_progress, |level| &mut level.in_progress),
        (&stats.done, |level| &mut level.done),
    ];
    for (combinations, count) in lists {
        for (factor, level) in combinations.iter().flat_map(Combination::iter) {
            let mut key = KeyWriter::default();
            key.text(factor);
            key.value(level);
            let at = *index.entry(key.digest()).or_insert_with(|| {
                levels.push(LevelStats {
                    factor: factor.to_owned(),
                    level: level.clone(),
                    total: 0,
                    remaining: 0,
                    skipped: 0,
                    in_progress: 0,
                    done: 0,
                });
                levels.len() - 1
            });
            if let Some(level) = levels.get_mut(at) {
                *count(level) += 1;
            }
        }
    }
    // The levels of a factor stand together, as a sub-sweep comes between those of the one that has it.
    let mut ranks: HashMap<String, usize> = HashMap::new();
    for level in &levels {
        let next = ranks.len();
        ranks.entry(level.factor.clone()).or_insert(next);
    }
    crate::sort::by_key(&mut levels, |level| ranks.get(&level.factor).copied());
    SweepStats { levels }
}

impl SweepStats {
    /// The levels of the first factor, then the levels of the next, in the order of the combinations.
    pub fn levels(&self) -> &[LevelStats] {
        &self.levels
    }

    /// One level of a factor.
    pub fn get(&self, factor: &str, level: &Value) -> Option<&LevelStats> {
        let mut levels = self.levels.iter();
        levels.find(|known| known.factor == factor && known.level == *level)
    }

    /// Converts to the form of execo's `sweep_stats`: `total`, `remaining`, `skipped`, `inprogress` and `done` with the
    /// counts of levels that have any, and for each of the last four a `_ratio` of the total for all levels.
    ///
    /// ```
    /// use bencher_core::space::{Factors, sweep};
    /// use bencher_core::sweeper::{Stats, sweep_stats};
    /// let sweeps: Vec<_> = sweep(&Factors::new().with("a", [1, 2]))?.iter().collect();
    /// let stats = Stats { done: sweeps[..1].to_vec(), remaining: sweeps[1..].to_vec(), sweeps, ..Stats::default() };
    /// let json = sweep_stats(&stats).to_json();
    /// assert_eq!(json["done"], serde_json::json!({"a": {"1": 1}}));
    /// assert_eq!(json["done_ratio"], serde_json::json!({"a": {"1": 1.0, "2": 0.0}}));
    /// # Ok::<(), bencher_core::space::FactorError>(())
    /// ```
    pub fn to_json(&self) -> Json {
        let mut all = Map::new();
        for level in &self.levels {
            for (name, count) in level.counts() {
                let counts = all.entry(name).or_insert_with(|| json!({}));
                if count > 0 {
                    put(counts, level, json!(count));
                }
                if name != "total" {
                    let ratios = all.entry(format!("{name}_ratio"));
                    let ratio = count as f64 / level.total as f64;
                    put(ratios.or_insert_with(|| json!({})), level, json!(ratio));
                }
            }
        }
        Json::Object(all)
    }
}

fn put(to: &mut Json, level: &LevelStats, value: Json) {
    let factors = to.as_object_mut();
    let factor = factors.map(|factors| factors.entry(&level.factor).or_insert_with(|| json!({})));
    if let Some(levels) = factor.and_then(Json::as_object_mut) {
        levels.insert(level.level.to_string(), value);
    }
}

/// A line for each level.
impl fmt::Display for SweepStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .levels
            .iter()
            .map(|level| format!("{}={}", level.factor, level.level));
        let names: Vec<String> = names.collect();
        let width = names
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        for (at, (name, level)) in names.iter().zip(&self.levels).enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            let LevelStats {
                total,
                remaining,
                skipped,
                in_progress,
                done,
                ..
            } = level;
            write!(
                f,
                "{end}{name:width$}  {done:>4} of {total:>4} done, {skipped} skipped, {in_progress} in progress, \
                 {remaining} remaining"
            )?;
        }
        Ok(())
    }
}
