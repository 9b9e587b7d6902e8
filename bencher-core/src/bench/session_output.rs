//! The output of a session: the list of sweeps, their plans, their results, and the path of the report.

use std::fmt::Write as _;

use crate::console::{error_line, print_json};
use crate::dataset::{Dataset, one_line, quantity};
use crate::evaluator::Executors;
use crate::exit_guard;
use crate::plan::Plan;
#[cfg(feature = "cluster")]
use crate::progress::StatusSink;
use crate::progress::{ProgressSink, counts_json};
use crate::record::SweepRecord;
use crate::sweep_executor::Forecast;

use super::assertions::Judged;
use super::config::OutputFormat;
use super::error::failure_text;
use super::print::{print_record, say};
#[cfg(feature = "search")]
use super::result_json::search_json;
use super::result_json::{comparisons_json, timings_json};
use super::session::Session;
use super::session_report::ReportOutput;
use super::table_view::TableView;

impl Session {
    /// Takes the samples of a sweep with its title, their number, and the texts of its points: reports their progress,
    /// and names the point if the program ends meanwhile. On a cluster, `--status` finds the state beside the store.
    pub(super) fn with_progress<T>(
        &mut self,
        (title, samples, points): (&str, u128, exit_guard::Describe),
        executor: Executors,
        take: impl FnOnce(&mut dyn ProgressSink) -> T,
    ) -> T {
        #[cfg(feature = "cluster")]
        let mut with_status;
        let progress: &mut dyn ProgressSink = match executor {
            #[cfg(feature = "cluster")]
            Executors::Cluster(_) => {
                with_status = StatusSink::new(self.progress.as_mut(), &self.root);
                &mut with_status
            }
            _ => self.progress.as_mut(),
        };
        progress.start(title, samples);
        let _sweep = exit_guard::SweepGuard::begin(title, points);
        take(progress)
    }

    pub(super) fn list(&self, title: &str) {
        if self.config.output == OutputFormat::Json {
            print_json(&serde_json::json!({"event": "list", "sweep": title}));
        } else {
            say!("{title}");
        }
    }

    #[cfg(feature = "search")]
    pub(super) fn show_search(
        &self,
        title: &str,
        space: &crate::optimize::SearchSpace,
        goals: &[&str],
        budget: Option<super::config::SearchBudget>,
    ) {
        let budget = budget.map_or_else(|| "100".to_owned(), |budget| budget.to_string());
        let dimensions: Vec<&str> = space.dimensions().collect();
        let (goals, dimensions) = (goals.join(", "), dimensions.join(", "));
        if self.config.output == OutputFormat::Json {
            print_json(&serde_json::json!({
                "event": "plan", "sweep": title, "search": budget, "objectives": goals,
                "dimensions": dimensions,
            }));
        } else {
            say!(
                "{title}: a search for the best {goals}, budget {budget}, of {} points over {dimensions}",
                space.count()
            );
        }
    }

