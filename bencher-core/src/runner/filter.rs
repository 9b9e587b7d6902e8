//! Selects the sweeps of a command line, by names as in libtest.

use super::entry::SweepEntry;

/// The names of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Parts of the names to run, or one point: `name::n=1024,algo=radix`; all if none.
    pub(super) wanted: Vec<String>,
    /// Parts of the names to leave out.
    pub(super) skipped: Vec<String>,
    /// Whole names are meant, not parts.
    pub(super) exact: bool,
    /// The handling of sweeps with `ignore`.
    pub(super) ignored: IgnorePolicy,
}

/// The handling of sweeps with `ignore`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum IgnorePolicy {
    /// They are listed and not run.
    #[default]
    Left,
    /// Only they are run.
    Only,
    /// They are run like the others.
    Run,
}

/// The action on a sweep.
#[derive(Debug)]
pub(super) struct Selection<'e> {
    pub(super) runs: Vec<SelectedSweep<'e>>,
    /// How many were not chosen.
    pub(super) left: usize,
}

/// A sweep, or one point of it.
#[derive(Clone, Debug)]
pub(super) struct SelectedSweep<'e> {
    pub(super) entry: &'e SweepEntry,
    /// The values that name the point.
    pub(super) point: Option<String>,
    /// Whether it is only named.
    pub(super) ignored: bool,
}

impl SelectedSweep<'_> {
    /// Its name, with the point.
    pub(super) fn name(&self) -> String {
        let name = self.entry.name();
        match &self.point {
            Some(point) => format!("{name}::{point}"),
            None => name,
        }
    }
}

impl Filter {
    /// The sweeps to run.
    pub(super) fn choose<'e>(&self, entries: &[&'e SweepEntry]) -> Selection<'e> {
        let mut chosen = Selection {
            runs: Vec::new(),
            left: 0,
        };
        for entry in entries {
            let selected = self.select(entry);
            chosen.left += usize::from(selected.is_empty());
            chosen.runs.extend(selected);
        }
        chosen
    }

    /// The sweeps to list: as in libtest, including ignored ones.
    pub(super) fn listed(&self, entries: &[&SweepEntry]) -> Vec<String> {
        let chosen = self.choose(entries).runs;
        chosen.iter().map(SelectedSweep::name).collect()
    }

    fn select<'e>(&self, entry: &'e SweepEntry) -> Vec<SelectedSweep<'e>> {
        let name = entry.name();
        if self.skipped.iter().any(|part| self.fits(&name, part))
            || (self.ignored == IgnorePolicy::Only && !entry.is_ignored())
        {
            return Vec::new();
        }
        let whole = self.wanted.is_empty() || self.wanted.iter().any(|part| self.fits(&name, part));
        let points: Vec<String> = if whole {
            Vec::new()
        } else {
            let points = self
                .wanted
                .iter()
                .filter_map(|wanted| point_of(wanted, &name));
            points.map(str::to_owned).collect()
        };
        let selected = |point: Option<String>| SelectedSweep {
            entry,
            ignored: entry.is_ignored() && self.ignored == IgnorePolicy::Left,
            point,
        };
        let points = points.into_iter().map(Some);
        whole
            .then_some(None)
            .into_iter()
            .chain(points)
            .map(selected)
            .collect()
    }

    fn fits(&self, name: &str, part: &str) -> bool {
        if self.exact {
            name == part
        } else {
            name.contains(part)
        }
    }
}

/// The point of the sweep `name` that `wanted` names.
fn point_of<'w>(wanted: &'w str, name: &str) -> Option<&'w str> {
    let point = wanted.strip_prefix(name)?.strip_prefix("::")?;
    // Longer names begin like this one.
    let (first, _) = point.split_once('=')?;
    (!first.contains("::")).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::SweepOptions;
    use crate::runner::tests::Squares;

    const ENTRIES: [SweepEntry; 3] = [
        SweepEntry::measured::<Squares>("x", "sort", SweepOptions::NONE),
        SweepEntry::measured::<Squares>("x::sort", "radix", SweepOptions::NONE),
        SweepEntry::measured::<Squares>(
            "x",
            "slow_sort",
            SweepOptions {
                ignore: true,
                ..SweepOptions::NONE
            },
        ),
    ];

    /// The names of what is run, a `?` behind those that are only named.
    fn chosen(filter: &Filter) -> Vec<String> {
        let entries: Vec<&SweepEntry> = ENTRIES.iter().collect();
        let named = |run: &SelectedSweep<'_>| run.name() + if run.ignored { "?" } else { "" };
        filter.choose(&entries).runs.iter().map(named).collect()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn wanted(parts: &[&str]) -> Filter {
        Filter {
            wanted: texts(parts),
            ..Filter::default()
        }
    }

    #[test]
    fn names_are_parts_or_exact() {
        assert_eq!(chosen(&wanted(&[])), ["sort", "sort::radix", "slow_sort?"]);
        assert_eq!(
            chosen(&wanted(&["radix", "slow"])),
            ["sort::radix", "slow_sort?"]
        );
        assert_eq!(chosen(&wanted(&["quick"])), [""; 0]);
        let exact = Filter {
            exact: true,
            ..wanted(&["sort"])
        };
        assert_eq!(chosen(&exact), ["sort"]);
        assert_eq!(
            chosen(&Filter {
                exact: true,
                ..wanted(&["adix"])
            }),
            [""; 0]
        );
    }

    #[test]
    fn what_is_skipped_goes_before_what_is_wanted() {
        let skip = Filter {
            skipped: texts(&["slow", "radix"]),
            ..wanted(&["sort"])
        };
        assert_eq!(chosen(&skip), ["sort"]);
        let exact = Filter {
            exact: true,
            skipped: texts(&["sort"]),
            ..Filter::default()
        };
        assert_eq!(chosen(&exact), ["sort::radix", "slow_sort?"]);
    }

    #[test]
    fn ignored_ones_run_when_asked_for() {
        let only = Filter {
            ignored: IgnorePolicy::Only,
            ..Filter::default()
        };
        assert_eq!(chosen(&only), ["slow_sort"]);
        let too = Filter {
            ignored: IgnorePolicy::Run,
            ..Filter::default()
        };
        assert_eq!(chosen(&too), ["sort", "sort::radix", "slow_sort"]);
    }

    #[test]
    fn a_point_is_named_behind_its_sweep() {
        let points = ["sort::radix::n=1,algo=a", "sort::radix::n=2,algo=a"];
        assert_eq!(chosen(&wanted(&points)), points);
        assert_eq!(
            chosen(&Filter {
                exact: true,
                ..wanted(&points)
            }),
            points
        );
        assert_eq!(
            chosen(&wanted(&["sort::radix::n=1", "adix"])),
            ["sort::radix"],
            "the whole has it"
        );
        let left = Filter {
            ignored: IgnorePolicy::Only,
            ..wanted(&["slow_sort::n=1"])
        };
        assert_eq!(chosen(&left), ["slow_sort::n=1"]);
    }
}
