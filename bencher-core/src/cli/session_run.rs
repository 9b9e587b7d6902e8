//! One run of a program in a session: what the process is, its steps, its exit status.

use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::Ordering;

use crate::bench::config::option as option_of;
use crate::bench::{BenchError, Reporter, RunStatus, Session, SettingSource, Settings};
use crate::console::error_line;
use crate::evaluator::process::{WorkerRole, worker_role};
use crate::exit_guard;
use crate::measure::{Environment, Replicate, Timer};
use crate::progress::SilentProgress;
#[cfg(unix)]
use crate::signals::stop_signals;
use crate::sweep_executor::{Interrupt, Result};

use super::{INTERRUPTED, USAGE, environment, replicates, usage};

/// Exit status of a program in which something failed.
pub(super) const FAILED: u8 = 1;
/// The exit status of a run with a claim that fails, or a result that became worse.
const REGRESSED: u8 = 3;
/// Exit status of one of several processes whose own code ended it: it is no failure of a sample.
const ENDED_ITSELF: u8 = 3;
/// Why no report is drawn where nothing can draw one.
const NO_REPORT: &str = "no report can be drawn: this program is built without bencher's feature `report`, and the \
                         tool `cargo-bencher`, which would draw it, is not installed; turn the feature on in \
                         Cargo.toml, or run `cargo install --path cargo-bencher` in a checkout of bencher";

/// Runs a program in a session of its own, once for each step of a refinement, and draws what it
/// measured.
pub(crate) fn run_session(
    settings: Settings,
    name: String,
    reporter: Option<&Reporter>,
    mut program: impl FnMut(&Rc<RefCell<Session>>) -> Result<()>,
) -> ExitCode {
    let interrupt = Interrupt::default();
    let opened = Process::of_environment(&interrupt).and_then(|process| {
        if process.is_of_user() && settings.config().cluster.worker {
            return Err(super::cluster_worker::run(&settings.config(), &interrupt));
        }
        #[cfg(feature = "cluster")]
        if process.is_of_user() && settings.config().cluster.status {
            return Err(super::cluster_status::show(&settings.config()));
        }
        let session = process.open(settings, name, reporter, &interrupt)?;
        Ok((process, session))
    });
    let (process, session) = match opened {
        Ok(opened) => opened,
        Err(status) => return status,
    };
    let _guard = process.guard();
    let session = Rc::new(RefCell::new(session));
    loop {
        let ended = program(&session);
        let mut session = session.borrow_mut();
        if let Some(status) = process.end_step(&mut session, ended, reporter, &interrupt) {
            return status;
        }
    }
}

/// What this process is: the one that the user started, one of several that measure, or a worker of either.
struct Process {
    worker: Option<&'static WorkerRole>,
    replicate: Option<Replicate>,
}

impl Process {
    /// # Errors
    /// The exit status, where the environment says something impossible.
    fn of_environment(interrupt: &Interrupt) -> std::result::Result<Self, ExitCode> {
        let worker = worker_role();
        // A worker ends when its parent does, and not sooner.
        if worker.is_none()
            && let Err(error) = stop_on_signals(interrupt)
        {
            error_line!("warning: Ctrl-C will not stop cleanly: {error}");
        }
        let replicate = replicates::replicate().map_err(|error| usage(&error))?;
        Ok(Self { worker, replicate })
    }

    /// Whether the user started it: it alone prints and draws.
    const fn is_of_user(&self) -> bool {
        self.worker.is_none() && self.replicate.is_none()
    }

    /// The session, after everything that comes before its first sweep.
    ///
    /// # Errors
    /// The exit status, where the settings make no sense, or the processes that measure cannot be run.
    fn open(
        &self,
        settings: Settings,
        name: String,
        reporter: Option<&Reporter>,
        interrupt: &Interrupt,
    ) -> std::result::Result<Session, ExitCode> {
        if reporter.is_none()
            && let Some(option) = settings.report_option()
        {
            return Err(usage(&format!("`--{option}`: {NO_REPORT}")));
        }
        let settings = if shares_output(&settings) {
            quiet(settings)
        } else {
            settings
        };
        let mut session = Session::with_settings(settings, name, interrupt.clone());
        session.check().map_err(|error| usage(&error))?;
        if self.worker.is_some() {
            session.set_progress(Box::new(SilentProgress));
        }
        if self.is_of_user() {
            warn_of_misspelt();
        }
        let is_measured = !session.is_shown_only() && self.is_of_user();
        match (self.replicate, session.config().replicates) {
            (Some(replicate), _) => session.replicate(replicate),
            (None, Some(count)) if is_measured => {
                measure_in_replicates(&mut session, count, reporter, interrupt)?;
            }
            _ => {}
        }
        if reporter.is_some() && self.is_of_user() {
            session.will_draw();
        }
        Ok(session)
    }

    /// Guards against code that ends the process; the parent of a worker tells how that one ended.
    fn guard(&self) -> Option<exit_guard::RunGuard> {
        let status = if self.replicate.is_some() {
            ENDED_ITSELF
        } else {
            FAILED
        };
        self.worker
            .is_none()
            .then(|| exit_guard::RunGuard::begin(status))
    }

