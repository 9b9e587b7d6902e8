use std::fmt;

use serde::Serialize;

use super::SampleStore;
use super::blobs::{BlobStore, for_each_reference};
use super::error::StoreError;
use super::pack::{Pack, PackedSample, ResultId, Series};
use crate::value::{Digest, Value};

/// The description of a sample to look for.
///
/// See [`explain`] for an example.
#[derive(Clone, Debug)]
pub struct SampleQuery {
    /// The series it belongs to.
    pub series: Series,
    /// Its inputs and constants, in any order.
    pub inputs: Vec<(String, Value)>,
    /// The repeat, from 1.
    pub repeat: u32,
    /// The results it must have.
    pub results: Vec<ResultId>,
    /// The executable that must have measured it; `None` allows any.
    pub code: Option<Digest>,
    /// The class of the machine that must have measured it; `None` allows any.
    pub machine: Option<Digest>,
}

/// Why a store has no such sample.
///
/// See [`explain`] for an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Explanation {
    /// It is stored.
    Stored,
    /// The store holds no sample.
    Empty,
    /// No stored sample matches; these are the differences from the nearest one.
    Differs(Vec<Difference>),
}

/// One difference between a stored sample and the query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field that differs.
    pub field: Field,
    /// The stored value; empty where there is none.
    pub stored: String,
    /// The value of the query; empty where there is none.
    pub wanted: String,
}

/// A field in which two samples can differ.
///
/// ```
/// use bencher_core::store::Field;
/// assert_eq!(Field::Input("len".to_owned()).to_string(), "input `len`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Field {
    /// The tag.
    Tag,
    /// The type of the sweep.
    SweepType,
    /// The author's version of the benchmark.
    Version,
    /// The value of an input or constant, or its presence.
    Input(String),
    /// The repeat.
    Repeat,
    /// The presence of a result, its kind, or its meaning.
    Result(String),
    /// The executable that measured it.
    Code,
    /// The class of the machine that measured it.
    Machine,
    /// The content that a result refers to.
    Content(String),
}

