//! Copies or redirects standard output and error of a run, and of every process that it starts, to files.

use std::io;
use std::path::Path;

use super::error::EngineError;
use super::options::OutputChoice;

/// Redirects standard output and standard error of this process, and of all processes that it starts, to these files,
/// until the returned value is dropped. It appends to the files. One file may serve both.
///
/// ```
/// use bencher_core::engine::redirect_outputs;
/// let dir = tempfile::tempdir()?;
/// let (out, err) = (dir.path().join("out"), dir.path().join("err"));
/// let redirected = redirect_outputs(&out, &err)?;
/// std::process::Command::new("sh").args(["-c", "echo result; echo note >&2"]).status()?;
/// drop(redirected);
/// assert_eq!((std::fs::read_to_string(out)?, std::fs::read_to_string(err)?), ("result\n".to_owned(), "note\n".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where a file cannot be written, or the system does not support it; the outputs then stay as they were.
pub fn redirect_outputs(
    stdout: impl AsRef<Path>,
    stderr: impl AsRef<Path>,
) -> Result<OutputFiles, EngineError> {
    OutputFiles::new(OutputChoice::Redirect, stdout.as_ref(), stderr.as_ref())
}

/// Copies standard output and standard error to files, and leaves the outputs as they are.
///
/// ```
/// use bencher_core::engine::copy_outputs;
/// let dir = tempfile::tempdir()?;
/// let file = dir.path().join("output");
/// let copied = copy_outputs(&file, &file)?;
/// std::process::Command::new("sh").args(["-c", "echo result"]).status()?;
/// drop(copied);
/// assert_eq!(std::fs::read_to_string(file)?, "result\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`redirect_outputs`].
pub fn copy_outputs(
    stdout: impl AsRef<Path>,
    stderr: impl AsRef<Path>,
) -> Result<OutputFiles, EngineError> {
    OutputFiles::new(OutputChoice::Copy, stdout.as_ref(), stderr.as_ref())
}

/// A guard of outputs that go to files. When it is dropped, the outputs return to their old destinations, and the files
/// are complete.
///
/// See [`redirect_outputs`] and [`copy_outputs`] for examples.
#[derive(Debug)]
#[must_use = "the outputs go where they went before as soon as this is dropped"]
pub struct OutputFiles(Option<Outputs>);

impl OutputFiles {
    fn new(choice: OutputChoice, stdout: &Path, stderr: &Path) -> Result<Self, EngineError> {
        // What was printed before belongs where it was printed to.
        let _ = io::Write::flush(&mut io::stdout());
        Outputs::to_files(choice, stdout, stderr).map(|outputs| Self(Some(outputs)))
    }
}

impl Drop for OutputFiles {
    fn drop(&mut self) {
        if let Some(outputs) = self.0.take() {
            outputs.finish();
        }
    }
}

/// The outputs as they are changed; changed back by [`finish`](Self::finish).
#[derive(Debug, Default)]
pub(super) struct Outputs {
    #[cfg(unix)]
    streams: Vec<stream::Stream>,
}

impl Outputs {
    pub(super) fn new(choice: OutputChoice, merge: bool, dir: &Path) -> Result<Self, EngineError> {
        let [stdout, stderr] =
            ["stdout", "stderr"].map(|name| dir.join(if merge { "stdout+stderr" } else { name }));
        match choice {
            OutputChoice::Leave => Ok(Self::default()),
            choice => Self::to_files(choice, &stdout, &stderr),
        }
    }

    #[cfg(unix)]
    fn to_files(choice: OutputChoice, stdout: &Path, stderr: &Path) -> Result<Self, EngineError> {
        let mut outputs = Self::default();
        let mut made = Vec::new();
        let mut take_over = || {
            let mut files = Vec::new();
            for (number, path) in [(1, stdout), (2, stderr)] {
                let is_new = !path.exists();
                let mut options = std::fs::OpenOptions::new();
                let file = options.append(true).create(true).open(path);
                files.push((number, file.map_err(EngineError::io("open", path))?));
                made.extend(is_new.then_some(path));
            }
            for (number, file) in files {
                let stream = stream::Stream::new(number, file, choice);
                outputs.streams.push(stream.map_err(EngineError::Output)?);
            }
            Ok(())
        };
        match take_over() {
            Ok(()) => Ok(outputs),
            Err(error) => {
                outputs.finish();
                for path in made {
                    // A file that stays is empty, and the next run adds to it.
                    let _ = std::fs::remove_file(path);
                }
                Err(error)
            }
        }
    }

