//! A worker process, from its start until it is reaped.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::Limits;
use super::descendants::Mark;
use super::launch::{Launch, VARIABLE};
use super::output::{LastLines, Output};
use super::spawner::spawn;
use super::system::{kill_group, send_now, wait_for};
use super::wire::{BROKEN, Hello, Incoming, Outgoing, VERSION, WorkerCommand};

/// A worker process that runs.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    child: Child,
    stream: Arc<UnixStream>,
    pub(super) incoming: Incoming,
    pub(super) output: Output,
    handle: WorkerHandle,
    mark: Mark,
    timeout: Option<Duration>,
}

/// The handle that sends messages to a worker, and ends it with its process group.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct WorkerHandle(Arc<Mutex<HandleState>>);

#[derive(Debug, Default)]
struct HandleState {
    group: Option<u32>,
    stream: Option<Arc<UnixStream>>,
    outgoing: Outgoing,
    /// Why it was ended by this side.
    why: Option<KillReason>,
}

impl HandleState {
    /// Sends what there is room for, and never waits: a worker that does not read must not stop this program.
    fn flush(&mut self) -> io::Result<()> {
        let Some(stream) = &self.stream else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        while !self.outgoing.is_empty() {
            match send_now(stream.as_fd(), self.outgoing.unsent())? {
                0 => break,
                count => self.outgoing.advance(count),
            }
        }
        Ok(())
    }
}

/// Why this side ended a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum KillReason {
    /// Its job took too long.
    Late,
    /// Its job printed too much.
    Output,
    /// Its job is no longer needed.
    Expired,
    /// The connection to it carried other data than messages.
    Broken,
}

impl WorkerHandle {
    fn held(&self) -> MutexGuard<'_, HandleState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the worker something; what there is no room for is sent while this side [listens](WorkerProcess::listen).
    pub(super) fn send(&self, command: &WorkerCommand) -> io::Result<()> {
        let held = &mut *self.held();
        held.outgoing.add(command)?;
        held.flush()
    }

    /// Sends more of the pending messages; returns whether some are left.
    fn flush(&self) -> io::Result<bool> {
        let held = &mut *self.held();
        held.flush()?;
        Ok(!held.outgoing.is_empty())
    }

    /// Whether the worker was ended by this side.
    pub(super) fn is_ended(&self) -> bool {
        self.held().why.is_some()
    }

    /// Ends the worker with everything that it started.
    pub(in super::super) fn kill(&self, why: KillReason) {
        let mut held = self.held();
        if let Some(group) = held.group {
            held.why.get_or_insert(why);
            kill_group(group);
        }
    }
}

impl WorkerProcess {
    /// Starts a worker and tells it what it is for.
    pub(super) fn start(launch: &Launch, limits: &Limits, number: usize) -> io::Result<Self> {
        let (stream, theirs) = UnixStream::pair()?;
        let (reader, writer) = io::pipe()?;
        let mark = Mark::new();
        let (marks, value) = mark.variable();
        let mut command = Command::new(&launch.program);
        for (name, value) in &launch.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env(marks, value)
            .args(&launch.args)
            .env(VARIABLE, format!("{} {}", std::process::id(), launch.place))
            .stdin(OwnedFd::from(theirs))
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0);
        // With the command go the ends that the worker has.
        let child = spawn(command)?;
        let stream = Arc::new(stream);
        let handle = WorkerHandle::default();
        let group = child.id();
        handle.held().group = Some(group);
        handle.held().stream = Some(Arc::clone(&stream));
        let stop = {
            let handle = handle.clone();
            move || handle.kill(KillReason::Output)
        };
        let output =
            Output::read(reader, limits.output, stop).inspect_err(|_| kill_group(group))?;
        let worker = Self {
            child,
            stream,
            incoming: Incoming::default(),
            output,
            handle,
            mark,
            timeout: None,
        };
        let hello = WorkerCommand::Hello(Hello {
            version: VERSION,
            memory: limits.memory,
            number,
            core: limits.pin.then_some(number),
            time: limits.time,
            title: launch.display_title().to_owned(),
            context: launch.context.clone(),
        });
        match worker.handle.send(&hello) {
            // A listener that comes after the end gets the exit status at once.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                worker.terminate();
                Err(error)
            }
            _ => Ok(worker),
        }
    }

    pub(super) fn handle(&self) -> WorkerHandle {
        self.handle.clone()
    }

    /// Reads what the worker says, for so long at most; whether anything came.
    pub(super) fn listen(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        let timeout = timeout.map(|time| time.max(Duration::from_millis(1)));
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        // A worker that is gone cannot receive messages; its earlier messages can still be read.
        while self.handle.flush().unwrap_or(false) {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if wait_for(self.stream.as_fd(), true, left)? {
                break;
            }
            if left == Some(Duration::ZERO) {
                return Ok(false);
            }
        }
        if timeout != self.timeout {
            self.stream.set_read_timeout(timeout)?;
            self.timeout = timeout;
        }
        match self.incoming.fill(&*self.stream) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Ends it with everything that it started, and says how it ended.
    pub(super) fn terminate(mut self) -> WorkerExit {
        if let Some(group) = self.handle.held().group {
            kill_group(group);
        }
        let status = self.child.wait();
        self.mark.kill_all();
        let mut held = self.handle.held();
        // From now on the number may be another's.
        held.group = None;
        held.stream = None;
        WorkerExit {
            why: held.why,
            status: status.ok(),
            last_lines: self.output.last_lines(),
        }
    }

    /// Asks it to release everything and end; kills it where that takes longer than `patience`.
    pub(super) fn close(mut self, patience: Duration) {
        let end = Instant::now() + patience;
        if self.handle.send(&WorkerCommand::Close).is_ok() {
            // It says nothing more; the connection ends with it.
            while Instant::now() < end && self.listen(Some(end - Instant::now())).is_ok() {}
        }
        self.terminate();
    }
}

/// How a worker ended.
#[derive(Debug)]
pub(super) struct WorkerExit {
    pub(super) why: Option<KillReason>,
    status: Option<ExitStatus>,
    last_lines: LastLines,
}

impl WorkerExit {
    /// A description of the event, with the last output of the worker.
    pub(super) fn text(&self, limits: &Limits) -> String {
        let mut text = match (self.why, self.status) {
            (Some(KillReason::Output), _) => too_much(limits),
            (Some(KillReason::Broken), _) => format!("{BROKEN}; its worker process was replaced"),
            (_, Some(status)) => exit_text(status),
            (_, None) => "its worker process ended in an unknown way".to_owned(),
        };
        let LastLines {
            text: lines,
            is_of_this_job,
        } = &self.last_lines;
        if !lines.is_empty() {
            text.push_str("; its last output");
            if !is_of_this_job {
                text.push_str(", from this job or the one before");
            }
            text.push_str(":\n");
            text.push_str(lines);
        }
        text
    }
}

pub(super) fn too_much(limits: &Limits) -> String {
    let most = limits.output;
    format!("it printed more than {most} bytes, so its worker process was ended")
}

fn exit_text(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            let name = signal_hook::low_level::signal_name(signal).unwrap_or("unknown");
            let hint = if signal == signal_hook::consts::SIGKILL {
                ", as the kernel does when memory runs out"
            } else {
                ""
            };
            format!("its worker process was ended by signal {signal} ({name}){hint}")
        }
        (None, Some(code)) => format!("its worker process exited with status {code}"),
        (None, None) => format!("its worker process ended: {status}"),
    }
}
