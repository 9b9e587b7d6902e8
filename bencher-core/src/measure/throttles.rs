//! How often a core was slowed down because of heat.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use super::current_core::current_core;

/// How often a core or its package was slowed down because of heat since the machine started.
///
/// ```
/// use bencher_core::measure::Throttles;
/// let before = Throttles { core: 2, count: 7 };
/// assert!(Throttles { core: 2, count: 8 }.is_more_than(before));
/// assert!(!before.is_more_than(before));
/// assert!(!Throttles { core: 3, count: 9 }.is_more_than(before), "another core, with a count of its own");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttles {
    /// The number of the core.
    pub core: u32,
    /// The slowdowns of the core and of its package.
    pub count: u64,
}

impl Throttles {
    /// Whether the same core was slowed down since an earlier reading.
    pub const fn is_more_than(self, earlier: Self) -> bool {
        self.core == earlier.core && self.count > earlier.count
    }

    /// The count of the core that runs this thread; `None` where the system does not count.
    pub(super) fn of_this_core() -> Option<Self> {
        let core = current_core()?;
        FILES.with_borrow_mut(|files| {
            if files.as_ref().is_none_or(|files| files.core != core) {
                *files = Some(CountFiles::open(Path::new(CPUS), core));
            }
            files.as_mut()?.read()
        })
    }
}

const CPUS: &str = "/sys/devices/system/cpu";

thread_local! {
    /// The files of the core that ran this thread last.
    static FILES: RefCell<Option<CountFiles>> = const { RefCell::new(None) };
}

/// The files that have the counts of a core. They stay open, because opening them takes longer than reading.
struct CountFiles {
    core: u32,
    /// Empty where the system does not count: virtual machines, and most processors that are not of Intel.
    files: Vec<File>,
}

impl CountFiles {
    fn open(cpus: &Path, core: u32) -> Self {
        let folder = cpus.join(format!("cpu{core}/thermal_throttle"));
        let names = ["core_throttle_count", "package_throttle_count"];
        let files = names.map(|name| File::open(folder.join(name)).ok());
        Self {
            core,
            files: files.into_iter().flatten().collect(),
        }
    }

    fn read(&mut self) -> Option<Throttles> {
        let core = self.core;
        let counts = self.files.iter_mut().filter_map(number);
        let count = counts.reduce(u64::wrapping_add)?;
        Some(Throttles { core, count })
    }
}

/// The number in a file, read from its beginning.
fn number(file: &mut File) -> Option<u64> {
    file.rewind().ok()?;
    let mut text = [0; 24];
    let length = file.read(&mut text).ok()?;
    str::from_utf8(text.get(..length)?)
        .ok()?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_a_core_and_its_package_are_read_anew_each_time() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("cpu3/thermal_throttle");
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, count: &str| std::fs::write(folder.join(name), count).unwrap();
        write("core_throttle_count", "2\n");
        write("package_throttle_count", "40\n");
        let mut files = CountFiles::open(root.path(), 3);
        let first = files.read().unwrap();
        assert_eq!((first.core, first.count), (3, 42));
        write("core_throttle_count", "3\n");
        assert!(files.read().unwrap().is_more_than(first));
        let mut none = CountFiles::open(root.path(), 4);
        assert_eq!(none.read(), None, "the system does not count for this core");
    }

    #[test]
    fn what_is_no_count_counts_as_none() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("cpu0/thermal_throttle");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("core_throttle_count"), "hot\n").unwrap();
        assert_eq!(CountFiles::open(root.path(), 0).read(), None);
    }
}
