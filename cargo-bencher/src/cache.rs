//! Looks into a store, cleans it, and takes it elsewhere: `cargo bencher cache COMMAND`.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bencher_core::store::{
    CollectOptions, Database, SampleQuery, SampleStore, Series, StoreStatistics, explain,
    inputs_like_stored, rebuild_samples, tag_text,
};

use crate::failure::Failure;
use crate::text::counted;
use crate::words::{Words, commands_of, unknown_command};

/// What it can do.
pub(crate) const USAGE: &str = "\
usage: cargo bencher cache COMMAND [OPTIONS]

  stats                show what is in the store
  check                read every record, blob and result, and list the damage
  gc [--dry-run] [--keep N] [--limit SIZE] [--grace SECONDS]
                       delete files that nothing refers to (unless younger than an hour, or
                       SECONDS), results beyond the newest N of each sweep, and the oldest samples
                       beyond SIZE (10GiB, 500MB, bytes)
  clear [--dry-run] [--tag TAG]
                       remove the samples of a tag; without one, of the default tag
  explain --type TYPE [--tag TAG] [--version N] [--repeat N] NAME=VALUE...
                       show why a stored sample is not used
  export FILE          write the whole store into one file
  import FILE          add the contents of an export
  rebuild              put the samples of stored results back into the database

  --store DIR          use this store instead of the one that programs in this folder use
  --json               print JSON
";

/// Runs a command, and prints what came of it.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    Ok(crate::print(&execute(args)?)?)
}

/// What the command line says.
#[derive(Debug)]
struct Options {
    store: PathBuf,
    json: bool,
    dry_run: bool,
    keep: Option<usize>,
    limit: Option<u64>,
    grace: Option<Duration>,
    tag: String,
    sweep_type: Option<String>,
    version: Option<u32>,
    repeat: u32,
    words: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut words = Words::new(args);
        let whole = "a whole number of 0 or more";
        let mut options = Self {
            store: PathBuf::new(),
            json: words.switch("--json"),
            dry_run: words.switch("--dry-run"),
            keep: words.number("--keep", whole, |_| true)?,
            limit: words
                .value("--limit")?
                .map(|text| size(&text))
                .transpose()?,
            grace: words
                .number("--grace", whole, |_| true)?
                .map(Duration::from_secs),
            tag: words.value("--tag")?.unwrap_or_default(),
            sweep_type: words.value("--type")?,
            version: words.number("--version", whole, |_| true)?,
            repeat: words.number("--repeat", whole, |_| true)?.unwrap_or(1),
            words: Vec::new(),
        };
        let store = words.value("--store")?;
        let left = words.rest(usize::MAX);
        options.words = left.map_err(|error| format!("{error}\n\n{USAGE}"))?;
        options.store = crate::store::chosen(store.map(PathBuf::from))?;
        Ok(options)
    }

    /// The one file that is named.
    fn file(&self) -> Result<&Path, Failure> {
        match &*self.words {
            [file] => Ok(Path::new(file)),
            _ => Err(Failure::Usage(format!("name one file\n\n{USAGE}"))),
        }
    }

    fn open(&self) -> Result<Database, String> {
        let waiting = |owner: &_| eprintln!("waiting for {owner}");
        let opened = Database::open(&self.store, Duration::from_secs(10), waiting);
        let (database, notice) = opened.map_err(text)?;
        for message in notice.messages {
            eprintln!("{message}");
        }
        Ok(database)
    }

    /// Opens a store that must be there already.
    fn open_existing(&self) -> Result<Database, String> {
        let there = ["samples", "results"]
            .iter()
            .any(|part| self.store.join(part).exists());
        if there {
            self.open()
        } else {
            let store = self.store.display();
            Err(format!(
                "there is no store in {store}; name one with --store DIR"
            ))
        }
    }

    /// The stored tags that are meant; several may have been written alike.
    fn stored_tags<'a>(&'a self, statistics: &'a StoreStatistics) -> Vec<&'a str> {
        let tags = statistics.tags.keys().map(String::as_str);
        let meant = |tag: &&str| *tag == self.tag || tag_text(tag) == self.tag;
        tags.filter(meant).collect()
    }

    fn show<T: Display + serde::Serialize>(&self, what: &T) -> Result<String, Failure> {
        if self.json {
            Ok(serde_json::to_string_pretty(what).map_err(text)?)
        } else {
            Ok(what.to_string())
        }
    }
}

