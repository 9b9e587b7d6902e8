use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Time after which gnuplot is taken to hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// Feeds a script to gnuplot and returns what it draws.
///
/// The working directory is a fresh one; only the picture is kept.
pub(super) fn run(script: &[u8]) -> Result<Vec<u8>, String> {
    run_program(Command::new("gnuplot"), script, PATIENCE)
}

fn run_program(mut program: Command, script: &[u8], patience: Duration) -> Result<Vec<u8>, String> {
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut child = program
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let outcome = converse(&mut child, script, patience);
    if outcome.is_err() {
        // Dead already, or hanging; either way its end is awaited so that no zombie stays.
        let _ = child.kill();
        let _ = child.wait();
    }
    outcome?;
    let picture = std::fs::read(dir.path().join(super::figure::OUTPUT))
        .map_err(|error| format!("no picture: {error}"))?;
    if picture.starts_with(b"\x89PNG") {
        Ok(picture)
    } else {
        Err("the picture is not a PNG file".to_owned())
    }
}

/// Writes the script and waits, each on a thread of its own: a pipe that nobody reads blocks.
fn converse(child: &mut Child, script: &[u8], patience: Duration) -> Result<(), String> {
    let (Some(mut stdin), Some(mut stderr)) = (child.stdin.take(), child.stderr.take()) else {
        return Err("no pipe".to_owned());
    };
    let script = script.to_vec();
    let thread = || thread::Builder::new().name("bencher-gnuplot".to_owned());
    let no_thread = |error: std::io::Error| format!("no thread could be started: {error}");
    let writer = thread().spawn(move || stdin.write_all(&script));
    let writer = writer.map_err(no_thread)?;
    let reader = thread().spawn(move || {
        let mut message = String::new();
        let _ = stderr.by_ref().take(4000).read_to_string(&mut message);
        let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        message
    });
    let reader = reader.map_err(no_thread)?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if begun.elapsed() > patience => {
                return Err(format!("no answer within {} s", patience.as_secs()));
            }
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    let written = writer.join().is_ok_and(|result| result.is_ok());
    let message = reader.join().unwrap_or_default();
    if status.success() && written {
        Ok(())
    } else {
        let message = message.trim();
        Err(if message.is_empty() {
            status.to_string()
        } else {
            crate::chart::text::clip(message, 300)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(program: &str, argument: &str) -> String {
        let mut command = Command::new(program);
        command.arg(argument);
        // More than a pipe holds: a program that reads nothing must not block the writer for ever.
        let script = vec![b'x'; 1 << 20];
        run_program(command, &script, Duration::from_millis(50)).unwrap_err()
    }

    #[test]
    fn whatever_the_program_does_is_an_error() {
        assert_eq!(fails("sleep", "60"), "no answer within 0 s");
        assert!(fails("false", "").contains("exit status: 1"));
        assert!(
            fails("sh", "-c").contains("-c"),
            "what it says is passed on"
        );
        assert!(!fails("no-such-program", "").is_empty());
    }
}
