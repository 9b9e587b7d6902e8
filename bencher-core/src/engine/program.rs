use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Zoned;

use super::context::{EngineContext, StopRequest};
use super::ending::{self, end_on_signals};
use super::error::EngineError;
use super::metadata::{EngineRun, Metadata};
use super::options::{EngineOptions, command, parse_options};
use super::output::Outputs;
use super::{Engine, EngineResult, directory};

use crate::console::error_line;

/// Exit statuses: of a run that failed, and of a program whose command line makes no sense.
const FAILED: u8 = 1;
const USAGE: u8 = 2;
/// That of a program that panicked.
const PANICKED: u8 = 101;

/// Runs an experiment as its `main`. It reads the command line, makes or opens the directory, and sets up the outputs.
/// It then calls every [`init`](Engine::init), and every [`run`](Engine::run), ancestors first.
///
/// The exit status is 0 after success, 1 after a failed step, and 2 after an invalid command line. A signal ends the
/// program as usual, after the output is complete and the end is recorded.
///
/// See the [module](super) for an example.
pub fn start(engine: &mut dyn Engine) -> ExitCode {
    start_with(engine, std::env::args_os())
}

/// Runs an experiment with the given command line, the program's name first.
///
/// See [`Engine`] for an example.
pub fn start_with(
    engine: &mut dyn Engine,
    args: impl IntoIterator<Item = impl Into<OsString>>,
) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let mut wanted = command(engine.name());
    for_each(engine, &mut |engine| {
        wanted = engine.options(std::mem::take(&mut wanted));
        Ok(())
    })
    .ok();
    let args_of_engine = match wanted.try_get_matches_from(&args) {
        Ok(matches) => matches,
        Err(error) => {
            // Where nobody reads it, nobody needs it.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE));
        }
    };
    let options = parse_options(&args_of_engine);
    let begun = begin(engine, &options, &args);
    let (run_name, result_dir) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            error_line!("error: {error}");
            return ExitCode::from(USAGE);
        }
    };
    let mut cx = EngineContext {
        args: args_of_engine,
        run_name,
        result_dir,
        level: options.level,
        is_continued: options.go_on.is_some(),
        stop: Arc::new(StopRequest::default()),
    };
    if let Err(error) = end_on_signals(&cx.stop) {
        cx.warn(format_args!(
            "signals will not end this program cleanly: {error}"
        ));
    }
    let words: Vec<String> = args
        .iter()
        .map(|word| quoted(&word.to_string_lossy()))
        .collect();
    cx.info(format_args!("command line: {}", words.join(" ")));
    let how = if cx.is_continued {
        "continuing"
    } else {
        "results"
    };
    cx.info(format_args!("{how} in {}", cx.result_dir.display()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        for_each(engine, &mut |engine| engine.init(&mut cx))?;
        for_each(engine, &mut |engine| engine.run(&mut cx))
    }));
    let (status, exit_status) = match outcome {
        Ok(Ok(())) => ("succeeded".to_owned(), 0),
        Ok(Err(error)) => {
            cx.error(&error);
            (format!("failed: {error}"), FAILED)
        }
        // The panic was printed where it happened.
        Err(_) => ("panicked".to_owned(), PANICKED),
    };
    ending::end(status, exit_status);
    ExitCode::from(exit_status)
}

fn begin(
    engine: &mut dyn Engine,
    options: &EngineOptions,
    args: &[OsString],
) -> Result<(String, PathBuf), EngineError> {
    let name = engine.name();
    let started = Zoned::now();
    let run_name = last_of(engine, &|engine| engine.run_name(&started));
    let run_name =
        run_name.unwrap_or_else(|| format!("{name}{}", started.strftime("_%Y%m%d_%H%M%S_%z")));
    let directory = match &options.go_on {
        Some(path) => directory::go_on(path)?,
        None => {
            let path = last_of(engine, &|engine| engine.result_dir(&run_name));
            directory::create(&path.unwrap_or_else(|| PathBuf::from(&run_name)))?
        }
    };
    let path = directory.path.clone();
    // The run goes on record last: what is refused before that was none.
    ending::begin(directory, |path| {
        let mut metadata = Metadata::of(path, name)?;
        let outputs = Outputs::new(options.output, options.merge, path)?;
        match metadata.begin(path, EngineRun::new(&run_name, args)) {
            Ok(()) => Ok((outputs, metadata)),
            Err(error) => {
                outputs.finish();
                Err(error)
            }
        }
    })?;
    Ok((run_name, path))
}

/// Does something with an engine and all that it is made of, ancestors first.
fn for_each(
    engine: &mut dyn Engine,
    work: &mut dyn FnMut(&mut dyn Engine) -> EngineResult,
) -> EngineResult {
    for ancestor in engine.ancestors() {
        for_each(ancestor, work)?;
    }
    work(engine)
}

/// The value of the engine itself, or of the last ancestor that has one.
fn last_of<T>(engine: &mut dyn Engine, ask: &dyn Fn(&dyn Engine) -> Option<T>) -> Option<T> {
    ask(engine).or_else(|| {
        let mut ancestors = engine.ancestors();
        ancestors
            .iter_mut()
            .rev()
            .find_map(|ancestor| last_of(&mut **ancestor, ask))
    })
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
