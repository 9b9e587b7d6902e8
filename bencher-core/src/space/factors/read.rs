//! Reads factors from JSON and similar formats, in the order of the text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::value::Value;

use super::{FactorLevel, Factors};

impl<'de> Deserialize<'de> for Factors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FactorsVisitor)
    }
}

struct FactorsVisitor;

impl<'de> Visitor<'de> for FactorsVisitor {
    type Value = Factors;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of factors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Factors, A::Error> {
        let mut factors = Factors::new();
        while let Some((name, levels)) = map.next_entry::<String, LevelList>()? {
            factors = factors.with(name, levels.0);
        }
        Ok(factors)
    }
}

/// The levels of one factor.
struct LevelList(Vec<FactorLevel>);

impl<'de> Deserialize<'de> for LevelList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LevelListVisitor)
    }
}

struct LevelListVisitor;

impl<'de> Visitor<'de> for LevelListVisitor {
    type Value = LevelList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of levels, or an object of levels and their sub-sweeps")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<LevelList, A::Error> {
        let mut levels = Vec::new();
        while let Some(PlainLevel(value)) = list.next_element()? {
            levels.push(FactorLevel::new(value));
        }
        Ok(LevelList(levels))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LevelList, A::Error> {
        let mut levels = Vec::new();
        while let Some((value, sub)) = map.next_entry::<String, Factors>()? {
            let value = Value::from(value);
            levels.push(FactorLevel { value, sub });
        }
        Ok(LevelList(levels))
    }
}

/// A level without a sub-sweep.
struct PlainLevel(Value);

impl<'de> Deserialize<'de> for PlainLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainLevelVisitor)
    }
}

struct PlainLevelVisitor;

impl Visitor<'_> for PlainLevelVisitor {
    type Value = PlainLevel;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a level: true, false, a number or a text")
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<PlainLevel, E> {
        Ok(PlainLevel(b.into()))
    }

    fn visit_i64<E: Error>(self, i: i64) -> Result<PlainLevel, E> {
        Ok(PlainLevel(i.into()))
    }

    fn visit_i128<E: Error>(self, i: i128) -> Result<PlainLevel, E> {
        Ok(PlainLevel(i.into()))
    }

    fn visit_u64<E: Error>(self, u: u64) -> Result<PlainLevel, E> {
        Ok(PlainLevel(u.into()))
    }

    fn visit_u128<E: Error>(self, u: u128) -> Result<PlainLevel, E> {
        Ok(PlainLevel(u.into()))
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<PlainLevel, E> {
        Ok(PlainLevel(x.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PlainLevel, E> {
        Ok(PlainLevel(text.into()))
    }
}
