//! A folder that only this user can read, removed when the program ends in any way.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A private folder for the server of one sweep.
///
/// A small shell process waits for the end of the program, and then removes the folder. So nothing is left behind
/// where the program has no time to clean up, as after SIGKILL.
#[derive(Debug)]
pub(super) struct PrivateFolder {
    path: PathBuf,
    remover: Option<Child>,
}

/// Waits for the end of its input, which is the end of the program. Then it ends the server, should it still run, and
/// removes the folder. The number of the server is gone where the server was ended in an orderly way.
const REMOVE: &str = "trap '' HUP INT TERM; read -r _; \
                      if [ -f \"$1/server.pid\" ]; then kill -9 \"$(cat \"$1/server.pid\")\" 2>/dev/null; fi; \
                      rm -rf -- \"$1\"";

impl PrivateFolder {
    /// Makes a folder in the one for temporary files.
    ///
    /// # Errors
    /// Where it cannot be made, or the process that removes it cannot be started.
    pub(super) fn new() -> io::Result<Self> {
        let name = format!("bencher-cluster-{}-{}", std::process::id(), random_hex(8)?);
        let path = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        let mut folder = Self {
            path,
            remover: None,
        };
        let remover = Command::new("/bin/sh")
            .args(["-c", REMOVE, "bencher-cluster-remover"])
            .arg(&folder.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C of a terminal goes to the group of the program.
            .process_group(0)
            .spawn()?;
        folder.remover = Some(remover);
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file that only this user can read.
    pub(super) fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&path)?.write_all(text.as_bytes())?;
        Ok(path)
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What cannot be removed here, the other process tries once more.
        let _ = std::fs::remove_dir_all(&self.path);
        if let Some(mut remover) = self.remover.take() {
            drop(remover.stdin.take());
            let _ = remover.wait();
        }
    }
}

/// Random bytes of the system, in hexadecimal digits.
pub(super) fn random_hex(bytes: usize) -> io::Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Random bytes.
///
/// # Errors
/// Where the system has none.
pub(super) fn random_bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut random = [0; N];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_user_can_read_it_and_it_is_removed() {
        let folder = PrivateFolder::new().unwrap();
        let path = folder.path().to_owned();
        let file = folder.write("secret", "text").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn it_is_removed_where_the_program_has_no_time_to() {
        let mut folder = PrivateFolder::new().unwrap();
        let path = folder.path().to_owned();
        folder.write("secret", "text").unwrap();
        // As at the end of the program: the pipe is closed, and nothing else is done.
        let mut remover = folder.remover.take().unwrap();
        std::mem::forget(folder);
        drop(remover.stdin.take());
        remover.wait().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn random_digits_differ() {
        let (one, other) = (random_hex(16).unwrap(), random_hex(16).unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
