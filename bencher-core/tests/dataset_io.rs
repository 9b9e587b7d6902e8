//! Datasets to JSON and CSV and back; what is no dataset is refused with its place.

mod dataset_common;

use std::fs;
use std::path::{Path, PathBuf};

use bencher_core::dataset::{CellState, CsvOptions, Dataset, Dim, ImportError, VariableInfo};
use bencher_core::value::{Digest, Item, Kind, Payload, Value};
use dataset_common::datasets;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn csv_of(dataset: &Dataset) -> String {
    let mut csv = Vec::new();
    dataset.write_csv(&mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

fn read_csv(text: &str) -> Result<Dataset, ImportError> {
    Dataset::read_csv(text.as_bytes())
}

fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/dataset-v2.schema.json");
    let schema: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn fixtures(name: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let versions = fs::read_dir(root).unwrap();
    let mut paths: Vec<PathBuf> = versions
        .map(|entry| entry.unwrap().path().join(name))
        .filter(|path| path.exists())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn small() -> Dataset {
    let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
    let moves = VariableInfo::new("moves", Kind::Uint(64));
    let mut dataset = Dataset::new("Small", vec![len], vec![moves]).unwrap();
    let moves = dataset.variable_mut(0).unwrap();
    moves.record(0, &45.into(), CellState::Measured).unwrap();
    moves
        .record_absent(1, CellState::Failed, Some("out of memory".into()))
        .unwrap();
    dataset
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_comes_back_equal(dataset in datasets()) {
        let text = dataset.to_json().to_string();
        let json: Json = serde_json::from_str(&text).unwrap();
        let back = Dataset::from_json(&json).unwrap();
        prop_assert_eq!(&back, &dataset);
        prop_assert_eq!(back.to_json(), json, "contents too");
    }

    #[test]
    fn csv_comes_back_equal(dataset in datasets()) {
        let csv = csv_of(&dataset);
        let back = Dataset::read_csv_described(csv.as_bytes(), &dataset.csv_description());
        prop_assert_eq!(back.unwrap(), dataset);
    }

    /// A truncated or changed file is refused or read, without a panic.
    #[test]
    fn damage_is_survived(
        dataset in datasets(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        for text in [dataset.to_json().to_string(), csv_of(&dataset)] {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] = byte;
            }
            let _: Result<_, _> = Dataset::read_csv(&bytes[..]);
            if let Ok(json) = serde_json::from_slice(&bytes) {
                let _: Result<_, _> = Dataset::from_json(&json);
            }
        }
    }

    #[test]
    fn any_text_is_survived(text in "[a-b\",\r\n.state]{0,60}") {
        let _: Result<_, _> = read_csv(&text);
        for heading in ["x,y,y.state,y.reason", "x,y,state"] {
            let _: Result<_, _> = read_csv(&format!("{heading}\n{text}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_schema_accepts_every_export(dataset in datasets()) {
        let json = dataset.to_json();
        let errors: Vec<String> =
            validator().iter_errors(&json).map(|error| error.to_string()).collect();
        prop_assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let validator = validator();
    let json = small().to_json();
    assert!(validator.is_valid(&json));
    let mut refused = 0;
    for (pointer, wrong) in [
        ("/format", json!("other")),
        ("/version", json!(3)),
        ("/version", json!(-1)),
        ("/name", json!(null)),
        ("/dims", json!({})),
        ("/dims/0/kind", json!("u63")),
        ("/dims/0/role", json!("output")),
        ("/dims/0/values/0", json!("ten")),
        ("/dims/0/values/0", json!(true)),
        ("/variables/0/values/0", json!(0.5)),
        ("/variables/0/values/0", json!([])),
        ("/variables/0/states/0", json!("done")),
        ("/variables/0/timed", json!(0)),
        ("/variables/0/direction", json!("up")),
        ("/variables/0/meaning_version", json!(4_294_967_296_u64)),
        ("/variables/0/reasons", json!({"01": "x"})),
        ("/variables/0/reasons", json!({"1": 1})),
        ("/variables/0/reasons", json!([])),
        ("/attributes", json!({"a": 1})),
    ] {
        let mut changed = json.clone();
        *changed.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&changed), "{pointer}");
        assert!(Dataset::from_json(&changed).is_err(), "{pointer}");
        refused += 1;
    }
    assert_eq!(refused, 19);
}

#[test]
fn what_older_versions_wrote_is_read() {
    for path in fixtures("dataset.json") {
        let json: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(validator().is_valid(&json), "{}", path.display());
        let dataset = Dataset::from_json(&json).unwrap();
        assert_eq!(dataset.shape(), [3, 2, 2]);
        let mut again = dataset.to_json();
        again["version"] = json["version"].clone();
        let mut json = json;
        assert_eq!(json["variables"][0]["name"], "elapsed");
        // Older versions let an author call seconds something else.
        json["variables"][0]["units"] = "s".into();
        assert_eq!(again, json, "nothing is lost");

        // The table says the same, up to what version 1 did not put into it.
        let csv = fs::read(path.with_extension("csv")).unwrap();
        let table = Dataset::read_csv(&csv[..]).unwrap();
        assert_eq!(table.shape(), dataset.shape());
        let repeat = (&table.dims()[2], &dataset.dims()[2]);
        assert_eq!(repeat.0, repeat.1);
        for (plain, full) in table.variables().iter().zip(dataset.variables()) {
            assert_eq!(plain.info.name, full.info.name);
            assert_eq!(plain.states(), full.states());
            for flat in 0..dataset.len() {
                let (plain, full) = (plain.cell(flat).unwrap(), full.cell(flat).unwrap());
                assert_eq!(plain.reason, full.reason);
                let text = |value: Option<Value>| value.map(|value| value.to_string());
                assert_eq!(text(plain.value), text(full.value));
            }
        }
    }
}

#[test]
fn a_later_version_is_refused_by_name() {
    let mut json = small().to_json();
    json["version"] = 3.into();
    let text = Dataset::from_json(&json).unwrap_err().to_string();
    assert_eq!(
        text,
        "this is version 3 of bencher.dataset, and this program reads up to 2: update bencher to \
         read it"
    );
}

#[test]
fn json_errors_name_the_field() {
    let error = |pointer: &str, wrong: Json| {
        let mut json = small().to_json();
        *json.pointer_mut(pointer).unwrap() = wrong;
        Dataset::from_json(&json).unwrap_err().to_string()
    };
    assert_eq!(
        error("/dims/0/values/1", json!("x")),
        "dims[0].values[1] is \"x\", but must be an integer from 0 to 18446744073709551615 (u64)"
    );
    assert_eq!(
        error("/variables/0/values", json!([1])),
        "variables[0].values is a list of 1, but must be a list of 2, one for every cell of the grid"
    );
    assert_eq!(
        error("/variables/0/values/1", json!(1)),
        "variables[0].values[1] is 1, but must be null, because its state is \"failed\""
    );
    assert_eq!(
        error("/variables/0/reasons", json!({"2": "x"})),
        "variables[0].reasons.2 is \"x\", but must be at a cell number below 2"
    );
    assert_eq!(
        error("/variables/0/name", json!("len")),
        "two dimensions or variables are named `len`; rename one"
    );
    assert_eq!(
        error("/dims/0", json!({"colour": "red"})),
        "dims[0] has a field `colour`, which is not known \
         (known: name, doc, units, kind, role, scale, values)"
    );
    assert_eq!(
        Dataset::from_json(&json!([])).unwrap_err().to_string(),
        "the document is a list of 0, but must be an object"
    );
    assert_eq!(
        Dataset::from_json(&json!({})).unwrap_err().to_string(),
        "the document is an object, but must be an object with the field `format`"
    );
}

#[test]
fn csv_errors_name_row_and_column() {
    let csv = "len,moves,moves.state,moves.reason\n10,45,measured,\n20,,failed,\n";
    assert!(read_csv(csv).is_ok());
    let error = |from: &str, to: &str| read_csv(&csv.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        error("20,,failed", "20,7,failed"),
        "row 3, column moves: this must be empty, because the state is \"failed\""
    );
    assert!(error("failed", "lost").starts_with("row 3, column moves.state: this must be one of"));
    assert_eq!(
        error("20,", "10,"),
        "row 1, column 1: the coordinates span a grid of 1 rows, but there are 2"
    );
    assert!(
        error("moves.reason", "moves.why")
            .contains("are not in the order in which they were written")
    );
    assert!(
        read_csv("")
            .unwrap_err()
            .to_string()
            .contains("the file is empty")
    );
    assert!(matches!(
        Dataset::read_csv(&b"\xff"[..]),
        Err(ImportError::Io(_))
    ));

    let csv = csv_of(&small());
    assert_eq!(
        csv,
        "len,moves,state\r\n10,45,\r\n20,,failed: out of memory\r\n"
    );
    let description = small().csv_description();
    let error = |from: &str, to: &str| {
        assert!(csv.contains(from) || description.contains(from), "{csv}");
        let (csv, description) = (csv.replace(from, to), description.replace(from, to));
        let read = Dataset::read_csv_described(csv.as_bytes(), &description);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        error("20,,", "30,,"),
        "row 3, column len: this must be 20, not 30"
    );
    assert!(
        error("20,,failed: out of memory\r\n", "").contains("it describes 2 rows and 3 columns")
    );
    assert!(error("len,moves,", "moves,len,").contains("the columns must be len,moves,"));
    assert!(error("\"kind\":\"u64", "\"kind\":\"i3").contains("dims[0].kind is \"i3\""));
    assert!(error("{", "").starts_with("row 1, column description: this is not JSON"));
    assert!(
        error("failed: ", "lost: ").starts_with("row 3, column state: this must be a state or ")
    );
}

/// What reads tables as texts and numbers reads this one: no quotes, no JSON, a header, equal rows, one value a field.
#[test]
fn a_table_is_tidy() {
    let load = Dim::input(
        "load",
        Kind::Float(32),
        vec![Value::from(0.1_f32), Value::from(0.2_f32)],
    );
    let time = VariableInfo::new("time", Kind::Float(64));
    let state = VariableInfo::new("state", Kind::Text);
    let mut runs = Dataset::new("Runs", vec![load, Dim::repeats(2)], vec![time, state]).unwrap();
    for (index, value) in [Value::from(0.5), Value::from("-1+1")]
        .into_iter()
        .enumerate()
    {
        let variable = runs.variable_mut(index).unwrap();
        variable.record(0, &value, CellState::Measured).unwrap();
        variable.record(1, &value, CellState::Cached).unwrap();
        let reason = || Some("boom; now=\"never\"".into());
        variable
            .record_absent(2, CellState::Failed, reason())
            .unwrap();
    }
    let missing = runs.variable_mut(1).unwrap();
    missing.record_absent(3, CellState::Missing, None).unwrap();
    let csv = csv_of(&runs);
    let expected = [
        "load,repeat,time,state,bencher.state",
        "0.1,1,0.5,-1+1,",
        "0.1,2,0.5,-1+1,cached",
        "0.2,1,,,\"failed: boom\\; now\\=\"\"never\"\"\"",
        "0.2,2,,,time=pending; state=missing",
    ];
    assert_eq!(csv.lines().collect::<Vec<_>>(), expected);
    let inferred = read_csv(&csv).unwrap();
    assert_eq!(inferred.shape(), [2, 2]);
    for (ours, back) in runs.variables().iter().zip(inferred.variables()) {
        assert_eq!(ours.states(), back.states());
    }
    let back = Dataset::read_csv_described(csv.as_bytes(), &runs.csv_description()).unwrap();
    assert_eq!(back, runs);
    let mut safe = Vec::new();
    let options = CsvOptions {
        for_spreadsheets: true,
    };
    runs.write_csv_with(&mut safe, options).unwrap();
    let safe = String::from_utf8(safe).unwrap();
    assert!(
        safe.contains("0.5,'-1+1,") && !safe.contains(",-1+1"),
        "{safe}"
    );
}

#[test]
fn a_claimed_size_is_not_believed() {
    // A grid of 10^15 cells in a few lines.
    let mut csv = "a,b,c,d,e,x,x.state,x.reason\n".to_owned();
    let rows = (0..1000).map(|n| format!("{n},{n},{n},{n},{n},1,measured,\n"));
    csv.extend(rows);
    let text = read_csv(&csv).unwrap_err().to_string();
    assert!(text.contains("a grid of 1000000000000000 rows"), "{text}");
    let values: Vec<u32> = (0..1000).collect();
    let dim = |name: &str| {
        json!({"name": name, "doc": "", "units": "", "kind": "u32", "role": "input",
               "scale": "linear", "values": values})
    };
    let mut json = small().to_json();
    json["dims"] = json!([
        dim("a"),
        dim("b"),
        dim("c"),
        dim("d"),
        dim("e"),
        dim("f"),
        dim("g")
    ]);
    assert!(Dataset::from_json(&json).is_err());
    json["dims"] = json!([dim("a"), dim("b")]);
    let text = Dataset::from_json(&json).unwrap_err().to_string();
    assert!(text.contains("must be a list of 1000000"), "{text}");
}

#[test]
fn parts_of_items_keep_their_types() {
    let inner = Item::new("inner", [("deep", Value::from(1))]);
    let parts = [
        ("whole", Value::from(3)),
        ("float", Value::from(3.0)),
        ("text", Value::from("3")),
        ("nan", Value::from(f64::NAN)),
        ("big", Value::from(u128::MAX)),
        ("low", Value::from(i128::MIN)),
        ("moment", Value::DateTime(1_700_000_000_123_456_789)),
        ("beyond", Value::DateTime(i128::MAX)),
        ("vector", Value::Vector([0.5, f64::INFINITY].into())),
        ("item", inner.into()),
        (
            "file",
            Payload::reference("a", "text/plain", Digest(7), 3).into(),
        ),
        ("", Value::Bool(true)),
    ];
    let dim = Dim::input("all", Kind::Item, vec![Item::new("", parts).into()]);
    let dataset = Dataset::new("Parts", vec![dim], vec![]).unwrap();
    let json = dataset.to_json();
    assert!(validator().is_valid(&json));
    assert_eq!(Dataset::from_json(&json).unwrap(), dataset);
    let (csv, description) = (csv_of(&dataset), dataset.csv_description());
    let back = Dataset::read_csv_described(csv.as_bytes(), &description);
    assert_eq!(back.unwrap(), dataset);

    let mut deep = json!({"name": "", "parts": []});
    for _ in 0..20 {
        deep = json!({"name": "", "parts": [["p", {"kind": "item", "value": deep}]]});
    }
    let mut json = json;
    json["dims"][0]["values"][0] = deep;
    let text = Dataset::from_json(&json).unwrap_err().to_string();
    assert!(text.contains("at most 16 deep"), "{text}");
}

#[test]
fn contents_come_back_and_are_checked() {
    let log = VariableInfo::new("log", Kind::File);
    let mut dataset = Dataset::new("Logs", vec![Dim::repeats(2)], vec![log]).unwrap();
    let content = Payload::new("run.log", "text/plain", b"all is well".to_vec());
    let column = dataset.variable_mut(0).unwrap();
    column
        .record(0, &content.clone().into(), CellState::Measured)
        .unwrap();
    let elsewhere = content.without_content();
    column
        .record(1, &elsewhere.into(), CellState::Cached)
        .unwrap();
    let json = dataset.to_json();
    assert_eq!(
        json["variables"][0]["values"][0]["content"],
        "YWxsIGlzIHdlbGw="
    );
    let back = Dataset::from_json(&json).unwrap();
    let payload = |flat: usize| {
        back.variable("log")
            .unwrap()
            .cell(flat)
            .unwrap()
            .value
            .unwrap()
    };
    let content = |flat: usize| {
        payload(flat)
            .as_payload()
            .unwrap()
            .content()
            .map(<[u8]>::to_vec)
    };
    assert_eq!(content(0).as_deref(), Some(&b"all is well"[..]));
    assert_eq!(content(1), None);
    for (field, wrong) in [
        ("content", "YWxsIGlzIGlsbA=="),
        ("content", "?"),
        ("digest", "00"),
        ("digest", "+0000000000000000000000000000000"),
    ] {
        let mut json = json.clone();
        json["variables"][0]["values"][0][field] = wrong.into();
        let text = Dataset::from_json(&json).unwrap_err().to_string();
        assert!(
            text.starts_with(&format!("variables[0].values[0].{field} is")),
            "{text}"
        );
    }
}
