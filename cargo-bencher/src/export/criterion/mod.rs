//! Measured times in the layout of criterion's `target/criterion`, for programs that read it.
//!
//! Each point is a folder `GROUP/FUNCTION/VALUE/new` with three files: `benchmark.json` names the point, `sample.json`
//! has the time of every round, and `estimates.json` has statistics of them.

mod estimates;
mod id;

use std::fs;
use std::path::Path;

use bencher_core::dataset::{Dataset, Dim};
use bencher_core::record::SweepRecord;
use serde_json::{Value as Json, json};

use estimates::estimates;
use id::{Id, folder_name};

/// Writes the folder of the sweep, its group, below `folder`, which may have other groups already.
///
/// # Errors
/// Where the sweep measured no time, or the group is there already.
pub(super) fn write(record: &SweepRecord, folder: &Path) -> Result<(), String> {
    let points = points(record)?;
    super::folder::write_new(&folder.join(folder_name(&record.title)), |group| {
        for point in &points {
            point.write(group).map_err(|error| error.to_string())?;
        }
        Ok(())
    })
}

/// A time of one point.
struct Point {
    id: Id,
    /// The time of each round in nanoseconds, of one call.
    nanoseconds: Vec<f64>,
}

impl Point {
    fn write(&self, group: &Path) -> std::io::Result<()> {
        let new = self
            .id
            .folders
            .iter()
            .fold(group.to_owned(), |path, part| path.join(part))
            .join("new");
        fs::create_dir_all(&new)?;
        let iterations = vec![1.0; self.nanoseconds.len()];
        let files: [(&str, Json); 3] = [
            ("benchmark.json", self.id.json()),
            (
                "sample.json",
                json!({"sampling_mode": "Flat", "iters": iterations, "times": self.nanoseconds}),
            ),
            ("estimates.json", estimates(&self.nanoseconds)),
        ];
        for (name, json) in files {
            fs::write(new.join(name), json.to_string())?;
        }
        Ok(())
    }
}

/// The points of all measured times that have two rounds or more. Criterion's files always have a spread, and that of a
/// single round is unknown: 0 would look like a time that is sure.
fn points(record: &SweepRecord) -> Result<Vec<Point>, String> {
    let dataset = &record.dataset;
    let times = dataset
        .variables()
        .iter()
        .filter(|variable| variable.info.timed);
    let times: Vec<&str> = times.map(|variable| variable.info.name.as_str()).collect();
    let value = value_dim(dataset).map(|dim| dim.name.as_str());
    let mut ids = id::Ids::default();
    let mut all = Vec::new();
    let mut single = 0;
    for time in &times {
        let points = dataset
            .point_values(time)
            .map_err(|error| error.to_string())?;
        for point in points {
            // Criterion has no time of zero, and no point without a round.
            let rounds = point.repeats.iter().map(|seconds| seconds * 1e9);
            let nanoseconds: Vec<f64> = rounds.filter(|x| x.is_finite() && *x > 0.0).collect();
            single += usize::from(nanoseconds.len() == 1);
            if nanoseconds.len() > 1 {
                // The only time needs no name.
                let name = (times.len() > 1 || point.texts.is_empty()).then_some(*time);
                let id = ids.next(&record.title, name, &point.texts, value);
                all.push(Point { id, nanoseconds });
            }
        }
    }
    let title = record.title.escape_debug();
    if all.is_empty() && single > 0 {
        return Err(format!(
            "\"{title}\" has one round of each time, and criterion's files need a spread: measure it with more rounds, \
             or export it as csv or json"
        ));
    }
    if all.is_empty() {
        return Err(format!(
            "\"{title}\" has no measured time, and criterion's layout is for times only"
        ));
    }
    if single > 0 {
        eprintln!(
            "note: {single} of the times of \"{title}\" have one round and so no spread, which criterion's files need: \
             they are left out"
        );
    }
    Ok(all)
}

/// The input that becomes criterion's value, over which it draws lines: the number with most levels.
fn value_dim(dataset: &Dataset) -> Option<&Dim> {
    let numbers = dataset.dims().iter().filter(|dim| {
        dim.role == bencher_core::dataset::DimRole::Input && dim.is_numeric() && dim.len() > 1
    });
    // Of equal ones the first.
    numbers.rev().max_by_key(|dim| dim.len())
}