fn execute(args: &[String]) -> Result<String, Failure> {
    // A store may stand in the place of the command.
    let first = args.split_first();
    let Some((command, rest)) = first.filter(|(word, _)| !word.starts_with("--store")) else {
        return Err(Failure::Usage(format!("name a command\n\n{USAGE}")));
    };
    if !commands_of(USAGE).any(|known| known == command)
        && !["help", "--help", "-h"].contains(&command.as_str())
    {
        return Err(unknown_command("cache", command, USAGE));
    }
    let options = Options::parse(rest).map_err(Failure::Usage)?;
    let takes_words = ["explain", "export", "import"].contains(&command.as_str());
    if let Some(word) = options.words.first().filter(|_| !takes_words) {
        return Err(Failure::Usage(format!(
            "`{command}` takes no `{word}`; to name a tag, write `--tag {word}`\n\n{USAGE}"
        )));
    }
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(USAGE.to_owned()),
        "stats" => options.show(&options.open_existing()?.statistics().map_err(text)?),
        "gc" => {
            let mut collect = CollectOptions {
                dry_run: options.dry_run,
                keep_results: options.keep,
                limit: options.limit,
                ..CollectOptions::default()
            };
            collect.grace = options.grace.unwrap_or(collect.grace);
            options.show(&options.open_existing()?.collect(&collect).map_err(text)?)
        }
        "clear" => {
            let mut database = options.open_existing()?;
            let statistics = database.statistics().map_err(text)?;
            let mut cleared = 0;
            for tag in options.stored_tags(&statistics) {
                if options.dry_run {
                    cleared += statistics.tags.get(tag).map_or(0, |tally| tally.count);
                } else {
                    cleared += database.clear_tag(tag).map_err(text)?;
                }
            }
            let verb = match (options.dry_run, cleared) {
                (true, _) => "would be",
                (false, 1) => "was",
                (false, _) => "were",
            };
            if options.json {
                let key = if options.dry_run {
                    "would_clear"
                } else {
                    "cleared"
                };
                Ok(serde_json::json!({ key: cleared }).to_string())
            } else {
                Ok(format!(
                    "{} of tag \"{}\" {verb} removed",
                    counted(cleared, "sample"),
                    options.tag.escape_debug()
                ))
            }
        }
        "explain" => explain_miss(&options),
        "export" => {
            let file = options.file()?;
            options.show(&options.open_existing()?.export(file).map_err(text)?)
        }
        "import" => {
            let file = options.file()?;
            options.show(&options.open()?.import(file).map_err(text)?)
        }
        "rebuild" => {
            let mut database = options.open_existing()?;
            let rebuilt = rebuild_samples(&options.store, &mut database);
            options.show(&rebuilt.map_err(text)?)
        }
        "check" => {
            let report = options.open_existing()?.check().map_err(text)?;
            let shown = options.show(&report)?;
            if report.problems.is_empty() {
                Ok(shown)
            } else {
                Err(Failure::Failed(shown))
            }
        }
        other => Err(unknown_command("cache", other, USAGE)),
    }
}

