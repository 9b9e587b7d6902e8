use std::fmt;
use std::sync::Arc;

use crate::value::{Digest, KeyWriter, Value};

use super::untyped;

/// One combination of a factor sweep: a value for each of its factors, in the order of the factors.
///
/// ```
/// use bencher_core::space::{Factors, sweep};
/// use bencher_core::value::Value;
/// let factors = Factors::new().with("codec", ["zstd"]).with("level", [3]);
/// let combination = sweep(&factors)?.get(0).unwrap_or_default();
/// assert_eq!(combination.to_string(), "codec=zstd level=3");
/// assert_eq!(combination.get("level"), Some(&Value::from(3)));
/// assert_eq!(combination.get("seed"), None);
/// # Ok::<(), bencher_core::space::FactorError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Combination {
    values: Vec<(Arc<str>, Value)>,
}

impl Combination {
    pub(super) fn push(&mut self, name: &Arc<str>, value: &Value) {
        self.values.push((Arc::clone(name), value.clone()));
    }

    /// The value of a factor.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.values.iter().find(|(known, _)| &**known == name);
        found.map(|(_, value)| value)
    }

    /// The factors and their values.
    ///
    /// ```
    /// use bencher_core::space::{Factors, sweep};
    /// let factors = Factors::new().with("codec", ["zstd"]).with("level", [3]);
    /// let combination = sweep(&factors)?.get(0).unwrap_or_default();
    /// assert_eq!(combination.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["codec", "level"]);
    /// # Ok::<(), bencher_core::space::FactorError>(())
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (&**name, value))
    }

    /// The identity of the combination. It is the same in every process, on every machine, and for every order of the
    /// factors. `1.0` and `1` have the same identity.
    ///
    /// ```
    /// use bencher_core::space::{Factors, sweep};
    /// let id = |factors: Factors| Ok(sweep(&factors)?.get(0).unwrap_or_default().id());
    /// let one = id(Factors::new().with("a", [1]).with("b", ["x"]))?;
    /// assert_eq!(one, id(Factors::new().with("b", ["x"]).with("a", [1.0]))?);
    /// assert_ne!(one, id(Factors::new().with("b", ["x"]).with("a", ["1"]))?);
    /// # Ok::<(), bencher_core::space::FactorError>(())
    /// ```
    pub fn id(&self) -> Digest {
        let mut sorted: Vec<&(Arc<str>, Value)> = self.values.iter().collect();
        crate::sort::by(&mut sorted, |(a, _), (b, _)| a.cmp(b));
        let mut key = KeyWriter::default();
        key.text("combination");
        key.number(sorted.len() as u128);
        for (name, value) in sorted {
            key.text(name);
            key.value(&untyped(value));
        }
        key.digest()
    }
}

/// `a=1 b=x`; the text of the empty combination is empty.
impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{name}={value}")?;
        }
        Ok(())
    }
}