impl Field {
    /// How much further off a difference makes a sample: the more is shared, the nearer.
    const fn weight(&self) -> u32 {
        match self {
            Self::SweepType => 1000,
            Self::Version | Self::Tag => 50,
            Self::Input(_) => 10,
            Self::Repeat => 5,
            Self::Result(_) | Self::Code | Self::Machine | Self::Content(_) => 0,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag => f.write_str("tag"),
            Self::SweepType => f.write_str("sweep type"),
            Self::Version => f.write_str("version of the benchmark"),
            Self::Input(name) => write!(f, "input `{name}`"),
            Self::Repeat => f.write_str("repeat"),
            Self::Result(name) => write!(f, "result `{name}`"),
            Self::Code => f.write_str("executable"),
            Self::Machine => f.write_str("class of machine"),
            Self::Content(name) => write!(f, "content of `{name}`"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| {
            if text.is_empty() {
                "none".to_owned()
            } else {
                text.to_owned()
            }
        };
        let (stored, wanted) = (shown(&self.stored), shown(&self.wanted));
        write!(f, "{}: stored {stored}, wanted {wanted}", self.field)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored => f.write_str("the sample is stored"),
            Self::Empty => f.write_str("the store holds no sample"),
            Self::Differs(differences) => {
                f.write_str("no stored sample fits; the nearest differs in")?;
                differences
                    .iter()
                    .try_for_each(|difference| write!(f, "\n  {difference}"))
            }
        }
    }
}

/// Explains why a sample is not in a store, by its differences from the nearest stored sample, with both values.
///
/// ```
/// use bencher_core::store::{
///     Explanation, Field, MemoryStore, Pack, SampleStore, Series, SampleQuery, explain,
/// };
/// use bencher_core::value::{Digest, Value};
/// let series = Series { tag: "try".to_owned(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series.clone(), Digest(7), vec!["len".to_owned()], vec![]);
/// pack.push(vec![Value::from(4)], 1, vec![]);
/// let mut store = MemoryStore::default();
/// store.append(&[pack])?;
/// let inputs = vec![("len".to_owned(), Value::from(5))];
/// let wanted = SampleQuery { series, inputs, repeat: 1, results: vec![], code: None, machine: None };
/// let why = explain(&store, &wanted)?;
/// let Explanation::Differs(differences) = &why else { return Err("it is stored".into()) };
/// assert_eq!(differences[0].field, Field::Input("len".to_owned()));
/// assert!(why.to_string().ends_with("input `len`: stored 4, wanted 5"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the store cannot be read.
pub fn explain(store: &dyn SampleStore, wanted: &SampleQuery) -> Result<Explanation, StoreError> {
    let mut nearest: Option<(u32, Vec<Difference>)> = None;
    let blobs = store.blobs();
    store.load_all(&mut |pack| {
        let of_pack = differences_of_pack(&pack, wanted);
        let base = weight(&of_pack);
        for sample in pack.samples() {
            let known = nearest.as_ref().map(|(distance, _)| *distance);
            if known.is_some_and(|known| base > known) {
                break;
            }
            let mut differences = of_pack.clone();
            add_differences_of_sample(&pack, sample, wanted, &mut differences);
            let distance = weight(&differences);
            // Of two samples of one identity the later counts, whatever it holds.
            if known.is_none_or(|known| distance <= known) {
                add_differences_of_results(&pack, sample, wanted, &blobs, &mut differences);
                nearest = Some((distance, differences));
            }
        }
    })?;
    Ok(match nearest {
        None => Explanation::Empty,
        Some((_, differences)) if differences.is_empty() => Explanation::Stored,
        Some((_, differences)) => Explanation::Differs(differences),
    })
}

fn weight(differences: &[Difference]) -> u32 {
    differences
        .iter()
        .map(|difference| difference.field.weight())
        .sum()
}

fn differences_of_pack(pack: &Pack, wanted: &SampleQuery) -> Vec<Difference> {
    let (stored, asked) = (&pack.series, &wanted.series);
    let mut differences = Vec::new();
    let mut compare = |field: Field, stored: String, wanted: String| {
        if stored != wanted {
            differences.push(Difference {
                field,
                stored,
                wanted,
            });
        }
    };
    compare(
        Field::SweepType,
        stored.sweep_type.clone(),
        asked.sweep_type.clone(),
    );
    compare(Field::Tag, quoted(&stored.tag), quoted(&asked.tag));
    compare(
        Field::Version,
        stored.version.to_string(),
        asked.version.to_string(),
    );
    for (name, value) in &wanted.inputs {
        if !pack.inputs.contains(name) {
            compare(Field::Input(name.clone()), String::new(), value.to_string());
        }
    }
    differences
}

fn add_differences_of_sample(
    pack: &Pack,
    sample: PackedSample<'_>,
    wanted: &SampleQuery,
    differences: &mut Vec<Difference>,
) {
    for (name, stored) in pack.inputs.iter().zip(sample.inputs) {
        let asked = wanted.inputs.iter().find(|(known, _)| known == name);
        let asked = asked.map(|(_, value)| value);
        if asked != Some(stored) {
            let (stored, wanted) = shown(stored, asked);
            let field = Field::Input(name.clone());
            differences.push(Difference {
                field,
                stored,
                wanted,
            });
        }
    }
    if sample.repeat != wanted.repeat {
        differences.push(Difference {
            field: Field::Repeat,
            stored: sample.repeat.to_string(),
            wanted: wanted.repeat.to_string(),
        });
    }
}

fn add_differences_of_results(
    pack: &Pack,
    sample: PackedSample<'_>,
    wanted: &SampleQuery,
    blobs: &BlobStore,
    differences: &mut Vec<Difference>,
) {
    let meaning = |result: &ResultId| {
        format!(
            "{} of meaning {}",
            result.kind.name(),
            result.meaning_version
        )
    };
    for result in &wanted.results {
        let position = pack.results.iter().position(|known| known == result);
        let Some(position) = position else {
            let other = pack.results.iter().find(|known| known.name == result.name);
            differences.push(Difference {
                field: Field::Result(result.name.clone()),
                stored: other.map_or_else(String::new, meaning),
                wanted: meaning(result),
            });
            continue;
        };
        if let Some(Some(value)) = sample.results.get(position) {
            for_each_reference(value, &mut |digest| {
                if let Err(error) = blobs.get(digest) {
                    differences.push(Difference {
                        field: Field::Content(result.name.clone()),
                        stored: error.to_string(),
                        wanted: digest.to_string(),
                    });
                }
            });
        }
    }
    if let Some(code) = wanted.code.filter(|code| *code != pack.code) {
        differences.push(Difference {
            field: Field::Code,
            stored: pack.code.to_string(),
            wanted: code.to_string(),
        });
    }
    if let (Some(machine), Some(stored)) = (wanted.machine, pack.machine)
        && machine != stored
    {
        differences.push(Difference {
            field: Field::Machine,
            stored: stored.to_string(),
            wanted: machine.to_string(),
        });
    }
}

/// Two different values as texts that differ.
fn shown(stored: &Value, wanted: Option<&Value>) -> (String, String) {
    let texts = (
        stored.to_string(),
        wanted.map_or_else(String::new, Value::to_string),
    );
    match wanted {
        Some(wanted) if texts.0 == texts.1 => (format!("{stored:?}"), format!("{wanted:?}")),
        _ => texts,
    }
}

fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use crate::value::Kind;

