//! Results of other programs, as results of the store.

mod common;

use std::path::Path;

use bencher_core::dataset::{CellState, Dataset};
use serde_json::{Value as Json, json};

use common::{printed, tool};

/// A benchmark as criterion keeps it, with the times of some calls in nanoseconds.
fn benchmark(folder: &Path, id: [Option<&str>; 3], samples: &[(f64, f64)]) {
    let parts = id.iter().flatten().map(|part| part.replace('/', "_"));
    let new = folder.join(parts.collect::<Vec<_>>().join("/")).join("new");
    std::fs::create_dir_all(&new).unwrap();
    let (iters, times): (Vec<f64>, Vec<f64>) = samples.iter().copied().unzip();
    let files = [
        (
            "benchmark.json",
            json!({"group_id": id[0], "function_id": id[1], "value_str": id[2], "throughput": null}),
        ),
        (
            "sample.json",
            json!({"sampling_mode": "Linear", "iters": iters, "times": times}),
        ),
    ];
    for (name, json) in files {
        std::fs::write(new.join(name), json.to_string()).unwrap();
    }
}

/// What a sweep is in the store.
fn exported(folder: &Path, sweep: &str) -> Dataset {
    let json = printed(folder, &["export", sweep, "--json", "--store", "store"]);
    Dataset::from_json(&serde_json::from_str::<Json>(&json).unwrap()).unwrap()
}

fn failure(folder: &Path, args: &[&str]) -> String {
    let ran = tool(folder, args);
    assert!(!ran.status.success(), "{args:?}");
    String::from_utf8(ran.stderr).unwrap()
}

#[test]
fn results_of_criterion_become_sweeps() {
    let folder = tempfile::tempdir().unwrap();
    let criterion = folder.path().join("target/criterion");
    let linear = [(10.0, 1000.0), (20.0, 2200.0), (30.0, 3000.0)];
    for function in ["quick", "a/b"] {
        for value in ["100", "20"] {
            if (function, value) != ("a/b", "100") {
                benchmark(
                    &criterion,
                    [Some("Sort"), Some(function), Some(value)],
                    &linear,
                );
            }
        }
    }
    benchmark(&criterion, [Some("</script>"), None, None], &linear[..1]);
    // What criterion keeps of the run before, and its pages, are no results.
    std::fs::create_dir_all(criterion.join("Sort/quick/20/base")).unwrap();
    std::fs::create_dir_all(criterion.join("Sort/report")).unwrap();
    let import = [
        "import",
        "criterion",
        "target/criterion",
        "--store",
        "store",
    ];
    let told = printed(folder.path(), &import);
    assert!(told.contains("imported  Sort: 12 samples, "), "{told}");

    let sort = exported(folder.path(), "Sort");
    let names: Vec<&str> = sort.dims().iter().map(|dim| dim.name.as_str()).collect();
    assert_eq!(names, ["function", "value", "repeat"]);
    assert_eq!(sort.shape(), [2, 2, 3]);
    let elapsed = sort.variable("elapsed").unwrap();
    assert!(elapsed.info.timed && elapsed.info.units == "s");
    // Functions in the order of their names, values in their order: a/b has 20 only.
    let times: Vec<Option<f64>> = (0..6).map(|flat| elapsed.number(flat)).collect();
    for (found, wanted) in times
        .iter()
        .zip([Some(1e-7), Some(1.1e-7), Some(1e-7), None])
    {
        let (found, wanted) = (found.unwrap_or(0.0), wanted.unwrap_or(0.0));
        assert!((found - wanted).abs() < 1e-20, "{times:?}");
    }
    assert_eq!(elapsed.states()[3], CellState::Missing);
    assert_eq!(elapsed.number(8), Some(1e-7), "quick, 20");

    // The other commands know them as any result.
    let listed = printed(folder.path(), &["list", "--store", "store"]);
    assert!(
        listed.contains("Sort") && listed.contains("criterion"),
        "{listed}"
    );
    printed(folder.path(), &import);
    // Three samples and the same ones decide nothing.
    let compared = tool(folder.path(), &["compare", "previous", "--store", "store"]);
    let text = String::from_utf8(compared.stdout).unwrap();
    assert_eq!(compared.status.code(), Some(4), "{text}");
    assert!(text.contains("Sort"), "{text}");
    printed(
        folder.path(),
        &[
            "report", "Sort", "--store", "store", "--html", "--out", "page",
        ],
    );

    // What is exported in criterion's layout comes back.
    let export = [
        "export",
        "Sort",
        "--store",
        "store",
        "--format",
        "criterion",
        "--out",
        "again",
    ];
    printed(folder.path(), &export);
    printed(
        folder.path(),
        &["import", "criterion", "again", "--out", "json"],
    );
    let text = std::fs::read_to_string(folder.path().join("json/Sort.json")).unwrap();
    let back = Dataset::from_json(&serde_json::from_str::<Json>(&text).unwrap()).unwrap();
    let back = back.variable("elapsed").unwrap();
    let known = (0..back.states().len()).filter_map(|flat| back.number(flat));
    assert_eq!(known.count(), 9);
}

