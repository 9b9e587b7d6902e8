//! The owner and the permissions of a store's directory.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::default_root::NOWHERE;
use super::error::StoreError;
use super::files::check_folders;

/// The folders in a store's root beside the database, which has checks of its own.
const FOLDERS: [&str; 6] = [
    "results",
    "history",
    "blobs",
    "files",
    "reports",
    "baselines",
];

/// Makes the directory of a store, for its user alone, or checks that an existing one belongs to the user, and that
/// nobody else can put files into it. The folders of a store must be folders: a link would lead out of it.
pub(super) fn prepare(root: &Path) -> Result<(), StoreError> {
    if root == Path::new(NOWHERE) {
        return Err(StoreError::NoPlace);
    }
    if let Some(parent) = root
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent).map_err(StoreError::io("create", root))?;
    }
    let builder = private_builder();
    match builder.create(root) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && root.is_dir() => {
            check(root)?;
            let mut folders = FOLDERS.iter().map(|name| root.join(name));
            folders.try_for_each(|folder| check_folders(root, &folder))
        }
        Err(error) => Err(StoreError::io("create", root)(error)),
    }
}

/// A builder of directories for this user alone, where the system supports it.
fn private_builder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Makes a new directory below another, such as the directory for temporary files, for this user alone.
pub(super) fn private_folder(parent: &Path) -> Result<PathBuf, StoreError> {
    let builder = private_builder();
    let process = std::process::id();
    for number in 0..u64::MAX {
        let path = parent.join(format!("bencher-{process}-{number}"));
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            // Of another user, or left behind.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(StoreError::io("create", path)(error)),
        }
    }
    Err(StoreError::NoPlace)
}

/// Rejects a directory of another user, and one into which everybody may put files.
#[cfg(unix)]
pub(super) fn check(root: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt;

    let meta = fs::metadata(root).map_err(StoreError::io("read", root))?;
    let refused = |why: String| StoreError::Owner {
        path: root.to_owned(),
        why,
    };
    if meta.uid() != user() {
        return Err(refused(format!("belongs to another user ({})", meta.uid())));
    }
    if meta.mode() & 0o002 != 0 {
        return Err(refused("can be written by every user".to_owned()));
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(super) fn check(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// The user that this process acts for.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the system's interface is in C")]
pub(super) fn user() -> u32 {
    // SAFETY: it has no conditions.
    unsafe { libc::geteuid() }
}

/// Whether a process of this machine lives, of whatever user.
#[cfg(all(unix, feature = "store"))]
#[expect(unsafe_code, reason = "the system's interface is in C")]
pub(super) fn process_lives(process: u32) -> bool {
    let Ok(process) = i32::try_from(process) else {
        return false;
    };
    // SAFETY: signal 0 does nothing; it is only asked whether it could be sent.
    let sent = unsafe { libc::kill(process, 0) } == 0;
    sent || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}

/// A process that cannot be queried counts as alive.
#[cfg(all(not(unix), feature = "store"))]
pub(super) fn process_lives(_: u32) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    #[test]
    fn a_new_folder_is_the_users_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("deep/er/store");
        prepare(&root).unwrap();
        assert_eq!(fs::metadata(&root).unwrap().mode() & 0o777, 0o700);
        prepare(&root).unwrap();
    }

    #[test]
    fn a_private_folder_is_always_a_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let first = private_folder(dir.path()).unwrap();
        let second = private_folder(dir.path()).unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::metadata(&first).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn without_a_place_one_is_asked_for() {
        let error = prepare(Path::new(NOWHERE)).unwrap_err();
        assert!(error.to_string().contains("choose a folder"), "{error}");
    }

    #[test]
    fn a_folder_that_others_can_write_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for (mode, accepted) in [(0o700, true), (0o775, true), (0o777, false), (0o702, false)] {
            fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
            let prepared = prepare(dir.path());
            assert_eq!(prepared.is_ok(), accepted, "{mode:o}");
            if let Err(error) = prepared {
                assert!(
                    error.to_string().contains("choose a folder of your own"),
                    "{error}"
                );
            }
        }
    }
}