    fn wanted() -> SampleQuery {
        SampleQuery {
            series: Series {
                tag: "t".to_owned(),
                sweep_type: "demo::Sorting".to_owned(),
                version: 1,
            },
            inputs: vec![
                ("algo".to_owned(), "Quick".into()),
                ("len".to_owned(), 4.into()),
            ],
            repeat: 1,
            results: vec![ResultId::new("moves", Kind::Uint(64))],
            code: Some(Digest(7)),
            machine: Some(Digest(3)),
        }
    }

    fn store(wanted: &SampleQuery) -> MemoryStore {
        let names = wanted.inputs.iter().map(|(name, _)| name.clone()).collect();
        let code = wanted.code.unwrap();
        let mut pack = Pack::new(wanted.series.clone(), code, names, wanted.results.clone())
            .with_machine(wanted.machine);
        let values = wanted
            .inputs
            .iter()
            .map(|(_, value)| value.clone())
            .collect();
        let results = vec![Some(Value::from(6)); wanted.results.len()];
        assert!(pack.push(values, wanted.repeat, results));
        let mut store = MemoryStore::default();
        store.append(&[pack]).unwrap();
        store
    }

    #[test]
    fn it_names_the_field_that_differs_with_both_values() {
        type Change = fn(&mut SampleQuery);
        let cases: [(Change, &str); 13] = [
            (|w| w.series.tag.clear(), "tag: stored \"\", wanted \"t\""),
            (
                |w| w.series.sweep_type = "old::Sorting".to_owned(),
                "sweep type: stored old::Sorting, wanted demo::Sorting",
            ),
            (
                |w| w.series.version = 3,
                "version of the benchmark: stored 3, wanted 1",
            ),
            (
                |w| w.inputs[1].1 = 5.into(),
                "input `len`: stored 5, wanted 4",
            ),
            (
                |w| w.inputs[1].1 = 4.0.into(),
                "input `len`: stored Float(4.0), wanted Int(4)",
            ),
            (
                |w| drop(w.inputs.pop()),
                "input `len`: stored none, wanted 4",
            ),
            (
                |w| w.inputs.push(("seed".to_owned(), 1.into())),
                "input `seed`: stored 1, wanted none",
            ),
            (|w| w.repeat = 2, "repeat: stored 2, wanted 1"),
            (
                |w| w.results[0].meaning_version = 2,
                "result `moves`: stored an integer from 0 to 18446744073709551615 (u64) of \
                 meaning 2, wanted an integer from 0 to 18446744073709551615 (u64) of meaning 1",
            ),
            (
                |w| w.code = Some(Digest(8)),
                "executable: stored 00000000000000000000000000000008, wanted \
                 00000000000000000000000000000007",
            ),
            (
                |w| w.machine = Some(Digest(4)),
                "class of machine: stored 00000000000000000000000000000004, wanted \
                 00000000000000000000000000000003",
            ),
            (|w| w.machine = None, "the sample is stored"),
            (|w| w.inputs.reverse(), "the sample is stored"),
        ];
        for (change, expected) in cases {
            let mut stored = wanted();
            change(&mut stored);
            let text = explain(&store(&stored), &wanted()).unwrap().to_string();
            let line = text.lines().last().unwrap_or_default().trim();
            assert_eq!(line, expected);
            assert!(text.lines().count() <= 2, "only that: {text}");
        }
        assert_eq!(
            explain(&MemoryStore::default(), &wanted()).unwrap(),
            Explanation::Empty
        );
    }

    #[test]
    fn the_nearest_is_compared() {
        let mut far = wanted();
        far.series.sweep_type = "x".to_owned();
        let mut near = wanted();
        near.inputs[1].1 = 9.into();
        let mut both = store(&near);
        store(&far)
            .load_all(&mut |pack| both.append(&[pack]).unwrap())
            .unwrap();
        let text = explain(&both, &wanted()).unwrap().to_string();
        assert!(text.ends_with("input `len`: stored 9, wanted 4"), "{text}");
    }
}
