//! `cargo bencher ab`: measures two revisions, or any two programs, in turns, and judges them in pairs.

mod build;
mod measurement;
mod options;
mod program;
mod restriction;
mod revision;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::compare::{Failure, print};

use build::{Target, build, only_benchmark};
use measurement::Measurement;
use options::{AbOptions, Sides};
use program::Program;
use revision::Checkout;

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
        } => {
            let folder = crate::store::target_directory(&here)
                .ok_or_else(|| {
                    "`cargo metadata` failed: `ab --base` needs a Cargo package".to_owned()
                })?
                .join("bencher-ab");
            let target = match target {
                Some(target) => target.clone(),
                None => only_benchmark(&here, package.as_deref())?,
            };
            let checkout = Checkout::new(&here, base, &folder)?;
            let programs = [
                of_revision(&checkout, &folder, package.as_deref(), &target, base)?,
                of_working_tree(&here, package.as_deref(), &target)?,
            ];
            Ok(measure(&options, programs, &folder)?)
        }
        Sides::Commands { base, candidate } => {
            let programs = [of_command(base, &here)?, of_command(candidate, &here)?];
            Ok(measure(&options, programs, &options.store.join("ab"))?)
        }
    }
}

fn measure(options: &AbOptions, programs: [Program; 2], folder: &Path) -> Result<ExitCode, String> {
    let measurement = Measurement::new(options, programs, folder)?;
    let found = measurement.run()?;
    print(&found, &options.output)
}

fn of_revision(
    checkout: &Checkout,
    folder: &Path,
    package: Option<&str>,
    target: &Target,
    base: &str,
) -> Result<Program, String> {
    eprintln!("building {target} at {base} ({})", checkout.commit);
    let built = folder.join("target");
    Ok(Program {
        name: format!("{base} ({})", checkout.commit),
        executable: build(&checkout.start, package, target, Some(&built))?,
        arguments: target.argument().map(Into::into).into_iter().collect(),
        folder: checkout.start.clone(),
    })
}

fn of_working_tree(here: &Path, package: Option<&str>, target: &Target) -> Result<Program, String> {
    eprintln!("building {target} of the working tree");
    Ok(Program {
        name: "the working tree".to_owned(),
        executable: build(here, package, target, None)?,
        arguments: target.argument().map(Into::into).into_iter().collect(),
        folder: here.to_owned(),
    })
}

/// A program by its command line, whose words stand between spaces.
fn of_command(command: &str, here: &Path) -> Result<Program, String> {
    let mut words = command.split_whitespace();
    let executable = words.next().ok_or("a command is empty")?;
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
