//! The search for the commit that made a result worse: `git bisect`, with a comparison in pairs at each commit.

use std::path::Path;
use std::process::ExitCode;

use bencher_core::dataset::digits;
use bencher_core::regression::{ResultComparison, RunComparison, Threshold, Verdict};

use crate::failure::Failure;
use crate::git::{line, lines};
use crate::stop::Stop;
use crate::text::counted;
use crate::words::Words;

use super::Build;
use super::build::BuildOptions;
use super::measurement::{Measured, Measurement};
use super::options::{MeasurementOptions, TargetChoice};
use super::program::Program;
use super::revision::{Checkout, Repository};
use super::scratch::Scratch;
use super::workspace::Workspace;

/// How the commits are built and measured.
#[derive(Clone, Debug)]
pub(crate) struct SearchOptions {
    target: TargetChoice,
    measurement: MeasurementOptions,
    /// Whether the threshold is that of the user.
    has_threshold: bool,
}

impl SearchOptions {
    pub(crate) fn take(words: &mut Words) -> Result<Self, String> {
        let has_threshold = words.has("--threshold") || words.has("--group-threshold");
        Ok(Self {
            has_threshold,
            measurement: MeasurementOptions::take(words)?,
            target: TargetChoice::take(words)?,
        })
    }
}

/// What became worse.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    /// The sweep.
    pub(crate) title: String,
    pub(crate) result: String,
    /// The inputs of the point with the text of their values; empty for all points together.
    pub(crate) at: Vec<(String, String)>,
    /// The result after the change, divided by the result before, if that is a number above zero.
    pub(crate) ratio: Option<f64>,
}

impl Goal {
    /// The verdict of a comparison on what became worse.
    fn verdict(&self, found: &RunComparison) -> Verdict {
        let mut results = found
            .results()
            .filter(|(sweep, result)| sweep.title == self.title && result.name == self.result);
        results.next().map_or(Verdict::Undecided, |(_, result)| {
            if self.at.is_empty() {
                verdict_of_all(result)
            } else {
                let mut points = result.points.iter();
                let point = points.find(|point| sorted(&point.at) == sorted(&self.at));
                point.map_or(Verdict::Undecided, |point| point.judgement.verdict)
            }
        })
    }

    /// The threshold halfway between both levels: a commit is at one of them.
    fn threshold(&self) -> Option<Threshold> {
        let log = self.ratio?.ln().abs();
        let share = ((log / 2.0).exp() - 1.0).min(1.0);
        Threshold::new(share).filter(|_| share > 0.0)
    }
}

/// The verdict on all points together; of a result without one, that of its points.
fn verdict_of_all(result: &ResultComparison) -> Verdict {
    let mut groups = result.groups.iter().filter(|group| group.level.is_none());
    if let Some(group) = groups.next() {
        return group.judgement.verdict;
    }
    let points = result.points.iter();
    let verdicts: Vec<Verdict> = points.map(|point| point.judgement.verdict).collect();
    let has = |verdict| verdicts.contains(&verdict);
    if has(Verdict::Worse) {
        Verdict::Worse
    } else if has(Verdict::Undecided) || verdicts.is_empty() {
        Verdict::Undecided
    } else {
        Verdict::Same
    }
}

fn sorted(at: &[(String, String)]) -> Vec<&(String, String)> {
    let mut at: Vec<_> = at.iter().collect();
    at.sort();
    at
}

/// A search among the commits from a good one to a bad one.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) good: String,
    pub(crate) bad: String,
    pub(crate) goal: Goal,
    pub(crate) options: SearchOptions,
}

impl Search {
    /// Searches in a worktree of its own, and prints the first bad commit.
    ///
    /// The exit status is 4 where no commit can be named.
    pub(crate) fn run(mut self) -> Result<ExitCode, Failure> {
        if let Some(threshold) = self.goal.threshold()
            && !self.options.has_threshold
        {
            let compare = &mut self.options.measurement.output.compare;
            (compare.threshold, compare.group_threshold) = (threshold, threshold);
        }
        let arguments = &mut self.options.measurement.arguments;
        if !arguments.iter().any(|word| word.starts_with("--sweep")) {
            arguments.extend(["--sweep".to_owned(), self.goal.title.clone()]);
        }
        let stop = Stop::on_signals();
        match self.search(&stop) {
            Err(Failure::Failed(_)) if stop.is_requested() => Err(Failure::Interrupted(
                "interrupted before the first commit was measured".to_owned(),
            )),
            ended => ended,
        }
    }

