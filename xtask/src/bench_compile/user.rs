//! What a crate pays for its benches: a cold build, and the build after an edit, beside criterion and divan.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{RUNS, cargo, figure, median, timed, write};
use crate::run::workspace;

/// How many crates of a cold build are named, the dearest first.
const NAMED: usize = 16;

/// A crate of a user, with one bench.
struct User {
    name: &'static str,
    /// The line of its manifest that names the tool.
    dependency: String,
    /// Makes the bench with a number of types or functions; the first one contains the second number.
    bench: fn(usize, usize) -> String,
}

/// Generates a crate for each tool, and prints what its builds take.
pub(super) fn measure() -> Result<(), String> {
    println!("a crate with one bench, `cargo bench --no-run`\n");
    for user in users() {
        let root = workspace()
            .join("target/bench-compile-user")
            .join(user.name);
        let target = root.join("target");
        if target.exists() {
            fs::remove_dir_all(&target)
                .map_err(|error| format!("cannot remove {}: {error}", target.display()))?;
        }
        generate(&root, &user)?;
        // Whatever is to be downloaded is no build.
        cargo(&root, &["fetch"])?;
        let cold = timed(|| cargo(&root, &["bench", "--no-run", "--timings"]))?;
        let crates = crates(&target)?;
        println!("{}", user.name);
        println!(
            "  cold, {:>3} crates         {}",
            crates.len(),
            figure(cold)
        );
        for items in [1, 3] {
            println!(
                "  after an edit, {items} type{} {}",
                if items == 1 { " " } else { "s" },
                after_an_edit(&root, &user, items)?
            );
        }
        let mut dearest: Vec<(String, f64)> = crates.into_iter().collect();
        dearest.sort_by(|a, b| b.1.total_cmp(&a.1));
        let named = dearest.iter().take(NAMED);
        let named: Vec<String> = named.map(|(name, s)| format!("{name} {s:.1}")).collect();
        println!("  seconds by crate        {}", named.join(", "));
    }
    Ok(())
}

fn users() -> Vec<User> {
    let repository = workspace().display().to_string();
    let bencher = |features: &str| format!("bencher = {{ path = {repository:?}{features} }}");
    vec![
        User {
            name: "bencher",
            dependency: bencher(""),
            bench: bencher_bench,
        },
        User {
            name: "bencher-smallest",
            dependency: bencher(", default-features = false"),
            bench: bencher_bench,
        },
        User {
            name: "criterion",
            dependency: "criterion = \"0.8\"".to_owned(),
            bench: criterion_bench,
        },
        User {
            name: "divan",
            dependency: "divan = \"0.1\"".to_owned(),
            bench: divan_bench,
        },
    ]
}

/// The median of builds after a change of the bench.
fn after_an_edit(root: &Path, user: &User, items: usize) -> Result<String, String> {
    let bench = root.join("benches/work.rs");
    write(&bench, &(user.bench)(items, 0))?;
    cargo(root, &["bench", "--no-run"])?;
    let mut figures = Vec::new();
    for run in 1..=RUNS {
        write(&bench, &(user.bench)(items, run))?;
        figures.push(timed(|| cargo(root, &["bench", "--no-run"]))?);
    }
    let wall = median(figures.iter().map(|figure| figure.0)).unwrap_or(f64::NAN);
    let cpu = median(figures.iter().filter_map(|figure| figure.1));
    Ok(figure((wall, cpu)))
}

/// The seconds that each crate took, by the report of cargo's own timings.
fn crates(target: &Path) -> Result<BTreeMap<String, f64>, String> {
    let path = target.join("cargo-timings/cargo-timing.html");
    let page = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let units = page
        .split_once("const UNIT_DATA = ")
        .and_then(|(_, rest)| rest.split_once("];"))
        .and_then(|(units, _)| serde_json::from_str::<Vec<Json>>(&format!("{units}]")).ok())
        .ok_or_else(|| format!("{} has no `UNIT_DATA`", path.display()))?;
    let mut crates = BTreeMap::new();
    for unit in units {
        let name = unit["name"].as_str().unwrap_or("?").to_owned();
        *crates.entry(name).or_insert(0.0) += unit["duration"].as_f64().unwrap_or(0.0);
    }
    Ok(crates)
}

