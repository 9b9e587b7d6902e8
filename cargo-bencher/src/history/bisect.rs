//! Which commits may have made a result worse.

use std::path::Path;
use std::process::ExitCode;

use bencher_core::history::History;

use crate::ab::{Goal, Search, SearchOptions};
use crate::failure::Failure;
use crate::git;
use crate::text::counted;

use super::changes::{Change, changes};
use super::show::change_text;

/// The most commits that are listed.
const MOST: usize = 20;

/// Names the commits between the last good run and the first bad one of the latest regression, and how to search them;
/// or searches them.
pub(super) fn bisect(
    history: &History,
    result: Option<&str>,
    search: Option<SearchOptions>,
) -> Result<ExitCode, Failure> {
    let found = latest_regression(changes(history), result).ok_or_else(|| match result {
        Some(result) => format!(
            "the history shows no regression of `{result}` that is neither undone nor accepted"
        ),
        None => "the history shows no regression that is neither undone nor accepted".to_owned(),
    })?;
    crate::print(&change_text(&found, history))?;
    let no_commit = || {
        "the runs have no commits; a run in a git repository, or `--event git`, keeps them"
            .to_owned()
    };
    let good = found.commit_before.as_deref().ok_or_else(no_commit)?;
    let bad = found.commit.as_deref().ok_or_else(no_commit)?;
    if good == bad {
        return Err(Failure::Failed(format!(
            "both runs are of commit {bad}: the machine or what was not committed differs, not the code"
        )));
    }
    let here = Path::new(".");
    let range = format!("{good}..{bad}");
    let count = git::line(here, ["rev-list", "--count", &range]).map_err(|reason| {
        format!("the commits {range} are not in the repository of this directory: {reason}")
    })?;
    let count: u64 = count
        .parse()
        .map_err(|_| format!("git counts `{count}` commits"))?;
    crate::print(&format!("{}, {range}:", counted(count, "commit")))?;
    let newest_first = git::lines(here, ["log", "--oneline", &format!("-{MOST}"), &range])?;
    for line in &newest_first {
        crate::print(&format!("  {line}"))?;
    }
    if let Some(options) = search {
        let title = history
            .timeline()
            .last()
            .map_or_else(String::new, |run| run.record.title.clone());
        return Search {
            good: good.to_owned(),
            bad: bad.to_owned(),
            goal: Goal {
                title,
                result: found.result.clone(),
                at: found.at.clone(),
                ratio: found.step.ratio(),
            },
            options,
        }
        .run();
    }
    crate::print(&format!(
        "to search them, each compared with {good} (NAME is the benchmark; an undecided commit is skipped), run\n\
         \x20 cargo bencher history bisect SWEEP --run --bench NAME\n\
         or, by hand:\n\
         \x20 git bisect start {bad} {good}\n\
         \x20 git bisect run sh -c 'cargo bencher ab --base {good} --bench NAME; \
         s=$?; test $s -eq 3 && exit 1; test $s -eq 0 || exit 125'\n\
         \x20 git bisect reset"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The regression whose new level began last; of several that began together, that of all points.
fn latest_regression(changes: Vec<Change>, result: Option<&str>) -> Option<Change> {
    let is_asked = |change: &Change| result.is_none_or(|result| change.result == result);
    let regressions = changes
        .into_iter()
        .filter(|change| change.is_open_regression() && is_asked(change));
    regressions.max_by_key(|change| (change.step.at, change.point.is_none()))
}
