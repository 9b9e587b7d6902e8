//! The digest of this executable, by which stored samples are accepted.

use std::fs::File;
use std::io;
use std::sync::OnceLock;

use crate::value::Digest;

/// The digest of the file of this program, which is read once.
///
/// # Errors
/// Where the file cannot be found or read. A digest of nothing would make this build look like another.
pub(crate) fn digest() -> io::Result<Digest> {
    static DIGEST: OnceLock<Digest> = OnceLock::new();
    if let Some(digest) = DIGEST.get() {
        return Ok(*digest);
    }
    let digest = Digest::of_reader(&mut open()?)?;
    Ok(*DIGEST.get_or_init(|| digest))
}

/// The file of this program; on Linux also where its name has been removed or has another content by now.
fn open() -> io::Result<File> {
    #[cfg(target_os = "linux")]
    if let Ok(file) = File::open("/proc/self/exe") {
        return Ok(file);
    }
    File::open(std::env::current_exe()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_file() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(digest().unwrap(), Digest::of(&bytes));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_is_known_in_less_memory_than_its_file_has() {
        const LIMIT: &str = "BENCHER_TEST_MEMORY_LIMIT";
        let name =
            "measure::executable::tests::a_program_is_known_in_less_memory_than_its_file_has";
        if std::env::var_os(LIMIT).is_some() {
            let expected = std::env::var(LIMIT).unwrap();
            let size = File::open("/proc/self/exe")
                .unwrap()
                .metadata()
                .unwrap()
                .len();
            let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
            let pages: u64 = statm.split(' ').next().unwrap().parse().unwrap();
            // What is mapped by now, and half of the file beside it.
            limit_memory(pages * 4096 + size / 2);
            let whole = std::fs::read("/proc/self/exe");
            let digest = digest();
            limit_memory(u64::MAX);
            assert!(whole.is_err(), "the limit is no limit");
            assert_eq!(digest.unwrap().to_string(), expected);
            return;
        }
        let program = std::env::current_exe().unwrap();
        let output = std::process::Command::new(program)
            .args(["--exact", name, "--test-threads=1", "--nocapture"])
            .env(LIMIT, digest().unwrap().to_string())
            // An arena of a thread is mapped with room for a small program.
            .env("MALLOC_ARENA_MAX", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    #[cfg(target_os = "linux")]
    #[expect(unsafe_code, reason = "the system's interface is in C")]
    fn limit_memory(bytes: u64) {
        // SAFETY: both calls get a whole structure.
        unsafe {
            let mut limit: libc::rlimit = std::mem::zeroed();
            assert_eq!(libc::getrlimit(libc::RLIMIT_AS, &raw mut limit), 0);
            limit.rlim_cur = bytes.min(limit.rlim_max);
            assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &raw const limit), 0);
        }
    }
}