fn generate(root: &Path, user: &User) -> Result<(), String> {
    let manifest = format!(
        "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dev-dependencies]\n{}\n\n[[bench]]\nname = \"work\"\nharness = false\n",
        user.dependency
    );
    write(&root.join("Cargo.toml"), &manifest)?;
    write(
        &root.join("src/lib.rs"),
        "pub fn work(len: u64) -> u64 {\n    (0..len).fold(0, |sum, n| sum ^ n.wrapping_mul(len))\n}\n",
    )?;
    write(&root.join("benches/work.rs"), &(user.bench)(1, 0))?;
    // The versions that this repository is tested with.
    let lock = workspace().join("Cargo.lock");
    if lock.exists() && user.name.starts_with("bencher") {
        fs::copy(&lock, root.join("Cargo.lock"))
            .map_err(|error| format!("cannot copy {}: {error}", lock.display()))?;
    }
    Ok(())
}

fn bencher_bench(types: usize, change: usize) -> String {
    let mut code = "use bencher::prelude::*;\n".to_owned();
    let mut sweeps = String::new();
    for n in 0..types {
        let most = 4096 + if n == 0 { change } else { 0 };
        let _ = write!(
            code,
            "\n#[derive(ParametrizedSweep, Clone)]\nstruct Work{n} {{\n    \
             #[sweep(bounds(16, {most}), scale = \"log\", samples = 5)]\n    len: u64,\n    \
             #[sweep]\n    twice: bool,\n    \
             #[result(timed, direction = \"minimize\")]\n    elapsed: Option<f64>,\n}}\n\n\
             impl Benchmark for Work{n} {{\n    \
             fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {{\n        \
             let len = if self.twice {{ 2 * self.len }} else {{ self.len }};\n        \
             cx.iter(&mut self.elapsed, || user::work(len));\n        Ok(())\n    }}\n}}\n"
        );
        let _ = writeln!(
            sweeps,
            "        bench.of::<Work{n}>()?.sweep(\"Work {n}\").run()?;"
        );
    }
    let _ = write!(
        code,
        "\nfn main() -> std::process::ExitCode {{\n    bencher::run(|bench: &mut Bench<Work0>| {{\n\
         {sweeps}        Ok(())\n    }})\n}}\n"
    );
    code
}

fn criterion_bench(functions: usize, change: usize) -> String {
    let mut code =
        "use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};\n".to_owned();
    let mut names = Vec::new();
    for n in 0..functions {
        let most = 4096 + if n == 0 { change } else { 0 };
        let _ = write!(
            code,
            "\nfn work{n}(c: &mut Criterion) {{\n    let mut group = c.benchmark_group(\"work {n}\");\n    \
             for len in [16_u64, 64, 256, 1024, {most}] {{\n        \
             for twice in [1, 2] {{\n            \
             let id = BenchmarkId::new(format!(\"{{twice}}\"), len);\n            \
             group.bench_with_input(id, &(len * twice), |b, len| b.iter(|| user::work(*len)));\n        \
             }}\n    }}\n    group.finish();\n}}\n"
        );
        names.push(format!("work{n}"));
    }
    code + &format!(
        "\ncriterion_group!(benches, {});\ncriterion_main!(benches);\n",
        names.join(", ")
    )
}

fn divan_bench(functions: usize, change: usize) -> String {
    let mut code = "fn main() {\n    divan::main();\n}\n".to_owned();
    for n in 0..functions {
        let most = 4096 + if n == 0 { change } else { 0 };
        let _ = write!(
            code,
            "\n#[divan::bench(args = [16, 64, 256, 1024, {most}], consts = [1, 2])]\n\
             fn work{n}<const TWICE: u64>(len: u64) -> u64 {{\n    user::work(len * TWICE)\n}}\n"
        );
    }
    code
}
