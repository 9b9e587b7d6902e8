use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::super::handle::CancelCount;
use super::descendants::Mark;
use super::launch::VARIABLE;
use super::system::{
    empty_input, kill_own_group, limit_memory, live_on, out_of_reach, stay_on_core,
};
use super::wire::{EncodedJob, Hello, Incoming, Outgoing, VERSION, WorkerCommand, WorkerMessage};
use crate::console::error_line;

/// The role of a worker process.
///
/// See [`worker_role()`] for an example.
#[derive(Debug)]
pub struct WorkerRole {
    place: String,
    pub(super) hello: Hello,
    pub(super) inbox: Arc<Inbox>,
}

/// How long the end of the program may take to be noticed, and what the jobs started to be ended.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether an error says that the other end of a connection is gone.
const fn is_end(error: io::ErrorKind) -> bool {
    matches!(
        error,
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
    )
}

/// The messages to a worker, read by a thread that listens to the program.
#[derive(Debug)]
pub(super) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
    pub(super) calls: CancelCount,
    stream: UnixStream,
    answers: Mutex<Outgoing>,
}

#[derive(Debug, Default)]
struct State {
    /// Jobs that came and were not looked at.
    list: Option<Vec<EncodedJob>>,
    /// How many lists came.
    lists: u64,
    /// How many of the jobs that came are not begun.
    waiting: usize,
    is_closed: bool,
}

impl Inbox {
    /// The next list of jobs with its number; none when there will be no more.
    pub(super) fn next_list(&self) -> Option<(Vec<EncodedJob>, u64)> {
        let state = self.state();
        let state = self
            .changed
            .wait_while(state, |state| state.list.is_none() && !state.is_closed);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.list.take().map(|list| (list, state.lists))
    }

    /// Whether the next job of a list is still to be run here: the list may have gone back, and another
    /// come.
    pub(super) fn begin_job(&self, list: u64) -> bool {
        let mut state = self.state();
        let begins = state.lists == list && state.waiting > 0;
        if begins {
            state.waiting -= 1;
        }
        begins
    }

    /// Says something to the program that started this process.
    pub(super) fn answer(&self, answer: &WorkerMessage) -> io::Result<()> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.add(answer)?;
        let sent = answers.send_all(&self.stream);
        if sent.as_ref().is_err_and(|error| is_end(error.kind())) {
            // The program is gone. The listening thread first ends the descendants of the jobs, and then this process.
            std::thread::sleep(PATIENCE);
        }
        sent
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles messages until there are no more; the process then ends with its parent.
    fn listen(&self, mut incoming: Incoming) {
        loop {
            let command = match incoming.next(&self.stream) {
                Ok(command) => command,
                Err(error) => {
                    if error.kind() == io::ErrorKind::InvalidData {
                        // It is among the last lines of this worker, where the program still reads them.
                        error_line!("this worker process ends: {error}");
                    }
                    break;
                }
            };
            match command {
                WorkerCommand::Hello(_) => {}
                WorkerCommand::Jobs(jobs) => {
                    let mut state = self.state();
                    state.waiting = jobs.len();
                    state.list = Some(jobs);
                    state.lists += 1;
                }
                WorkerCommand::Return => {
                    let waiting = std::mem::take(&mut self.state().waiting);
                    if self.answer(&WorkerMessage::Returned(waiting)).is_err() {
                        break;
                    }
                }
                WorkerCommand::Cancel => self.calls.cancel(),
                WorkerCommand::Close => self.state().is_closed = true,
            }
            self.changed.notify_all();
        }
        if let Some(mark) = Mark::own() {
            mark.kill_all();
        }
        kill_own_group();
    }
}

impl WorkerRole {
    /// The place at which it runs jobs.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The name of the place for people.
    pub fn title(&self) -> &str {
        &self.hello.title
    }

    /// Its number among the workers, from 0. A replacement has the number of the worker that it replaces.
    pub const fn number(&self) -> usize {
        self.hello.number
    }

    /// The data from [`Launch::context`](super::Launch::context).
    pub fn context(&self) -> &[u8] {
        &self.hello.context
    }
}

/// The role of this process, if it is a worker process.
///
/// A program with much work before its first sweep or evaluator should call this early: from then on, the worker ends
/// with the process that started it.
///
/// ```
/// use bencher_core::evaluator::process::worker_role;
/// assert!(worker_role().is_none(), "started by its user");
/// ```
pub fn worker_role() -> Option<&'static WorkerRole> {
    static ROLE: OnceLock<Option<WorkerRole>> = OnceLock::new();
    let role = ROLE.get_or_init(|| {
        let (parent, place) = worker_variable()?;
        // A job may start this program again, which inherits the variable but is nobody's worker.
        if parent != std::os::unix::process::parent_id() {
            return None;
        }
        match take_up(place) {
            Ok(role) => Some(role),
            Err(error) => {
                error_line!("this worker process could not start its work: {error}");
                std::process::exit(1);
            }
        }
    });
    role.as_ref()
}

/// The parent's process and the place, as the variable says them.
fn worker_variable() -> Option<(u32, String)> {
    let text = std::env::var(VARIABLE).ok()?;
    let (parent, place) = text.split_once(' ')?;
    Some((parent.parse().ok()?, place.to_owned()))
}

fn take_up(place: String) -> io::Result<WorkerRole> {
    let stream = UnixStream::from(out_of_reach(io::stdin().as_fd())?);
    empty_input()?;
    let mut incoming = Incoming::default();
    let WorkerCommand::Hello(hello) = incoming.next(&stream)? else {
        return Err(io::Error::other(
            "the first message from the program was not a greeting",
        ));
    };
    if hello.version != VERSION {
        return Err(io::Error::other(
            "it was started by another version of the program",
        ));
    }
    if let Some(memory) = hello.memory {
        limit_memory(memory)?;
    }
    if let Some(core) = hello.core {
        stay_on_core(core)?;
    }
    let inbox = Arc::new(Inbox {
        state: Mutex::default(),
        changed: Condvar::new(),
        calls: CancelCount::default(),
        stream,
        answers: Mutex::default(),
    });
    let listener = Arc::clone(&inbox);
    std::thread::Builder::new()
        .name("bencher-commands".to_owned())
        .spawn(move || listener.listen(incoming))?;
    // The listening thread notices the end of the program, and also ends the descendants of the jobs.
    live_on();
    Ok(WorkerRole {
        place,
        hello,
        inbox,
    })
}
