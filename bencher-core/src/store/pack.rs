use serde::{Deserialize, Serialize};

use super::frame::FrameContent;
use super::provenance::Provenance;
use super::tag::search_tag;
use crate::value::{Digest, KeyWriter, Kind, Value};

/// A series of samples. Only samples of one series can stand for each other.
///
/// ```
/// use bencher_core::store::Series;
/// let series = Series { tag: "try".to_owned(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let raised = Series { version: 2, ..series.clone() };
/// assert_eq!(series.prefix()[..8], raised.prefix()[..8], "one tag");
/// assert_ne!(series.prefix()[8..], raised.prefix()[8..], "two series");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Series {
    /// The tag that partitions the store.
    pub tag: String,
    /// The type of the sweep, with package and module.
    pub sweep_type: String,
    /// The author's version of the benchmark.
    pub version: u32,
}

impl Series {
    /// The first bytes of the key of each of its packs: 8 from the tag's hash, 8 from the hash of the series.
    pub fn prefix(&self) -> [u8; 16] {
        let mut key = KeyWriter::default();
        self.write(&mut key);
        let mut prefix = [0; 16];
        let halves = tag_prefix(&self.tag).into_iter().chain(short(key.digest()));
        for (slot, byte) in prefix.iter_mut().zip(halves) {
            *slot = byte;
        }
        prefix
    }

    /// The log of a search: what stands in it depends on what stands before, and readers know how far they came.
    pub(crate) fn log(search: &str, version: u32) -> Self {
        Self {
            tag: search_tag(search),
            sweep_type: LOG.to_owned(),
            version,
        }
    }

    /// The points that a search of a sweep knew when it began: a search that continues knows the same.
    #[cfg(feature = "search")]
    pub(crate) fn known_points(search: Digest, version: u32) -> Self {
        Self {
            tag: search_tag(&format!("{:032x}", search.0)),
            sweep_type: KNOWN_POINTS.to_owned(),
            version,
        }
    }

    /// Whether it belongs to a search, and is as it was written.
    #[cfg(feature = "store")]
    pub(super) fn is_log(&self) -> bool {
        self.sweep_type == LOG || self.sweep_type == KNOWN_POINTS
    }

    /// The series of a function whose results are kept.
    pub(crate) fn function(tag: &str, name: &str, version: u32) -> Self {
        Self {
            tag: tag.to_owned(),
            sweep_type: format!("{FUNCTION}{name}"),
            version,
        }
    }

    pub(super) fn write(&self, key: &mut KeyWriter) {
        key.text(&self.tag);
        key.text(&self.sweep_type);
        key.number(u128::from(self.version));
    }
}

/// The prefix of a function's name, in place of the type of a sweep; no type has such a name.
const FUNCTION: &str = "fn ";

/// The stand-in for the type of a sweep in logs of searches; no type has such a name.
const LOG: &str = "jobs of a search";

/// The same for the points that searches knew when they began.
#[cfg(any(feature = "store", feature = "search"))]
const KNOWN_POINTS: &str = "points known to a search";

/// The first bytes of the key of every pack of a tag.
pub(super) fn tag_prefix(tag: &str) -> [u8; 8] {
    short(Digest::of(tag.as_bytes()))
}

fn short(digest: Digest) -> [u8; 8] {
    let mut bytes = [0; 8];
    for (slot, byte) in bytes.iter_mut().zip(digest.to_bytes()) {
        *slot = byte;
    }
    bytes
}

/// The identity of a stored result. Only a result with the same name, kind and meaning can stand for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultId {
    /// The result's name.
    pub name: String,
    /// The kind of its values.
    pub kind: Kind,
    /// The version of its meaning, which the author raises when the meaning changes.
    pub meaning_version: u32,
}

impl ResultId {
    /// A result in its first meaning.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            meaning_version: 1,
        }
    }
}