    fn search(&self, stop: &Stop) -> Result<ExitCode, Failure> {
        let here = std::env::current_dir()
            .map_err(|error| format!("the working directory is not known: {error}"))?;
        let workspace = Workspace::of(&here)?;
        let choice = &self.options.target;
        let build_options = BuildOptions {
            target: workspace.target(choice.package.as_deref(), choice.target.clone())?,
            package: choice.package.clone(),
            profile: choice.profile.clone(),
        };
        let repository = Repository::of(&here)?;
        let folder = workspace.target_directory.join("bencher-ab");
        let scratch = Scratch::new(&folder)?;
        // All commits stand in one place, so that Cargo builds anew only what differs.
        let checkout = Checkout::at(repository, &self.good, folder.join("bisect"))?;
        checkout.link_outside(&workspace.target_directory)?;
        let builder = Build {
            options: &build_options,
            scratch: &scratch,
            stop,
        };
        let built = folder.join("target");
        let name = named(&checkout, &self.good);
        let base = builder.program(&checkout.start, &built, "base", name)?;
        let commits = Commits {
            search: self,
            checkout: &checkout,
            build: &builder,
            built: &built,
            base,
        };
        commits.search()
    }
}

/// A short name and the subject of a commit.
fn named(checkout: &Checkout, commit: &str) -> String {
    let arguments = ["log", "-1", "--format=%h (%s)", commit];
    line(checkout.folder(), arguments).unwrap_or_else(|_| commit.to_owned())
}

/// The commits of a search; one at a time is checked out.
struct Commits<'s> {
    search: &'s Search,
    checkout: &'s Checkout,
    build: &'s Build<'s>,
    built: &'s Path,
    /// The program of the good commit.
    base: Program,
}

impl Commits<'_> {
    fn search(&self) -> Result<ExitCode, Failure> {
        let Search { good, bad, .. } = self.search;
        // A search for something that does not happen here would end at any commit.
        self.git(&["checkout", "--quiet", "--detach", bad])?;
        let verdict = self.verdict(bad)?;
        if verdict != Verdict::Worse {
            let threshold = self.search.options.measurement.output.compare.threshold;
            eprintln!(
                "the regression does not show here: beside {}, {} is {}, at a threshold of {} %; nothing was searched",
                named(self.checkout, good),
                named(self.checkout, bad),
                if verdict == Verdict::Undecided {
                    "undecided"
                } else {
                    "not worse"
                },
                digits(threshold.share() * 100.0, 3)
            );
            return Ok(ExitCode::from(UNDECIDED));
        }
        self.bisect(&["start", bad, good])?;
        loop {
            match self.ended()? {
                Some(End::Found(commit)) => {
                    crate::print(&format!("first bad commit: {commit}"))?;
                    let about = ["show", "--no-patch", "--format=%an, %ad%n%s", &commit];
                    for line in lines(self.checkout.folder(), about)? {
                        crate::print(&format!("  {line}"))?;
                    }
                    return Ok(ExitCode::SUCCESS);
                }
                Some(End::OnlySkipped(commits)) => {
                    crate::print(&format!(
                        "undecided commits are left; the first bad commit is one of {}:",
                        commits.len()
                    ))?;
                    for commit in &commits {
                        crate::print(&format!("  {}", named(self.checkout, commit)))?;
                    }
                    return Ok(ExitCode::from(UNDECIDED));
                }
                None => {}
            }
            let commit = line(self.checkout.folder(), ["rev-parse", "HEAD"])?;
            let word = match self.verdict(&commit) {
                Ok(Verdict::Worse) => "bad",
                Ok(Verdict::Same | Verdict::Better) => "good",
                Ok(Verdict::Undecided) => "skip",
                Err(Failure::Failed(error)) if !self.build.stop.is_requested() => {
                    eprintln!("{error}");
                    "skip"
                }
                Err(_) => return Err(Failure::Interrupted(self.interrupted_text())),
            };
            let skipped = if word == "skip" { ", skipped" } else { "" };
            eprintln!(
                "{} is {}{skipped}",
                named(self.checkout, &commit),
                match word {
                    "skip" => "undecided",
                    word => word,
                }
            );
            self.bisect(&[word])?;
        }
    }

    /// Measures what is checked out beside the good commit.
    fn verdict(&self, commit: &str) -> Result<Verdict, Failure> {
        let name = named(self.checkout, commit);
        let (folder, built) = (&self.checkout.start, self.built);
        let candidate = self.build.program(folder, built, "candidate", name)?;
        let programs = [self.base.clone(), candidate];
        let (scratch, stop) = (self.build.scratch.path(), self.build.stop);
        let options = &self.search.options.measurement;
        let goal = &self.search.goal;
        let is_enough = |found: &RunComparison| goal.verdict(found) != Verdict::Undecided;
        match Measurement::new(options, programs, scratch, stop).run(&is_enough)? {
            Measured::Whole(found) => Ok(goal.verdict(&found)),
            Measured::Interrupted { pairs, .. } => Err(Failure::Interrupted(format!(
                "interrupted after {} of the first commit",
                counted(pairs, "pair")
            ))),
        }
    }

    /// Runs `git bisect`, after what a build changed in the worktree is undone. Its own exit status says only whether
    /// the search goes on.
    fn bisect(&self, arguments: &[&str]) -> Result<(), String> {
        self.git(&["reset", "--quiet", "--hard"])?;
        self.git(&["clean", "--quiet", "--force", "-d"])?;
        let all: Vec<&str> = ["bisect"].iter().chain(arguments).copied().collect();
        match self.git(&all) {
            Err(error) if self.ended()?.is_none() => Err(error),
            _ => Ok(()),
        }
    }

    fn git(&self, arguments: &[&str]) -> Result<(), String> {
        let done = lines(self.checkout.folder(), arguments).map(drop);
        done.map_err(|reason| format!("`git {}` failed: {reason}", arguments.join(" ")))
    }

    /// How the search ended, by the log of `git bisect`; nothing where it goes on.
    fn ended(&self) -> Result<Option<End>, String> {
        Ok(End::of_log(&lines(
            self.checkout.folder(),
            ["bisect", "log"],
        )?))
    }

    /// What is known when the user stops the search.
    fn interrupted_text(&self) -> String {
        let arguments = [
            "rev-list",
            "refs/bisect/bad",
            "--not",
            "--glob=refs/bisect/good-*",
        ];
        let left = lines(self.checkout.folder(), arguments).unwrap_or_default();
        match left.first() {
            Some(newest) => format!(
                "interrupted; the first bad commit is one of {}; the newest of them is {}",
                left.len(),
                named(self.checkout, newest)
            ),
            None => "interrupted".to_owned(),
        }
    }
}

