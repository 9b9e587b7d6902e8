//! A dataset as a map from coordinates to cells.

use std::collections::BTreeMap;

use bencher_core::dataset::{CellState, Dataset};
use bencher_core::value::Value;

/// The text of the coordinate on every dimension, by name.
pub(crate) type Key = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub(crate) state: CellState,
    pub(crate) value: Option<Value>,
    pub(crate) reason: Option<String>,
}

/// The cells of every variable, by its name.
pub(crate) type Model = BTreeMap<String, BTreeMap<Key, Cell>>;

pub(crate) const PENDING: Cell = Cell {
    state: CellState::Pending,
    value: None,
    reason: None,
};

pub(crate) fn model(dataset: &Dataset) -> Model {
    let names: Vec<&str> = dataset
        .variables()
        .iter()
        .map(|var| var.info.name.as_str())
        .collect();
    let mut model: Model = names
        .iter()
        .map(|name| ((*name).to_owned(), BTreeMap::new()))
        .collect();
    for row in dataset.long_table().rows() {
        let dims = dataset.dims().iter().map(|dim| dim.name.clone());
        let texts = row.coordinates.iter().map(|value| format!("{value:?}"));
        let key: Key = dims.zip(texts).collect();
        for (name, cell) in names.iter().zip(row.cells) {
            let cell = Cell {
                state: cell.state,
                value: cell.value,
                reason: cell.reason.map(str::to_owned),
            };
            model.get_mut(*name).unwrap().insert(key.clone(), cell);
        }
    }
    model
}

/// The model of `dataset` whose keys `change` keeps, changed as it says.
pub(crate) fn with_keys(dataset: &Dataset, change: impl Fn(&Key) -> Option<Key>) -> Model {
    let cells = |cells: BTreeMap<Key, Cell>| {
        cells
            .into_iter()
            .filter_map(|(key, cell)| Some((change(&key)?, cell)))
            .collect()
    };
    model(dataset)
        .into_iter()
        .map(|(name, map)| (name, cells(map)))
        .collect()
}

pub(crate) fn without(key: &Key, dims: &[&str]) -> Key {
    let mut key = key.clone();
    key.retain(|name, _| !dims.contains(&name.as_str()));
    key
}

pub(crate) fn text(value: &Value) -> String {
    format!("{value:?}")
}

pub(crate) fn names(dataset: &Dataset) -> Vec<String> {
    dataset.dims().iter().map(|dim| dim.name.clone()).collect()
}

/// Some of the dimensions, as bits choose.
pub(crate) fn some_dims(dataset: &Dataset, bits: u8) -> Vec<String> {
    let dims = names(dataset).into_iter().enumerate();
    dims.filter(|(n, _)| bits & (1 << n) != 0)
        .map(|(_, name)| name)
        .collect()
}

pub(crate) fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
