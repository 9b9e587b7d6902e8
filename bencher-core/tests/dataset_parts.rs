//! Dimensions of items: selection by a part, one dimension for every part, and back.

use bencher_core::dataset::{CellState, Dataset, Dim, Formula, VariableInfo};
use bencher_core::value::{Item, Kind, Value};

#[test]
fn variants_with_parameters_become_dimensions() {
    let zstd = |level: i32| Value::from(Item::new("Zstd", [("level", Value::from(level))]));
    let gzip = Item::new("Gzip", [("level", Value::from(1))]).into();
    let codec = vec!["None".into(), zstd(1), zstd(3), gzip];
    let codec = Dim::input("codec", Kind::Category, codec);
    let size = VariableInfo::new("size", Kind::Uint(64));
    let mut runs = Dataset::new("Runs", vec![codec, Dim::repeats(2)], vec![size]).unwrap();
    let size = runs.variable_mut(0).unwrap();
    for flat in 0..8 {
        size.record(flat, &Value::from(flat), CellState::Measured)
            .unwrap();
    }
    let first = runs.select("level", 1).unwrap();
    assert_eq!(
        first.dims()[0].values,
        [zstd(1), runs.dims()[0].values[3].clone()]
    );
    assert_eq!(first, runs.select("level", 1.0).unwrap());
    let error = runs.select("level", 9).unwrap_err().to_string();
    assert_eq!(error, "level has no value 9 (it has 1 3)");

    let table = runs.unstack("codec").unwrap();
    let names: Vec<&str> = table.dims().iter().map(|dim| dim.name.as_str()).collect();
    assert_eq!(names, ["codec", "level", "repeat"]);
    assert_eq!(table.shape(), [3, 3, 2]);
    let levels = [f64::NAN, 1.0, 3.0].map(Value::from);
    assert_eq!(table.dims()[1].values, levels, "None has no level");
    let cell = table
        .select("codec", "Zstd")
        .unwrap()
        .select("level", 3)
        .unwrap();
    assert_eq!(
        cell.select("repeat", 1)
            .unwrap()
            .variable("size")
            .unwrap()
            .number(0),
        Some(4.0)
    );
    let absent = table
        .select("codec", "Gzip")
        .unwrap()
        .select("level", 3)
        .unwrap();
    let absent = absent.variable("size").unwrap().cell(0).unwrap();
    assert_eq!(absent.state, CellState::Skipped);
    assert_eq!(absent.reason, Some("there is no such combination"));
    let back = table.stack(&["codec", "level"], "codec").unwrap();
    let shown: Vec<String> = back.dims()[0]
        .values
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        ["None", "Zstd(level=1)", "Zstd(level=3)", "Gzip(level=1)"]
    );
    let sizes = |runs: &Dataset| runs.variable("size").unwrap().clone();
    assert_eq!(sizes(&back), sizes(&runs));

    let error = runs.unstack("repeat").unwrap_err().to_string();
    assert!(
        error.starts_with("the coordinates of repeat have no parts"),
        "{error}"
    );
    assert!(runs.stack(&[], "all").is_err());
    assert!(
        runs.stack(&["codec"], "size").is_err(),
        "a variable has the name"
    );
}

#[test]
fn formulas_take_parts() {
    let row = |rows: i32, cols: f64| {
        Value::from(Item::new(
            "",
            [("rows", Value::from(rows)), ("cols", Value::from(cols))],
        ))
    };
    let lacking = Item::new("", [("rows", Value::from(3))]).into();
    let named = Item::new("", [("name", Value::from("a"))]).into();
    let shape = Dim::input(
        "shape",
        Kind::Item,
        vec![row(2, 4.5), lacking, row(3, 8.0), named],
    );
    let mut runs = Dataset::new("Runs", vec![shape, Dim::repeats(2)], vec![]).unwrap();
    let cells = VariableInfo::new("cells", Kind::Float(64));
    let formula = Formula::parse("rows * cols + repeat").unwrap();
    runs.derive_formula(cells, &formula).unwrap();
    let cells = runs.variable("cells").unwrap();
    let numbers: Vec<Option<f64>> = (0..8).map(|flat| cells.number(flat)).collect();
    let (a, b) = ([Some(10.0), Some(11.0)], [Some(25.0), Some(26.0)]);
    assert_eq!(numbers, [a, [None; 2], b, [None; 2]].concat());
    assert_eq!(cells.states()[2], CellState::Missing);
    let info = VariableInfo::new("x", Kind::Float(64));
    let error = runs.derive(info, &["name"], |x| x[0]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("(known: cells, rows, cols, repeat)"),
        "{error}"
    );
}
