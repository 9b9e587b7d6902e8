use std::collections::{HashMap, HashSet};

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput, Expr, Fields, Ident};

use super::input::input;
use super::literal::check_literal;
use super::result::result;
use super::term::{Terms, inner_names};
use super::text::text;
use crate::errors::Errors;
use crate::model::{Field, Input, Part, Sweep, Values};
use crate::names::constant_name;
use crate::parse::{Annotation, Container, Declaration, Role, type_name};

/// Names of dimensions that no field declares.
const RESERVED: [&str; 3] = ["repeat", "over_time", "time_event"];

/// A struct with `#[derive(ParametrizedSweep)]`.
pub(crate) fn structure(input: &DeriveInput, container: Container, errors: &mut Errors) -> Sweep {
    for lifetime in input.generics.lifetimes() {
        let name = &lifetime.lifetime;
        errors.on(
            name,
            format!(
                "a sweep outlives every borrow: drop `{name}` and own the data (`String`, \
                 `Vec<T>`, `Arc<T>`)"
            ),
        );
    }
    let declarations = named_fields(input, errors);
    let has_fields = !declarations.is_empty();
    let inner = inner_names(&container.generics);
    let mut handles = HashMap::new();
    let fields: Vec<Field> = declarations
        .into_iter()
        .map(|declaration| field(declaration, &inner, &mut handles, errors))
        .collect();
    if has_fields
        && !fields
            .iter()
            .any(|field| matches!(field.part, Part::Result(_)))
    {
        let message = format!(
            "`{}` measures nothing: declare at least one result, as in `#[result] elapsed: \
             Option<f64>`",
            container.ident
        );
        errors.on(&container.ident, message);
    }
    Sweep { container, fields }
}

fn named_fields(input: &DeriveInput, errors: &mut Errors) -> Vec<Declaration> {
    let what = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => {
                return fields
                    .named
                    .iter()
                    .filter_map(|field| Declaration::of(field, errors))
                    .collect();
            }
            Fields::Named(_) | Fields::Unit => "this struct has no fields",
            Fields::Unnamed(_) => "the fields of this struct have no names",
        },
        Data::Enum(_) => {
            errors.on(
                &input.ident,
                "an enum is no sweep but the values of an input: derive `SweepEnum` here, and \
                 `ParametrizedSweep` on the struct that has it as a field",
            );
            return Vec::new();
        }
        Data::Union(_) => "this is a union",
    };
    errors.on(
        &input.ident,
        format!("{what}: a sweep is a struct with named fields, as in `struct S {{ len: u64 }}`"),
    );
    Vec::new()
}

fn field(
    declaration: Declaration,
    inner: &HashSet<String>,
    handles: &mut HashMap<String, String>,
    errors: &mut Errors,
) -> Field {
    let handle_name = constant_name(&declaration.name);
    let handle = Ident::new(&handle_name, declaration.ident.span());
    let part = match &declaration.annotation {
        None => Part::Plain,
        Some(annotation) => {
            if RESERVED.contains(&declaration.name.as_str()) {
                let message = format!(
                    "`{}` names a dimension that every dataset may have; rename this field",
                    declaration.name
                );
                errors.on(&declaration.ident, message);
            }
            let part = part(
                &declaration,
                annotation,
                &Terms {
                    handle: &handle,
                    inner,
                },
                errors,
            );
            if let Some(other) = handles.insert(handle_name, declaration.name.clone()) {
                let message = format!(
                    "`{other}` and `{}` both make the constant `{handle}`; rename one of them",
                    declaration.name
                );
                errors.on(&declaration.ident, message);
                // One constant is enough for what uses it.
                Part::Plain
            } else {
                part
            }
        }
    };
    let Declaration {
        ident,
        name,
        vis,
        ty,
        doc,
        ..
    } = declaration;
    Field {
        ident,
        name,
        vis,
        doc,
        ty,
        handle,
        part,
    }
}

fn part(
    field: &Declaration,
    annotation: &Annotation,
    terms: &Terms<'_>,
    errors: &mut Errors,
) -> Part {
    match annotation.role {
        Role::Sweep => Part::Input(Box::new(input(field, annotation, terms, errors))),
        Role::Result => Part::Result(Box::new(result(field, annotation, errors))),
        Role::Constant => {
            // Nothing is printed of a constant without its value, which is an error already.
            let value = annotation
                .value
                .clone()
                .unwrap_or(Expr::Verbatim(TokenStream::new()));
            let ty = type_name(&field.ty);
            check_literal(&value, ty, errors);
            let units = text(&annotation.options, "units", errors).unwrap_or_default();
            Part::Input(Box::new(Input::of(ty, Values::Constant(value), units)))
        }
    }
}