    pub(super) fn show_plan(
        &self,
        title: &str,
        plan: &Plan,
        forecast: Option<(Forecast, Option<f64>)>,
    ) {
        let mut text = if plan.is_adaptive() {
            let points = plan.space().len();
            format!("{title}: {points} points, in as many rounds as their precision needs")
        } else {
            let (samples, points) = (plan.samples(), plan.space().len());
            let repeats = plan.repeats();
            let s = |count: u128| if count == 1 { "" } else { "s" };
            format!(
                "{title}: {samples} sample{} ({points} point{} × {repeats} repeat{})",
                s(samples),
                s(points),
                s(u128::from(repeats))
            )
        };
        if let Some((forecast, seconds)) = forecast {
            let Forecast {
                stored,
                skipped,
                to_run,
            } = forecast;
            let _ = write!(
                text,
                "\n  {stored} stored, {skipped} skipped, {to_run} to run"
            );
            if let Some(seconds) = seconds {
                let _ = write!(text, ", about {}", quantity(seconds, "s"));
            }
        }
        for axis in plan.space().axes() {
            let shown: Vec<String> = axis
                .levels
                .iter()
                .take(8)
                .map(|value| plan.axis_text(axis, &value))
                .collect();
            let more = if axis.levels.len() > 8 { " …" } else { "" };
            let _ = write!(
                text,
                "\n  {} ({}): {}{more}",
                axis.name,
                axis.levels.len(),
                shown.join(", ")
            );
        }
        for constant in plan.constants() {
            let value = one_line(&constant.value.to_string());
            let _ = write!(text, "\n  {} = {value}", constant.name);
        }
        if let Err(error) = Dataset::check_size(plan.samples()) {
            let _ = write!(text, "\n  the run will be rejected: {error}");
        }
        if self.config.output == OutputFormat::Json {
            let points = plan.space().len().to_string();
            // As many as the times need: nobody knows yet.
            let samples = (!plan.is_adaptive()).then(|| plan.samples().to_string());
            let (forecast, seconds) = forecast.unzip();
            let stored = forecast.map(|forecast| forecast.stored);
            let skipped = forecast.map(|forecast| forecast.skipped);
            let to_run = forecast.map(|forecast| forecast.to_run);
            // A number where JSON has one that is exact.
            let count = |count: String| match count.parse::<u64>() {
                Ok(number) => serde_json::Value::from(number),
                Err(_) => serde_json::Value::from(count),
            };
            let (points, samples) = (count(points), samples.map(count));
            print_json(
                &serde_json::json!({"event": "plan", "sweep": title, "points": points, "samples": samples,
                    "stored": stored, "skipped": skipped, "to_run": to_run, "seconds": seconds.flatten()}),
            );
        } else {
            say!("{text}");
        }
    }

    /// Prints what a sweep gave, and has it drawn.
    pub(super) fn show_sweep(&mut self, record: &SweepRecord, judged: &Judged) {
        match self.config.output {
            OutputFormat::Text => {
                let config = &self.config;
                let view = TableView {
                    rows: config.rows,
                    columns: config.columns,
                    pivot: config.pivot.clone(),
                    sort: config.sort.clone(),
                    width: crate::console::width(),
                };
                print_record(record, judged, config.print, &view);
            }
            OutputFormat::Json => {
                let result = record.dataset.to_json();
                #[cfg(feature = "search")]
                let search = search_json(&record.dataset);
                #[cfg(not(feature = "search"))]
                let search = serde_json::Value::Null;
                print_json(
                    &serde_json::json!({"event": "result", "sweep": record.title,
                    "counts": counts_json(&record.counts, record.timed_out()), "warnings": record.warnings,
                    "timings": timings_json(&record.dataset), "comparisons": comparisons_json(&record.dataset),
                    "search": search,
                    "dataset": result}),
                );
                judged.events(&record.title).iter().for_each(print_json);
            }
            OutputFormat::Quiet => {
                for failure in &record.failures {
                    error_line!("{}: {}", record.title, failure_text(failure));
                }
                for failure in judged.warnings() {
                    error_line!("{}: {failure}", record.title);
                }
            }
        }
        self.records.push(record.clone());
    }

    /// Says why there is no report, where one was wanted, and where the samples are.
    pub(crate) fn print_no_report(&self, reason: &str) {
        let is_wanted = self.report_place().is_some() && !self.records.is_empty();
        if is_wanted && self.config.output == OutputFormat::Text && !self.is_shown_only() {
            say!("\n{reason}");
            if self.config.cache && cfg!(feature = "store") {
                say!("store     {}", self.root.display());
            }
        }
    }

    pub(super) fn print_report_path(&self, files: &ReportOutput) {
        match self.config.output {
            OutputFormat::Text => {
                if let Some(page) = &files.page {
                    say!("\nreport    {}", page.display());
                }
                if let Some(folder) = files.images.first().and_then(|image| image.parent()) {
                    let files = match files.images.len() {
                        1 => "1 PNG file".to_owned(),
                        count => format!("{count} PNG files"),
                    };
                    say!("pictures  {files} in {}", folder.display());
                }
                if self.config.cache && cfg!(feature = "store") {
                    say!("store     {}", self.root.display());
                }
            }
            OutputFormat::Json => print_json(
                &serde_json::json!({"event": "report", "page": files.page, "images": files.images}),
            ),
            OutputFormat::Quiet => {}
        }
    }
}
