//! A revision of the user's repository, checked out beside the working tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::git::line as git;

use super::outside;
use super::workspace::Workspace;

/// The user's repository.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// Its top directory.
    root: PathBuf,
    /// The directory below it where the command was started.
    below: String,
}

impl Repository {
    /// The repository of a directory.
    ///
    /// # Errors
    /// Where git is missing, or the directory is in no repository.
    pub(super) fn of(start: &Path) -> Result<Self, String> {
        let root = git(start, ["rev-parse", "--show-toplevel"]).map_err(|reason| {
            if reason.contains("not a git repository") {
                format!(
                    "{} is in no git repository, so it has no revision to compare with; `--command-a` and \
                     `--command-b` compare any two programs",
                    start.display()
                )
            } else {
                reason
            }
        })?;
        Ok(Self {
            root: root.into(),
            below: git(start, ["rev-parse", "--show-prefix"])?,
        })
    }

    /// The commit of a revision.
    ///
    /// # Errors
    /// Where there is no such revision.
    pub(super) fn commit(&self, revision: &str) -> Result<String, String> {
        let wanted = format!("{revision}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ];
        git(&self.root, arguments).map_err(|reason| match &*reason {
            "" => format!(
                "there is no revision `{revision}` in {}: name a branch, a tag or a commit that is here",
                self.root.display()
            ),
            reason => format!("there is no revision `{revision}`: {reason}"),
        })
    }
}

/// A git worktree of the user's repository. It is removed when it goes out of scope; what was built from it stays.
#[derive(Debug)]
pub(super) struct Checkout {
    repository: Repository,
    folder: PathBuf,
    /// The folder that corresponds to the one where the command was started.
    pub(super) start: PathBuf,
}

impl Checkout {
    /// Checks out a commit below `folder`.
    ///
    /// # Errors
    /// Where git fails, or the folder cannot be made.
    pub(super) fn new(repository: Repository, commit: &str, folder: &Path) -> Result<Self, String> {
        let folder = folder.join(commit.get(..12).unwrap_or(commit));
        Self::at(repository, commit, folder)
    }

    /// Checks out a commit as `folder`.
    ///
    /// # Errors
    /// Where git fails, or the folder cannot be made.
    pub(super) fn at(
        repository: Repository,
        commit: &str,
        folder: PathBuf,
    ) -> Result<Self, String> {
        // An earlier run may have been killed before it removed its checkout.
        remove(&repository.root, &folder);
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|error| format!("cannot create {}: {error}", parent.display()))?;
        }
        // From here on, an error removes what git has made.
        let checkout = Self {
            start: folder.join(&repository.below),
            repository,
            folder,
        };
        let arguments: [&OsStr; 5] = [
            "worktree".as_ref(),
            "add".as_ref(),
            "--detach".as_ref(),
            checkout.folder.as_ref(),
            commit.as_ref(),
        ];
        git(&checkout.repository.root, arguments)?;
        Ok(checkout)
    }

    /// The short name of a commit.
    pub(super) fn short(&self, commit: &str) -> String {
        let short = git(&self.folder, ["rev-parse", "--short", commit]);
        short.unwrap_or_else(|_| commit.to_owned())
    }

    /// Links dependencies that its packages have by relative paths out of the repository, in the target directory.
    ///
    /// # Errors
    /// Where there is no package in it, or a link cannot be made.
    pub(super) fn link_outside(&self, target: &Path) -> Result<(), String> {
        let dependencies = Workspace::of(&self.start)?.dependency_paths();
        // Cargo names real paths.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (checkout, target) = (real(&self.folder), real(target));
        outside::link(
            &dependencies,
            &checkout,
            &real(&self.repository.root),
            &target,
        )
    }

    /// Its top directory.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        remove(&self.repository.root, &self.folder);
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