#[test]
fn mistakes_in_the_folder_of_criterion_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = |path: &str| {
        failure(
            folder.path(),
            &["import", "criterion", path, "--store", "store"],
        )
    };
    assert!(run("nowhere").contains("cannot read nowhere"));
    assert!(run(".").contains(". has no results of criterion"));
    let new = folder.path().join("g/f/new");
    std::fs::create_dir_all(&new).unwrap();
    for (file, content, part) in [
        ("benchmark.json", "{", "benchmark.json: EOF"),
        ("benchmark.json", "{}", "there is no `group_id`"),
        (
            "benchmark.json",
            "{\"group_id\": \"g\"}",
            "estimates.json: ",
        ),
        (
            "sample.json",
            "{\"iters\": [1], \"times\": []}",
            "lists of as many numbers",
        ),
    ] {
        std::fs::write(new.join(file), content).unwrap();
        let error = run("g");
        assert!(error.contains(part), "{error}");
    }
    let error = failure(folder.path(), &["import", "criterio"]);
    assert!(
        error.contains("did you mean `import criterion`?"),
        "{error}"
    );
}

#[test]
fn a_foreign_table_becomes_a_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "codec;level;ms;MB/s;ok;note\n\
        zstd;3;1.5;100;True;\"a;\"\"b\"\"\"\n\
        zstd;3;2.5;110;False;\n\
        lz4;3;0.5;;True;</script>\n\
        lz4;1;NA;900;True;..\n";
    std::fs::write(folder.path().join("codecs.csv"), csv).unwrap();
    let args = [
        "import",
        "csv",
        "codecs.csv",
        "--inputs",
        "codec,level",
        "--times",
        "ms=ms",
        "--units",
        "MB/s=MB/s",
        "--maximize",
        "MB/s",
        "--delimiter",
        ";",
        "--tag",
        "other",
        "--store",
        "store",
    ];
    let told = printed(folder.path(), &args);
    assert!(told.contains("imported  codecs: 8 samples, "), "{told}");
    let found = exported(folder.path(), "codecs");
    assert_eq!(found.shape(), [2, 2, 2]);
    let texts: Vec<String> = found.dims()[0]
        .values
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(texts, ["zstd", "lz4"], "in the order of the file");
    let levels: Vec<String> = found.dims()[1]
        .values
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(levels, ["1", "3"], "in their order");
    let time = found.variable("ms").unwrap();
    assert!(time.info.timed && time.info.units == "s");
    let times: Vec<Option<f64>> = (0..8).map(|flat| time.number(flat)).collect();
    let expected = [
        None,
        None,
        Some(0.0015),
        Some(0.0025),
        None,
        None,
        Some(0.0005),
        None,
    ];
    assert_eq!(times, expected);
    let rate = found.variable("MB/s").unwrap();
    assert_eq!((rate.number(4), rate.number(6)), (Some(900.0), None));
    let note = found.variable("note").unwrap();
    assert_eq!(note.cell(2).unwrap().value, Some("a;\"b\"".into()));
    assert_eq!(note.cell(3).unwrap().state, CellState::Missing);
    let ok = found.variable("ok").unwrap();
    assert_eq!(ok.cell(3).unwrap().value, Some(false.into()));
}

#[test]
fn mistakes_in_a_table_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("t.csv", "len,ms\n1,2\n");
    write("short.csv", "len,ms\n1,2\n3\n");
    write("twice.csv", "len,ms,ms\n1,2,3\n");
    write("open.csv", "len,ms\n1,\"2\n");
    write("words.csv", "len,ms\n1,two\n");
    write("empty.csv", "");
    let len = ["--inputs", "len"];
    for (file, options, part) in [
        (
            "t.csv",
            &[][..],
            "say with `--inputs` which columns are inputs (there are: len, ms)",
        ),
        (
            "t.csv",
            &["--inputs", "lne"],
            "there is no column `lne` (known: len, ms)",
        ),
        (
            "t.csv",
            &["--inputs", "len", "--times", "ms"],
            "needs a unit, as in `--times NAME=UNIT`",
        ),
        (
            "t.csv",
            &["--inputs", "len", "--times", "ms=min"],
            "`min` of `ms` is no unit of times",
        ),
        (
            "t.csv",
            &["--inputs", "len", "--delimiter", "ab"],
            "`--delimiter ab` is no sign",
        ),
        (
            "t.csv",
            &["--inputs", "len", "--result", "ms"],
            "did you mean `--results`?",
        ),
        (
            "short.csv",
            &len,
            "short.csv: row 3 has 1 fields, but the heading has 2",
        ),
        ("twice.csv", &len, "ms"),
        ("open.csv", &len, "line 2: a quoted field does not end"),
        (
            "words.csv",
            &["--inputs", "len", "--times", "ms=ms"],
            "the column `ms` is no time",
        ),
        ("empty.csv", &len, "empty.csv: the file is empty"),
        ("no.csv", &len, "no.csv: "),
    ] {
        let command = ["import", "csv", file, "--store", "store"];
        let error = failure(folder.path(), &[&command, options].concat());
        assert!(error.contains(part), "{error}");
    }
    assert!(!folder.path().join("store").exists(), "nothing is stored");
}
