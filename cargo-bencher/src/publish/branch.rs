//! Publishing to a branch by git's own objects: nothing is checked out, and the index of the user is not touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use bencher_core::bench::report_files::LIST;

use super::index::{INDEX, Index};
use super::names;
use crate::git;

/// How often a push is tried again because somebody else pushed meanwhile.
const TRIES: u32 = 8;

/// Draws a report, and adds it to a branch; says where it is.
///
/// # Errors
/// Where git fails, or the branch changes more often than is tried.
pub(super) fn publish(
    branch: &str,
    remote: Option<&str>,
    draw: &dyn Fn(&Path) -> Result<(), String>,
) -> Result<String, String> {
    let place = Place::of(branch, remote)?;
    let scratch = Scratch::within(&place.git)?;
    let report = scratch.0.join("report");
    draw(&report)?;
    for nth in 1..=TRIES {
        let base = place.head()?;
        let (name, commit) = place.commit(base.as_deref(), &scratch.0, &report)?;
        match place.set(&commit, base.as_deref()) {
            Ok(()) => return Ok(place.told(&name, &commit)),
            // Only a branch that somebody else moves is worth another try.
            Err(error) if place.head()? == base && !is_locked(&error) => return Err(error),
            Err(_) => thread::sleep(wait(nth)),
        }
    }
    Err(format!(
        "`{branch}` changed during each of {TRIES} tries; try again later"
    ))
}

/// Whether another process moves the branch at this moment.
fn is_locked(error: &str) -> bool {
    error.contains("cannot lock ref") || error.contains(".lock'")
}

/// Longer after each try, and not equal for two processes.
fn wait(nth: u32) -> Duration {
    let own = u64::from(std::process::id() % 97);
    Duration::from_millis(u64::from(nth) * (50 + own))
}

/// A branch, here or in another repository.
struct Place {
    /// The folder of git's own files.
    git: PathBuf,
    branch: String,
    /// The full name of the branch.
    reference: String,
    remote: Option<String>,
}

impl Place {
    fn of(branch: &str, remote: Option<&str>) -> Result<Self, String> {
        let here = Path::new(".");
        let git = git::line(here, ["rev-parse", "--absolute-git-dir"])?;
        let reference = format!("refs/heads/{branch}");
        git::line(here, ["check-ref-format", &reference])
            .map_err(|_| format!("`{branch}` is no name of a branch"))?;
        let known = git::lines(here, ["remote"])?;
        let is_known = |name: &str| known.iter().any(|known| known == name);
        let remote = match remote {
            Some(name) if !is_known(name) => {
                return Err(format!(
                    "there is no remote `{name}` (known: {})",
                    known.join(", ")
                ));
            }
            Some(name) => Some(name.to_owned()),
            None => is_known("origin").then(|| "origin".to_owned()),
        };
        if remote.is_none() {
            let worktrees = git::lines(here, ["worktree", "list", "--porcelain"])?;
            if worktrees.contains(&format!("branch {reference}")) {
                return Err(format!(
                    "`{branch}` is checked out, and its files would not change with it; choose another branch"
                ));
            }
        }
        Ok(Self {
            git: PathBuf::from(git),
            branch: branch.to_owned(),
            reference,
            remote,
        })
    }

    /// The commit of the branch, which is in this repository then; none of a branch that does not exist.
    fn head(&self) -> Result<Option<String>, String> {
        let Some(remote) = &self.remote else {
            let head = self.git(
                &["for-each-ref", "--format=%(objectname)", &self.reference],
                &[],
            )?;
            return Ok(Some(head).filter(|head| !head.is_empty()));
        };
        let told = self.git(&["ls-remote", "--heads", remote, &self.reference], &[])?;
        let Some(head) = told.split_whitespace().next() else {
            return Ok(None);
        };
        self.git(
            &["fetch", "--quiet", "--no-tags", remote, &self.reference],
            &[],
        )?;
        Ok(Some(head.to_owned()))
    }

