use std::collections::HashSet;

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields};

use super::text::text;
use crate::errors::Errors;
use crate::model::{Enum, Variant};
use crate::parse::{Container, Options, VARIANT, doc_comment};

/// An enum with `#[derive(SweepEnum)]`.
pub(crate) fn enumeration(input: &DeriveInput, container: Container, errors: &mut Errors) -> Enum {
    if !input.generics.params.is_empty() {
        errors.on(
            &input.generics.params,
            "the variants of a swept enum carry nothing, so it has no parameters: drop them",
        );
    }
    let Data::Enum(data) = &input.data else {
        errors.on(
            &input.ident,
            "`SweepEnum` is for enums, whose variants are the values of an input; a struct of \
             inputs and results derives `ParametrizedSweep`",
        );
        return Enum {
            container,
            variants: Vec::new(),
        };
    };
    if data.variants.is_empty() {
        errors.on(
            &input.ident,
            "an enum without variants has no values to sweep: add a variant",
        );
    }
    let mut names = HashSet::new();
    let variants = data
        .variants
        .iter()
        .map(|written| {
            let variant = variant(written, errors);
            if !names.insert(variant.name.clone()) {
                let message = format!(
                    "another variant is named \"{}\" already; give this one a name of its own",
                    variant.name
                );
                errors.on(&written.ident, message);
            }
            variant
        })
        .collect();
    Enum {
        container,
        variants,
    }
}

fn variant(written: &syn::Variant, errors: &mut Errors) -> Variant {
    let ident = &written.ident;
    if !matches!(written.fields, Fields::Unit) {
        errors.on(
            written,
            format!(
                "`{ident}` carries data: nested sweeps are not supported yet; make it a unit \
                 variant and keep the data in fields of the sweep"
            ),
        );
    }
    let mut options = Options::default();
    for attr in written
        .attrs
        .iter()
        .filter(|attr| attr.path().is_ident("sweep"))
    {
        options.extend(attr, &VARIANT, errors);
    }
    let given = text(&options, "name", errors);
    if let (Some((_, value)), Some("")) = (options.value("name"), given.as_deref()) {
        errors.on(value, "a variant's name has at least one letter");
    }
    Variant {
        ident: ident.clone(),
        name: given.unwrap_or_else(|| ident.unraw().to_string()),
        doc: doc_comment(&written.attrs),
    }
}
