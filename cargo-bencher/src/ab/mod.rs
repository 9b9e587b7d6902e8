//! `cargo bencher ab`: measures two revisions, or any two programs, in turns, and judges them in pairs.

mod build;
mod measurement;
mod options;
mod program;
mod restriction;
mod revision;
mod scratch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::compare::{Failure, print};

use build::{BuildOptions, build, only_benchmark};
use measurement::Measurement;
use options::{AbOptions, Sides};
use program::Program;
use revision::Checkout;
use scratch::Scratch;

/// Measures both sides until every point is decided, or the pairs are used up.
pub(crate) fn run(args: &[String]) -> Result<ExitCode, Failure> {
    let options = AbOptions::parse(args).map_err(Failure::Usage)?;
    let here = std::env::current_dir()
        .map_err(|error| format!("the working directory is not known: {error}"))?;
    match &options.sides {
        Sides::Revision {
            base,
            target,
            package,
            profile,
        } => {
            let target_directory = crate::store::target_directory(&here).ok_or_else(|| {
                "`cargo metadata` failed: `ab --base` needs a Cargo package".to_owned()
            })?;
            let folder = target_directory.join("bencher-ab");
            let options_of_build = BuildOptions {
                target: match target {
                    Some(target) => target.clone(),
                    None => only_benchmark(&here, package.as_deref())?,
                },
                package: package.clone(),
                profile: profile.clone(),
            };
            let checkout = Checkout::new(&here, base, &folder)?;
            let scratch = Scratch::new(&folder)?;
            // Cargo takes two checkouts of a package for one, so that in one directory each would pass for the other.
            let of_base = folder.join("target");
            let programs = [
                of_revision(&checkout, &options_of_build, (&of_base, &scratch), base)?,
                of_working_tree(&here, &options_of_build, (&target_directory, &scratch))?,
            ];
            Ok(measure(&options, programs, &scratch)?)
        }
        Sides::Commands { base, candidate } => {
            let programs = [of_command(base, &here)?, of_command(candidate, &here)?];
            let scratch = Scratch::new(&options.store.join("ab"))?;
            Ok(measure(&options, programs, &scratch)?)
        }
    }
}

fn measure(
    options: &AbOptions,
    programs: [Program; 2],
    scratch: &Scratch,
) -> Result<ExitCode, String> {
    let found = Measurement::new(options, programs, scratch.path()).run()?;
    print(&found, &options.output)
}

fn of_revision(
    checkout: &Checkout,
    options: &BuildOptions,
    (built, scratch): (&Path, &Scratch),
    base: &str,
) -> Result<Program, String> {
    let target = &options.target;
    eprintln!("building {target} at {base} ({})", checkout.commit);
    Ok(Program {
        name: format!("{base} ({})", checkout.commit),
        executable: build(&checkout.start, options, built, scratch.path().join("base"))?,
        arguments: target.argument().map(Into::into).into_iter().collect(),
        folder: checkout.start.clone(),
    })
}

fn of_working_tree(
    here: &Path,
    options: &BuildOptions,
    (built, scratch): (&Path, &Scratch),
) -> Result<Program, String> {
    let target = &options.target;
    eprintln!("building {target} of the working tree");
    Ok(Program {
        name: "the working tree".to_owned(),
        executable: build(here, options, built, scratch.path().join("candidate"))?,
        arguments: target.argument().map(Into::into).into_iter().collect(),
        folder: here.to_owned(),
    })
}

/// A program by its command line, whose words stand between spaces.
fn of_command(command: &str, here: &Path) -> Result<Program, String> {
    let mut words = command.split_whitespace();
    let executable = words
        .next()
        .ok_or_else(|| "a command is empty".to_owned())?;
    let path = PathBuf::from(executable);
    Ok(Program {
        name: command.to_owned(),
        // A path is one from here; a name is looked for on the search path.
        executable: if path.components().count() > 1 {
            here.join(path)
        } else {
            path
        },
        arguments: words.map(Into::into).collect(),
        folder: here.to_owned(),
    })
}
