//! Finds all descendants of a worker process by a mark in the environment, which every process passes on to its
//! children. A process that left the group of its worker, or whose parent is gone, still has the mark.

use std::ffi::OsString;

/// The variable of the environment that holds the marks of a worker process, and of those that it works in.
const VARIABLE: &str = "BENCHER_WORKER_MARKS";

/// A mark that no other worker process has.
#[derive(Clone, Debug)]
pub(super) struct Mark(String);

impl Mark {
    /// A new one.
    pub(super) fn new() -> Self {
        use std::hash::{BuildHasher, RandomState};
        // The keys of the state are random, and no two states have the same.
        let number = RandomState::new().hash_one((std::process::id(), std::time::Instant::now()));
        Self(format!("{number:016x}"))
    }

    /// The mark of this worker process.
    pub(super) fn own() -> Option<Self> {
        let marks = std::env::var(VARIABLE).ok()?;
        let last = marks.split(' ').next_back()?;
        (!last.is_empty()).then(|| Self(last.to_owned()))
    }

    /// The variable that marks a worker process, and its value: a worker of a worker has both marks.
    pub(super) fn variable(&self) -> (&'static str, OsString) {
        let mut marks = std::env::var_os(VARIABLE).unwrap_or_default();
        if !marks.is_empty() {
            marks.push(" ");
        }
        marks.push(&self.0);
        (VARIABLE, marks)
    }

    /// Ends every process that has the mark, but for this one, until there is none.
    pub(super) fn kill_all(&self) {
        // A dying process starts no more, so this loop ends, unless processes start others faster than they are found.
        for _ in 0..ROUNDS {
            if !processes::kill_marked(&self.0) {
                return;
            }
            // They need the processor to die.
            std::thread::yield_now();
        }
    }
}

/// The most looks at the processes of the system.
const ROUNDS: u32 = 200;

#[cfg(target_os = "linux")]
mod processes {
    use std::fs;

    use super::super::system::kill_process;
    use super::VARIABLE;

    /// Ends the processes that have a mark and live, but for this one; false where there were none.
    pub(super) fn kill_marked(mark: &str) -> bool {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let mut found = false;
        for process in processes.filter(|process| *process != std::process::id()) {
            // Those of others cannot be read, and the dead have no environment any more.
            let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            if has_mark(&environment, mark) {
                kill_process(process);
                found = true;
            }
        }
        found
    }

    fn has_mark(environment: &[u8], mark: &str) -> bool {
        let variables = environment.split(|byte| *byte == 0);
        let mut marks = variables.filter_map(|variable| {
            let value = variable.strip_prefix(VARIABLE.as_bytes())?;
            value.strip_prefix(b"=")
        });
        marks.any(|marks| {
            marks
                .split(|byte| *byte == b' ')
                .any(|one| one == mark.as_bytes())
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_mark_is_one_of_those_in_the_variable_and_whole() {
            let environment = b"HOME=/root\0BENCHER_WORKER_MARKS=12ab 34cd\0PATH=ef56\0";
            for (mark, expected) in [
                ("12ab", true),
                ("34cd", true),
                ("4cd", false),
                ("ef56", false),
            ] {
                assert_eq!(has_mark(environment, mark), expected, "{mark}");
            }
            assert!(!has_mark(b"", "12ab"));
        }
    }
}

/// Elsewhere nothing tells of a process that left the group of its worker.
#[cfg(not(target_os = "linux"))]
mod processes {
    pub(super) fn kill_marked(_: &str) -> bool {
        false
    }
}
