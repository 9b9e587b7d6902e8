//! Factors that a program learns at run time, and the sweep over them.

mod combination;
mod error;
mod read;
mod serial;
mod sweep;

pub use combination::Combination;
pub use error::FactorError;
pub use sweep::{Combinations, FactorSweep, sweep};

use std::sync::Arc;

use crate::value::{Kind, Value};

/// How deep sub-sweeps may be nested.
const MAX_DEPTH: usize = 64;

/// Named factors with their levels, in order; a level may bring further factors of its own.
///
/// [`sweep`] takes them:
///
/// ```
/// use bencher_core::space::{FactorLevel, Factors, sweep};
/// let factors = Factors::new()
///     .with("algo", [
///         FactorLevel::new("quick"),
///         FactorLevel::new("radix").with("bits", [8, 16]),
///     ])
///     .with("len", [10, 1000]);
/// let all: Vec<String> = sweep(&factors)?.iter().map(|c| c.to_string()).collect();
/// assert_eq!(all, [
///     "algo=quick len=10", "algo=quick len=1000",
///     "algo=radix bits=8 len=10", "algo=radix bits=8 len=1000",
///     "algo=radix bits=16 len=10", "algo=radix bits=16 len=1000",
/// ]);
/// # Ok::<(), bencher_core::space::FactorError>(())
/// ```
///
/// They can be read from JSON or any other format of serde, and keep the order of the text. A factor is a list of
/// levels, or an object whose keys are levels (texts) and whose values are their sub-sweeps.
///
/// ```
/// use bencher_core::space::{Factors, sweep};
/// let factors: Factors = serde_json::from_str(
///     r#"{"algo": {"quick": {}, "radix": {"bits": [8, 16]}}, "len": [10, 1000]}"#,
/// )?;
/// assert_eq!(sweep(&factors)?.count(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A `serde_json::Value` sorts its keys, unless that crate's feature `preserve_order` is on. Where the order matters,
/// read the factors from the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factors {
    factors: Vec<Factor>,
    /// The deepest nesting; what is beyond [`MAX_DEPTH`] is not kept, so that nothing recurses
    /// without bound.
    depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Factor {
    name: Arc<str>,
    levels: Arc<[FactorLevel]>,
}

/// One level of a factor: a value, and the factors of its sub-sweep.
///
/// See [`Factors`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorLevel {
    /// The value.
    pub value: Value,
    /// The factors that only this level sweeps.
    pub sub: Factors,
}

impl Factors {
    /// Makes an empty set of factors, whose sweep is one empty combination.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a factor behind the existing ones, so that it changes faster than they do.
    ///
    /// Levels are anything that converts into a value, or [`FactorLevel`]s.
    pub fn with<L: Into<FactorLevel>>(
        mut self,
        name: impl Into<Arc<str>>,
        levels: impl IntoIterator<Item = L>,
    ) -> Self {
        let mut levels: Vec<FactorLevel> = levels.into_iter().map(Into::into).collect();
        for level in &mut levels {
            self.depth = self.depth.max(level.sub.depth + 1);
            if level.sub.depth >= MAX_DEPTH {
                level.sub.factors.clear();
            }
        }
        self.factors.push(Factor {
            name: name.into(),
            levels: levels.into(),
        });
        self
    }

    /// Removes the factors without levels, at any depth.
    ///
    /// ```
    /// use bencher_core::space::{FactorError, Factors, sweep};
    /// let factors = Factors::new().with("a", [0; 0]).with("b", [1, 2]);
    /// let error = sweep(&factors).unwrap_err();
    /// assert_eq!(error, FactorError::NoLevels { place: "a".to_owned() });
    /// assert_eq!(sweep(&factors.without_empty())?.count(), 2);
    /// # Ok::<(), FactorError>(())
    /// ```
    pub fn without_empty(self) -> Self {
        let factors = self.factors.into_iter();
        let kept = factors.filter(|factor| !factor.levels.is_empty());
        let factors = kept.map(|factor| {
            let levels = factor.levels.iter().map(|level| FactorLevel {
                value: level.value.clone(),
                sub: level.sub.clone().without_empty(),
            });
            Factor {
                levels: levels.collect(),
                ..factor
            }
        });
        Self {
            factors: factors.collect(),
            depth: self.depth,
        }
    }
}

impl FactorLevel {
    /// Makes a level without factors of its own.
    pub fn new(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            sub: Factors::new(),
        }
    }

    /// Adds a factor that only this level sweeps.
    pub fn with<L: Into<FactorLevel>>(
        mut self,
        name: impl Into<Arc<str>>,
        levels: impl IntoIterator<Item = L>,
    ) -> Self {
        self.sub = self.sub.with(name, levels);
        self
    }
}

impl<V: Into<Value>> From<V> for FactorLevel {
    fn from(value: V) -> Self {
        Self::new(value)
    }
}

/// The one form of a value whose type is not declared: a float that is a whole number is that
/// integer.
fn untyped(value: &Value) -> Value {
    match value {
        Value::Float(_) => Kind::Int(128).canonical(value),
        _ => None,
    }
    .unwrap_or_else(|| value.clone())
}
