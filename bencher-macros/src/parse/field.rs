use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Field, Ident, Path, Token, Type, Visibility};

use super::{Options, RESULT, SWEEP, arguments, doc_comment};
use crate::errors::Errors;

/// A field as it was written.
pub(crate) struct Declaration {
    pub(crate) ident: Ident,
    /// Its name without `r#`.
    pub(crate) name: String,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    /// `None` for a field that is no part of the sweep.
    pub(crate) annotation: Option<Annotation>,
}

/// The attribute that makes a field part of the sweep.
pub(crate) struct Annotation {
    pub(crate) kind: AttributeKind,
    /// The attribute's name, for errors about the whole.
    pub(crate) path: Path,
    /// The expression of `#[constant(expr)]`.
    pub(crate) value: Option<Expr>,
    pub(crate) options: Options,
}

/// Which attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttributeKind {
    Sweep,
    Constant,
    Result,
}

impl AttributeKind {
    fn of(attr: &Attribute) -> Option<Self> {
        [Self::Sweep, Self::Constant, Self::Result]
            .into_iter()
            .find(|kind| attr.path().is_ident(kind.name()))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Constant => "constant",
            Self::Result => "result",
        }
    }
}

impl Declaration {
    /// Reads a named field; `None` for a field without a name.
    pub(crate) fn of(field: &Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let mut annotation: Option<Annotation> = None;
        for attr in &field.attrs {
            if attr.path().is_ident("bencher") {
                errors.on(
                    attr.path(),
                    "`#[bencher]` belongs on the type; a field has `#[sweep]`, `#[constant]` or \
                     `#[result]`",
                );
            }
            let Some(kind) = AttributeKind::of(attr) else {
                continue;
            };
            match &annotation {
                Some(first) if first.kind == kind => {
                    let name = kind.name();
                    let message = format!("a second `#[{name}]`; write all options into the first");
                    errors.on(attr.path(), message);
                }
                Some(first) => errors.on(
                    attr.path(),
                    format!(
                        "`{}` has both `#[{}]` and `#[{}]`; a field is one of input, constant and \
                         result, so keep one attribute",
                        ident.unraw(),
                        first.kind.name(),
                        kind.name(),
                    ),
                ),
                None => annotation = Some(Annotation::of(attr, kind, errors)),
            }
        }
        Some(Self {
            name: ident.unraw().to_string(),
            ident,
            vis: field.vis.clone(),
            ty: field.ty.clone(),
            doc: doc_comment(&field.attrs),
            annotation,
        })
    }
}

impl Annotation {
    fn of(attr: &Attribute, kind: AttributeKind, errors: &mut Errors) -> Self {
        let (value, options) = match kind {
            AttributeKind::Sweep => (None, Options::of(attr, &SWEEP, errors)),
            AttributeKind::Result => (None, Options::of(attr, &RESULT, errors)),
            AttributeKind::Constant => constant(attr, errors),
        };
        Self {
            kind,
            path: attr.path().clone(),
            value,
            options,
        }
    }
}

/// `#[constant(expr)]` and `#[constant(expr, units = "s")]`.
fn constant(attr: &Attribute, errors: &mut Errors) -> (Option<Expr>, Options) {
    let missing = || {
        let message = "a constant needs its value first: write `#[constant(7)]`";
        syn::Error::new_spanned(attr.path(), message)
    };
    let parsed = arguments(attr, |input: ParseStream<'_>| {
        // `units = ".."` alone would parse as an assignment.
        if input.is_empty() || (input.peek(Ident) && input.peek2(Token![=])) {
            return Err(missing());
        }
        let value = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((value, Options::after_value(input, errors)?))
    });
    match parsed.and_then(|parsed| parsed.ok_or_else(missing)) {
        Ok((value, options)) => (Some(value), options),
        Err(error) => {
            errors.push(error);
            (None, Options::default())
        }
    }
}
