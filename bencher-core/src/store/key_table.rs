use std::cell::Cell;

/// A map from 128-bit keys to small values, for millions of keys that are hashes already.
///
/// A slot holds a position of four bytes, where a general map would hold the key and its value:
/// what is probed at random stays small, and keys that are asked for in the order in which they
/// came are found without a probe.
#[derive(Debug)]
pub(super) struct KeyTable<V> {
    /// Positions of entries, or [`EMPTY`]; a power of two of them.
    slots: Vec<u32>,
    keys: Vec<u128>,
    values: Vec<V>,
    /// Behind the entry that was found last.
    next: Cell<usize>,
}

const EMPTY: u32 = u32::MAX;

impl<V> Default for KeyTable<V> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            keys: Vec::new(),
            values: Vec::new(),
            next: Cell::new(0),
        }
    }
}

impl<V: Copy> KeyTable<V> {
    /// Puts a value under a key; one that is there already is replaced.
    pub(super) fn insert(&mut self, key: u128, value: V) {
        if (self.keys.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let slot = self.slot(key);
        let position = self.slots.get(slot).map_or(EMPTY, |position| *position);
        if let Some(old) = self.values.get_mut(position as usize) {
            *old = value;
        } else if let (Ok(position), Some(slot)) =
            (u32::try_from(self.keys.len()), self.slots.get_mut(slot))
        {
            *slot = position;
            self.keys.push(key);
            self.values.push(value);
        }
    }

    /// The value under a key.
    pub(super) fn get(&self, key: u128) -> Option<V> {
        let expected = self.next.get();
        let position = if self.keys.get(expected) == Some(&key) {
            expected
        } else {
            *self.slots.get(self.slot(key))? as usize
        };
        self.next.set(position.wrapping_add(1));
        self.values.get(position).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The slot that holds a key, or the empty one where it belongs.
    fn slot(&self, key: u128) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = key as usize & mask;
        while let Some(position) = self.slots.get(slot)
            && *position != EMPTY
            && self.keys.get(*position as usize) != Some(&key)
        {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![EMPTY; (self.slots.len() * 2).max(64)];
        for position in 0..self.keys.len() {
            if let (Some(key), Ok(entry)) = (self.keys.get(position), u32::try_from(position)) {
                let slot = self.slot(*key);
                if let Some(slot) = self.slots.get_mut(slot) {
                    *slot = entry;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn it_is_a_map(
            writes in prop::collection::vec((0_u128..300, 0_u32..1000), 0..800),
            reads in prop::collection::vec(0_u128..400, 0..800),
        ) {
            // Few distinct low bits, so that probes run into each other.
            let spread = |key: u128| (key % 7) | key << 64;
            let (mut table, mut map) = (KeyTable::default(), HashMap::new());
            for (key, value) in writes {
                table.insert(spread(key), value);
                map.insert(spread(key), value);
            }
            prop_assert_eq!(table.len(), map.len());
            for key in reads.into_iter().chain(0..300) {
                prop_assert_eq!(table.get(spread(key)), map.get(&spread(key)).copied());
            }
        }
    }
}