/// Exit status where the search names no commit.
const UNDECIDED: u8 = 4;

/// How `git bisect` ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    Found(String),
    OnlySkipped(Vec<String>),
}

impl End {
    /// Reads the log of `git bisect`, which is the same in all languages.
    fn of_log(log: &[String]) -> Option<Self> {
        let commits = |start: &str| -> Vec<String> {
            let named = log.iter().filter_map(|line| line.strip_prefix(start));
            named
                .filter_map(|rest| Some(rest.split_once(']')?.0.to_owned()))
                .collect()
        };
        if let Some(commit) = commits("# first bad commit: [").pop() {
            return Some(Self::Found(commit));
        }
        let possible = commits("# possible first bad commit: [");
        (!possible.is_empty()).then_some(Self::OnlySkipped(possible))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Option<End> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        End::of_log(&lines)
    }

    /// The lines that git 2.47 writes.
    #[test]
    fn the_end_of_a_search_is_read_from_its_log() {
        let begun = "# bad: [b2] Two\n# good: [a1] One\ngit bisect start 'b2' 'a1'\n";
        assert_eq!(log(begun), None);
        let found = format!("{begun}# first bad commit: [b2] Two ] [more\n");
        assert_eq!(log(&found), Some(End::Found("b2".to_owned())));
        let skipped = format!(
            "{begun}# only skipped commits left to test\n# possible first bad commit: [b2] Two\n\
             # possible first bad commit: [c3] Three\n"
        );
        let both = vec!["b2".to_owned(), "c3".to_owned()];
        assert_eq!(log(&skipped), Some(End::OnlySkipped(both)));
    }

    #[test]
    fn the_threshold_lies_halfway() {
        let goal = |ratio| Goal {
            title: String::new(),
            result: String::new(),
            at: Vec::new(),
            ratio,
        };
        // 1.1 * 1.1 = 1.21, and a result to maximize falls as far.
        for ratio in [1.21, 1.0 / 1.21] {
            let share = goal(Some(ratio)).threshold().unwrap().share();
            assert!((share - 0.1).abs() < 1e-12, "{share}");
        }
        assert_eq!(goal(Some(1e6)).threshold().map(Threshold::share), Some(1.0));
        assert_eq!(goal(Some(1.0)).threshold(), None);
        assert_eq!(goal(None).threshold(), None);
    }
}