/// Samples that were committed together.
///
/// ```
/// use bencher_core::store::{Pack, ResultId, Series};
/// use bencher_core::value::{Digest, Kind, Value};
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series, Digest(7), vec!["len".to_owned()], vec![ResultId::new("moves", Kind::Uint(64))]);
/// assert!(pack.push(vec![Value::from(4)], 1, vec![Some(Value::from(6))]));
/// assert!(!pack.push(vec![], 1, vec![None]), "no value of len");
/// assert_eq!(pack.samples().count(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// The running number that the store gave it; later samples replace earlier ones.
    pub sequence: u64,
    /// The series of the samples.
    pub series: Series,
    /// The executable that measured them.
    pub code: Digest,
    /// When they were committed, in milliseconds since 1970.
    pub written_ms: i64,
    /// The names of inputs and constants, in the order of each sample's values.
    pub inputs: Vec<String>,
    /// The results, in the order of each sample's results.
    pub results: Vec<ResultId>,
    /// The repeat of each sample, from 1.
    pub repeats: Vec<u32>,
    /// The values of inputs and constants, one sample after the other.
    pub input_values: Vec<Value>,
    /// The results, one sample after the other; `None` for a result that a sample did not set.
    pub result_values: Vec<Option<Value>>,
    /// The class of the machine that measured them; `None` where it is unknown, and in packs of versions 1 and 2.
    pub machine: Option<Digest>,
    /// The run that measured them, and their epoch; zeros in packs of versions 1 to 3.
    pub provenance: Provenance,
}

/// One sample of a [`Pack`].
///
/// ```
/// # use bencher_core::store::{Pack, ResultId, Series};
/// # use bencher_core::value::{Digest, Kind, Value};
/// # let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series, Digest(7), vec!["len".to_owned()], vec![ResultId::new("moves", Kind::Uint(64))]);
/// pack.push(vec![Value::from(4)], 2, vec![None]);
/// let sample = pack.samples().next().ok_or("empty")?;
/// assert_eq!((sample.inputs, sample.repeat), (&[Value::from(4)][..], 2));
/// assert_eq!(sample.results, [None], "the sample did not set moves");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PackedSample<'a> {
    /// The values of inputs and constants.
    pub inputs: &'a [Value],
    /// The repeat of the point, from 1.
    pub repeat: u32,
    /// The results; `None` for a result that the sample did not set.
    pub results: &'a [Option<Value>],
}

/// How far apart, in milliseconds, samples of one pack may have been committed.
#[cfg(feature = "store")]
pub(super) const JOINED_MS: u64 = 60_000;

impl Pack {
    /// Makes an empty pack for samples with these inputs and results.
    pub fn new(series: Series, code: Digest, inputs: Vec<String>, results: Vec<ResultId>) -> Self {
        Self {
            sequence: 0,
            series,
            code,
            written_ms: 0,
            inputs,
            results,
            repeats: Vec::new(),
            input_values: Vec::new(),
            result_values: Vec::new(),
            machine: None,
            provenance: Provenance::default(),
        }
    }

    /// Sets the [class](crate::measure::Environment::class) of the machine.
    ///
    /// ```
    /// use bencher_core::measure::Environment;
    /// use bencher_core::store::{Pack, Series};
    /// use bencher_core::value::Digest;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let class = Environment::capture().class();
    /// assert_eq!(Pack::new(series, Digest(7), vec![], vec![]).with_machine(Some(class)).machine, Some(class));
    /// ```
    pub fn with_machine(self, machine: Option<Digest>) -> Self {
        Self { machine, ..self }
    }

    /// Sets the run and the epoch.
    ///
    /// ```
    /// use bencher_core::store::{Pack, Provenance, Series};
    /// use bencher_core::value::Digest;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let run = Provenance { epoch: 7, run: 7, ..Provenance::default() };
    /// assert_eq!(Pack::new(series, Digest(7), vec![], vec![]).with_provenance(run).provenance.epoch, 7);
    /// ```
    pub fn with_provenance(self, provenance: Provenance) -> Self {
        Self { provenance, ..self }
    }

    /// How many samples it holds.
    pub const fn len(&self) -> usize {
        self.repeats.len()
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.repeats.is_empty()
    }

