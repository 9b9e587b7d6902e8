use super::*;

fn refused(dir: &Path, part: Option<&str>) -> PathBuf {
    match check(dir, "demo", part) {
        Err(PlaceError::Foreign { path } | PlaceError::Later { path }) => path,
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
fn put(kind: &str, path: &Path) {
    match kind {
        "file" => fs::write(path, "mine").unwrap(),
        "folder" => fs::create_dir(path).unwrap(),
        "link" => std::os::unix::fs::symlink("/nowhere", path).unwrap(),
        _ => {
            let made = std::process::Command::new("mkfifo").arg(path).status();
            assert!(made.unwrap().success());
        }
    }
}

#[cfg(unix)]
#[test]
fn whatever_is_in_the_way_of_a_report_is_named() {
    let kinds = ["file", "folder", "link", "pipe"];
    let all = |name| kinds.map(|kind| (name, kind));
    let mut cases = [all(PAGE), all(LIST)].concat();
    cases.push((PART, "folder"));
    cases.extend([(FOLDER, "file"), (FOLDER, "link"), (FOLDER, "pipe")]);
    for (name, kind) in cases {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        put(kind, &path);
        for part in [None, Some("half")] {
            assert_eq!(refused(dir.path(), part), path, "{kind}");
        }
        // The same in the folder of a part that was drawn before.
        let dir = tempfile::tempdir().unwrap();
        let mut list = List::new("demo", "");
        list.parts.insert("half".to_owned(), "of".to_owned());
        fs::write(dir.path().join(LIST), list.text()).unwrap();
        let path = dir.path().join("of").join(name);
        fs::create_dir(dir.path().join("of")).unwrap();
        put(kind, &path);
        assert_eq!(refused(dir.path(), Some("half")), path, "{kind}");
        assert!(check(dir.path(), "demo", None).is_ok(), "{kind} of a part");
    }
    // And in the place of the folder of a part, or of a program beside another.
    for kind in ["file", "link", "pipe"] {
        let dir = tempfile::tempdir().unwrap();
        let mut list = List::new("demo", "");
        list.parts.insert("half".to_owned(), "of".to_owned());
        fs::write(dir.path().join(LIST), list.text()).unwrap();
        put(kind, &dir.path().join("of"));
        assert_eq!(refused(dir.path(), Some("half")), dir.path().join("of"));
        fs::write(dir.path().join(LIST), List::new("other", "").text()).unwrap();
        put(kind, &dir.path().join("demo"));
        assert_eq!(refused(dir.path(), None), dir.path().join("demo"));
    }
}

#[test]
fn a_place_is_found_without_a_write() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    assert_eq!(check(&missing, "demo", None).unwrap().dir, missing);
    let part = check(&missing, "demo", Some("Half of it"));
    assert_eq!(part.unwrap().dir, missing.join("half-of-it"));
    assert!(!missing.exists());
    // A page of bencher's own is replaced, whatever its version.
    let page = "<meta name=\"generator\" content=\"bencher\">";
    fs::write(dir.path().join(PAGE), page).unwrap();
    assert!(check(dir.path(), "demo", None).unwrap().is_unlisted);
    // The report of another program stays.
    fs::write(dir.path().join(LIST), List::new("other", "").text()).unwrap();
    let within = check(dir.path(), "demo", None).unwrap();
    assert_eq!(within.dir, dir.path().join("demo"));
    // The report of the whole program does not hinder that of a part.
    let mut list = List::new("demo", "");
    list.files
        .insert(PAGE.to_owned(), Entry::of(page.as_bytes()));
    fs::write(dir.path().join(LIST), list.text()).unwrap();
    assert!(check(dir.path(), "demo", Some("half")).is_ok());
}

#[test]
fn a_list_of_a_later_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let later = List::new("demo", "")
        .text()
        .replace("\"version\": 1", "\"version\": 2");
    fs::write(dir.path().join(LIST), later).unwrap();
    let error = check(dir.path(), "demo", None).unwrap_err();
    assert!(matches!(error, PlaceError::Later { .. }), "{error}");
}

#[test]
fn pictures_of_somebody_else_are_named_by_the_sweep_that_may_need_their_names() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "plain--v-bar.png",
        "plain--ours.png",
        "plainer--v.png",
        "plain.png",
        "plain--v.txt",
    ] {
        fs::write(dir.path().join(name), "mine").unwrap();
    }
    let mut list = List::new("demo", "");
    list.files
        .insert("plain--ours.png".to_owned(), Entry::of(b"ours"));
    fs::write(dir.path().join(LIST), list.text()).unwrap();
    let place = check(dir.path(), "demo", None).unwrap();
    assert_eq!(
        place.foreign_pictures("Plain"),
        [dir.path().join("plain--v-bar.png")]
    );
    assert_eq!(place.foreign_pictures("Other"), [] as [PathBuf; 0]);
}
