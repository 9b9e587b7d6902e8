//! Damaged and hostile records: reading any bytes in a frame neither panics nor takes more memory than the bytes
//! justify.

use std::fs;

use proptest::prelude::*;

use super::frame::{FrameKind, VERSION, decode, frame_of};
use super::pack::Pack;
use crate::dataset::Dataset;
use crate::record::SweepRecord;
use crate::value::{Table, Value};

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => at().prop_map(Change::Cut),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..16)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => (at(), 0..64_u8).prop_map(|(at, count)| Change::Repeat(at, count)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        match change {
            Change::Set(at, byte) => *at.get_mut(&mut bytes) = byte,
            Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Change::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new);
            }
            Change::Repeat(at, count) => {
                let at = at.index(bytes.len());
                let end = (at + 4).min(bytes.len());
                let part = bytes[at..end].repeat(usize::from(count));
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

/// The payloads of the records that past versions wrote.
fn payloads() -> (Vec<u8>, Vec<u8>) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/v4");
    let result = super::list_results(root.as_ref()).unwrap().remove(0);
    let result = fs::read(result).unwrap();
    let record: SweepRecord = decode::<SweepRecord>(FrameKind::Result, &result).unwrap();
    let mut pack = Pack::new(
        super::Series {
            tag: "tag".to_owned(),
            sweep_type: "demo".to_owned(),
            version: 1,
        },
        crate::value::Digest(7),
        vec!["len".to_owned()],
        vec![super::ResultId::new("moves", crate::value::Kind::Uint(64))],
    );
    let item = crate::value::Item::new("Zstd", [("level", Value::from(3))]);
    for n in 0..8 {
        pack.push(
            vec![Value::from(item.clone())],
            n,
            vec![Some(Value::from(n))],
        );
    }
    (
        postcard::to_stdvec(&record).unwrap(),
        postcard::to_stdvec(&pack).unwrap(),
    )
}

/// Everything that is done with a dataset from a file.
fn use_it(dataset: &Dataset) {
    if dataset.check().is_ok() {
        let _ = dataset.to_string();
        let _ = dataset.to_json();
        let _ = dataset.mean(&["repeat"]);
        let _ = dataset.count_states();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_bytes_of_a_record_make_reading_panic(
        changes in prop::collection::vec(change(), 0..6),
        version in 1..=VERSION,
    ) {
        let (record, pack) = payloads();
        let record = frame_of(FrameKind::Result, version, &changed(record, changes.clone()));
        let read = decode::<SweepRecord>(FrameKind::Result, &record);
        if let Ok(record) = read {
            use_it(&record.dataset);
        }
        let pack = frame_of(FrameKind::Pack, version, &changed(pack, changes));
        if let Ok(pack) = decode::<Pack>(FrameKind::Pack, &pack) {
            let _ = pack.samples().count();
        }
    }

    #[test]
    fn no_bytes_make_a_value_or_a_table_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = postcard::from_bytes::<Value>(&bytes);
        let _ = Table::decode(&bytes);
        for kind in [FrameKind::Pack, FrameKind::Result, FrameKind::Cleared] {
            let frame = frame_of(kind, VERSION, &bytes);
            let _ = decode::<SweepRecord>(kind, &frame);
            let _ = decode::<Pack>(kind, &frame);
        }
    }
}
