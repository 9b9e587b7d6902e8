use crate::value::{Kind, Value};

use super::domain::Domain;
use super::domain_error::DomainError;
use super::enumeration::{Variant, item};

/// A variant of an enum, with the domains of the inputs that only this variant has.
///
/// ```
/// use bencher_core::space::Density;
/// use bencher_core::value::{Kind, Value};
/// use bencher_core::var::{Branch, Domain, DomainOf, Param, Values};
/// let level = DomainOf::<i32>::new().values([1, 9]).finish()?;
/// let level = Param { name: "level".to_owned(), kind: Kind::Int(32), domain: level };
/// let branches = vec![
///     Branch { name: "Raw".to_owned(), params: vec![] },
///     Branch { name: "Zstd".to_owned(), params: vec![level] },
/// ];
/// let codec = Domain { values: Values::Branches(branches), ..DomainOf::<bool>::new().finish()? };
/// let levels = codec.levels(Kind::Category, Density::default())?;
/// let texts: Vec<_> = levels.iter().map(|value| value.to_string()).collect();
/// assert_eq!(texts, ["Raw", "Zstd(level=1)", "Zstd(level=9)"]);
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The variant's name.
    pub name: String,
    /// Its inputs, the slowest first.
    pub params: Vec<Param>,
}

/// An input of one variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The input's name.
    pub name: String,
    /// The kind of its values.
    pub kind: Kind,
    /// The domain of its values.
    pub domain: Domain,
}

impl Branch {
    /// The branches that the variants of an enum declare.
    pub(crate) fn declared(variants: &[Variant]) -> Result<Vec<Self>, DomainError> {
        let param = |var: &super::schema::InputVar| {
            let domain = (var.domain)().map_err(|source| DomainError::Param {
                name: var.name.to_owned(),
                source: Box::new(source),
            })?;
            Ok(Param {
                name: var.name.to_owned(),
                kind: var.kind,
                domain,
            })
        };
        let branch = |variant: &Variant| {
            Ok(Self {
                name: variant.name.to_owned(),
                params: variant.params.iter().map(param).collect::<Result<_, _>>()?,
            })
        };
        variants.iter().map(branch).collect()
    }

    /// The variant with these values of its inputs.
    pub(crate) fn value(&self, params: impl Iterator<Item = Value>) -> Value {
        let names = self.params.iter().map(|param| param.name.as_str());
        item(&self.name, names.zip(params))
    }

    /// The variant with every input at its baseline.
    pub(crate) fn baseline(&self) -> Option<Value> {
        let baseline = |param: &Param| param.domain.baseline(param.kind);
        let values: Option<Vec<Value>> = self.params.iter().map(baseline).collect();
        Some(self.value(values?.into_iter()))
    }

    /// Whether a value is this variant, with values that its inputs take.
    pub(super) fn contains(&self, value: &Value) -> bool {
        let Some(item) = value.as_item() else {
            return value.as_str() == Some(&self.name) && self.params.is_empty();
        };
        let fits = |param: &Param| {
            let given = item.part(&param.name).and_then(|v| param.kind.canonical(v));
            given.is_some_and(|given| param.domain.contains(&given))
        };
        item.name() == self.name && self.params.iter().all(fits)
    }
}
