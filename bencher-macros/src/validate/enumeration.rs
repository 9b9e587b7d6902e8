use std::collections::HashSet;

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident};

use super::input::input;
use super::term::Terms;
use super::text::text;
use crate::errors::Errors;
use crate::model::{Enum, Field, FieldKind, Variant};
use crate::names::constant_name;
use crate::parse::{AttributeKind, Container, Declaration, Options, VARIANT, doc_comment};

/// An enum with `#[derive(SweepEnum)]`.
pub(crate) fn enumeration(input: &DeriveInput, container: Container, errors: &mut Errors) -> Enum {
    if !input.generics.params.is_empty() {
        errors.on(
            &input.generics.params,
            "a swept enum has no parameters: drop them",
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
    let params = match &written.fields {
        Fields::Unit => Vec::new(),
        Fields::Named(fields) => {
            let fields = fields.named.iter();
            let declared = fields.filter_map(|field| Declaration::of(field, errors));
            let declared: Vec<Declaration> = declared.collect();
            declared
                .into_iter()
                .filter_map(|declaration| param(ident, declaration, errors))
                .collect()
        }
        Fields::Unnamed(_) => {
            errors.on(
                &written.fields,
                format!(
                    "the fields of `{ident}` need names to be swept: write `{ident} {{ \
                     #[sweep(...)] name: T }}`"
                ),
            );
            Vec::new()
        }
    };
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
        params,
    }
}

/// An input that only one variant has.
fn param(variant: &Ident, declaration: Declaration, errors: &mut Errors) -> Option<Field> {
    let name = &declaration.name;
    let annotation = match &declaration.annotation {
        Some(annotation) if annotation.kind == AttributeKind::Sweep => annotation,
        Some(annotation) => {
            let message = format!(
                "the fields of a variant are inputs: `#[{}]` belongs on a field of the sweep; write \
                 `#[sweep(...)]`",
                annotation.kind.name()
            );
            errors.on(&annotation.path, message);
            return None;
        }
        None => {
            let message = format!(
                "every field of a variant is an input: write `#[sweep(...)]` before `{name}`"
            );
            errors.on(&declaration.ident, message);
            return None;
        }
    };
    if let Some(flatten) = annotation.options.flag("flatten") {
        let message = "`flatten` is for fields of a sweep; write the inputs here";
        errors.on(flatten, message);
        return None;
    }
    let handle = format!(
        "{}__{}",
        constant_name(&variant.unraw().to_string()),
        constant_name(name)
    );
    let handle = Ident::new(&handle, declaration.ident.span());
    let terms = Terms {
        handle: &handle,
        ty: &declaration.ty,
        inner: &HashSet::from(["Self".to_owned()]),
    };
    let input = input(&declaration, annotation, &terms, errors);
    let Declaration {
        ident,
        name,
        vis,
        ty,
        doc,
        ..
    } = declaration;
    Some(Field {
        ident,
        name,
        vis,
        doc,
        ty,
        handle,
        kind: FieldKind::Input(Box::new(input)),
    })
}
