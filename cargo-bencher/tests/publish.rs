//! Published reports: dated folders with an index, in a folder and in a branch, from several machines at once.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use bencher_core::dataset::Dim;
use bencher_core::store::save_result;

use common::{EVIL, count, printed, record, tool};

/// A folder with a store of one sweep.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    folder
}

fn store(folder: &Path) {
    let dims = vec![Dim::repeats(2)];
    let mut one = record(EVIL, dims, vec![count("moves")], |_, at| {
        Some((at[0] as u64).into())
    });
    // Two machines have results of their own: equal ones at one moment would be one commit.
    one.description = folder.display().to_string();
    save_result(&folder.join("store"), &one).unwrap();
}

fn publish(folder: &Path, words: &[&str]) -> String {
    printed(folder, &[&["publish", "--store", "store"], words].concat())
}

fn failure(folder: &Path, words: &[&str]) -> String {
    let ran = tool(folder, &[&["publish", "--store", "store"], words].concat());
    assert!(!ran.status.success(), "{words:?}");
    String::from_utf8(ran.stderr).unwrap()
}

/// The dated folders, in order.
fn reports(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut reports: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    reports.sort();
    reports
}

#[test]
fn reports_are_kept_beside_each_other_with_an_index() {
    let folder = folder();
    let site = folder.path().join("site");
    let told = publish(folder.path(), &["site"]);
    assert!(told.starts_with("published site/2"), "{told}");
    let first = reports(&site);
    let page = std::fs::read(first[0].join("index.html")).unwrap();
    // Machines that publish at once lose nothing.
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| publish(folder.path(), &["site"]));
        }
    });
    let all = reports(&site);
    assert_eq!(all.len(), 7);
    assert_eq!(std::fs::read(first[0].join("index.html")).unwrap(), page);
    let index = std::fs::read_to_string(site.join("index.html")).unwrap();
    for report in &all {
        let name = report.file_name().unwrap().to_str().unwrap();
        assert!(
            index.contains(&format!("href=\"{name}/index.html\"")),
            "{name}"
        );
        let mut files: Vec<_> = std::fs::read_dir(report)
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        files.sort();
        assert_eq!(files, ["bencher-report.json", "index.html"]);
    }
    assert!(
        !index.contains(EVIL) && index.contains("&lt;/script&gt;"),
        "{index}"
    );
    let others = std::fs::read_dir(&site).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().starts_with('.')
    });
    assert_eq!(others.count(), 0, "nothing half-written is left");

    // A page of somebody else is not replaced, and nothing is added beside it.
    let mine = folder.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    std::fs::write(mine.join("index.html"), "mine").unwrap();
    let error = failure(folder.path(), &["mine"]);
    assert!(
        error.contains("not written by `cargo bencher publish`"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(&mine).unwrap().count(), 1);
    assert!(failure(folder.path(), &[]).contains("name the folder"));
    assert!(failure(folder.path(), &["site", "nothing"]).contains("no sweep fits \"nothing\""));
    assert!(
        failure(folder.path(), &["site", "--remote", "x"]).contains("is for `--branch BRANCH`")
    );
}

/// Runs git, which must succeed, and returns what it prints.
fn git(folder: &Path, words: &[&str]) -> String {
    let settings = [
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "init.defaultBranch=main",
    ];
    let ran = Command::new("git")
        .args(settings)
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

/// A repository with a commit and a store beside it, and the name of who commits.
fn repository(folder: &Path) {
    git(folder, &["config", "user.name", "Test"]);
    git(folder, &["config", "user.email", "test@example.org"]);
    store(folder);
    std::fs::write(folder.join(".gitignore"), "/store\n*.json\n").unwrap();
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "First"]);
}

