use crate::bench::say;

use super::args::TestFormat;

/// Names sweeps as libtest names benchmarks: a line each, and, unless terse, how many there are.
pub(super) fn list(names: &[String], form: TestFormat) {
    for name in names {
        say!("{name}: benchmark");
    }
    if form == TestFormat::Pretty {
        if !names.is_empty() {
            say!("");
        }
        let plural = if names.len() == 1 { "" } else { "s" };
        say!("0 tests, {} benchmark{plural}", names.len());
    }
}
