use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Field, Ident, Pat, PatType, Type, parse_quote};

use crate::errors::Errors;
use crate::model::Argument;
use crate::parse::inside_option;

/// A parameter of a measured body: what it is called with, and the field that holds it.
pub(super) struct Parameter {
    pub(super) argument: Argument,
    /// None for the context.
    pub(super) field: Option<Field>,
}

/// Reads a parameter; `first` may be the context.
pub(super) fn parameter(written: &PatType, first: bool, errors: &mut Errors) -> Option<Parameter> {
    let role = written.attrs.iter().find_map(role);
    let Some(role) = role else {
        if first && is_mutable(&written.ty) {
            return Some(Parameter {
                argument: Argument::Context,
                field: None,
            });
        }
        let pattern = written.pat.to_token_stream();
        if !first && is_context(&written.ty) {
            errors.on(
                &written.pat,
                format!("the context comes first: move `{pattern}` before the other parameters"),
            );
            return None;
        }
        let what = if first {
            "; the context is a first parameter `cx: &mut Context`"
        } else {
            ""
        };
        errors.on(
            &written.pat,
            format!(
                "`{pattern}` is not part of the sweep: write `#[sweep(...)]`, `#[constant(...)]` \
                 or `#[result(...)]` before it{what}"
            ),
        );
        return None;
    };
    let ident = named(&written.pat, errors)?;
    let (argument, ty) = match role {
        "result" => (Argument::Result(ident.clone()), set(&written.ty, errors)?),
        _ => taken(&ident, &written.ty, errors)?,
    };
    let attrs = &written.attrs;
    let attrs = attrs.iter().filter(|attr| role_or_doc(attr));
    Some(Parameter {
        argument,
        field: Some(parse_quote!(#(#attrs)* #ident: #ty)),
    })
}

fn role(attr: &Attribute) -> Option<&'static str> {
    ["sweep", "constant", "result"]
        .into_iter()
        .find(|name| attr.path().is_ident(name))
}

/// Whatever else stands there is the function's.
fn role_or_doc(attr: &Attribute) -> bool {
    ["doc", "bencher"]
        .iter()
        .any(|name| attr.path().is_ident(name))
        || role(attr).is_some()
}

fn is_mutable(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// Whether it is a reference to a type that is named `Context`.
fn is_context(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else {
        return false;
    };
    let Type::Path(path) = &*reference.elem else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Context")
}

fn named(pattern: &Pat, errors: &mut Errors) -> Option<Ident> {
    if let Pat::Ident(name) = pattern
        && name.by_ref.is_none()
        && name.subpat.is_none()
    {
        return Some(name.ident.clone());
    }
    errors.on(
        pattern,
        "a parameter of a sweep needs a name, which becomes the name of its variable; destructure \
         it in the body",
    );
    None
}

/// The type that a field has for a result, `&mut Option<T>`.
fn set(ty: &Type, errors: &mut Errors) -> Option<TokenStream> {
    match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            Some(reference.elem.to_token_stream())
        }
        _ => {
            let inside = inside_option(ty).unwrap_or(ty).to_token_stream();
            errors.on(
                ty,
                format!("a result is set through its parameter: write `&mut Option<{inside}>`"),
            );
            None
        }
    }
}

/// How an input is handed over, and the type that a field has for it: a `String` for a `&str`.
fn taken(ident: &Ident, ty: &Type, errors: &mut Errors) -> Option<(Argument, TokenStream)> {
    let Type::Reference(reference) = ty else {
        if let Type::ImplTrait(_) = ty {
            errors.on(
                ty,
                "an input has one type; for several, make the function generic and name them: `types(T = \
                 [u32, u64])`",
            );
            return None;
        }
        return Some((
            Argument::Input(ident.clone(), ty.clone()),
            ty.to_token_stream(),
        ));
    };
    if reference.mutability.is_some() {
        errors.on(
            ty,
            "an input is read, not changed: take it by value, or as `&T`",
        );
        return None;
    }
    if let Some(lifetime) = &reference.lifetime {
        errors.on(
            lifetime,
            "an input lives as long as its sample: drop this lifetime",
        );
        return None;
    }
    let inside = &reference.elem;
    let owned = match &**inside {
        Type::Path(path) if path.path.is_ident("str") => quote!(::std::string::String),
        _ => inside.to_token_stream(),
    };
    Some((Argument::Borrowed(ident.clone(), ty.clone()), owned))
}
