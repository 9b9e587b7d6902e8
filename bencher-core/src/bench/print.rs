//! Printing that outlives its reader.

/// Prints a line on standard output. A reader that went away (`| head`) or a full disk is no reason
/// to lose a sweep, so what cannot be printed is dropped.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout().lock(), $($text)*);
    }};
}

pub(super) use say;
