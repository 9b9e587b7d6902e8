//! The public face, name by name: a change of it is seen in review.
//!
//! `INSTA_UPDATE=always cargo test --test public_api` renews the lists.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;
use syn::{ImplItem, Item, ItemUse, UseTree, Visibility};

/// The names that `pub use` brings in, with the path that they come from.
fn used(tree: &UseTree, path: &str, out: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(part) => used(&part.tree, &format!("{path}{}::", part.ident), out),
        UseTree::Name(name) => drop(out.insert(name.ident.to_string())),
        UseTree::Rename(rename) => drop(out.insert(rename.rename.to_string())),
        UseTree::Glob(_) => drop(out.insert(format!("{path}*"))),
        UseTree::Group(group) => group.items.iter().for_each(|tree| used(tree, path, out)),
    }
}

fn is_hidden(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string();
        text.contains("doc (hidden)") || text.contains("doc(hidden)") || text.contains("cfg (test)")
    })
}

fn items(path: &Path) -> Vec<Item> {
    let text = std::fs::read_to_string(path).unwrap();
    syn::parse_file(&text).unwrap().items
}

/// The names that a file exports: those that it brings in, and those of its own public items.
fn exported(path: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in items(path) {
        let own = match &item {
            Item::Use(ItemUse {
                vis: Visibility::Public(_),
                attrs,
                tree,
                ..
            }) if !is_hidden(attrs) => {
                used(tree, "", &mut names);
                None
            }
            Item::Fn(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.sig.ident)),
            Item::Struct(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.ident)),
            Item::Enum(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.ident)),
            Item::Trait(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.ident)),
            Item::Type(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.ident)),
            Item::Const(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.ident)),
            Item::Mod(item) if !is_hidden(&item.attrs) => Some((&item.vis, &item.ident)),
            _ => None,
        };
        if let Some((Visibility::Public(_), name)) = own {
            names.insert(name.to_string());
        }
    }
    names
}

/// All files of a room, but those of its tests.
fn files(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_file() {
        out.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "tests"
            && name != "tests.rs"
            && (path.is_dir() || path.extension().is_some_and(|end| end == "rs"))
        {
            files(&path, out);
        }
    }
}

/// The public methods of a room's types, with their signatures.
fn methods(room: &Path, exported: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = Vec::new();
    files(room, &mut all);
    let mut methods = BTreeSet::new();
    for item in all.iter().flat_map(|path| items(path)) {
        let Item::Impl(block) = item else {
            continue;
        };
        let of = block.self_ty.to_token_stream().to_string().replace(' ', "");
        let name = of.split('<').next().unwrap_or_default().to_owned();
        if block.trait_.is_some() || !exported.contains(&name) {
            continue;
        }
        for item in &block.items {
            if let ImplItem::Fn(method) = item
                && matches!(method.vis, Visibility::Public(_))
                && !is_hidden(&method.attrs)
            {
                let signature = method.sig.to_token_stream().to_string();
                methods.insert(format!("{of}: {signature}"));
            }
        }
    }
    methods
}

#[test]
fn the_names_at_the_top_are_these() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let names: Vec<String> = exported(&root.join("lib.rs")).into_iter().collect();
    let prelude: Vec<String> = exported(&root.join("prelude.rs")).into_iter().collect();
    assert!(
        prelude.len() <= 12,
        "{} names in the prelude",
        prelude.len()
    );
    let modules = names
        .iter()
        .filter(|name| name.chars().all(|c| !c.is_uppercase()));
    let flat = names.len() - modules.count();
    assert!(flat <= 75, "{flat} types at the top");
    insta::assert_snapshot!(format!(
        "bencher\n  {}\n\nbencher::prelude\n  {}\n",
        names.join("\n  "),
        prelude.join("\n  ")
    ));
}

#[test]
fn the_names_of_the_rooms_are_these() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("bencher-core/src");
    let mut text = String::new();
    for room in exported(&root.join("lib.rs")) {
        let folder = root.join(&room);
        let (top, all) = if folder.is_dir() {
            (folder.join("mod.rs"), folder)
        } else {
            let file = root.join(format!("{room}.rs"));
            (file.clone(), file)
        };
        if !top.is_file() {
            // Another crate's.
            continue;
        }
        let names = exported(&top);
        let _ = writeln!(text, "{room}");
        for name in &names {
            let _ = writeln!(text, "  {name}");
        }
        for method in methods(&all, &names) {
            let _ = writeln!(text, "    {method}");
        }
    }
    insta::assert_snapshot!(text);
}
