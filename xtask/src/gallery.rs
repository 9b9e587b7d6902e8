//! The gallery of the docs: the pictures of `examples/gallery.rs`, drawn from a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::examples;
use crate::run::{run, workspace};

const HEAD: &str = "# Gallery

This page shows the figures that a report draws for each shape of data. Each picture is of a sweep in
[`examples/gallery.rs`](../examples/gallery.rs). The page of the report has the same figures, to hover, zoom and slice.
`cargo xtask gallery` draws this page anew.

Other programs draw [a fractal as an image for each point](../examples/images.rs), [search trees as HTML in
frames](../examples/views.rs), [tables within samples with columns of several kinds](../examples/table_per_sample.rs),
[coarser and finer levels of one sweep](../examples/levels.rs), [a plot of their own](own-plot.md) and [the front of size and
speed](../examples/pareto.rs).

```sh
cargo run --release --example gallery -- --bench
```
";

/// Draws the gallery; with `--check`, only compares its page and the names of its pictures with a run.
pub(crate) fn gallery(args: &[String]) -> Result<(), String> {
    let is_check = match args {
        [] => false,
        [check] if check == "--check" => true,
        _ => return Err("`gallery` takes no argument but `--check`".to_owned()),
    };
    let scratch = std::env::temp_dir().join(format!("bencher-gallery-{}", std::process::id()));
    let done = draw(&scratch, is_check);
    // If it stays behind, it is in the temporary directory.
    let _ = std::fs::remove_dir_all(&scratch);
    done
}

fn draw(scratch: &Path, is_check: bool) -> Result<(), String> {
    let report = scratch.join("report");
    let mut command = examples::program(&examples::build()?, "gallery");
    command
        .args(["--bench", "--quiet", "--report"])
        .arg(&report)
        .env("BENCHER_CACHE_DIR", scratch.join("store"))
        .stdin(Stdio::null());
    run(&mut command)?;
    let pictures = pictures(&report)?;
    let page = page(&read(&workspace().join("examples/gallery.rs"))?, &pictures)?;
    let docs = workspace().join("docs");
    let (place, folder) = (docs.join("gallery.md"), docs.join("gallery"));
    if is_check {
        let names = |folder: &Path| pictures_in(folder).map(BTreeMap::into_keys);
        let same = read(&place)? == page && names(&folder)?.eq(names(&report)?);
        return if same {
            Ok(())
        } else {
            Err(
                "docs/gallery.md is not what the example draws; run `cargo xtask gallery`"
                    .to_owned(),
            )
        };
    }
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(failed)?;
    }
    std::fs::create_dir_all(&folder).map_err(failed)?;
    for (name, path) in &pictures_in(&report)? {
        std::fs::copy(path, folder.join(name)).map_err(failed)?;
    }
    std::fs::write(&place, page).map_err(failed)
}

/// The names of the pictures of each sweep, by the name of its function with dashes.
fn pictures(report: &Path) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut of_sweep: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in pictures_in(report)?.into_keys() {
        let sweep = name.split("--").next().unwrap_or_default().to_owned();
        of_sweep.entry(sweep).or_default().push(name);
    }
    Ok(of_sweep)
}

fn pictures_in(folder: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    let failed = |error| format!("cannot read {}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let paths = entries.flatten().map(|entry| entry.path());
    let pictures = paths.filter(|path| path.extension().is_some_and(|end| end == "png"));
    Ok(pictures
        .filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path)))
        .collect())
}

/// The page: for each sweep, in the order of the program, what it is and its pictures.
fn page(program: &str, pictures: &BTreeMap<String, Vec<String>>) -> Result<String, String> {
    let mut page = HEAD.to_owned();
    let mut doc = String::new();
    for block in program.split("\n/// ").skip(1) {
        let (line, code) = block.split_once('\n').unwrap_or((block, ""));
        if code.starts_with("#[derive(ParametrizedSweep") {
            line.clone_into(&mut doc);
        }
        let Some(code) = code.strip_prefix("#[bench_sweep(") else {
            continue;
        };
        let name = code
            .split_once("fn ")
            .and_then(|(_, rest)| rest.split_once('('));
        let (name, _) = name.ok_or("a sweep of examples/gallery.rs has no function")?;
        let files = pictures.get(&name.replace('_', "-"));
        let files = files.ok_or_else(|| format!("`{name}` drew no picture"))?;
        let _ = write!(page, "\n## {name}\n\n{doc}.\n");
        for file in files {
            let alt = file
                .trim_end_matches(".png")
                .replace("--", ", ")
                .replace('-', " ");
            let _ = write!(page, "\n![{alt}](gallery/{file})\n");
        }
    }
    Ok(page)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}