    #[cfg(not(unix))]
    fn to_files(_: OutputChoice, _: &Path, _: &Path) -> Result<Self, EngineError> {
        Err(EngineError::Output(io::ErrorKind::Unsupported.into()))
    }

    /// Gives the outputs back; all that was written is where it belongs then.
    pub(super) fn finish(self) {
        // The reader of standard output may be gone; the file still has the text.
        let _ = io::Write::flush(&mut io::stdout());
        #[cfg(unix)]
        for stream in self.streams {
            stream.finish();
        }
    }
}

#[cfg(unix)]
mod stream {
    use std::fs::File;
    use std::io::{self, PipeReader, PipeWriter, Read, Write};
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
    use std::thread::JoinHandle;

    use super::super::descriptors::{readable, replace};
    use super::OutputChoice;

    #[derive(Debug)]
    pub(super) struct Stream {
        number: RawFd,
        /// The previous target of the descriptor.
        original: OwnedFd,
        copying: Option<Copying>,
    }

    /// A thread that reads what is written to the number, and writes it to where it went before and to the file.
    #[derive(Debug)]
    struct Copying {
        /// The thread ends when this is gone and nothing is left to read.
        enough: PipeWriter,
        thread: JoinHandle<()>,
    }

    impl Stream {
        pub(super) fn new(number: RawFd, file: File, choice: OutputChoice) -> io::Result<Self> {
            let original = if number == 1 {
                io::stdout().as_fd().try_clone_to_owned()?
            } else {
                io::stderr().as_fd().try_clone_to_owned()?
            };
            let mut copying = None;
            if choice == OutputChoice::Copy {
                let (from, to) = io::pipe()?;
                let (stop, enough) = io::pipe()?;
                let screen = File::from(original.try_clone()?);
                let thread = std::thread::Builder::new()
                    .name("bencher-copy".to_owned())
                    .spawn(move || copy(from, &stop, screen, Lines::new(file)))?;
                copying = Some(Copying { enough, thread });
                replace(number, to.as_fd())?;
            } else {
                replace(number, file.as_fd())?;
            }
            Ok(Self {
                number,
                original,
                copying,
            })
        }

        pub(super) fn finish(self) {
            // It meant this before, so it can again.
            let _ = replace(self.number, self.original.as_fd());
            if let Some(Copying { enough, thread }) = self.copying {
                drop(enough);
                let _ = thread.join();
            }
        }
    }

    /// Copies until all writers are gone, or until `stop` is closed and nothing is left: a child process that continues
    /// would keep it waiting.
    fn copy(mut from: PipeReader, stop: &PipeReader, mut screen: File, mut lines: Lines) {
        let mut buffer = vec![0; 1 << 16];
        let mut wait = true;
        loop {
            let descriptors: [BorrowedFd<'_>; 2] = [from.as_fd(), stop.as_fd()];
            let Ok([something, enough]) = readable(descriptors, wait) else {
                return;
            };
            wait &= !enough;
            if something {
                let read = match from.read(&mut buffer) {
                    Ok(0) => return,
                    Ok(read) => buffer.get(..read).unwrap_or_default(),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => return,
                };
                // One that does not take it must not keep it from the other.
                let _ = screen.write_all(read);
                lines.write(read);
            } else if !wait {
                return;
            }
        }
    }

    /// A file that is written line by line, since the other stream may go into the same one.
    #[derive(Debug)]
    struct Lines {
        file: File,
        /// The beginning of a line.
        rest: Vec<u8>,
    }

    impl Lines {
        /// A line that is longer than this is written in parts.
        const LONG: usize = 1 << 16;

        fn new(file: File) -> Self {
            let rest = Vec::new();
            Self { file, rest }
        }

        fn write(&mut self, bytes: &[u8]) {
            self.rest.extend_from_slice(bytes);
            let end = memchr::memrchr(b'\n', &self.rest).map(|at| at + 1);
            let is_long = self.rest.len() > Self::LONG;
            if let Some(end) = end.or_else(|| is_long.then_some(self.rest.len())) {
                let _ = self
                    .file
                    .write_all(self.rest.get(..end).unwrap_or_default());
                self.rest.drain(..end);
            }
        }
    }

    impl Drop for Lines {
        fn drop(&mut self) {
            let _ = self.file.write_all(&self.rest);
        }
    }
}
