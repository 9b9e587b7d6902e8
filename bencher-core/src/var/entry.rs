//! Inputs whose values are the entries of a file: each top-level key is a sample.

use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};

use crate::value::{Item, Kind, Value};

use super::domain_error::DomainError;
use super::types::SweepValue;

/// One entry of a JSON, TOML or YAML file, chosen by its key: the content as a `T`.
///
/// A field of this type with `#[sweep(file = "machines.json")]` takes every top-level key of the file, in the order of
/// the file. A sample's identity includes the key and the content, so that an edited entry is measured again. The entry
/// dereferences to `T`.
///
/// ```
/// use bencher_core::space::Density;
/// use bencher_core::value::Kind;
/// use bencher_core::var::{DomainOf, Entry, SweepValue};
/// #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
/// struct Machine { cores: u32 }
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("machines.json");
/// std::fs::write(&path, r#"{"small": {"cores": 2}, "large": {"cores": 64}}"#)?;
/// let machines = DomainOf::<Entry<Machine>>::new().file(&path).finish()?;
/// let levels = machines.levels(Kind::Item, Density::default())?;
/// let small = Entry::<Machine>::from_value(&levels.get(0).ok_or("empty")?).ok_or("another type")?;
/// assert_eq!((small.key(), small.cores), ("small", 2));
///
/// std::fs::write(&path, r#"{"small": {"cores": "two"}}"#)?;
/// let error = DomainOf::<Entry<Machine>>::new().file(&path).finish().unwrap_err().to_string();
/// assert!(error.contains("machines.json") && error.contains("line 1"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Entry<T> {
    key: Arc<str>,
    /// The entry as canonical JSON.
    text: Arc<str>,
    content: T,
}

impl<T> Entry<T> {
    /// The key in the file.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The content.
    pub const fn content(&self) -> &T {
        &self.content
    }
}

impl<T> Deref for Entry<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> SweepValue for Entry<T> {
    const KIND: Kind = Kind::Item;

    type Literal = Self;

    fn from_literal(literal: Self) -> Self {
        literal
    }

    fn to_value(&self) -> Value {
        entry(&self.key, &self.text)
    }

    fn from_value(value: &Value) -> Option<Self> {
        let item = value.as_item()?;
        let text = item.part("")?.as_str()?;
        Some(Self {
            key: item.name().into(),
            text: text.into(),
            content: serde_json::from_str(text).ok()?,
        })
    }
}

fn entry(key: &str, text: &str) -> Value {
    Value::from(Item::new(key, [("", Value::from(text))]))
}

/// The entries of a file, each checked to be a `T`.
pub(super) fn read_entries<T: DeserializeOwned>(path: &Path) -> Result<Vec<Value>, DomainError> {
    let path = found(path);
    let failed = |problem: &dyn fmt::Display| {
        DomainError::Source(format!("the file {}: {problem}", path.display()))
    };
    let text = std::fs::read_to_string(&path).map_err(|error| failed(&error))?;
    let format = Format::of(&path).map_err(|problem| failed(&problem))?;
    // Once for its type, so that an error names the line; once for what identity is made of.
    format
        .read::<Entries<T>>(&text)
        .map_err(|problem| failed(&problem))?;
    let entries: Entries<Content> = format.read(&text).map_err(|problem| failed(&problem))?;
    if entries.0.is_empty() {
        return Err(failed(&"it has no entry; each top-level key is a sample"));
    }
    let mut values = Vec::with_capacity(entries.0.len());
    for (key, Content(content)) in &entries.0 {
        let text = content.to_string();
        // What a sample gets must be what stands in the file.
        if let Err(problem) = serde_json::from_str::<T>(&text) {
            return Err(failed(&format!(
                "the entry `{key}` cannot be read back from JSON, in which it is stored \
                 ({problem}); write its numbers as text"
            )));
        }
        values.push(entry(key, &text));
    }
    Ok(values)
}

