//! Writing a stored result for other programs.

use std::io::Write as _;

use bencher_core::bench::result_markdown;
use bencher_core::record::SweepRecord;

use crate::results::{Newest, Options};

/// The most points of a table in Markdown.
const MARKDOWN_ROWS: usize = 100;

/// Writes the newest result of the sweep that is named.
pub(crate) fn export(args: &[String]) -> Result<(), String> {
    let options = Options::parse(args, &["--json", "--markdown", "--out"])?;
    let [name] = &*options.words else {
        return Err(
            "name one sweep, by its title or a part of it; `cargo bencher list` lists them"
                .to_owned(),
        );
    };
    let newest = Newest::of(&options.store)?;
    let record = named(&newest.records, name)?;
    if options.json && options.markdown {
        return Err("give either `--json` or `--markdown`".to_owned());
    }
    let text = if options.markdown {
        result_markdown(record, MARKDOWN_ROWS)
    } else if options.json {
        format!("{}\n", record.dataset.to_json())
    } else {
        let mut csv = Vec::new();
        let written = record.dataset.write_csv(&mut csv);
        written.map_err(|error| error.to_string())?;
        String::from_utf8(csv).map_err(|error| error.to_string())?
    };
    match &options.out {
        Some(path) => {
            let written = std::fs::File::create_new(path)
                .and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| format!("cannot write {}: {error}", path.display()))
        }
        None => crate::print(&text),
    }
}

/// The result whose title is the name, else the only one whose title contains it.
fn named<'r>(records: &'r [SweepRecord], name: &str) -> Result<&'r SweepRecord, String> {
    let lower = name.to_lowercase();
    let is_exact = |record: &&SweepRecord| record.title == name;
    let mut exact = records.iter().filter(is_exact);
    let mut like = records
        .iter()
        .filter(|record| record.title.to_lowercase().contains(&lower));
    let titles = || {
        let titles: Vec<&str> = records.iter().map(|record| record.title.as_str()).collect();
        titles.join(", ")
    };
    match (exact.next(), exact.next()) {
        (Some(record), None) => return Ok(record),
        (Some(_), Some(_)) => {
            return Err(format!(
                "several programs have a sweep \"{name}\"; name the store of one with --store"
            ));
        }
        _ => {}
    }
    match (like.next(), like.next()) {
        (Some(record), None) => Ok(record),
        (Some(_), Some(_)) => Err(format!(
            "several sweeps fit \"{name}\" (there are: {})",
            titles()
        )),
        _ => Err(format!(
            "no sweep fits \"{name}\" (there are: {})",
            titles()
        )),
    }
}
