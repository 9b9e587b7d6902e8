//! Operations that move cells against a naive model: a map from coordinates to cells. States and
//! reasons are part of a cell, so that no operation may lose them.

mod dataset_common;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use bencher_core::dataset::{Dataset, Join};
use bencher_core::value::{Item, Kind, Value};
use dataset_common::datasets;
use dataset_common::model::{
    Model, PENDING, borrowed, model, names, some_dims, text, with_keys, without,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn selections(dataset in datasets(), at in any::<prop::sample::Index>(), bits in any::<u8>()) {
        for dim in dataset.dims() {
            let name = dim.name.as_str();
            for (position, value) in dim.values.iter().enumerate() {
                let expected = with_keys(&dataset, |key| {
                    (key[name] == text(value)).then(|| without(key, &[name]))
                });
                prop_assert_eq!(model(&dataset.select_position(name, position).unwrap()), expected.clone());
                if !matches!(value, Value::Float(x) if x.is_nan()) {
                    prop_assert_eq!(model(&dataset.select(name, value.clone()).unwrap()), expected);
                }
            }
            let chosen: Vec<usize> = (0..dim.len()).rev().filter(|n| bits & (1 << n) != 0).collect();
            let values: Vec<Value> = chosen.iter().map(|n| dim.values[*n].clone()).collect();
            let kept: BTreeSet<String> = values.iter().map(text).collect();
            let expected = with_keys(&dataset, |key| kept.contains(&key[name]).then(|| key.clone()));
            let part = dataset.select_positions(name, chosen.clone()).unwrap();
            prop_assert_eq!(model(&part), expected);
            prop_assert_eq!(&part.dim(name).unwrap().values, &values, "in the order asked for");
            prop_assert_eq!(dataset.select_many(name, values).unwrap(), part);
            if !dim.is_empty() {
                let twice = vec![at.index(dim.len()); 2];
                prop_assert!(dataset.select_positions(name, twice).is_err());
            }
        }
    }

    #[test]
    fn ranges_and_nearest(dataset in datasets(), low in -80.0..80.0_f64, high in -80.0..80.0_f64) {
        for dim in dataset.dims() {
            let name = dim.name.as_str();
            if !dim.is_numeric() {
                prop_assert!(dataset.select_nearest(name, low).is_err() || dim.kind == Kind::DateTime);
                continue;
            }
            let within: BTreeSet<String> = dim.values.iter()
                .filter(|value| (low..=high).contains(&value.as_f64().unwrap()))
                .map(text)
                .collect();
            let expected = with_keys(&dataset, |key| within.contains(&key[name]).then(|| key.clone()));
            prop_assert_eq!(model(&dataset.select_range(name, low, high).unwrap()), expected);
            let mut nearest: Option<&Value> = None;
            for value in &dim.values {
                let away = |value: &Value| (value.as_f64().unwrap() - low).abs();
                let nearer = nearest.is_none_or(|best| {
                    let by_distance = away(value).total_cmp(&away(best));
                    let lower = value.as_f64().partial_cmp(&best.as_f64());
                    by_distance.then(lower.unwrap_or(Ordering::Equal)).is_lt()
                });
                if nearer && !away(value).is_nan() {
                    nearest = Some(value);
                }
            }
            match nearest {
                Some(value) => {
                    let expected = dataset.select(name, value.clone()).unwrap();
                    prop_assert_eq!(dataset.select_nearest(name, low).unwrap(), expected);
                }
                None => prop_assert!(dataset.select_nearest(name, low).is_err()),
            }
        }
    }

    #[test]
    fn reshaping_keeps_every_cell(dataset in datasets(), bits in any::<u8>()) {
        let mut order = some_dims(&dataset, bits);
        order.reverse();
        let turned = dataset.transpose(&borrowed(&order)).unwrap();
        prop_assert_eq!(model(&turned), model(&dataset));
        let turned_names = names(&turned);
        prop_assert_eq!(&turned_names[..order.len()], &order[..]);
        prop_assert_eq!(turned.transpose(&borrowed(&names(&dataset))).unwrap(), dataset.clone());

        let single: Vec<String> =
            dataset.dims().iter().filter(|dim| dim.len() == 1).map(|dim| dim.name.clone()).collect();
        let expected = with_keys(&dataset, |key| Some(without(key, &borrowed(&single))));
        prop_assert_eq!(model(&dataset.squeeze().unwrap()), expected);

        for dim in names(&dataset) {
            let renamed = dataset.clone().rename(&dim, "new").unwrap();
            let expected = with_keys(&dataset, |key| {
                let mut key = key.clone();
                let value = key.remove(&dim).unwrap();
                key.insert("new".to_owned(), value);
                Some(key)
            });
            prop_assert_eq!(model(&renamed), expected);
        }
    }

    #[test]
    fn groups(dataset in datasets(), bits in any::<u8>()) {
        let dims = some_dims(&dataset, bits);
        let mut seen = 0;
        for group in dataset.groups(&borrowed(&dims)).unwrap() {
            let group = group.unwrap();
            let at: Vec<String> = group.coordinates.iter().map(|value| text(value)).collect();
            let expected = with_keys(&dataset, |key| {
                let here = dims.iter().zip(&at).all(|(dim, at)| key[dim] == *at);
                here.then(|| without(key, &borrowed(&dims)))
            });
            prop_assert_eq!(model(&group.dataset), expected);
            seen += 1;
        }
        let lengths = dims.iter().map(|dim| dataset.dim(dim).unwrap().len());
        prop_assert_eq!(seen, lengths.product::<usize>());
    }

    #[test]
    fn what_is_parted_is_put_together(dataset in datasets(), at in any::<prop::sample::Index>()) {
        for (axis, dim) in dataset.dims().iter().enumerate() {
            let cut = at.index(dim.len() + 1);
            let parts = [
                dataset.select_positions(&dim.name, 0..cut).unwrap(),
                dataset.select_positions(&dim.name, cut..dim.len()).unwrap(),
            ];
            let parts: Vec<&Dataset> = parts.iter().collect();
            prop_assert_eq!(&Dataset::concatenate(&parts, &dim.name).unwrap(), &dataset);

            let slices: Vec<Dataset> = (0..dim.len())
                .map(|n| dataset.select_position(&dim.name, n).unwrap())
                .collect();
            let slices: Vec<&Dataset> = slices.iter().collect();
            if !slices.is_empty() {
                let whole = Dataset::concatenate_along(&slices, dim.clone()).unwrap();
                let mut order = names(&dataset);
                let first = order.remove(axis);
                order.insert(0, first);
                prop_assert_eq!(whole, dataset.transpose(&borrowed(&order)).unwrap());
            }
        }
        let single: Vec<Dataset> = dataset.variables().iter()
            .map(|var| {
                let mut one = Dataset::new(dataset.name(), dataset.dims().to_vec(), vec![]).unwrap();
                one.attributes.clone_from(&dataset.attributes);
                one.insert(var.clone()).unwrap();
                one
            })
            .collect();
        let single: Vec<&Dataset> = single.iter().collect();
        if !single.is_empty() {
            prop_assert_eq!(Dataset::merge(&single).unwrap(), dataset);
        }
    }

    #[test]
    fn alignment(dataset in datasets(), left in any::<u8>(), right in any::<u8>()) {
        for dim in dataset.dims() {
            let part = |bits: u8| {
                let chosen = (0..dim.len()).filter(|n| bits & (1 << n) != 0);
                dataset.select_positions(&dim.name, chosen).unwrap()
            };
            let parts = [part(left), part(right)];
            let values = |n: usize| -> Vec<Value> { parts[n].dim(&dim.name).unwrap().values.clone() };
            for join in [Join::Inner, Join::Outer] {
                let wanted: BTreeSet<String> = dim.values.iter()
                    .filter(|value| match join {
                        Join::Inner => values(0).contains(value) && values(1).contains(value),
                        Join::Outer => values(0).contains(value) || values(1).contains(value),
                    })
                    .map(text)
                    .collect();
                let aligned = Dataset::align(&[&parts[0], &parts[1]], join).unwrap();
                prop_assert_eq!(aligned[0].dims(), aligned[1].dims());
                for (part, aligned) in parts.iter().zip(&aligned) {
                    let all = with_keys(&dataset, |key| wanted.contains(&key[&dim.name]).then(|| key.clone()));
                    let own = model(part);
                    let expected: Model = all.into_iter().map(|(name, cells)| {
                        let known = &own[&name];
                        let cells = cells.into_keys()
                            .map(|key| {
                                let cell = known.get(&key).cloned().unwrap_or(PENDING);
                                (key, cell)
                            })
                            .collect();
                        (name, cells)
                    }).collect();
                    prop_assert_eq!(model(aligned), expected);
                }
            }
        }
    }

    #[test]
    fn stacking(dataset in datasets(), bits in any::<u8>()) {
        let mut dims = some_dims(&dataset, bits);
        // Items whose parts are items come back too; NaN and empty texts stand for no part.
        dims.retain(|dim| {
            let lacks = |value: &Value| value.as_f64().is_some_and(f64::is_nan) || value.as_str() == Some("");
            !dataset.dim(dim).unwrap().values.iter().any(lacks)
        });
        if dims.is_empty() {
            prop_assert!(dataset.stack(&[], "all").is_err());
            return Ok(());
        }
        let stacked = dataset.stack(&borrowed(&dims), "all").unwrap();
        let expected = with_keys(&dataset, |key| {
            let parts = dims.iter().map(|name| {
                let dim = dataset.dim(name).unwrap();
                let value = dim.values.iter().find(|value| text(value) == key[name]).unwrap();
                (name.as_str(), value.clone())
            });
            let item = Value::from(Item::new("", parts));
            let mut key = without(key, &borrowed(&dims));
            key.insert("all".to_owned(), text(&item));
            Some(key)
        });
        prop_assert_eq!(model(&stacked), expected);
        if !stacked.is_empty() {
            let back = stacked.unstack("all").unwrap();
            let again = back.stack(&borrowed(&dims), "all").unwrap();
            prop_assert_eq!(model(&again), model(&stacked));
        }
    }
}
