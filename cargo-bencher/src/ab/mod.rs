//! `cargo bencher ab`: measures two revisions, or any two programs, in turns, and judges them in pairs.

mod build;
mod measurement;
mod options;
mod outside;
mod program;
mod restriction;
mod revision;
mod scratch;
mod search;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use crate::compare::print;
use crate::failure::Failure;
use crate::stop::Stop;
use crate::text::counted;

pub(crate) use search::{Goal, Search, SearchOptions};

use build::{BuildOptions, build};
use measurement::{Measured, Measurement};
use options::{AbOptions, MeasurementOptions, Sides};
use program::Program;
use revision::{Checkout, Repository};
use scratch::Scratch;
use workspace::Workspace;

/// Measures both sides until every point is decided, or the pairs are used up.
pub(crate) fn run(args: &[String]) -> Result<ExitCode, Failure> {
    let options = AbOptions::parse(args).map_err(Failure::Usage)?;
    let here = std::env::current_dir()
        .map_err(|error| format!("the working directory is not known: {error}"))?;
    let stop = Stop::on_signals();
    let ended = measure_sides(&options, &here, &stop);
    // A build or a git command that the user stopped gives an error of its own.
    match ended {
        Err(Failure::Failed(_)) if stop.is_requested() => Err(Failure::Interrupted(
            "interrupted before the first pair: nothing was measured".to_owned(),
        )),
        ended => ended,
    }
}

fn measure_sides(options: &AbOptions, here: &Path, stop: &Stop) -> Result<ExitCode, Failure> {
    match &options.sides {
        Sides::Revision { base, target } => {
            let workspace = Workspace::of(here)?;
            let build_options = BuildOptions {
                target: workspace.target(target.package.as_deref(), target.target.clone())?,
                package: target.package.clone(),
                profile: target.profile.clone(),
            };
            let repository = Repository::of(here)?;
            let commit = repository.commit(base)?;
            let folder = workspace.target_directory.join("bencher-ab");
            let scratch = Scratch::new(&folder)?;
            let checkout = Checkout::new(repository, &commit, &folder)?;
            checkout.link_outside(&workspace.target_directory)?;
            let short = checkout.short(&commit);
            let build = Build {
                options: &build_options,
                scratch: &scratch,
                stop,
            };
            // Cargo takes two checkouts of a package for one, so that in one directory each would pass for the other.
            let of_base = folder.join("target");
            let name = format!("{base} ({short})");
            let base = build.program(&checkout.start, &of_base, "base", name)?;
            let name = "the working tree".to_owned();
            let candidate = build.program(here, &workspace.target_directory, "candidate", name)?;
            measure(&options.measurement, [base, candidate], &scratch, stop)
        }
        Sides::Commands { base, candidate } => {
            // Both are looked for first: a coin says which is started first.
            let programs = [
                Program::of_command("--command-a", base, here)?,
                Program::of_command("--command-b", candidate, here)?,
            ];
            let scratch = Scratch::new(&options.store.join("ab"))?;
            measure(&options.measurement, programs, &scratch, stop)
        }
    }
}

/// Measures two programs, and prints what was found; also what was found until the user stopped it.
fn measure(
    options: &MeasurementOptions,
    programs: [Program; 2],
    scratch: &Scratch,
    stop: &Stop,
) -> Result<ExitCode, Failure> {
    match Measurement::new(options, programs, scratch.path(), stop).run(&|_| false)? {
        Measured::Whole(found) => Ok(print(&found, &options.output)?),
        Measured::Interrupted { pairs, looked } => {
            let pairs = counted(pairs, "pair");
            let Some(mut found) = looked else {
                return Err(Failure::Interrupted(format!(
                    "interrupted after {pairs}, before the first look: there is no verdict"
                )));
            };
            let message = format!(
                "interrupted after {pairs}; the verdicts are those of {}",
                counted(found.pairs.unwrap_or(0), "pair")
            );
            found.notes.push(message.clone());
            print(&found, &options.output)?;
            Err(Failure::Interrupted(message))
        }
    }
}

/// How the programs of a comparison are built.
struct Build<'b> {
    options: &'b BuildOptions,
    scratch: &'b Scratch,
    stop: &'b Stop,
}

impl Build<'_> {
    /// Builds what stands in a folder, in the target directory `built`, and keeps a copy named `copy`.
    fn program(
        &self,
        folder: &Path,
        built: &Path,
        copy: &str,
        name: String,
    ) -> Result<Program, String> {
        let target = &self.options.target;
        eprintln!("building {target} of {name}");
        let copy = self.scratch.path().join(copy);
        Ok(Program {
            executable: build(folder, self.options, built, copy, self.stop)?,
            name,
            arguments: target.argument().map(Into::into).into_iter().collect(),
            folder: folder.to_owned(),
        })
    }
}
