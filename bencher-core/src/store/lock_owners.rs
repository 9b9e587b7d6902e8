//! The processes that have a lock on a file, as Linux lists them.

/// How often the list is read until it names the file: the kernel gives it in pieces, and a piece may lack a line while
/// other locks come and go.
const READINGS: u32 = 5;

/// The processes that have a lock (`flock`) on the file of an inode: 0 for one of another container, nothing where the
/// system keeps no list.
pub(crate) fn lock_owners(inode: u64) -> Vec<u32> {
    let read = || std::fs::read_to_string("/proc/locks").ok();
    let readings = (0..READINGS).map_while(|_| Some(owners(&read()?, inode)));
    readings
        .into_iter()
        .find(|owners| !owners.is_empty())
        .unwrap_or_default()
}

/// The processes of the lines of a file: `1: FLOCK  ADVISORY  WRITE 700 08:01:42 0 EOF`. The lines of those that wait begin
/// with an arrow after the number.
fn owners(locks: &str, inode: u64) -> Vec<u32> {
    let owner = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let is_flock = words.next()? == "FLOCK";
        let process = words.nth(2)?.parse().ok()?;
        let is_here = words.next()?.rsplit(':').next()?.parse() == Ok(inode);
        (is_flock && is_here).then_some(process)
    };
    locks.lines().filter_map(owner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_have_a_lock_are_told_from_those_that_wait() {
        let locks = "1: POSIX  ADVISORY  WRITE 5 08:01:42 0 EOF\n2: FLOCK  ADVISORY  WRITE 700 08:01:42 0 EOF\n\
                     2: -> FLOCK  ADVISORY  WRITE 701 08:01:42 0 EOF\n3: FLOCK  ADVISORY  READ 9 08:01:420 0 EOF\n\
                     4: FLOCK  ADVISORY  READ 0 08:01:420 0 EOF\n5: FLOCK\n";
        assert_eq!(owners(locks, 42), [700]);
        assert_eq!(owners(locks, 420), [9, 0]);
        assert!(owners(locks, 4).is_empty() && owners("", 42).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_lock_of_this_process_is_listed() {
        use std::os::unix::fs::MetadataExt as _;
        let file = tempfile::tempfile().unwrap();
        let inode = file.metadata().unwrap().ino();
        assert!(lock_owners(inode).is_empty());
        file.lock().unwrap();
        assert_eq!(lock_owners(inode), [std::process::id()]);
    }
}
