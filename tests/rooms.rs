//! The rooms of bencher-core import only from those above them, in the order that ARCHITECTURE.md has. No library code
//! starts a thread in a way that panics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;
use syn::Item;

/// The rooms, in the order of the table.
fn rooms(page: &str) -> Vec<String> {
    let (_, section) = page.split_once("\n## Rooms of `bencher-core`\n").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with("|---"));
    rows.skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|row| row.split('`').nth(1).unwrap().to_owned())
        .collect()
}

fn files(path: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            files(&path, out);
        } else if name.ends_with("rs") && name != "tests.rs" {
            out.push(path);
        }
    }
}

/// The tokens of the items of a file, but for its tests. Documentation is a string in them.
fn tokens(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let items = syn::parse_file(&text).unwrap().items.into_iter();
    let is_test = |item: &Item| {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            _ => return false,
        };
        let mut texts = attributes
            .iter()
            .map(|one| one.to_token_stream().to_string());
        texts.any(|text| text.contains("cfg (test)") || text.contains("cfg (all (test"))
    };
    let items = items.filter(|item| !is_test(item));
    items
        .map(|item| item.to_token_stream().to_string())
        .collect()
}

/// The rooms that a file names, but in its tests and its documentation.
fn named(path: &Path) -> Vec<String> {
    let mut rooms = Vec::new();
    for text in tokens(path) {
        // What stands in a string, as documentation does, is no path of tokens.
        let paths = text.split("crate :: ").skip(1);
        for path in paths {
            match path.strip_prefix("{ ") {
                Some(group) => rooms.extend(
                    group
                        .split([',', '}'])
                        .filter_map(|part| part.split_whitespace().next())
                        .map(str::to_owned),
                ),
                None => rooms.extend(path.split_whitespace().next().map(str::to_owned)),
            }
        }
    }
    rooms
}

#[test]
fn no_arrow_runs_up() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(here.join("ARCHITECTURE.md")).unwrap();
    let order: BTreeMap<String, usize> = rooms(&page).into_iter().zip(0..).collect();
    assert!(order.len() > 20, "{order:?}");
    let core = here.join("bencher-core/src");
    let mut all = Vec::new();
    files(&core, &mut all);
    let (mut arrows, mut down) = (Vec::new(), 0);
    for path in all {
        let below = path.strip_prefix(&core).unwrap();
        let room = below.iter().next().unwrap().to_string_lossy();
        let room = match room.trim_end_matches(".rs") {
            "lib" => continue,
            "private" => "__private",
            room => room,
        };
        let own = *order
            .get(room)
            .unwrap_or_else(|| panic!("the room `{room}` is not in the table of ARCHITECTURE.md"));
        for other in named(&path) {
            match order.get(&other) {
                Some(place) if *place > own => {
                    arrows.push(format!("{}: {room} -> {other}", below.display()));
                }
                Some(_) => down += 1,
                None => {}
            }
        }
    }
    assert!(down > 500, "only {down} imports were found");
    assert!(arrows.is_empty(), "{}", arrows.join("\n"));
}

/// `thread::spawn` and `Scope::spawn` panic where the system allows no further thread; `thread::Builder` gives an
/// error.
#[test]
fn no_library_code_panics_where_no_thread_can_be_started() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for package in ["bencher-core", "bencher-report", "cargo-bencher", "."] {
        files(&here.join(package).join("src"), &mut all);
    }
    let (mut panicking, mut builders) = (Vec::new(), 0);
    for path in all {
        for text in tokens(&path) {
            builders += text.matches("thread :: Builder :: new").count();
            // Strings, which documentation is, are of one token, without spaces around `::`.
            if text.contains("thread :: spawn (") || text.contains("scope . spawn (") {
                panicking.push(path.display().to_string());
            }
        }
    }
    assert!(builders > 10, "only {builders} threads were found");
    assert!(panicking.is_empty(), "{}", panicking.join("\n"));
}
