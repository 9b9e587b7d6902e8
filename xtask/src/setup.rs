//! The tools that the tests need beside the Rust toolchain: installed where that is possible, named clearly
//! where it is not. Nothing is skipped for want of it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::python;
use crate::run::{cargo, run};

/// A program that some test runs.
struct Tool {
    program: &'static str,
    source: Source,
    needed_for: &'static str,
}

/// Where a program comes from.
#[derive(Clone, Copy)]
enum Source {
    /// A package of Debian.
    Debian(&'static str),
    /// A crate that cargo installs.
    Crate(&'static str),
    /// A package of Debian that completes Python: it makes environments.
    Environments(&'static str),
}

const TOOLS: [Tool; 10] = [
    Tool {
        program: "chromium",
        source: Source::Debian("chromium"),
        needed_for: "the tests that open the report in a real browser",
    },
    Tool {
        program: "gnuplot",
        source: Source::Debian("gnuplot-nox"),
        needed_for: "the tests of the pictures that gnuplot draws",
    },
    Tool {
        program: "nats-server",
        source: Source::Debian("nats-server"),
        needed_for: "the tests of sweeps on a cluster",
    },
    Tool {
        program: "openssl",
        source: Source::Debian("openssl"),
        needed_for: "the tests of encrypted clusters",
    },
    Tool {
        program: "ip",
        source: Source::Debian("iproute2"),
        needed_for: "the tests of clusters on simulated hosts",
    },
    Tool {
        program: "mpirun",
        source: Source::Debian("openmpi-bin"),
        needed_for: "the test of workers that mpirun starts",
    },
    Tool {
        program: "slurmctld",
        source: Source::Debian("slurm-wlm"),
        needed_for: "the test of workers that Slurm starts",
    },
    Tool {
        program: "munged",
        source: Source::Debian("munge"),
        needed_for: "the test of workers that Slurm starts",
    },
    Tool {
        program: "cargo-nextest",
        source: Source::Crate("cargo-nextest"),
        needed_for: "the tests that run functions with `#[bench_sweep]` by cargo-nextest",
    },
    Tool {
        program: "python3",
        source: Source::Environments("python3-venv"),
        needed_for: "the tests that read exports with xarray, pandas and polars",
    },
];

/// Installs the tools that are missing: crates by cargo, the others on Debian as root; elsewhere says what
/// is missing. Packages of Python go into an environment of their own.
pub(crate) fn install() -> Result<(), String> {
    let missing = || TOOLS.iter().filter(|tool| !tool.is_there());
    let packages: Vec<&str> = missing().filter_map(Tool::package).collect();
    if !packages.is_empty() {
        if !(Path::new("/usr/bin/apt-get").exists() && is_root()) {
            let list: Vec<String> = missing().map(Tool::named).collect();
            return Err(format!(
                "these programs are missing; install them and run again:\n{}",
                list.join("\n")
            ));
        }
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        run(Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    missing().try_for_each(|tool| match tool.source {
        Source::Crate(name) => cargo(&["install", "--locked", name]),
        Source::Debian(_) | Source::Environments(_) => Ok(()),
    })?;
    python::install()
}

impl Tool {
    fn is_there(&self) -> bool {
        match self.source {
            Source::Environments(_) => python::has_environments(),
            Source::Debian(_) | Source::Crate(_) => is_there(self.program),
        }
    }

    /// The package of Debian that has it, if one does.
    fn package(&self) -> Option<&'static str> {
        match self.source {
            Source::Debian(package) | Source::Environments(package) => Some(package),
            Source::Crate(_) => None,
        }
    }

    fn named(&self) -> String {
        let source = match self.source {
            Source::Debian(package) | Source::Environments(package) => format!("Debian: {package}"),
            Source::Crate(name) => format!("cargo install --locked {name}"),
        };
        format!("  {} ({source}), for {}", self.program, self.needed_for)
    }
}

fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
