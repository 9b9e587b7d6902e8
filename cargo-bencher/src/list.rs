//! Which results a store has.

use crate::failure::Failure;
use crate::results::{Newest, Options};

/// Lists the newest result of every sweep.
pub(crate) fn list(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args, &["--json"]).map_err(Failure::Usage)?;
    options.takes_no_words()?;
    let newest = Newest::of(&options.store)?;
    let rows: Vec<[String; 5]> = newest
        .records
        .iter()
        .map(|record| {
            [
                record.title.clone(),
                record.bench.clone(),
                record.tag.clone(),
                record.started.clone(),
                record.counts.submitted.to_string(),
            ]
        })
        .collect();
    if options.json {
        let names = ["sweep", "bench", "tag", "started", "samples"];
        for row in &rows {
            let fields = names.iter().zip(row).map(|(name, value)| {
                let value = match *name {
                    "samples" => value.parse::<u64>().unwrap_or(0).into(),
                    _ => serde_json::Value::from(value.as_str()),
                };
                ((*name).to_owned(), value)
            });
            let line: serde_json::Map<_, _> = fields.collect();
            crate::print(&serde_json::Value::from(line).to_string())?;
        }
    } else {
        crate::print(&table(&rows))?;
    }
    Ok(newest.all_are_readable()?)
}

/// The rows below their headings, in columns.
fn table(rows: &[[String; 5]]) -> String {
    let headings = ["sweep", "bench", "tag", "started", "samples"].map(str::to_owned);
    let shown: Vec<[String; 5]> = std::iter::once(&headings)
        .chain(rows)
        .map(|row| row.clone().map(|text| text.escape_debug().to_string()))
        .collect();
    let width = |column: usize| {
        let texts = shown.iter().filter_map(|row| row.get(column));
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let line = |row: &[String; 5]| {
        let cells = row.iter().enumerate();
        let cells = cells.map(|(column, text)| format!("{text:<width$}", width = width(column)));
        let cells: Vec<String> = cells.collect();
        cells.join("  ").trim_end().to_owned()
    };
    let lines: Vec<String> = shown.iter().map(line).collect();
    lines.join("\n")
}
