use std::cell::RefCell;
use std::sync::Arc;

use crate::sort;
use crate::value::{Digest, KeyWriter, Value};

use super::SampleStore;
use super::blobs::BlobStore;
use super::epochs::Epochs;
use super::error::StoreError;
use super::key_table::KeyTable;
use super::lookups::Counter;
use super::pack::{Pack, ResultId, Series};
use super::provenance::Provenance;

/// Computes the identity of samples of one series: a digest of the series, the names of inputs and
/// constants, their values, and the repeat. The order of the names does not matter.
///
/// ```
/// use bencher_core::store::{KeyMaker, Series};
/// use bencher_core::value::Value;
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let (len, algo) = (Value::from(4), Value::from("Stable"));
/// let key = KeyMaker::new(&series, &["len", "algo"]).key(&[len.clone(), algo.clone()], 1);
/// let mut swapped = KeyMaker::new(&series, &["algo", "len"]);
/// assert_eq!(swapped.key(&[algo.clone(), len.clone()], 1), key);
/// assert_ne!(swapped.key(&[algo, len], 2), key);
/// ```
#[derive(Clone, Debug)]
pub struct KeyMaker {
    writer: KeyWriter,
    prefix: usize,
    by_name: Vec<usize>,
}

impl KeyMaker {
    /// Makes keys for samples whose values come in the order of `names`.
    pub fn new(series: &Series, names: &[impl AsRef<str>]) -> Self {
        let name = |n: usize| names.get(n).map(AsRef::as_ref);
        let by_name = sort::order(names.len(), &mut |one, other| name(one).cmp(&name(other)));
        let mut common = KeyWriter::default();
        series.write(&mut common);
        common.number(names.len() as u128);
        for n in &by_name {
            common.text(names.get(*n).map_or("", AsRef::as_ref));
        }
        // What all samples share enters by its digest, so that each one hashes a few bytes only.
        let mut writer = KeyWriter::default();
        writer.number(common.digest().0);
        Self {
            prefix: writer.bytes().len(),
            writer,
            by_name,
        }
    }

    /// The identity of the sample with these values and this repeat (from 1).
    pub fn key(&mut self, values: &[Value], repeat: u32) -> Digest {
        self.key_in(0, values, repeat)
    }

    /// The identity of a sample within an [epoch](super::Provenance::epoch). In epoch 0, it equals [`key`](Self::key).
    ///
    /// ```
    /// use bencher_core::store::{KeyMaker, Series};
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let mut keys = KeyMaker::new(&series, &["len"]);
    /// let key = keys.key(&[4.into()], 1);
    /// assert_eq!(keys.key_in(0, &[4.into()], 1), key);
    /// assert_ne!(keys.key_in(7, &[4.into()], 1), key);
    /// ```
    pub fn key_in(&mut self, epoch: u64, values: &[Value], repeat: u32) -> Digest {
        self.writer.truncate(self.prefix);
        for n in &self.by_name {
            if let Some(value) = values.get(*n) {
                self.writer.value(value);
            }
        }
        self.writer.number(u128::from(repeat));
        if epoch != 0 {
            self.writer.number(u128::from(epoch));
        }
        self.writer.digest()
    }
}

/// Computes the identities of samples, pack after pack.
#[derive(Debug, Default)]
pub(super) struct Keys {
    maker: Option<(Series, Vec<String>, KeyMaker)>,
}

impl Keys {
    /// The identities of a pack's samples, in their order.
    pub(super) fn of(&mut self, pack: &Pack) -> Vec<Digest> {
        let Some(maker) = self.maker(pack) else {
            return Vec::new();
        };
        let samples = pack.samples();
        samples
            .map(|sample| maker.key_in(pack.provenance.epoch, sample.inputs, sample.repeat))
            .collect()
    }

    fn maker(&mut self, pack: &Pack) -> Option<&mut KeyMaker> {
        let fits = |(series, inputs, _): &(Series, Vec<String>, KeyMaker)| {
            *series == pack.series && *inputs == pack.inputs
        };
        if !self.maker.as_ref().is_some_and(fits) {
            let maker = KeyMaker::new(&pack.series, &pack.inputs);
            self.maker = Some((pack.series.clone(), pack.inputs.clone(), maker));
        }
        self.maker.as_mut().map(|(_, _, maker)| maker)
    }
}

/// An index of the samples of one series by identity.
///
/// Of two samples with one identity, it has the later. See the [module](super) for an example.
#[derive(Debug, Default)]
pub struct SampleIndex {
    places: KeyTable<SampleLocation>,
    packs: Vec<Heading>,
    results: Vec<Option<Value>>,
    epochs: Epochs,
    damaged: u64,
    /// Where the contents are that results refer to.
    blobs: Option<BlobStore>,
    lost: RefCell<Vec<String>>,
    lookups: Counter,
}

/// Where a sample stands in the index.
#[derive(Clone, Copy, Debug)]
struct SampleLocation {
    pack: u32,
    sample: u32,
}

/// The common fields of the samples of a pack.
#[derive(Debug)]
struct Heading {
    code: Digest,
    machine: Option<Digest>,
    provenance: Provenance,
    results: Arc<[ResultId]>,
    /// Where the results of its samples begin.
    start: usize,
}