    /// Makes a commit of the branch and the report, under a name that is free there.
    fn commit(
        &self,
        base: Option<&str>,
        scratch: &Path,
        report: &Path,
    ) -> Result<(String, String), String> {
        let index = self.index(base)?;
        index
            .check()
            .map_err(|error| format!("{}: {error}", self.branch))?;
        let mut free = names().filter(|name| !index.has(name));
        let name = free
            .next()
            .ok_or("there are too many reports of this second")?;
        let failed =
            |error: std::io::Error| format!("cannot write to {}: {error}", scratch.display());
        let list = fs::read(report.join(LIST)).map_err(failed)?;
        let tree = scratch.join("tree");
        if tree.exists() {
            fs::remove_dir_all(&tree).map_err(failed)?;
        }
        fs::create_dir(&tree).map_err(failed)?;
        fs::write(tree.join(INDEX), index.with(&name, &list).html()).map_err(failed)?;
        copy(report, &tree.join(&name)).map_err(failed)?;
        let (staged, tree) = (scratch.join("index"), tree.as_path());
        let places = [
            ("GIT_INDEX_FILE", staged.as_path()),
            ("GIT_WORK_TREE", tree),
        ];
        self.git(&["read-tree", base.unwrap_or("--empty")], &places)?;
        // The files are published as they were drawn, whatever the user sets for sources.
        let plain = ["-c", "core.autocrlf=false", "-c", "core.safecrlf=false"];
        let add = ["add", "--force", "--all", "--", &name, INDEX];
        self.git(&[&plain[..], &add].concat(), &places)?;
        let tree = self.git(&["write-tree"], &places)?;
        let message = format!("Publish the report of {name}");
        let parent = base.map_or_else(Vec::new, |base| vec!["-p", base]);
        let words = [&["commit-tree", &tree, "-m", &message][..], &parent].concat();
        let commit = self.git(&words, &[])?;
        Ok((name, commit))
    }

    /// What is published in a commit.
    fn index(&self, base: Option<&str>) -> Result<Index, String> {
        let Some(base) = base else {
            return Ok(Index::default());
        };
        let paths = self.git(&["ls-tree", "-r", "-z", "--name-only", base], &[])?;
        let paths: Vec<&str> = paths.split('\0').collect();
        let content = |path: &str| self.git(&["cat-file", "blob", &format!("{base}:{path}")], &[]);
        let names = paths.iter().filter_map(|path| {
            let (name, file) = path.split_once('/')?;
            (file == LIST).then_some(name)
        });
        let lists = names.map(|name| {
            let list = content(&format!("{name}/{LIST}"))?;
            Ok((name.to_owned(), list.into_bytes()))
        });
        let lists = lists.collect::<Result<_, String>>()?;
        let page = paths.contains(&INDEX).then(|| content(INDEX)).transpose()?;
        Ok(Index::new(page, lists))
    }

    /// Moves the branch to a commit, if it still is where it was. A push that is not forced moves it forward only.
    fn set(&self, commit: &str, base: Option<&str>) -> Result<(), String> {
        let told = match &self.remote {
            Some(remote) => {
                let refspec = format!("{commit}:{}", self.reference);
                self.git(&["push", "--quiet", remote, &refspec], &[])
            }
            // Without an earlier commit there must be none.
            None => {
                let base = base.map_or_else(|| "0".repeat(commit.len()), str::to_owned);
                self.git(&["update-ref", &self.reference, commit, &base], &[])
            }
        };
        told.map(drop)
    }

    fn told(&self, name: &str, commit: &str) -> String {
        let short: String = commit.chars().take(10).collect();
        let pushed = self.remote.as_ref();
        let pushed = pushed.map_or_else(String::new, |remote| format!(", pushed to {remote}"));
        format!("{name} on {} (commit {short}{pushed})", self.branch)
    }

    /// Runs git on this repository; what it prints, without the last line end.
    fn git(&self, words: &[&str], places: &[(&str, &Path)]) -> Result<String, String> {
        let mut command = Command::new("git");
        command.args(words).envs(places.iter().copied());
        command.env("GIT_DIR", &self.git).stdin(Stdio::null());
        let output = command.output();
        let output = output.map_err(|error| format!("git cannot be started: {error}"))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let step = words
                .iter()
                .find(|word| !word.starts_with('-') && !word.contains('='));
            return Err(format!("git {}: {}", step.unwrap_or(&""), errors.trim()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
    }
}

/// A folder that is removed with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn within(git: &Path) -> Result<Self, String> {
        let folder = git.join(format!("bencher-publish-{}", std::process::id()));
        fs::create_dir(&folder)
            .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Leftovers are small, and git does not track them.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
