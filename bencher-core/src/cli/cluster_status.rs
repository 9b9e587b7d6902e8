//! `--status`: the state of the sweep that another process of this program runs on a cluster.

use std::process::ExitCode;

use jiff::Timestamp;

use crate::bench::{OutputFormat, RunConfig, say, store_root};
use crate::progress::ClusterStatus;

/// Prints the state; the exit status.
pub(super) fn show(config: &RunConfig) -> ExitCode {
    let root = store_root(config);
    match (ClusterStatus::read(&root), config.output) {
        (Some(status), OutputFormat::Json) => say!("{}", status.to_json()),
        (Some(status), _) => say!("{}", status.text(Timestamp::now()).trim_end()),
        (None, OutputFormat::Json) => say!("null"),
        (None, _) => say!(
            "no sweep runs on a cluster with the store {}",
            root.display()
        ),
    }
    ExitCode::SUCCESS
}