    /// Adds a sample. It ignores a sample whose inputs or results do not match the names of the pack.
    pub fn push(&mut self, inputs: Vec<Value>, repeat: u32, results: Vec<Option<Value>>) -> bool {
        let fits = inputs.len() == self.inputs.len() && results.len() == self.results.len();
        if fits {
            self.repeats.push(repeat);
            self.input_values.extend(inputs);
            self.result_values.extend(results);
        }
        fits
    }

    /// The key of its record: its series, and its number.
    #[cfg(feature = "store")]
    pub(super) fn key(&self) -> [u8; 24] {
        let mut key = [0; 24];
        let bytes = self.series.prefix().into_iter();
        let bytes = bytes.chain(self.sequence.to_be_bytes());
        for (slot, byte) in key.iter_mut().zip(bytes) {
            *slot = byte;
        }
        key
    }

    /// Whether it has as many values as its samples need: what decoding alone does not ensure.
    #[cfg(feature = "store")]
    pub(super) fn is_consistent(&self) -> bool {
        Some(self.input_values.len()) == self.len().checked_mul(self.inputs.len())
            && Some(self.result_values.len()) == self.len().checked_mul(self.results.len())
    }

    /// Whether the samples of another pack may join this one: all common fields are equal, and both were committed
    /// within a minute, which keeps their time that precise.
    #[cfg(feature = "store")]
    pub(super) fn may_join(&self, other: &Self) -> bool {
        self.code == other.code
            && self.machine == other.machine
            && self.provenance == other.provenance
            && self.series == other.series
            && self.inputs == other.inputs
            && self.results == other.results
            && self.written_ms.abs_diff(other.written_ms) <= JOINED_MS
    }

    /// Adds the samples of a later pack, whose number the whole then has; the time stays that of the
    /// first.
    #[cfg(feature = "store")]
    pub(super) fn join(&mut self, later: Self) {
        self.sequence = later.sequence;
        self.repeats.extend(later.repeats);
        self.input_values.extend(later.input_values);
        self.result_values.extend(later.result_values);
    }

    /// The samples, oldest first.
    pub fn samples(&self) -> impl Iterator<Item = PackedSample<'_>> {
        let (inputs, results) = (self.inputs.len(), self.results.len());
        self.repeats
            .iter()
            .enumerate()
            .filter_map(move |(n, repeat)| {
                Some(PackedSample {
                    inputs: self.input_values.get(n * inputs..(n + 1) * inputs)?,
                    repeat: *repeat,
                    results: self.result_values.get(n * results..(n + 1) * results)?,
                })
            })
    }

    /// A pack of those samples that `keep` chooses.
    pub(super) fn filtered(&self, mut keep: impl FnMut(PackedSample<'_>) -> bool) -> Self {
        let mut pack = Self {
            sequence: self.sequence,
            written_ms: self.written_ms,
            machine: self.machine,
            provenance: self.provenance,
            ..Self::new(
                self.series.clone(),
                self.code,
                self.inputs.clone(),
                self.results.clone(),
            )
        };
        for sample in self.samples() {
            if keep(sample) {
                pack.push(
                    sample.inputs.to_vec(),
                    sample.repeat,
                    sample.results.to_vec(),
                );
            }
        }
        pack
    }

    /// Takes the samples out, in packs of at most `size`.
    pub(super) fn split(&mut self, size: usize) -> Vec<Self> {
        let mut packs = Vec::with_capacity(self.len().div_ceil(size.max(1)));
        while !self.is_empty() {
            let count = self.len().min(size.max(1));
            let mut pack = Self {
                repeats: self.repeats.drain(..count).collect(),
                input_values: self
                    .input_values
                    .drain(..count * self.inputs.len())
                    .collect(),
                result_values: self
                    .result_values
                    .drain(..count * self.results.len())
                    .collect(),
                machine: self.machine,
                provenance: self.provenance,
                ..Self::new(
                    self.series.clone(),
                    self.code,
                    self.inputs.clone(),
                    self.results.clone(),
                )
            };
            pack.written_ms = self.written_ms;
            packs.push(pack);
        }
        packs
    }
}

impl FrameContent for Pack {
    fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(payload)
    }
}
