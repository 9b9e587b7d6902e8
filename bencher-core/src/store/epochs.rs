//! The runs that measured the samples of a series, and the epochs that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use super::provenance::Provenance;

/// The epochs of a series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Epochs {
    found: BTreeMap<(u64, u32), Epoch>,
    /// The latest run or epoch of any kind.
    latest: u64,
}

/// The rounds that were measured under the conditions of one run.
#[derive(Clone, Debug, Default)]
struct Epoch {
    /// The highest number of a round.
    most: u32,
    runs: BTreeSet<u64>,
}

impl Epochs {
    /// Takes note of a pack's samples.
    pub(super) fn add(&mut self, provenance: Provenance, repeats: &[u32]) {
        let Provenance {
            epoch,
            run,
            rounds_per_replicate,
            provisional,
        } = provenance;
        self.latest = self.latest.max(epoch).max(run);
        if provisional {
            return;
        }
        let found = self.found.entry((epoch, rounds_per_replicate)).or_default();
        found.most = repeats.iter().copied().fold(found.most, u32::max);
        found.runs.insert(run);
    }

    /// The numbers of all epochs.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.found.keys().map(|(epoch, _)| *epoch)
    }

    /// The latest run that measured anything; 0 where there is none that is known.
    pub(crate) const fn latest(&self) -> u64 {
        self.latest
    }

    /// The epochs of rounds with this number of rounds per replicate, the newest first, each with its highest number of
    /// a round. Epoch 0 fits every number: its samples are of no round.
    pub(crate) fn newest_first(&self, rounds_per_replicate: u32) -> Vec<(u64, u32)> {
        let of_length = |((epoch, of), found): (&(u64, u32), &Epoch)| {
            (*of == rounds_per_replicate || *epoch == 0).then_some((*epoch, found.most))
        };
        self.found.iter().rev().filter_map(of_length).collect()
    }

    /// Whether rounds of these epochs may stand beside each other: runs that measured in two of them
    /// compared both.
    pub(crate) fn agree(&self, epochs: &BTreeSet<u64>, rounds_per_replicate: u32) -> bool {
        let Some(first) = epochs.first() else {
            return true;
        };
        let (mut known, mut runs) = (BTreeSet::from([*first]), BTreeSet::<u64>::new());
        loop {
            let before = (known.len(), runs.len());
            for ((epoch, of), found) in &self.found {
                let is_here = *of == rounds_per_replicate || *epoch == 0;
                if is_here && (known.contains(epoch) || !found.runs.is_disjoint(&runs)) {
                    known.insert(*epoch);
                    // Samples of epoch 0 do not say by which run.
                    runs.extend(found.runs.iter().copied().filter(|run| *run != 0));
                }
            }
            if (known.len(), runs.len()) == before {
                return epochs.is_subset(&known);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(epoch: u64, run: u64) -> Provenance {
        Provenance {
            epoch,
            run,
            ..Provenance::default()
        }
    }

    #[test]
    fn epochs_agree_where_a_run_measured_in_both() {
        let mut epochs = Epochs::default();
        for provenance in [
            rounds(0, 0),
            rounds(10, 10),
            rounds(20, 20),
            rounds(10, 30),
            rounds(20, 30),
        ] {
            epochs.add(provenance, &[1, 2]);
        }
        let agree = |of: &[u64]| epochs.agree(&of.iter().copied().collect(), 0);
        assert!(agree(&[]) && agree(&[0]) && agree(&[10, 20]));
        assert!(!agree(&[0, 10]) && !agree(&[0, 10, 20]));
        assert!(!agree(&[10, 40]), "nothing is stored of it");
        assert_eq!(epochs.latest(), 30);
    }

    #[test]
    fn provisional_rounds_and_other_blocks_are_none_of_an_epoch() {
        let mut epochs = Epochs::default();
        epochs.add(rounds(10, 10), &[1, 7, 3]);
        let provisional = Provenance {
            provisional: true,
            ..rounds(20, 20)
        };
        epochs.add(provisional, &[1]);
        let of_replicate = Provenance {
            rounds_per_replicate: 11,
            ..rounds(30, 30)
        };
        epochs.add(of_replicate, &[12]);
        epochs.add(rounds(0, 0), &[2]);
        assert_eq!(epochs.newest_first(0), [(10, 7), (0, 2)]);
        assert_eq!(epochs.newest_first(11), [(30, 12), (0, 2)]);
        assert_eq!(epochs.latest(), 30);
    }
}