/// The results of a stored sample.
///
/// See the [module](super) for an example.
#[derive(Clone, Copy, Debug)]
pub struct StoredResults<'a> {
    /// The executable that measured it.
    pub code: Digest,
    /// The class of the machine that measured it; `None` where it is unknown.
    pub machine: Option<Digest>,
    /// The run that measured it, and its epoch.
    pub provenance: Provenance,
    names: &'a [ResultId],
    values: &'a [Option<Value>],
    index: &'a SampleIndex,
}

/// A content is not there; the index has noted which.
struct Lost;

impl<'a> StoredResults<'a> {
    /// The value of a result, where the sample has it in this kind and meaning. The inner `None` means that the sample
    /// did not set it.
    pub fn get(&self, wanted: &ResultId) -> Option<Option<&'a Value>> {
        let position = self.names.iter().position(|known| known == wanted)?;
        self.values.get(position).map(Option::as_ref)
    }
}

impl StoredResults<'_> {
    /// The results with these names and meanings, in their order, with their contents. `None` where one is missing, or
    /// a content is lost ([`SampleIndex::lost`] then names it).
    pub fn sample<C: FromIterator<Option<Value>>>(&self, wanted: &[ResultId]) -> Option<C> {
        if wanted == self.names {
            let values = self.values.iter();
            let filled = values.map(|value| self.filled(value.as_ref()));
            return filled.collect::<Result<_, _>>().ok();
        }
        let get = |result| self.filled(self.get(result)?).ok();
        wanted.iter().map(get).collect()
    }

    /// A result with its content; an error where that is lost.
    fn filled(&self, value: Option<&Value>) -> Result<Option<Value>, Lost> {
        let mut value = value.cloned();
        if let (Some(Value::Payload(payload)), Some(blobs)) = (&mut value, &self.index.blobs)
            && let Err(error) = blobs.fill_payload(payload)
        {
            self.index.lose(error.to_string());
            return Err(Lost);
        }
        Ok(value)
    }
}

impl SampleIndex {
    /// Reads every sample of a series.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load(store: &dyn SampleStore, series: &Series) -> Result<Self, StoreError> {
        let mut index = Self {
            blobs: Some(store.blobs()),
            ..Self::default()
        };
        let mut keys = Keys::default();
        index.damaged = store.load(series, &mut |pack| {
            let identities = keys.of(&pack);
            index.add(pack, identities);
        })?;
        Ok(index)
    }

    /// Adds samples that were stored since it was loaded.
    pub(crate) fn insert(&mut self, pack: Pack) {
        let identities = Keys::default().of(&pack);
        self.add(pack, identities);
    }

    /// Adds a pack under the identities of its samples.
    fn add(&mut self, pack: Pack, identities: Vec<Digest>) {
        let Ok(heading) = u32::try_from(self.packs.len()) else {
            return;
        };
        for (key, at) in identities.into_iter().zip(0..) {
            self.places.insert(
                key.0,
                SampleLocation {
                    pack: heading,
                    sample: at,
                },
            );
        }
        self.epochs.add(pack.provenance, &pack.repeats);
        let start = self.results.len();
        self.results.extend(pack.result_values);
        let results = match self.packs.last() {
            Some(last) if *last.results == *pack.results => Arc::clone(&last.results),
            _ => pack.results.into(),
        };
        self.packs.push(Heading {
            code: pack.code,
            machine: pack.machine,
            provenance: pack.provenance,
            results,
            start,
        });
    }

    /// The results of the sample with an identity.
    pub fn get(&self, key: Digest) -> Option<StoredResults<'_>> {
        let place = self.places.get(key.0);
        self.lookups.count(place.is_some());
        let place = place?;
        let heading = self.packs.get(place.pack as usize)?;
        let width = heading.results.len();
        let start = heading.start + place.sample as usize * width;
        let values = self.results.get(start..start + width)?;
        Some(StoredResults {
            code: heading.code,
            machine: heading.machine,
            provenance: heading.provenance,
            names: &heading.results,
            values,
            index: self,
        })
    }

    /// The runs that measured what it holds.
    pub(crate) const fn epochs(&self) -> &Epochs {
        &self.epochs
    }

    /// Whether there is a sample of an identity; this does not count as a look-up.
    pub(super) fn contains(&self, key: Digest) -> bool {
        self.places.get(key.0).is_some()
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.len() == 0
    }

    /// Notes a content that is lost; once, however often it is asked for.
    fn lose(&self, content: String) {
        let mut lost = self.lost.borrow_mut();
        if !lost.contains(&content) {
            lost.push(content);
        }
    }

    /// The contents that were found lost since this was asked last.
    pub(crate) fn take_lost(&self) -> Vec<String> {
        self.lost.take()
    }

    /// The requested contents that are missing or damaged, one text each. A sample that refers to one counts as not
    /// stored.
    ///
    /// ```
    /// use bencher_core::store::SampleIndex;
    /// assert!(SampleIndex::default().lost().is_empty());
    /// ```
    pub fn lost(&self) -> Vec<String> {
        self.lost.borrow().clone()
    }

    /// How many damaged records were skipped while reading.
    pub const fn damaged(&self) -> u64 {
        self.damaged
    }
}