#[test]
fn two_machines_publish_to_one_branch() {
    let root = tempfile::tempdir().unwrap();
    git(root.path(), &["init", "-q", "--bare", "remote.git"]);
    let clones = ["a", "b"].map(|name| {
        git(root.path(), &["clone", "-q", "remote.git", name]);
        let clone = root.path().join(name);
        repository(&clone);
        clone
    });
    thread::scope(|scope| {
        for clone in &clones {
            scope.spawn(|| {
                for _ in 0..3 {
                    let told = publish(clone, &["--branch", "pages"]);
                    assert!(
                        told.contains("on pages (commit ") && told.contains("pushed to origin)"),
                        "{told}"
                    );
                }
            });
        }
    });
    let remote = root.path().join("remote.git");
    let commits = git(&remote, &["rev-list", "--first-parent", "--count", "pages"]);
    assert_eq!(commits, "6", "each is a commit behind the one before");
    git(
        root.path(),
        &["clone", "-q", "-b", "pages", "remote.git", "read"],
    );
    let read = root.path().join("read");
    let all: Vec<PathBuf> = reports(&read)
        .into_iter()
        .filter(|path| !path.ends_with(".git"))
        .collect();
    assert_eq!(all.len(), 6);
    let index = std::fs::read_to_string(read.join("index.html")).unwrap();
    for report in &all {
        let name = report.file_name().unwrap().to_str().unwrap();
        assert!(
            index.contains(&format!("href=\"{name}/index.html\"")),
            "{name}"
        );
        assert!(
            report.join("bencher-report.json").is_file(),
            "ignored files are published too"
        );
    }
    // What else is in the repository stays as it is.
    for clone in &clones {
        assert_eq!(git(clone, &["status", "--porcelain"]), "");
        assert_eq!(git(clone, &["branch", "--list", "pages"]), "");
        let left = std::fs::read_dir(clone.join(".git")).unwrap();
        let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(names.filter(|name| name.starts_with("bencher")).count(), 0);
    }

    // What somebody else added is kept, and a page of theirs is not replaced.
    std::fs::write(read.join("CNAME"), "example.org\n").unwrap();
    git(&read, &["add", "."]);
    git(&read, &["commit", "-qm", "Name"]);
    git(&read, &["push", "-q"]);
    publish(&clones[0], &["--branch", "pages"]);
    assert_eq!(
        git(&remote, &["cat-file", "blob", "pages:CNAME"]),
        "example.org"
    );
    git(
        &clones[0],
        &["push", "-q", "origin", "HEAD:refs/heads/main"],
    );
    std::fs::write(clones[1].join("index.html"), "mine").unwrap();
    git(&clones[1], &["add", "."]);
    git(&clones[1], &["commit", "-qm", "Mine"]);
    git(
        &clones[1],
        &["push", "-q", "origin", "HEAD:refs/heads/mine"],
    );
    let error = failure(&clones[0], &["--branch", "mine"]);
    assert!(
        error.contains("mine: the index.html there was not written by"),
        "{error}"
    );
    // A remote that takes nothing is an error at once.
    std::fs::remove_dir_all(&remote).unwrap();
    let error = failure(&clones[0], &["--branch", "pages"]);
    assert!(error.contains("git ls-remote: "), "{error}");
}

#[test]
fn a_branch_without_a_remote_stays_here() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    repository(folder.path());
    for _ in 0..2 {
        let told = publish(folder.path(), &["--branch", "reports/pages"]);
        assert!(!told.contains("pushed"), "{told}");
    }
    let files = git(folder.path(), &["ls-tree", "--name-only", "reports/pages"]);
    assert_eq!(files.lines().count(), 3, "{files}");
    assert_eq!(git(folder.path(), &["status", "--porcelain"]), "");
    for (words, part) in [
        (&["--branch", "main"][..], "`main` is checked out"),
        (&["--branch", "a..b"], "`a..b` is no name of a branch"),
        (
            &["--branch", "pages", "--remote", "up"],
            "there is no remote `up`",
        ),
    ] {
        let error = failure(folder.path(), words);
        assert!(error.contains(part), "{error}");
    }
    let elsewhere = self::folder();
    let error = failure(elsewhere.path(), &["--branch", "pages"]);
    assert!(error.contains("not a git repository"), "{error}");
}
