//! What a valid declaration says: made by `validate`, printed by `generate`.

use syn::{Attribute, Expr, GenericArgument, Ident, ItemFn, Path, Type, Visibility};

use crate::parse::{Container, TypeName};

/// A struct that is a sweep.
pub(crate) struct Sweep {
    pub(crate) container: Container,
    pub(crate) fields: Vec<Field>,
}

impl Sweep {
    /// Its own inputs and constants, in declared order.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&Field, &Input)> {
        inputs_of(&self.fields)
    }

    /// The name of the result that is a measured time.
    pub(crate) fn timed(&self) -> Option<String> {
        let timed =
            |field: &&Field| matches!(&field.kind, FieldKind::Result(result) if result.timed);
        self.fields
            .iter()
            .find(timed)
            .map(|field| field.name.clone())
    }

    /// Whether it has the inputs of other structs as well.
    pub(crate) fn has_nested(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field.kind, FieldKind::Nested))
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
    /// The name of the associated constant, and part of every other name made for the field.
    pub(crate) handle: Ident,
    pub(crate) kind: FieldKind,
}

/// The role of a field in the sweep.
pub(crate) enum FieldKind {
    Input(Box<Input>),
    Result(Box<ResultSpec>),
    /// A struct of inputs and results that are this sweep's as well.
    Nested,
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
    /// An input with no option but this one.
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
    /// What a function gives, or a file holds.
    Source(Ident, Expr),
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
pub(crate) struct ResultSpec {
    /// The type inside the `Option`.
    pub(crate) inside: Type,
    /// None where the counter's counts.
    pub(crate) units: Option<String>,
    /// None where the counter's counts.
    pub(crate) direction: Option<Direction>,
    pub(crate) timed: bool,
    /// Whether panels have an axis of their own.
    pub(crate) own_axis: bool,
    /// The variant of `Counter` that fills it.
    pub(crate) counter: Option<&'static str>,
    pub(crate) meaning_version: u32,
    /// Empty for a result that is recorded.
    pub(crate) formula: String,
    /// The names of a vector's parts.
    pub(crate) parts: Vec<String>,
    /// The claims on it, whose shape is that of claims.
    pub(crate) claims: Vec<String>,
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
    /// The inputs that only this variant has.
    pub(crate) params: Vec<Field>,
}

/// The inputs among some fields, in declared order.
pub(crate) fn inputs_of(fields: &[Field]) -> impl Iterator<Item = (&Field, &Input)> {
    fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Input(input) => Some((field, &**input)),
        _ => None,
    })
}

/// A function with `#[bench_sweep]`.
pub(crate) struct Function {
    pub(crate) item: ItemFn,
    /// Its name without `r#`.
    pub(crate) name: String,
    /// `#[cfg(...)]` of it.
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) krate: Option<Path>,
    pub(crate) run: RunAttributes,
    pub(crate) form: Form,
}

/// What a function says of its own run.
pub(crate) struct RunAttributes {
    pub(crate) title: String,
    pub(crate) repeats: Option<u32>,
    pub(crate) level: Option<u32>,
    /// In nanoseconds.
    pub(crate) budget: Option<u64>,
    /// The attribute that leaves the test out.
    pub(crate) ignore: Option<Attribute>,
    /// Claims on results.
    pub(crate) claims: Vec<(Ident, String)>,
    pub(crate) gates: Vec<GateSpec>,
}

/// A gate on a result.
pub(crate) struct GateSpec {
    pub(crate) result: Ident,
    /// A share.
    pub(crate) worse_than: f64,
    /// The name of a baseline.
    pub(crate) against: String,
}

/// The purpose of a function.
pub(crate) enum Form {
    /// Its body is measured.
    Measured(Box<MeasuredBody>),
    /// It judges the finished result of a sweep.
    Judge(Box<Type>),
}

/// A body that is measured.
pub(crate) struct MeasuredBody {
    /// The struct that stands for its parameters.
    pub(crate) sweep: Sweep,
    /// The parameters of its type, each with what it may be.
    pub(crate) types: Vec<TypeChoice>,
    /// Its arguments, in order.
    pub(crate) arguments: Vec<Argument>,
    /// Whether it is timed as a whole; else it times itself.
    pub(crate) whole: bool,
    pub(crate) runtime: Option<Expr>,
    /// Results that are set before the body, each to an expression of its inputs.
    pub(crate) amounts: Vec<(Ident, Expr)>,
}

/// A parameter of a body's type, which is an input of the sweep.
pub(crate) struct TypeChoice {
    pub(crate) parameter: Ident,
    /// The enum whose variants stand for the arguments, in their order.
    pub(crate) levels: Enum,
    pub(crate) arguments: Vec<GenericArgument>,
}

/// The arguments of a body.
pub(crate) enum Argument {
    /// The context.
    Context,
    /// A copy of an input.
    Input(Ident, Type),
    /// A borrowed input.
    Borrowed(Ident, Type),
    /// A result to set.
    Result(Ident),
}

/// The result that is the time of a body that is timed as a whole.
pub(crate) const TIME: &str = "time";
