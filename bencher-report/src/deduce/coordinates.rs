//! The coordinates of an input on an axis: numbers, moments, or names.

use std::collections::HashSet;

use bencher_core::dataset::Dim;
use bencher_core::value::{Kind, Value};

use crate::chart::{Axis, Ticks};

/// How the coordinates of an input lie on an axis.
pub(super) enum Coordinates {
    /// Every coordinate has a number, or a moment.
    Numbers(Numbers),
    /// Every coordinate has a number among the parts of its name: `Zstd(level=3)`.
    ByName(Vec<Group>, Numbers),
    /// Names at equal distances.
    Levels,
}

/// Numbers of coordinates, by position.
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    /// The axis that they lie on, without its range.
    pub(super) axis: Axis,
    /// Whether a number says only a part of its coordinate.
    pub(super) partial: bool,
}

/// The coordinates of one name.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) positions: Vec<usize>,
}

impl Coordinates {
    /// The kind of a dimension's coordinates.
    pub(super) fn of(dim: &Dim) -> Self {
        if dim.kind.is_ordered() {
            return Self::Numbers(plain(dim));
        }
        if !dim.values.iter().any(|value| value.as_item().is_some()) {
            return Self::Levels;
        }
        joined(dim)
            .map(Self::Numbers)
            .or_else(|| by_name(dim))
            .unwrap_or(Self::Levels)
    }

    /// The number of every position; `None` where they have none.
    pub(super) fn numbers(&self) -> Option<&Numbers> {
        match self {
            Self::Numbers(numbers) | Self::ByName(_, numbers) => Some(numbers),
            Self::Levels => None,
        }
    }
}

/// The numbers of a numeric dimension, or its moments.
fn plain(dim: &Dim) -> Numbers {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let values: Vec<f64> = dim.values.iter().map(number).collect();
    let axis = if dim.kind == Kind::DateTime {
        Axis {
            ticks: Ticks::Time,
            ..Axis::linear(&dim.name, "UTC")
        }
    } else {
        Axis {
            kind: dim.kind,
            ticks: Axis::ticks_of(dim.scale, &values),
            ..Axis::linear(&dim.name, &dim.units)
        }
    };
    Numbers {
        values,
        axis,
        partial: false,
    }
}

/// The numbers of inputs that were joined and rise or fall together, such as rows and columns
/// of growing squares: those of the first stand for all.
fn joined(dim: &Dim) -> Option<Numbers> {
    let positions: Vec<usize> = (0..dim.len()).collect();
    let first = parts(dim.values.first()?);
    let names: Vec<&str> = first.iter().map(|(name, _)| *name).collect();
    let alike = dim.values.iter().all(|value| {
        name(value) == dim.values.first().and_then(name)
            && parts(value)
                .iter()
                .map(|(name, _)| *name)
                .eq(names.iter().copied())
    });
    if !alike {
        return None;
    }
    let varying = varying(dim, &positions);
    let columns: Vec<Vec<f64>> = varying
        .iter()
        .map(|part| numbers_of(dim, &positions, part))
        .collect::<Option<_>>()?;
    let (leading, others) = columns.split_first()?;
    if !distinct(leading) || !others.iter().all(|other| together(leading, other)) {
        return None;
    }
    let others = varying.get(1..).unwrap_or_default().join(", ");
    let name = match (varying.first()?, others.as_str()) {
        (part, "") => format!("{}: {part}", dim.name),
        (part, others) => format!("{}: {part}, with {others}", dim.name),
    };
    Some(Numbers {
        axis: Axis {
            ticks: Axis::ticks_of(dim.scale, leading),
            ..Axis::linear(name, &dim.units)
        },
        values: leading.clone(),
        partial: true,
    })
}

/// Variants of several names, each with one numeric part.
fn by_name(dim: &Dim) -> Option<Coordinates> {
    let mut groups: Vec<Group> = Vec::new();
    for (position, value) in dim.values.iter().enumerate() {
        let name = name(value)?;
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.positions.push(position),
            None => groups.push(Group {
                name: name.to_owned(),
                positions: vec![position],
            }),
        }
    }
    if groups.len() < 2 || groups.len() == dim.len() {
        return None;
    }
    let mut values = vec![f64::NAN; dim.len()];
    let mut names: Vec<&str> = Vec::new();
    for group in &groups {
        let part = match varying(dim, &group.positions).as_slice() {
            [part] => *part,
            // A variant with one setting: its only part is the number.
            [] => match parts(dim.values.get(*group.positions.first()?)?).as_slice() {
                [(part, _)] => part,
                _ => return None,
            },
            _ => return None,
        };
        let numbers = numbers_of(dim, &group.positions, part)?;
        if !distinct(&numbers) {
            return None;
        }
        for (position, number) in group.positions.iter().zip(numbers) {
            *values.get_mut(*position)? = number;
        }
        if !names.contains(&part) {
            names.push(part);
        }
    }
    let axis = Axis {
        ticks: Axis::ticks_of(dim.scale, &values),
        ..Axis::linear(format!("{}: {}", dim.name, names.join(" / ")), &dim.units)
    };
    let numbers = Numbers {
        values,
        axis,
        partial: true,
    };
    Some(Coordinates::ByName(groups, numbers))
}

/// The name of an item, or of a variant without parts.
fn name(value: &Value) -> Option<&str> {
    value
        .as_item()
        .map(bencher_core::value::Item::name)
        .or(value.as_str())
}

/// The parts that are shown: those with a name.
fn parts(value: &Value) -> Vec<(&str, &Value)> {
    let item = value.as_item();
    item.into_iter()
        .flat_map(bencher_core::value::Item::parts)
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// The parts, of those of the first position, whose value is not always the same.
fn varying<'a>(dim: &'a Dim, positions: &[usize]) -> Vec<&'a str> {
    let value = |position: &usize| dim.values.get(*position);
    let Some(first) = positions.first().and_then(value) else {
        return Vec::new();
    };
    let differs = |(name, known): &(&str, &Value)| {
        positions
            .iter()
            .filter_map(value)
            .any(|value| value.as_item().and_then(|item| item.part(name)) != Some(known))
    };
    let parts = parts(first).into_iter();
    parts.filter(differs).map(|(name, _)| name).collect()
}

/// The numbers of a part; `None` where one is none.
fn numbers_of(dim: &Dim, positions: &[usize], part: &str) -> Option<Vec<f64>> {
    let number = |position: &usize| {
        let value = dim.values.get(*position)?.as_item()?.part(part)?;
        let numeric = matches!(value, Value::Int(_) | Value::Big(_) | Value::Float(_));
        value.as_f64().filter(|x| numeric && x.is_finite())
    };
    positions.iter().map(number).collect()
}

fn distinct(numbers: &[f64]) -> bool {
    let bits: HashSet<u64> = numbers.iter().map(|x| (x + 0.0).to_bits()).collect();
    bits.len() == numbers.len()
}

/// Whether one column rises, or falls, wherever the other rises.
fn together(leading: &[f64], other: &[f64]) -> bool {
    let mut pairs: Vec<(f64, f64)> = leading.iter().copied().zip(other.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let steps = || pairs.iter().zip(pairs.iter().skip(1));
    steps().all(|(a, b)| a.1 <= b.1) || steps().all(|(a, b)| a.1 >= b.1)
}
