//! A revision of the user's repository, checked out beside the working tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::git::line as git;

/// A git worktree of one revision. It is removed when it goes out of scope; what was built from it stays.
#[derive(Debug)]
pub(super) struct Checkout {
    repository: PathBuf,
    folder: PathBuf,
    /// The short name of the commit.
    pub(super) commit: String,
    /// The folder that corresponds to the one where the command was started.
    pub(super) start: PathBuf,
}

impl Checkout {
    /// Checks out a revision below `folder`.
    ///
    /// # Errors
    /// Where git is missing, the working directory is in no repository, or it has no such revision.
    pub(super) fn new(start: &Path, revision: &str, folder: &Path) -> Result<Self, String> {
        let repository = PathBuf::from(git(start, ["rev-parse", "--show-toplevel"])?);
        let below = git(start, ["rev-parse", "--show-prefix"])?;
        let wanted = format!("{revision}^{{commit}}");
        let commit = git(
            start,
            ["rev-parse", "--verify", "--end-of-options", &wanted],
        )
        .map_err(|reason| format!("there is no revision `{revision}`: {reason}"))?;
        let folder = folder.join(commit.get(..12).unwrap_or(&commit));
        // An earlier run may have been killed before it removed its checkout.
        remove(&repository, &folder);
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|error| format!("cannot create {}: {error}", parent.display()))?;
        }
        let arguments: [&OsStr; 5] = [
            "worktree".as_ref(),
            "add".as_ref(),
            "--detach".as_ref(),
            folder.as_ref(),
            commit.as_ref(),
        ];
        git(&repository, arguments)?;
        Ok(Self {
            start: folder.join(below),
            commit: git(start, ["rev-parse", "--short", &commit])?,
            repository,
            folder,
        })
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        remove(&self.repository, &self.folder);
    }
}

/// Removes a worktree; one that is not there is no error.
fn remove(repository: &Path, folder: &Path) {
    let arguments: [&OsStr; 4] = [
        "worktree".as_ref(),
        "remove".as_ref(),
        "--force".as_ref(),
        folder.as_ref(),
    ];
    // Git refuses where there is no such worktree; `prune` forgets one whose folder is gone.
    let _ = git(repository, arguments);
    let _ = git(repository, ["worktree", "prune"]);
}
