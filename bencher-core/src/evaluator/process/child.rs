//! A worker process, from its start to its burial.

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
use super::wire::{BROKEN, Hello, Incoming, Order, Outgoing, VERSION};

/// A worker process that runs.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    stream: Arc<UnixStream>,
    pub(super) incoming: Incoming,
    pub(super) output: Output,
    grip: Grip,
    mark: Mark,
    timeout: Option<Duration>,
}

/// What one needs to tell a worker something, and to end it with its process group.
#[derive(Clone, Debug, Default)]
pub(super) struct Grip(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    group: Option<u32>,
    stream: Option<Arc<UnixStream>>,
    outgoing: Outgoing,
    /// Why it was ended by this side.
    why: Option<Why>,
}

impl Held {
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
pub(super) enum Why {
    /// Its job took too long.
    Late,
    /// Its job printed too much.
    Output,
    /// Nobody wants its job any more.
    Expired,
    /// The connection to it carried something else than messages.
    Broken,
}

impl Grip {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the worker something; what there is no room for is sent while this side [listens](Worker::listen).
    pub(super) fn tell(&self, order: &Order) -> io::Result<()> {
        let held = &mut *self.held();
        held.outgoing.add(order)?;
        held.flush()
    }

    /// Sends more of what the worker was told; whether there is still some left.
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
    pub(super) fn kill(&self, why: Why) {
        let mut held = self.held();
        if let Some(group) = held.group {
            held.why.get_or_insert(why);
            kill_group(group);
        }
    }
}

impl Worker {
    /// Starts a worker and tells it what it is for.
    pub(super) fn start(launch: &Launch, limits: &Limits, number: usize) -> io::Result<Self> {
        let (stream, theirs) = UnixStream::pair()?;
        let (reader, writer) = io::pipe()?;
        let mark = Mark::new();
        let (marks, value) = mark.variable();
        let mut command = Command::new(&launch.program);
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
        let grip = Grip::default();
        let group = child.id();
        grip.held().group = Some(group);
        grip.held().stream = Some(Arc::clone(&stream));
        let stop = {
            let grip = grip.clone();
            move || grip.kill(Why::Output)
        };
        let output =
            Output::read(reader, limits.output, stop).inspect_err(|_| kill_group(group))?;
        let worker = Self {
            child,
            stream,
            incoming: Incoming::default(),
            output,
            grip,
            mark,
            timeout: None,
        };
        let hello = Order::Hello(Hello {
            version: VERSION,
            memory: limits.memory,
            number,
            core: limits.pin.then_some(number),
            time: limits.time,
            title: launch.shown().to_owned(),
            context: launch.context.clone(),
        });
        match worker.grip.tell(&hello) {
            // A listener that comes after the end gets the exit status at once.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                worker.bury();
                Err(error)
            }
            _ => Ok(worker),
        }
    }

    pub(super) fn grip(&self) -> Grip {
        self.grip.clone()
    }

    /// Reads what the worker says, for so long at most; whether anything came.
    pub(super) fn listen(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        let timeout = timeout.map(|time| time.max(Duration::from_millis(1)));
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        // One that is gone cannot be told anything; what it said before can still be read.
        while self.grip.flush().unwrap_or(false) {
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
    pub(super) fn bury(mut self) -> Death {
        if let Some(group) = self.grip.held().group {
            kill_group(group);
        }
        let status = self.child.wait();
        self.mark.kill_all();
        let mut held = self.grip.held();
        // From now on the number may be another's.
        held.group = None;
        held.stream = None;
        Death {
            why: held.why,
            status: status.ok(),
            last_lines: self.output.last_lines(),
        }
    }

    /// Has it let go of everything and end; ends it where that takes longer than `patience`.
    pub(super) fn close(mut self, patience: Duration) {
        let end = Instant::now() + patience;
        if self.grip.tell(&Order::Close).is_ok() {
            // It says nothing more; the connection ends with it.
            while Instant::now() < end && self.listen(Some(end - Instant::now())).is_ok() {}
        }
        self.bury();
    }
}

/// How a worker ended.
#[derive(Debug)]
pub(super) struct Death {
    pub(super) why: Option<Why>,
    status: Option<ExitStatus>,
    last_lines: LastLines,
}

impl Death {
    /// What happened, in words, with the last that the worker printed.
    pub(super) fn text(&self, limits: &Limits) -> String {
        let mut text = match (self.why, self.status) {
            (Some(Why::Output), _) => too_much(limits),
            (Some(Why::Broken), _) => format!("{BROKEN}; its worker process was replaced"),
            (_, Some(status)) => how(status),
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

fn how(status: ExitStatus) -> String {
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
