//! Starts worker processes, on one thread that lives as long as the program.
//!
//! On request, the kernel ends a process with the thread that started it. Workers use this until they notice the end of
//! the program themselves. They must not end with an earlier thread of the program.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};

use super::system::die_with_parent;

/// A process to start, and the channel that reports its start.
type Request = (Command, SyncSender<io::Result<Child>>);

/// Starts a worker process, which ends with this program even before it does anything.
pub(in super::super) fn spawn(mut command: Command) -> io::Result<Child> {
    let parent = std::process::id();
    die_before_exec(&mut command, parent);
    let (sender, receiver) = sync_channel(1);
    let gone = || io::Error::other("the thread that starts worker processes is gone");
    spawner()?.send((command, sender)).map_err(|_| gone())?;
    receiver.recv().map_err(|_| gone())?
}

#[expect(
    unsafe_code,
    reason = "what is done between fork and exec is not checked by the compiler"
)]
fn die_before_exec(command: &mut Command, parent: u32) {
    // SAFETY: it makes system calls that are allowed there, and nothing else.
    unsafe { command.pre_exec(move || die_with_parent(parent)) };
}

fn spawner() -> io::Result<&'static Sender<Request>> {
    static SPAWNER: OnceLock<Sender<Request>> = OnceLock::new();
    if let Some(spawner) = SPAWNER.get() {
        return Ok(spawner);
    }
    let (requests, queue) = channel::<Request>();
    let serve = move || {
        for (mut command, tell) in queue {
            // The requesting thread waits for the answer.
            let _ = tell.send(command.spawn());
        }
    };
    let thread = std::thread::Builder::new().name("bencher-spawner".to_owned());
    thread.spawn(serve)?;
    // Where two came at once, the thread of the second ends with its queue.
    Ok(SPAWNER.get_or_init(|| requests))
}
