use crate::value::{Item, Kind, ResultValue, Value};

use super::schema::InputVar;
use super::types::SweepValue;

/// One variant of a swept enum.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The variant's name in labels, in the store and on the command line.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// The inputs that only this variant has, in declared order; empty for most.
    pub params: &'static [InputVar],
}

/// An enum whose variants can be swept; implemented by `#[derive(SweepEnum)]`.
///
/// The derive generates code like this:
///
/// ```
/// use bencher_core::value::Value;
/// use bencher_core::var::{SweepEnum, SweepValue, Variant};
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Algorithm { Stable, Unstable }
///
/// impl SweepEnum for Algorithm {
///     const VARIANTS: &'static [Variant] = &[
///         Variant { name: "Stable", doc: "Keeps equal elements in order", params: &[] },
///         Variant { name: "Unstable", doc: "", params: &[] },
///     ];
///     fn index(&self) -> usize { *self as usize }
///     fn params(&self) -> Vec<Value> { vec![] }
///     fn build(index: usize, _: &[Value]) -> Option<Self> {
///         [Self::Stable, Self::Unstable].get(index).copied()
///     }
/// }
/// assert_eq!(Algorithm::Unstable.to_value(), Value::from("Unstable"));
/// assert_eq!(Algorithm::from_value(&Value::from("Stable")), Some(Algorithm::Stable));
/// assert_eq!(Algorithm::from_value(&Value::from("stable")), None);
/// ```
pub trait SweepEnum: Clone + Send + Sync + 'static {
    /// The variants in declared order.
    const VARIANTS: &'static [Variant];

    /// The position of this value's variant.
    fn index(&self) -> usize;

    /// The values of the parameters of this value's variant, in declared order.
    fn params(&self) -> Vec<Value>;

    /// The variant at a position, with values for its parameters; `None` where there is no such
    /// variant or a value does not fit.
    fn build(index: usize, params: &[Value]) -> Option<Self>;
}

impl<E: SweepEnum> SweepValue for E {
    const KIND: Kind = Kind::Category;

    type Literal = Self;

    fn from_literal(literal: Self) -> Self {
        literal
    }

    fn to_value(&self) -> Value {
        let Some(variant) = E::VARIANTS.get(self.index()) else {
            return Value::from("");
        };
        let names = variant.params.iter().map(|param| param.name);
        item(variant.name, names.zip(self.params()))
    }

    fn from_value(value: &Value) -> Option<Self> {
        let name = value.as_str().or_else(|| Some(value.as_item()?.name()))?;
        let named = |variant: &&Variant| variant.name == name;
        let index = E::VARIANTS.iter().position(|variant| named(&variant))?;
        let params = E::VARIANTS.get(index)?.params.iter().map(|param| {
            let given = value.as_item().and_then(|item| item.part(param.name));
            match given {
                Some(value) => param.kind.canonical(value),
                None => (param.domain)().ok()?.baseline(param.kind),
            }
        });
        E::build(index, &params.collect::<Option<Vec<_>>>()?)
    }

    fn all() -> Option<Vec<Value>> {
        let plain = E::VARIANTS.iter().all(|variant| variant.params.is_empty());
        let name = |variant: &Variant| Value::from(variant.name);
        plain.then(|| E::VARIANTS.iter().map(name).collect())
    }

    fn variants() -> &'static [Variant] {
        E::VARIANTS
    }
}

/// As a result, a variant is its name, with its parameters in brackets.
impl<E: SweepEnum> ResultValue for E {
    const KIND: Kind = Kind::Category;

    fn into_value(self) -> Value {
        Value::from(self.to_value().to_string())
    }
}

/// The value of a variant: its name alone, where it has no parameters.
pub(crate) fn item<'n>(name: &str, params: impl Iterator<Item = (&'n str, Value)>) -> Value {
    let mut params = params.peekable();
    if params.peek().is_none() {
        Value::from(name)
    } else {
        Value::from(Item::new(name, params))
    }
}
