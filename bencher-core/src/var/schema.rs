use serde::{Deserialize, Serialize};

use crate::value::Kind;

use super::cargo_target::CargoTarget;
use super::counter::Counter;
use super::domain::Domain;
use super::domain_error::DomainError;
use super::enumeration::Variant;

/// The declaration of a type with `#[derive(ParametrizedSweep)]`, as static data.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// let schema = Sorting::SCHEMA;
/// assert_eq!(schema.title(), "Cost of sorting");
/// assert_eq!(schema.input("presorted").map(|(position, _)| position), Some(1));
/// assert_eq!(schema.result("time").map(|(position, _)| position), None);
/// assert!(!schema.is_timed());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The type's name.
    pub name: &'static str,
    /// The module that declares it.
    pub module: &'static str,
    /// The package that declares it.
    pub package: &'static str,
    /// The target of the package that declares it.
    pub target: CargoTarget,
    /// The type's doc comment: title and description of its reports.
    pub doc: &'static str,
    /// The author's version of the benchmark, which is part of every sample's identity.
    pub version: u32,
    /// Inputs and constants, in declared order.
    pub inputs: &'static [InputVar],
    /// Results, in declared order.
    pub results: &'static [ResultVar],
}

/// Whether an input is a dimension of the sweep by default.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::var::InputRole;
/// let roles: Vec<_> = Sorting::SCHEMA.inputs.iter().map(|input| input.role).collect();
/// assert_eq!(roles, [InputRole::Swept, InputRole::Swept]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputRole {
    /// Declared by `#[sweep]`.
    Swept,
    /// Declared by `#[constant]`: part of the identity, not a dimension.
    Constant,
}

/// A declared input.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// let (_, len) = Sorting::SCHEMA.input("len").ok_or("no len")?;
/// assert_eq!((len.units, len.kind), ("elements", Kind::Uint(64)));
/// assert_eq!((len.domain)()?.baseline(len.kind), Some(Value::from(1)));
/// assert!((len.variants)().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InputVar {
    /// The field's name.
    pub name: &'static str,
    /// The field's doc comment.
    pub doc: &'static str,
    /// The unit of its values; empty where they have none.
    pub units: &'static str,
    /// The kind of its values.
    pub kind: Kind,
    /// The role: dimension or constant.
    pub role: InputRole,
    /// Builds the declared domain.
    pub domain: fn() -> Result<Domain, DomainError>,
    /// The variants of an enum.
    pub variants: fn() -> &'static [Variant],
}

/// A declared result.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::var::Direction;
/// let (_, moves) = Sorting::SCHEMA.result("moves").ok_or("no moves")?;
/// assert_eq!((moves.kind, moves.direction), (Kind::Uint(64), Direction::Minimize));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ResultVar {
    /// The field's name.
    pub name: &'static str,
    /// The field's doc comment.
    pub doc: &'static str,
    /// The unit of its values; empty where they have none.
    pub units: &'static str,
    /// The kind of its values.
    pub kind: Kind,
    /// Which way is better.
    pub direction: Direction,
    /// Whether it is a measured time.
    pub timed: bool,
    /// Whether each panel of a figure has an axis of its own for it, instead of one that all share.
    pub own_axis: bool,
    /// The version of its meaning, which the author raises when the meaning changes.
    pub meaning_version: u32,
    /// The formula that computes it from other results and inputs; empty where a benchmark records it.
    pub formula: &'static str,
    /// The counter that sets it around the timed code, where the benchmark leaves it unset.
    pub counter: Option<Counter>,
    /// The names of a vector's parts; empty where they are numbered.
    pub parts: &'static [&'static str],
    /// The claims on it: `< 0.7`, `p95 < 5 ms`.
    pub claims: &'static [&'static str],
}

/// Which way a result is better.
///
/// The declaration says it: `#[result(direction = "minimize")]`.
///
/// ```
/// use bencher_core::var::Direction;
/// assert_eq!(Direction::default(), Direction::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Less is better.
    Minimize,
    /// More is better.
    Maximize,
    /// Neither.
    #[default]
    None,
}

impl Schema {
    /// The input with that name, and its position.
    pub fn input(&self, name: &str) -> Option<(usize, &'static InputVar)> {
        self.inputs
            .iter()
            .enumerate()
            .find(|(_, var)| var.name == name)
    }

    /// The result with that name, and its position.
    pub fn result(&self, name: &str) -> Option<(usize, &'static ResultVar)> {
        self.results
            .iter()
            .enumerate()
            .find(|(_, var)| var.name == name)
    }

    /// The first line of the doc comment, or the type's name.
    pub fn title(&self) -> &'static str {
        self.doc
            .lines()
            .next()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .unwrap_or(self.name)
    }

    /// Whether any result is a measured time.
    pub fn is_timed(&self) -> bool {
        self.results.iter().any(|var| var.timed)
    }
}
