//! Turns the inputs of a search into dimensions.

use crate::plan::{SearchedDomain, SearchedInput};
use crate::space::{Continuum, Density, Levels};
use crate::value::{Item, Kind, Value};
use crate::var::{Branch, Domain, Scale as Spacing, Values};

use super::dimension::{Dimension, MOST_LEVELS, Places, Scale};
use super::error::SearchError;

/// The search tries the numbers of a list by order of magnitude if the largest is at least this many times the
/// smallest.
const WIDE: f64 = 100.0;

/// The deepest variants within variants.
const MOST_NESTED: usize = 32;

impl Dimension {
    /// Adds the dimension of an input, and those of the inputs of its variants.
    pub(super) fn add(input: &SearchedInput, to: &mut Vec<Self>) -> Result<(), SearchError> {
        match &input.domain {
            SearchedDomain::Rows(levels) => {
                to.push(Self {
                    name: input.name.clone(),
                    scale: rows(levels),
                    only: None,
                });
                Ok(())
            }
            SearchedDomain::Own(kind, domain) => {
                add_domain(&input.name, *kind, domain, None, (to, 0)).map(drop)
            }
        }
    }
}

/// Adds the dimensions of a domain, and gives the position of the first.
fn add_domain(
    name: &str,
    kind: Kind,
    domain: &Domain,
    only: Option<(usize, usize)>,
    (to, depth): (&mut Vec<Dimension>, usize),
) -> Result<usize, SearchError> {
    let at = to.len();
    let scale = match &domain.values {
        Values::Branches(branches) => Scale::Branches(branches.clone(), Vec::new()),
        _ => scale_of(name, kind, domain)?,
    };
    to.push(Dimension {
        name: name.to_owned(),
        scale,
        only,
    });
    if let Values::Branches(branches) = &domain.values {
        if depth >= MOST_NESTED {
            return Err(SearchError::TooDeep(name.to_owned()));
        }
        let mut children = Vec::new();
        for (choice, branch) in branches.iter().enumerate() {
            children.push(add_params(
                name,
                branch,
                (at, choice),
                (&mut *to, depth + 1),
            )?);
        }
        if let Some(Dimension { scale, .. }) = to.get_mut(at) {
            *scale = Scale::Branches(branches.clone(), children);
        }
    }
    Ok(at)
}

fn add_params(
    name: &str,
    branch: &Branch,
    parent: (usize, usize),
    (to, depth): (&mut Vec<Dimension>, usize),
) -> Result<Vec<usize>, SearchError> {
    let add = |param: &crate::var::Param| {
        let name = format!("{name}.{}.{}", branch.name, param.name);
        add_domain(
            &name,
            param.kind,
            &param.domain,
            Some(parent),
            (&mut *to, depth),
        )
    };
    branch.params.iter().map(add).collect()
}

/// The scale of a domain without variants.
fn scale_of(name: &str, kind: Kind, domain: &Domain) -> Result<Scale, SearchError> {
    let error = |source| SearchError::Domain {
        input: name.to_owned(),
        source: Box::new(source),
    };
    if let Values::Range { step, .. } = &domain.values {
        let is_few = || -> Result<Option<Levels>, SearchError> {
            // The number of samples of a grid does not count.
            let whole = Domain {
                samples: None,
                ..domain.clone()
            };
            let levels = whole.levels(kind, Density::default()).map_err(error)?;
            Ok((levels.len() <= MOST_LEVELS || step.is_some()).then_some(levels))
        };
        let is_counted = step.is_some() || (kind.is_integer() && domain.scale == Spacing::Linear);
        if is_counted && let Some(levels) = is_few()? {
            return Ok(Scale::Ordered {
                levels,
                places: Places::Even,
            });
        }
        return Continuum::new(kind, domain)
            .map(Scale::Continuum)
            .map_err(error);
    }
    let whole = Domain {
        samples: None,
        ..domain.clone()
    };
    let values: Vec<Value> = {
        let levels = whole.levels(kind, Density::default()).map_err(error)?;
        levels.iter().collect()
    };
    Ok(if kind.is_ordered() {
        numbers(values, domain.scale)
    } else {
        Scale::Choices(values)
    })
}

/// The scale of a list of numbers.
fn numbers(mut values: Vec<Value>, spacing: Spacing) -> Scale {
    values.sort_by(|a, b| {
        let (a, b) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
        a.total_cmp(&b)
    });
    let all: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
    let (low, high) = (
        all.first().copied().unwrap_or(0.0),
        all.last().copied().unwrap_or(0.0),
    );
    let is_log = low > 0.0 && (spacing == Spacing::Log || high / low >= WIDE);
    let along = |x: f64| if is_log { x.ln() } else { x / 2.0 };
    let span = along(high) - along(low);
    let place = |x: &f64| {
        if span > 0.0 {
            (along(*x) - along(low)) / span
        } else {
            0.0
        }
    };
    Scale::Ordered {
        places: Places::Listed(all.iter().map(place).collect()),
        levels: Levels::list(values),
    }
}

/// The scale of inputs that change together: ordered, where all their numbers rise or fall from row to row.
fn rows(levels: &Levels) -> Scale {
    let rows: Vec<Value> = levels.iter().collect();
    let parts = |row: &Value| -> Option<Vec<f64>> {
        let parts = row.as_item()?.parts();
        parts.map(|(_, part)| part.as_f64()).collect()
    };
    let numbers: Option<Vec<Vec<f64>>> = rows.iter().map(parts).collect();
    let is_ordered = numbers.is_some_and(|rows| {
        let count = rows.first().map_or(0, Vec::len);
        (0..count).all(|at| {
            let column: Vec<f64> = rows.iter().filter_map(|row| row.get(at).copied()).collect();
            column.is_sorted() || column.is_sorted_by(|a, b| a >= b)
        })
    });
    if is_ordered && rows.len() > 2 {
        Scale::Ordered {
            levels: levels.clone(),
            places: Places::Even,
        }
    } else {
        Scale::Choices(rows)
    }
}

impl SearchedInput {
    /// Its value from those of its inputs.
    pub(super) fn joined(&self, parts: &[(usize, Value)]) -> Option<Value> {
        match &self.domain {
            SearchedDomain::Own(..) => parts.first().map(|(_, value)| value.clone()),
            SearchedDomain::Rows(levels) => {
                let first = levels.get(0)?;
                let names = first.as_item()?.parts().map(|(name, _)| name.to_owned());
                let values = parts.iter().map(|(_, value)| value.clone());
                Some(Value::from(Item::new("", names.zip(values))))
            }
        }
    }
}