/// The content of an entry as JSON, which has neither NaN nor infinities, and integers of 64 bits.
struct Content(serde_json::Value);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Content;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value that JSON has")
            }

            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Content, E> {
                Ok(Content(value.into()))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Content, E> {
                Ok(Content(value.into()))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Content, E> {
                Ok(Content(value.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Content, E> {
                let number = serde_json::Number::from_f64(value);
                let number = number.ok_or_else(|| {
                    E::custom(format!(
                        "{value} is a number that entries cannot hold; write it as text"
                    ))
                })?;
                Ok(Content(number.into()))
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Content, E> {
                Ok(Content(value.into()))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Content, E> {
                Ok(Content(serde_json::Value::Null))
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<Content, E> {
                self.visit_unit()
            }

            fn visit_some<D: serde::Deserializer<'de>>(self, from: D) -> Result<Content, D::Error> {
                Content::deserialize(from)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Content, A::Error> {
                let mut items = Vec::new();
                while let Some(Content(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Content(items.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
                let mut fields = serde_json::Map::new();
                while let Some((key, Content(content))) = map.next_entry::<String, Content>()? {
                    fields.insert(key, content);
                }
                Ok(Content(fields.into()))
            }
        }

        from.deserialize_any(Reader)
    }
}

/// Where a file of that name is: a relative path begins at the package that Cargo runs, else at the
/// working directory.
fn found(path: &Path) -> PathBuf {
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(package) if path.is_relative() => Path::new(&package).join(path),
        _ => path.to_owned(),
    }
}

#[derive(Clone, Copy)]
enum Format {
    Json,
    Toml,
    #[cfg(feature = "yaml")]
    Yaml,
}

impl Format {
    fn of(path: &Path) -> Result<Self, &'static str> {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        match ending.to_str() {
            Some("json") => Ok(Self::Json),
            Some("toml") => Ok(Self::Toml),
            #[cfg(feature = "yaml")]
            Some("yaml" | "yml") => Ok(Self::Yaml),
            #[cfg(not(feature = "yaml"))]
            Some("yaml" | "yml") => {
                Err("YAML is read with the feature `yaml`: add it to the dependency on bencher")
            }
            _ => Err("its name must end in .json, .toml or .yaml"),
        }
    }

    fn read<T: DeserializeOwned>(self, text: &str) -> Result<T, String> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
            Self::Toml => toml::from_str(text).map_err(|error| error.to_string()),
            #[cfg(feature = "yaml")]
            Self::Yaml => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
        }
    }
}

/// The entries of a mapping in the order of the file; a key that stands twice is an error.
struct Entries<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping whose keys are the samples")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries: Vec<(String, T)> = Vec::new();
                let mut known = HashSet::new();
                while let Some((key, content)) = map.next_entry::<String, T>()? {
                    if !known.insert(key.clone()) {
                        let message = format!("the key `{key}` is given twice");
                        return Err(serde::de::Error::custom(message));
                    }
                    entries.push((key, content));
                }
                Ok(Entries(entries))
            }
        }

        from.deserialize_map(Reader(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Load {
        rate: Option<f64>,
        #[serde(default)]
        count: u128,
    }

    fn read(name: &str, text: &str) -> Result<Vec<Load>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let values = read_entries::<Load>(&path).map_err(|error| error.to_string())?;
        let read = |value: &Value| Entry::<Load>::from_value(value).unwrap().content;
        Ok(values.iter().map(read).collect())
    }

    #[test]
    fn what_stands_in_a_file_comes_back_or_is_refused() {
        let rate = |rate, count| Load { rate, count };
        let found = read(
            "a.toml",
            "a = { rate = 0.5, count = 9007199254740993 }\nb = {}",
        )
        .unwrap();
        assert_eq!(
            found,
            [rate(Some(0.5), 9_007_199_254_740_993), rate(None, 0)]
        );
        for text in ["a = { rate = inf }", "a = { rate = nan }"] {
            let error = read("a.toml", text).unwrap_err();
            assert!(error.contains("write it as text"), "{error}");
        }
        let big = "{\"a\": {\"rate\": 1, \"count\": 18446744073709551617}}";
        let error = read("a.json", big).unwrap_err();
        assert!(
            error.contains("the entry `a` cannot be read back"),
            "{error}"
        );
    }
}
