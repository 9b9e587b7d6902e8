use std::collections::{HashMap, HashSet};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput, Expr, Fields, Ident};

use super::input::input;
use super::literal::{literal_of, spelled};
use super::result::result;
use super::term::{Terms, inner_names};
use super::units::{time_span, units};
use crate::errors::Errors;
use crate::model::{Field, FieldKind, Input, Sweep, Values};
use crate::names::{constant_name, suggestion};
use crate::parse::{Annotation, AttributeKind, Container, Declaration, type_name};

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
    let measures = |field: &Field| matches!(field.kind, FieldKind::Result(_) | FieldKind::Nested);
    if has_fields && !container.shared && !fields.iter().any(measures) {
        let message = format!(
            "`{}` measures nothing: declare at least one result, as in `#[result] elapsed: \
             Option<f64>`; or, for inputs that other sweeps share, write `#[bencher(shared)]`",
            container.ident
        );
        errors.on(&container.ident, message);
    }
    formulas(&fields, errors);
    let nested = fields
        .iter()
        .find(|field| matches!(field.kind, FieldKind::Nested));
    if let (Some(nested), Some(parameter)) = (nested, container.generics.params.first()) {
        let message = format!(
            "a sweep with parameters cannot have the inputs of another struct as well: drop \
             `{}`, or write the inputs of `{}` here",
            parameter.to_token_stream(),
            nested.name
        );
        errors.on(parameter, message);
    }
    Sweep { container, fields }
}

/// That formulas name variables that there are; those of nested structs are not known here.
fn formulas(fields: &[Field], errors: &mut Errors) {
    if fields
        .iter()
        .any(|field| matches!(field.kind, FieldKind::Nested))
    {
        return;
    }
    let declared = fields
        .iter()
        .filter(|field| !matches!(field.kind, FieldKind::Plain));
    let known: Vec<&str> = declared.map(|field| field.name.as_str()).collect();
    for field in fields {
        let FieldKind::Result(outcome) = &field.kind else {
            continue;
        };
        for name in variables_of(&outcome.formula) {
            // A part of a vector stands behind a point.
            let variable = name.split('.').next().unwrap_or(name);
            if !known.contains(&variable) {
                let message = format!(
                    "the formula of `{}` names `{name}`, which is not an input or result of the \
                     sweep{}",
                    field.name,
                    suggestion(name, &known)
                );
                errors.on(&field.ident, message);
            }
        }
    }
}

/// The names of variables in a formula, as they are read at run time: what begins with a letter and is no function.
fn variables_of(formula: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut names = Vec::new();
    let mut rest = formula;
    while let Some(start) = rest.find(is_name) {
        let word = rest.get(start..).unwrap_or_default();
        let end = word.find(|c| !is_name(c)).unwrap_or(word.len());
        let (word, behind) = word.split_at(end);
        let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        if !is_number && !behind.trim_start().starts_with('(') {
            names.push(word);
        }
        rest = behind;
    }
    names
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
                "an enum is not a sweep, but the values of an input: derive `SweepEnum` here, and \
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
    let kind = match &declaration.annotation {
        None => FieldKind::Plain,
        Some(annotation) => {
            if RESERVED.contains(&declaration.name.as_str()) {
                let message = format!(
                    "`{}` is the name of a dimension that every dataset may have; rename this \
                     field",
                    declaration.name
                );
                errors.on(&declaration.ident, message);
            }
            let kind = field_kind(
                &declaration,
                annotation,
                &Terms {
                    handle: &handle,
                    ty: &declaration.ty,
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
                FieldKind::Plain
            } else {
                kind
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
        kind,
    }
}

fn field_kind(
    field: &Declaration,
    annotation: &Annotation,
    terms: &Terms<'_>,
    errors: &mut Errors,
) -> FieldKind {
    match annotation.kind {
        AttributeKind::Sweep if annotation.options.flag("flatten").is_some() => {
            if let Some(other) = annotation.options.other_than("flatten") {
                let message = format!(
                    "`{other}` cannot be combined with `flatten`, because the nested struct \
                     declares everything itself; drop it"
                );
                errors.on(other, message);
            }
            FieldKind::Nested
        }
        AttributeKind::Sweep => FieldKind::Input(Box::new(input(field, annotation, terms, errors))),
        AttributeKind::Result => FieldKind::Result(Box::new(result(field, annotation, errors))),
        AttributeKind::Constant => {
            // Nothing is printed of a constant without its value, which is an error already.
            let value = annotation
                .value
                .clone()
                .unwrap_or(Expr::Verbatim(TokenStream::new()));
            let ty = type_name(&field.ty);
            let literal = literal_of(&value, ty, errors);
            let value = spelled(&value, literal.as_ref(), &field.ty);
            let units = units(&annotation.options, time_span(ty), errors).unwrap_or_default();
            FieldKind::Input(Box::new(Input::of(ty, Values::Constant(value), units)))
        }
    }
}