    /// Closes a step, and begins the next; the exit status, where there is none.
    fn end_step(
        &self,
        session: &mut Session,
        ended: Result<()>,
        reporter: Option<&Reporter>,
        interrupt: &Interrupt,
    ) -> Option<ExitCode> {
        let run_status = self.close(session, &ended, reporter);
        if let Err(error) = ended {
            self.refuse(|title| {
                format!(
                    "in a worker process, the program failed before it reached {title}: {error}"
                )
            });
            error_line!("error: {error}");
            return Some(ExitCode::from(status(error.downcast_ref())));
        }
        session.complain_of_settings();
        match session.next_step() {
            Ok(true) if run_status == RunStatus::Usage => Some(ExitCode::from(USAGE)),
            Ok(true) if interrupt.is_requested() => {
                error_line!("error: interrupted between two steps; run again to continue");
                Some(ExitCode::from(INTERRUPTED))
            }
            Ok(true) => None,
            Ok(false) => {
                if self.worker.is_some_and(WorkerRole::is_for_sweep) {
                    self.refuse(|title| {
                        format!("in a worker process, the program ended before it reached {title}")
                    });
                }
                Some(match run_status {
                    RunStatus::Fine => ExitCode::SUCCESS,
                    RunStatus::Failed => ExitCode::from(FAILED),
                    RunStatus::Regressed => ExitCode::from(REGRESSED),
                    RunStatus::Usage => ExitCode::from(USAGE),
                })
            }
            Err(error) => Some(usage(&error)),
        }
    }

    /// Draws and tells what a step measured.
    fn close(
        &self,
        session: &mut Session,
        ended: &Result<()>,
        reporter: Option<&Reporter>,
    ) -> RunStatus {
        let error = ended.as_ref().err().and_then(|error| error.downcast_ref());
        let is_interrupted = matches!(error, Some(BenchError::Interrupted { .. }));
        let (step, steps) = session.step();
        if self.replicate.is_some() {
            replicates::tell(&session.replicate_report());
        }
        let drawn = reporter.filter(|_| {
            // The results are drawn in any case. But an unfinished step keeps the complete report of the step before.
            let is_partial_step = is_interrupted && step > 1;
            !session.is_shown_only() && !is_partial_step && self.is_of_user()
        });
        let run_status = session.close(drawn);
        if reporter.is_none() && self.is_of_user() && step == steps {
            session.print_no_report(NO_REPORT);
        }
        run_status
    }

    /// Tells the parent of a worker that no job can be answered.
    fn refuse(&self, reason: impl FnOnce(&str) -> String) {
        if let Some(role) = self.worker {
            role.refuse(&reason(role.title()));
        }
    }
}

/// Has several processes measure for a session, which then collects what they stored.
///
/// # Errors
/// The exit status, where they cannot.
fn measure_in_replicates(
    session: &mut Session,
    count: u32,
    reporter: Option<&Reporter>,
    interrupt: &Interrupt,
) -> std::result::Result<(), ExitCode> {
    #[cfg(feature = "history")]
    if let Err(error) = session.check_baseline() {
        error_line!("error: {error}");
        return Err(ExitCode::from(FAILED));
    }
    if reporter.is_some() {
        session.will_draw();
    }
    if let Err(error) = session.make_report_folder() {
        error_line!("error: {error}");
        return Err(ExitCode::from(FAILED));
    }
    let began = Environment::capture_with(Timer::system());
    match replicates::measure(session.config(), count, interrupt) {
        Ok(report) => session.collect_replicates(count, began, report),
        Err(error) => return Err(usage(&error)),
    }
    Ok(())
}

fn warn_of_misspelt() {
    for (given, near) in environment::misspelt(std::env::vars_os().map(|(name, _)| name)) {
        error_line!("warning: environment variable {given} is not an option; did you mean {near}?");
    }
}

fn status(error: Option<&BenchError>) -> u8 {
    match error {
        Some(BenchError::Interrupted { .. }) => INTERRUPTED,
        Some(BenchError::Plan { source, .. }) if source.is_usage() => USAGE,
        Some(BenchError::UnknownResult { .. } | BenchError::Aggregate { .. }) => USAGE,
        _ => 1,
    }
}

/// The first Ctrl-C (or SIGTERM, or the end of the terminal) asks the sweep to stop, the second ends the program at
/// once.
#[cfg(unix)]
fn stop_on_signals(interrupt: &Interrupt) -> std::io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new(stop_signals())?;
    let flag = Arc::clone(&interrupt.0);
    // It sleeps until there is a signal, so it disturbs no measurement.
    let watch = move || {
        for _ in signals.forever() {
            if flag.swap(true, Ordering::Relaxed) {
                exit_guard::release();
                std::process::exit(i32::from(INTERRUPTED));
            }
            error_line!(
                "\nstopping after the samples that are running; press Ctrl-C again to stop at once"
            );
        }
    };
    std::thread::Builder::new()
        .name("bencher-signals".to_owned())
        .spawn(watch)
        .map(drop)
}

/// Where signals are another matter, Ctrl-C only asks the sweep to stop.
#[cfg(not(unix))]
fn stop_on_signals(interrupt: &Interrupt) -> std::io::Result<()> {
    use signal_hook::consts::SIGINT;
    signal_hook::flag::register(SIGINT, Arc::clone(&interrupt.0)).map(drop)
}

/// Whether another process of the same launcher prints and draws what this one takes part in.
fn shares_output(settings: &Settings) -> bool {
    /// The variables by which launchers number their processes: Slurm, `OpenMPI`, and others.
    const RANKS: [&str; 3] = ["SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK"];
    let rank = RANKS.iter().find_map(|name| std::env::var(name).ok());
    settings.config().shared_dir.is_some() && rank.is_some_and(|rank| rank != "0")
}

/// The same run, without output, report and results.
fn quiet(mut settings: Settings) -> Settings {
    for (name, value) in [("output", "quiet"), ("report", "false"), ("cache", "false")] {
        if let Some(option) = option_of(name) {
            // These values are right for these options.
            let _ = settings.add(option, &[value.into()], SettingSource::CommandLine, None);
        }
    }
    settings
}
