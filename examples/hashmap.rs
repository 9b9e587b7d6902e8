//! Which map finds a key fastest, of which type, among how many? And what does a full table cost?
//!
//! ```sh
//! cargo run --release --example hashmap              # the quick check
//! cargo run --release --example hashmap -- --bench   # the whole run, with its report
//! ```

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use bencher::prelude::*;

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Map {
    /// The standard library's hash map, with its own hasher
    SipHash,
    /// The same with a small hasher, which is not safe from chosen keys
    Fnv,
    BTree,
    /// A sorted list, searched by halves
    Sorted,
}

/// Looking keys up, in random order
#[bench_sweep(types(K = [u32, u64, String]), budget = "20s")]
fn lookup<K: Key>(
    cx: &mut Context,
    /// Keys in the map
    #[sweep(values(64, 512, 4096, 32_768, 262_144), scale = "log")]
    entries: usize,
    #[sweep] map: Map,
    /// Whether the keys are there
    #[sweep]
    found: bool,
    /// Time of one lookup
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: &mut Option<f64>,
) -> bencher::Result<()> {
    let room = Room {
        map,
        entries,
        capacity: 0,
    };
    look_up::<K>(cx, room, found, elapsed)
}

/// Looking keys up in a hash table of 65536 places, as it fills
#[bench_sweep(types(K = [u32, u64, String]), budget = "10s")]
fn load<K: Key>(
    cx: &mut Context,
    /// Share of what the table holds before it grows, which is 7/8 of its places
    #[sweep(values(0.1, 0.25, 0.5, 0.75, 0.9, 1.0))]
    full: f64,
    #[sweep] found: bool,
    /// Time of one lookup
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: &mut Option<f64>,
) -> bencher::Result<()> {
    let capacity = 65_536 / 8 * 7;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the capacity"
    )]
    let entries = (full * f64::from(capacity)) as usize;
    let room = Room {
        map: Map::Fnv,
        entries,
        capacity: capacity.try_into()?,
    };
    look_up::<K>(cx, room, found, elapsed)
}

bencher::main!();

/// Times lookups of keys that are all there, or all missing.
fn look_up<K: Key>(
    cx: &mut Context,
    room: Room,
    found: bool,
    elapsed: &mut Option<f64>,
) -> bencher::Result<()> {
    // Making a map takes longer than measuring it, so each is made once and measured in every round.
    let mut made = cx.per_worker(|| Ok::<_, bencher::BoxError>(HashMap::new()))?;
    let maps = made
        .entry(room)
        .or_insert_with(|| Arc::new(Lookups::<K>::new(room)));
    let Lookups {
        map,
        present,
        absent,
    } = &**maps;
    let keys = if found { present } else { absent };
    let mut keys = keys.iter().cycle();
    cx.iter(elapsed, || keys.next().is_some_and(|key| map.contains(key)));
    Ok(())
}

/// What is filled, and how.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Room {
    map: Map,
    entries: usize,
    capacity: usize,
}

/// A map, and keys to look up.
struct Lookups<K> {
    map: Filled<K>,
    present: Vec<K>,
    absent: Vec<K>,
}

enum Filled<K> {
    SipHash(HashMap<K, u64>),
    Fnv(HashMap<K, u64, BuildHasherDefault<Fnv1a>>),
    BTree(BTreeMap<K, u64>),
    Sorted(Vec<(K, u64)>),
}

impl<K: Key> Lookups<K> {
    fn new(room: Room) -> Self {
        let count = room.entries as u64;
        // As they are put in, so that the order of looking up is another one.
        let entries = (0..count).map(|n| (K::nth(n), n));
        let map = match room.map {
            Map::SipHash => {
                let mut map = HashMap::with_capacity(room.capacity);
                map.extend(entries);
                Filled::SipHash(map)
            }
            Map::Fnv => {
                let mut map =
                    HashMap::with_capacity_and_hasher(room.capacity, BuildHasherDefault::default());
                map.extend(entries);
                Filled::Fnv(map)
            }
            Map::BTree => Filled::BTree(entries.collect()),
            Map::Sorted => {
                let mut list: Vec<_> = entries.collect();
                list.sort_unstable();
                Filled::Sorted(list)
            }
        };
        let mut order: Vec<u64> = (0..count).collect();
        order.sort_by_key(|n| mixed(!n, 64));
        Self {
            map,
            present: order.iter().map(|n| K::nth(*n)).collect(),
            absent: order.iter().map(|n| K::nth(count + n)).collect(),
        }
    }
}

impl<K: Key> Filled<K> {
    fn contains(&self, key: &K) -> bool {
        match self {
            Self::SipHash(map) => map.contains_key(key),
            Self::Fnv(map) => map.contains_key(key),
            Self::BTree(map) => map.contains_key(key),
            Self::Sorted(list) => list.binary_search_by(|(entry, _)| entry.cmp(key)).is_ok(),
        }
    }
}

/// Keys that look random; no two are equal.
trait Key: Ord + Hash + Send + Sync + 'static {
    fn nth(n: u64) -> Self;
}

impl Key for u32 {
    #[expect(clippy::cast_possible_truncation, reason = "mixed to 32 bits")]
    fn nth(n: u64) -> Self {
        mixed(n, 32) as Self
    }
}

impl Key for u64 {
    fn nth(n: u64) -> Self {
        mixed(n, 64)
    }
}

impl Key for String {
    fn nth(n: u64) -> Self {
        format!("{:016x}", mixed(n, 64))
    }
}

/// Mixes a number below 2^bits so that no two give the same: each step can be undone.
fn mixed(mut n: u64, bits: u32) -> u64 {
    let mask = u64::MAX >> (64 - bits);
    for factor in [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03] {
        n ^= n >> (bits / 2);
        n = n.wrapping_mul(factor) & mask;
    }
    n ^ (n >> (bits / 2))
}

/// FNV-1a of 64 bits: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv1a {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
