use syn::ext::IdentExt;
use syn::{Attribute, DeriveInput, Expr, Generics, Ident, Path};

use super::{BENCHER, Literal, Options, doc_comment};
use crate::errors::Errors;

/// What a type says of itself, apart from its fields or variants.
pub(crate) struct Container {
    pub(crate) ident: Ident,
    /// Its name as the user knows it, without `r#`.
    pub(crate) name: String,
    pub(crate) generics: Generics,
    pub(crate) doc: String,
    /// `version`, 1 unless given.
    pub(crate) version: u32,
    /// `crate`: where the facade is found.
    pub(crate) krate: Option<Path>,
    /// `shared`: a part of other sweeps, which need measure nothing itself.
    pub(crate) shared: bool,
}

impl Container {
    /// Reads the type's own attributes. `derive` is named where one of a field stands here.
    pub(crate) fn of(input: &DeriveInput, derive: &str, errors: &mut Errors) -> Self {
        let mut options = Options::default();
        for attr in &input.attrs {
            if attr.path().is_ident("bencher") {
                options.extend(attr, &BENCHER, errors);
            } else if let Some(misplaced) = field_attribute(attr) {
                errors.on(
                    attr.path(),
                    format!(
                        "`#[{misplaced}]` belongs on a {}; options of the type itself are written \
                         `#[bencher(...)]`",
                        if derive == "SweepEnum" {
                            "variant"
                        } else {
                            "field"
                        }
                    ),
                );
            }
        }
        Self {
            ident: input.ident.clone(),
            name: input.ident.unraw().to_string(),
            generics: input.generics.clone(),
            doc: doc_comment(&input.attrs),
            version: version(&options, errors),
            krate: krate(&options, errors),
            shared: options.flag("shared").is_some(),
        }
    }
}

fn field_attribute(attr: &Attribute) -> Option<&'static str> {
    ["sweep", "constant", "result"]
        .into_iter()
        .find(|name| attr.path().is_ident(name))
}

fn version(options: &Options, errors: &mut Errors) -> u32 {
    let Some((_, value)) = options.value("version") else {
        return 1;
    };
    let number = Literal::of(value).and_then(|literal| literal.as_unsigned());
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or_else(|| {
            errors.on(value, "the version is a whole number, as in `version = 2`");
            1
        })
}

pub(super) fn krate(options: &Options, errors: &mut Errors) -> Option<Path> {
    match options.value("crate")? {
        (_, Expr::Path(path)) if path.qself.is_none() => Some(path.path.clone()),
        (_, other) => {
            errors.on(
                other,
                "this is a path without quotes, as in `crate = path::to::bencher`",
            );
            None
        }
    }
}
