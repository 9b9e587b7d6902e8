//! What deriving costs the compiler, beside serde's derives on the same structs and no derive at all.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{RUNS, cargo, figure, median, timed, write};
use crate::run::workspace;

/// Structs in a crate.
const STRUCTS: usize = 20;

/// What is derived for the structs of a crate.
#[derive(Clone, Copy)]
enum Crate {
    /// Nothing but `Clone`: what nothing can beat.
    Plain,
    Serde,
    Sweeps,
    /// Sweeps, and a program that runs each.
    Program,
}

const CRATES: [Crate; 4] = [Crate::Plain, Crate::Serde, Crate::Sweeps, Crate::Program];

/// What is measured, in this order: the second and the fourth find what the one before them left.
const STEPS: [(&str, &str); 4] = [
    ("check", "clean check"),
    ("build", "clean build"),
    ("check", "check after a change"),
    ("build", "build after a change"),
];

/// Generates the crates, and prints what compiling each takes, its dependencies being built.
pub(super) fn measure() -> Result<(), String> {
    let root = workspace().join("target/bench-compile");
    generate(&root)?;
    eprintln!("building the dependencies");
    cargo(&root, &["check", "--workspace"])?;
    cargo(&root, &["build", "--workspace"])?;
    println!("{STRUCTS} structs of 6 inputs and 3 results; medians of {RUNS} runs\n");
    for kind in CRATES {
        let mut figures = vec![Vec::new(); STEPS.len()];
        for run in 0..RUNS {
            cargo(&root, &["clean", "--package", kind.name()])?;
            for (step, ((command, _), figures)) in STEPS.iter().zip(&mut figures).enumerate() {
                // The first two steps see one text, each of the others another.
                let text = run * STEPS.len() + step.max(1);
                write(&kind.source(&root), &kind.code(text))?;
                figures.push(timed(|| {
                    cargo(&root, &[command, "--package", kind.name()])
                })?);
            }
        }
        println!("{}", kind.what());
        for ((_, what), figures) in STEPS.iter().zip(&figures) {
            let wall = median(figures.iter().map(|figure| figure.0));
            let cpu = median(figures.iter().filter_map(|figure| figure.1));
            println!("  {what:<22} {}", figure((wall.unwrap_or(f64::NAN), cpu)));
        }
    }
    Ok(())
}

impl Crate {
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Serde => "peer",
            Self::Sweeps => "sweeps",
            Self::Program => "program",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Plain => "no derive but Clone",
            Self::Serde => "Serialize and Deserialize",
            Self::Sweeps => "ParametrizedSweep",
            Self::Program => "ParametrizedSweep, and a program that runs every sweep",
        }
    }

    fn source(self, root: &Path) -> PathBuf {
        let file = match self {
            Self::Program => "main.rs",
            _ => "lib.rs",
        };
        root.join(self.name()).join("src").join(file)
    }

    /// The crate's code; `change` is a number that stands in the first struct.
    fn code(self, change: usize) -> String {
        let (head, derive) = match self {
            Self::Plain => ("", "Clone"),
            Self::Serde => (
                "use serde::{Deserialize, Serialize};\n",
                "Clone, Serialize, Deserialize",
            ),
            Self::Sweeps | Self::Program => {
                ("use bencher::prelude::*;\n", "ParametrizedSweep, Clone")
            }
        };
        let sweeps = matches!(self, Self::Sweeps | Self::Program);
        let mut code = format!("#![allow(dead_code)]\n{head}\n");
        let variants = if sweeps {
            "SweepEnum, Clone, Copy"
        } else {
            derive
        };
        let _ = write!(
            code,
            "#[derive({variants})]\npub enum Algorithm {{ Quick, Merge, Radix }}\n"
        );
        for n in 0..STRUCTS {
            let most = 1_000_000 + if n == 0 { change } else { 0 };
            let attribute = |text: &str| match self {
                // What differs between two texts has to reach the derive's output.
                Self::Serde if text.contains("16,") => {
                    format!("    #[serde(rename = \"len{most}\")]\n")
                }
                Self::Plain | Self::Serde => String::new(),
                Self::Sweeps | Self::Program => format!("    #[{text}]\n"),
            };
            let fields = [
                (
                    format!("sweep(bounds(16, {most}), scale = \"log\", samples = 9)"),
                    "len: u64",
                ),
                ("sweep".to_owned(), "algorithm: Algorithm"),
                ("sweep(default = false)".to_owned(), "presorted: bool"),
                (
                    "sweep(bounds(-1.5, 2.0), step = 0.5)".to_owned(),
                    "shift: f64",
                ),
                ("sweep(values(\"a\", \"b\"))".to_owned(), "label: String"),
                ("sweep(values(1, 2, 4))".to_owned(), "threads: i32"),
                (
                    "result(units = \"s\", direction = \"minimize\")".to_owned(),
                    "elapsed: Option<f64>",
                ),
                ("result".to_owned(), "moves: Option<u64>"),
                ("result".to_owned(), "position: Option<[f64; 3]>"),
            ];
            let _ = write!(
                code,
                "\n/// Sweep {n}.\n#[derive({derive})]\npub struct Sweep{n} {{\n"
            );
            for (text, field) in fields {
                let _ = write!(
                    code,
                    "    /// A field.\n{}    pub {field},\n",
                    attribute(&text)
                );
            }
            code.push_str("}\n");
        }
        if matches!(self, Self::Program) {
            code.push_str(&program());
        }
        code
    }
}

/// Benchmarks of all structs, and a main function that runs them.
fn program() -> String {
    let mut code = String::new();
    for n in 0..STRUCTS {
        let _ = write!(
            code,
            "\nimpl Benchmark for Sweep{n} {{\n    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {{\n        \
             self.moves = Some(self.len);\n        Ok(())\n    }}\n}}\n"
        );
    }
    code.push_str("\nfn main() {\n");
    for n in 0..STRUCTS {
        let _ = writeln!(
            code,
            "    bencher::run(|bench: &mut Bench<Sweep{n}>| bench.sweep(\"Sweep {n}\").run());"
        );
    }
    code + "}\n"
}

/// Writes a workspace of its own, whose crates all have the same dependencies.
fn generate(root: &Path) -> Result<(), String> {
    let members: Vec<&str> = CRATES.iter().map(|kind| kind.name()).collect();
    let top = format!("[workspace]\nmembers = {members:?}\nresolver = \"3\"\n");
    let repository = workspace();
    for kind in CRATES {
        write(&kind.source(root), &kind.code(0))?;
        let manifest = format!(
            "[package]\nname = {:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             bencher = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n",
            kind.name(),
            repository.display().to_string(),
        );
        write(&root.join(kind.name()).join("Cargo.toml"), &manifest)?;
    }
    write(&root.join("Cargo.toml"), &top)?;
    // The versions that this repository is tested with.
    let (from, to) = (repository.join("Cargo.lock"), root.join("Cargo.lock"));
    if from.exists() {
        fs::copy(&from, &to).map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    }
    Ok(())
}
