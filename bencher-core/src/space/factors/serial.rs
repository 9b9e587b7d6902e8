//! Writes combinations to JSON and similar formats, and reads them back.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor, value};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use crate::value::Value;

use super::{Combination, untyped};

/// An object of factors, in their order. Truth values, numbers and texts are written directly, other values as an
/// object of their kind. A whole number has no fraction, so that `1.0` is written as `1`.
impl Serialize for Combination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.iter().len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &Level(untyped(value)))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Combination {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Factors;

        impl<'de> Visitor<'de> for Factors {
            type Value = Combination;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of factors and their levels")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Combination, A::Error> {
                let mut combination = Combination::default();
                while let Some((name, Level(value))) = map.next_entry::<String, Level>()? {
                    if combination.get(&name).is_some() {
                        return Err(A::Error::custom(format!("factor `{name}` is given twice")));
                    }
                    combination.push(&Arc::from(name), &value);
                }
                Ok(combination)
            }
        }

        deserializer.deserialize_map(Factors)
    }
}

/// The value of a factor.
struct Level(Value);

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Float(x) if x.is_finite() => serializer.serialize_f64(*x),
            Value::Float(x) => Err(S::Error::custom(format!("a level of {x} cannot be stored"))),
            Value::Text(text) => serializer.serialize_str(text),
            // Beyond 64 bits, readers take a bare number for a float.
            Value::Int(i) => match (i64::try_from(*i), u64::try_from(*i)) {
                (Ok(i), _) => serializer.serialize_i64(i),
                (_, Ok(u)) => serializer.serialize_u64(u),
                _ => self.0.serialize(serializer),
            },
            _ => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyLevel;

        impl<'de> Visitor<'de> for AnyLevel {
            type Value = Level;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a level: true, false, a number, a text, or an object of another kind")
            }

            fn visit_bool<E>(self, b: bool) -> Result<Level, E> {
                Ok(Level(b.into()))
            }

            fn visit_i64<E>(self, i: i64) -> Result<Level, E> {
                Ok(Level(i.into()))
            }

            fn visit_u64<E>(self, u: u64) -> Result<Level, E> {
                Ok(Level(u.into()))
            }

            fn visit_f64<E>(self, x: f64) -> Result<Level, E> {
                Ok(Level(x.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Level, E> {
                Ok(Level(text.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Level, A::Error> {
                Value::deserialize(value::MapAccessDeserializer::new(map)).map(Level)
            }
        }

        deserializer.deserialize_any(AnyLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Factors, sweep};
    use super::*;
    use crate::value::{Item, Kind};

    #[test]
    fn combinations_come_back_from_their_text() {
        let levels = [
            Value::from(true),
            Value::from(-3),
            Value::from(u64::MAX),
            Value::from(u128::MAX),
            Value::from(i128::MIN),
            Value::from(0.1),
            Value::from("Int"),
            Value::DateTime(7),
            Value::Vector([0.5, 2.0].into()),
            Item::new("Zstd", [("level", Value::from(3))]).into(),
        ];
        let factors = Factors::new().with("z", levels).with("a", [1.0]);
        let combinations: Vec<Combination> = sweep(&factors).unwrap().iter().collect();
        assert_eq!(combinations.len(), 10);
        for combination in combinations {
            let text = serde_json::to_string(&combination).unwrap();
            let back: Combination = serde_json::from_str(&text).unwrap();
            assert_eq!(back.id(), combination.id(), "{text}");
            assert_eq!(back.to_string(), combination.to_string());
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
        assert_eq!(Kind::Bool.canonical(&Value::from(true)), Some(true.into()));
    }

    #[test]
    fn a_factor_stands_once() {
        let error = serde_json::from_str::<Combination>(r#"{"a":1,"a":2}"#).unwrap_err();
        assert!(error.to_string().contains("factor `a` is given twice"));
        let nan = Factors::new().with("a", [f64::NAN]);
        let combination = sweep(&nan).unwrap().get(0).unwrap();
        let error = serde_json::to_string(&combination).unwrap_err();
        assert!(
            error.to_string().contains("NaN cannot be stored"),
            "{error}"
        );
    }
}