fn explain_miss(options: &Options) -> Result<String, Failure> {
    let database = options.open_existing()?;
    let named = options.sweep_type.as_deref();
    let named = named.ok_or_else(|| {
        Failure::Usage(format!("name the type of the sweep with --type\n\n{USAGE}"))
    })?;
    let statistics = database.statistics().map_err(text)?;
    let mut types: Vec<&str> = statistics
        .series
        .iter()
        .map(|series| series.sweep_type.as_str())
        .collect();
    types.sort_unstable();
    types.dedup();
    let mut like = types.iter().filter(|known| known.contains(named));
    // A part of the type is enough where it fits only one.
    let sweep_type = match (types.contains(&named), like.next(), like.next()) {
        (false, Some(only), None) => (*only).to_owned(),
        _ => named.to_owned(),
    };
    let newest = statistics
        .series
        .iter()
        .filter(|series| series.sweep_type == sweep_type);
    let version = options
        .version
        .or_else(|| newest.map(|series| series.version).max());
    let pairs: Result<Vec<_>, String> = options
        .words
        .iter()
        .map(|word| {
            let (name, value) = word
                .split_once('=')
                .ok_or(format!("`{word}` is not an input: write NAME=VALUE"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect();
    let wanted = SampleQuery {
        series: Series {
            tag: options
                .stored_tags(&statistics)
                .first()
                .map_or_else(|| options.tag.clone(), |tag| (*tag).to_owned()),
            sweep_type,
            version: version.unwrap_or(1),
        },
        inputs: inputs_like_stored(&database, &pairs?).map_err(text)?,
        repeat: options.repeat,
        results: Vec::new(),
        code: None,
        machine: None,
    };
    options.show(&explain(&database, &wanted).map_err(text)?)
}

/// Bytes, with a unit or without.
fn size(value: &str) -> Result<u64, String> {
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match value.strip_prefix(digits).unwrap_or_default().trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        other => {
            return Err(format!(
                "`{other}` is not a unit of size (units: kB, MB, GB, KiB, MiB, GiB)"
            ));
        }
    };
    let digits = digits.parse::<u64>().ok();
    let digits =
        digits.ok_or_else(|| format!("`--limit {value}` is not a size, such as 10GiB or 500MB"))?;
    digits
        .checked_mul(unit)
        .ok_or(format!("`{value}` is too large"))
}

fn text(error: impl Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::store::Pack;
    use bencher_core::value::{Digest, Value};

    fn cache(root: &Path, line: &str) -> Result<String, String> {
        let mut args: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let store = ["--store".to_owned(), root.display().to_string()];
        args.splice(1..1, store);
        execute(&args).map_err(|failure| failure.to_string())
    }

    fn filled() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
        for tag in ["", "try"] {
            let series = Series {
                tag: tag.to_owned(),
                sweep_type: "demo/demo::Sorting".to_owned(),
                version: 2,
            };
            let names = vec!["len".to_owned(), "ratio".to_owned()];
            let mut pack = Pack::new(series, Digest(7), names, vec![]);
            for n in 0..10 {
                pack.push(vec![Value::from(n), Value::from(0.5)], 1, vec![]);
            }
            database.append(&[pack]).unwrap();
        }
        root
    }

    #[test]
    fn every_command_works_on_a_store() {
        let root = filled();
        let stats = cache(root.path(), "stats").unwrap();
        assert!(
            stats.contains("demo/demo::Sorting version 2 tag \"try\": 10 samples"),
            "{stats}"
        );
        let json: serde_json::Value =
            serde_json::from_str(&cache(root.path(), "stats --json").unwrap()).unwrap();
        assert_eq!(json["samples"]["count"], 20);
        let file = root.path().join("all").display().to_string();
        let exported = cache(root.path(), &format!("export {file}")).unwrap();
        assert!(exported.starts_with("20 samples"), "{exported}");
        assert_eq!(
            cache(root.path(), "clear --tag try --dry-run").unwrap(),
            "10 samples of tag \"try\" would be removed"
        );
        let link = root.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let error = cache(root.path(), &format!("export {}", link.display())).unwrap_err();
        assert!(error.contains("not a regular file"), "{error}");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            cache(root.path(), "clear --tag try").unwrap(),
            "10 samples of tag \"try\" were removed"
        );
        let imported = cache(root.path(), &format!("import {file}")).unwrap();
        assert!(imported.starts_with("10 samples and 0 files were imported, 10 samples"));
        assert!(cache(root.path(), "check").unwrap().contains("0 problems"));
        let rebuilt = cache(root.path(), "rebuild").unwrap();
        assert!(rebuilt.starts_with("0 samples were added"), "{rebuilt}");
        let limited = cache(root.path(), "gc --limit 0B --dry-run --json").unwrap();
        let json: serde_json::Value = serde_json::from_str(&limited).unwrap();
        assert_eq!(json["evicted"]["count"], 20);
        assert!(
            cache(root.path(), "gc --limit 1GiB")
                .unwrap()
                .contains("evicted samples")
        );
    }

    #[test]
    fn a_miss_is_explained() {
        let root = filled();
        let explain = |line: &str| cache(root.path(), &format!("explain --type Sorting {line}"));
        assert_eq!(explain("len=3 ratio=0.5").unwrap(), "the sample is stored");
        let miss = explain("len=3 ratio=1").unwrap();
        assert!(
            miss.ends_with("input `ratio`: stored 0.5, wanted 1"),
            "{miss}"
        );
        let miss = explain("--tag other len=3 ratio=0.5").unwrap();
        assert!(miss.contains("wanted \"other\""), "{miss}");
        let miss = explain("--version 1 len=3 ratio=0.5 --json").unwrap();
        assert!(miss.contains("Version"), "{miss}");
        assert!(explain("len").unwrap_err().contains("NAME=VALUE"));
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let root = tempfile::tempdir().unwrap();
        for (line, part) in [
            ("stats", "there is no store in"),
            ("wash", "there is no command `cache wash`"),
            ("stast", "did you mean `cache stats`?"),
            ("stats --jsn", "did you mean `--json`?"),
            ("stats --wet", "there is no option `--wet`"),
            ("gc --keep", "needs a value"),
            ("gc --keep few", "a whole number"),
            ("gc --limit 3XB", "`XB` is not a unit"),
            ("gc --limit 99999999999GiB", "too large"),
            ("export", "name one file"),
            ("clear nightly", "write `--tag nightly`"),
        ] {
            let error = cache(root.path(), line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
        assert_eq!(size("10GiB"), Ok(10 << 30));
        assert_eq!(size("500 MB"), Ok(500_000_000));
    }
}
