use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Value;

/// The results of one sample, in the order of the schema; `None` for one that was not set.
///
/// It is an owned slice; a single result needs no allocation.
///
/// ```
/// use bencher_core::job::Sample;
/// let sample = Sample::from([Some(0.5.into()), None]);
/// assert_eq!(sample[0], Some(0.5.into()));
/// assert!(sample[1].is_none(), "the second result was not set");
/// assert_eq!(sample, sample.iter().cloned().collect());
/// ```
#[derive(Clone)]
pub struct Sample(SampleValues);

#[derive(Clone)]
enum SampleValues {
    /// The common case: a trivial sweep would spend a fifth of its time on a box for it.
    One(Option<Value>),
    Many(Box<[Option<Value>]>),
}

impl Deref for Sample {
    type Target = [Option<Value>];

    #[inline]
    fn deref(&self) -> &Self::Target {
        match &self.0 {
            SampleValues::One(value) => std::slice::from_ref(value),
            SampleValues::Many(values) => values,
        }
    }
}

impl DerefMut for Sample {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        match &mut self.0 {
            SampleValues::One(value) => std::slice::from_mut(value),
            SampleValues::Many(values) => values,
        }
    }
}

impl FromIterator<Option<Value>> for Sample {
    #[inline]
    fn from_iter<I: IntoIterator<Item = Option<Value>>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (Some(one), None) => Self(SampleValues::One(one)),
            (first, second) => {
                let all = first.into_iter().chain(second).chain(values);
                Self(SampleValues::Many(all.collect()))
            }
        }
    }
}

impl<const N: usize> From<[Option<Value>; N]> for Sample {
    fn from(values: [Option<Value>; N]) -> Self {
        values.into_iter().collect()
    }
}

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|values| values.into_iter().collect())
    }
}
