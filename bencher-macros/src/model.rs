//! What a valid declaration says: made by `validate`, printed by `generate`.

use syn::{Expr, Ident, Type, Visibility};

use crate::parse::{Container, TypeName};

/// A struct that is a sweep.
pub(crate) struct Sweep {
    pub(crate) container: Container,
    pub(crate) fields: Vec<Field>,
}

impl Sweep {
    /// The inputs and constants, in declared order: their positions are those of the schema.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&Field, &Input)> {
        self.fields.iter().filter_map(|field| match &field.part {
            Part::Input(input) => Some((field, &**input)),
            _ => None,
        })
    }

    /// The results, in declared order.
    pub(crate) fn results(&self) -> impl Iterator<Item = (&Field, &Outcome)> {
        self.fields.iter().filter_map(|field| match &field.part {
            Part::Result(outcome) => Some((field, &**outcome)),
            _ => None,
        })
    }
}

/// A field of it.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// Its name without `r#`.
    pub(crate) name: String,
    pub(crate) vis: Visibility,
    pub(crate) doc: String,
    pub(crate) ty: Type,
    /// The name of the associated constant.
    pub(crate) handle: Ident,
    pub(crate) part: Part,
}

/// What a field is in the sweep.
pub(crate) enum Part {
    Input(Box<Input>),
    Result(Box<Outcome>),
    /// No part of it.
    Plain,
}

/// An input or a constant.
pub(crate) struct Input {
    pub(crate) type_name: TypeName,
    pub(crate) values: Values,
    /// The option's name, for where its type has no scale.
    pub(crate) scale: Option<(Ident, Scale)>,
    pub(crate) step: Option<(Ident, Term)>,
    pub(crate) samples: Option<Term>,
    pub(crate) default: Option<Term>,
    pub(crate) max_subsampling_divisions: Option<Term>,
    pub(crate) units: String,
}

impl Input {
    /// An input of which only this is said.
    pub(crate) fn of(type_name: TypeName, values: Values, units: String) -> Self {
        Self {
            type_name,
            values,
            scale: None,
            step: None,
            samples: None,
            default: None,
            max_subsampling_divisions: None,
            units,
        }
    }
}

/// Which values an input takes. The identifiers are the options as they were written.
pub(crate) enum Values {
    /// All of them, if the type has only a few.
    All,
    /// The one of a constant.
    Constant(Expr),
    Listed {
        name: Ident,
        values: Vec<Expr>,
        thin: bool,
    },
    Bounds(Ident, Term, Term),
    PowersOfTwo(Ident, Term, Term),
}

/// How samples spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
}

/// A number of a declaration, by who can see its value.
pub(crate) enum Term {
    /// A literal: the derive itself, which has checked it.
    Literal(Expr),
    /// A constant expression: the compiler, under a name.
    Constant(Ident, Expr),
    /// Anything else: the run time.
    Opaque(Expr),
}

impl Term {
    /// The expression as it was written.
    pub(crate) fn written(&self) -> &Expr {
        match self {
            Self::Literal(expr) | Self::Constant(_, expr) | Self::Opaque(expr) => expr,
        }
    }
}

/// A result.
pub(crate) struct Outcome {
    /// The type inside the `Option`.
    pub(crate) inside: Type,
    pub(crate) units: String,
    pub(crate) direction: Direction,
    pub(crate) timed: bool,
    pub(crate) meaning_version: u32,
}

/// Which way a result is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Minimize,
    Maximize,
    None,
}

/// An enum whose variants are swept.
pub(crate) struct Enum {
    pub(crate) container: Container,
    pub(crate) variants: Vec<Variant>,
}

/// A variant of it.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// The name of the level.
    pub(crate) name: String,
    pub(crate) doc: String,
}
