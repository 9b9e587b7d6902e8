use std::collections::HashSet;

use proc_macro2::Span;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{
    DeriveInput, Expr, Field, FnArg, GenericArgument, GenericParam, Ident, ItemFn, Signature,
    parse_quote,
};

use super::parameter::parameter;
use super::structure::structure;
use crate::errors::Errors;
use crate::model::{Enum, MeasuredBody, TIME, TypeChoice, Variant};
use crate::parse::{Arguments, Attributes, Container, compact, fingerprint};

/// What `throughput` can count: the result, the one computed from it, and its unit.
const COUNTED: [(&str, &str, &str, &str); 2] = [
    ("bytes", "bytes_per_second", "B", "B/s"),
    ("items", "items_per_second", "items", "items/s"),
];

/// A function whose body is measured: its parameters as a sweep.
pub(super) fn measured(
    item: &ItemFn,
    attributes: &Attributes,
    arguments: Arguments,
    errors: &mut Errors,
) -> MeasuredBody {
    let signature = &item.sig;
    let options = &arguments.options;
    let example = "throughput(bytes = 8 * len)";
    let counted = options.assignments("throughput", example, errors);
    let runtime = options.value("runtime").map(|(_, path)| path.clone());
    awaited(signature, &arguments, errors);
    let version = version(item, &counted, runtime.as_ref());
    let container = |name: &Ident, doc: &str| Container {
        ident: name.clone(),
        name: signature.ident.unraw().to_string(),
        generics: syn::Generics::default(),
        doc: doc.to_owned(),
        version,
        krate: arguments.krate.clone(),
        // Every body has a time at least.
        shared: true,
    };
    let types = types(signature, &arguments, &container, errors);
    let mut fields: Vec<Field> = types.iter().map(type_field).collect();
    let mut given = Vec::new();
    for (nth, written) in signature.inputs.iter().enumerate() {
        let FnArg::Typed(written) = written else {
            continue;
        };
        if let Some(parameter) = parameter(written, nth == 0, errors) {
            fields.extend(parameter.field);
            given.push(parameter.argument);
        }
    }
    let sweep_ident = format_ident!("__BencherSweep_{}", signature.ident.unraw());
    let declared = |fields: &[Field], errors: &mut Errors| {
        let input: DeriveInput = parse_quote!(struct #sweep_ident { #(#fields),* });
        structure(&input, container(&sweep_ident, &attributes.doc), errors)
    };
    // The user's declaration shows whether there is a time already; its errors are reported below.
    let whole = fields.is_empty() || declared(&fields, &mut Errors::default()).timed().is_none();
    let own = fields.len();
    if whole {
        let f64 = quote!(::core::primitive::f64);
        fields.push(parse_quote! {
            #[doc = "Time of one call"]
            #[result(units = "s", direction = "minimize", timed)]
            time: ::core::option::Option<#f64>
        });
    }
    let timed = declared(&fields, &mut Errors::default()).timed();
    let mut amounts = Vec::new();
    for (name, expr) in counted {
        throughput(
            &name,
            expr,
            timed.as_deref(),
            &mut fields,
            &mut amounts,
            errors,
        );
    }
    distinct(&mut fields, own, errors);
    MeasuredBody {
        sweep: declared(&fields, errors),
        types,
        arguments: given,
        whole,
        runtime,
        amounts,
    }
}

/// What an edited function must not share with what was measured before.
fn version(item: &ItemFn, counted: &[(Ident, Expr)], runtime: Option<&Expr>) -> u32 {
    let Signature {
        asyncness,
        generics,
        inputs,
        output,
        ..
    } = &item.sig;
    let where_clause = &generics.where_clause;
    let parameters = inputs.iter().map(|input| match input {
        FnArg::Typed(parameter) => {
            let (pattern, ty) = (&parameter.pat, &parameter.ty);
            quote!(#pattern: #ty)
        }
        FnArg::Receiver(receiver) => receiver.to_token_stream(),
    });
    let body = &item.block;
    let (names, counts): (Vec<_>, Vec<_>) = counted.iter().cloned().unzip();
    fingerprint(quote! {
        #asyncness #generics (#(#parameters),*) #output #where_clause #body #(#names = #counts),* #runtime
    })
}

fn awaited(signature: &Signature, arguments: &Arguments, errors: &mut Errors) {
    match (&signature.asyncness, arguments.options.flag("runtime")) {
        (Some(token), None) if !arguments.options.has_errors() => errors.on(
            token,
            "an async body needs a runtime: write `#[bench_sweep(runtime = path::to::function)]`, \
             where the function returns something with `block_on`",
        ),
        (None, Some(name)) => errors.on(
            name,
            "`runtime` drives an async body, and this one is not: write `async fn`, or drop it",
        ),
        _ => {}
    }
}

/// The parameters of the function's type, each with what `types` says.
fn types(
    signature: &Signature,
    arguments: &Arguments,
    container: &impl Fn(&Ident, &str) -> Container,
    errors: &mut Errors,
) -> Vec<TypeChoice> {
    let empty = Vec::new();
    let choices = arguments
        .types
        .as_ref()
        .map_or(&empty, |(_, choices)| choices);
    let parameters: Vec<&Ident> = signature
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let mut seen = HashSet::new();
    for choice in choices {
        let name = &choice.parameter;
        if !parameters.contains(&name) {
            errors.on(
                name,
                format!(
                    "the function has no parameter `{name}`: write `fn {}<{name}>`, or drop it",
                    signature.ident
                ),
            );
        } else if !seen.insert(name) {
            errors.on(
                name,
                format!("`{name}` is given twice; write all types into the first list"),
            );
        }
    }
    let mut found = Vec::new();
    for parameter in parameters {
        let Some(choice) = choices.iter().find(|choice| choice.parameter == *parameter) else {
            if !arguments.options.has_errors() {
                errors.on(
                    parameter,
                    format!(
                        "the types of `{parameter}` are missing: write \
                         `#[bench_sweep(types({parameter} = [u32, u64]))]`"
                    ),
                );
            }
            continue;
        };
        let ident = format_ident!("__BencherTypes_{}_{parameter}", signature.ident.unraw());
        let variants = variants(&choice.parameter, &choice.arguments, errors);
        found.push(TypeChoice {
            parameter: parameter.clone(),
            levels: Enum {
                container: container(&ident, ""),
                variants,
            },
            arguments: choice.arguments.clone(),
        });
    }
    found
}

/// A variant for each type, named as the type is written.
fn variants(parameter: &Ident, arguments: &[GenericArgument], errors: &mut Errors) -> Vec<Variant> {
    if arguments.is_empty() {
        errors.on(
            parameter,
            format!(
                "`{parameter}` has no types: list at least one, as in `{parameter} = [u32, u64]`"
            ),
        );
    }
    let mut names = HashSet::new();
    let variants = arguments.iter().enumerate().map(|(nth, argument)| {
        let name = compact(argument);
        if !names.insert(name.clone()) {
            errors.on(argument, format!("`{name}` is given twice; keep one"));
        }
        Variant {
            ident: format_ident!("V{nth}", span = Span::call_site()),
            name,
            doc: String::new(),
            params: Vec::new(),
        }
    });
    variants.collect()
}

/// The input that a parameter of the function's type is.
fn type_field(choice: &TypeChoice) -> Field {
    let (name, ty) = (&choice.parameter, &choice.levels.container.ident);
    parse_quote!(#[sweep] #name: #ty)
}

/// Adds the results that make a throughput.
fn throughput(
    name: &Ident,
    expr: Expr,
    timed: Option<&str>,
    fields: &mut Vec<Field>,
    amounts: &mut Vec<(Ident, Expr)>,
    errors: &mut Errors,
) {
    let known = COUNTED.iter().find(|(known, ..)| name == known);
    let Some((_, rate, unit, per_second)) = known else {
        errors.on(
            name,
            "a throughput counts `bytes` or `items`, as in `throughput(bytes = 8 * len)`",
        );
        return;
    };
    let timed = timed.unwrap_or(TIME);
    let number = quote!(::core::option::Option<::core::primitive::f64>);
    let span = name.span();
    // A number that is an input already needs no result of its own.
    let input = as_input(&expr, fields);
    let amount = match &input {
        Some(input) => input.clone(),
        None => {
            let result = Ident::new(&name.to_string(), span);
            let doc = format!("{} of one call", capital(name));
            fields.push(parse_quote!(#[doc = #doc] #[result(units = #unit)] #result: #number));
            amounts.push((result, expr));
            name.to_string()
        }
    };
    let formula = format!("{amount} / {timed}");
    let doc = format!("{} per second", capital(name));
    let rate = Ident::new(rate, span);
    fields.push(parse_quote! {
        #[doc = #doc]
        #[result(units = #per_second, direction = "maximize", formula = #formula)]
        #rate: #number
    });
}

/// The name of the number among the inputs that an expression is.
fn as_input(expr: &Expr, fields: &[Field]) -> Option<String> {
    let Expr::Path(path) = expr else { return None };
    let name = path.path.get_ident()?;
    let field = fields
        .iter()
        .find(|field| field.ident.as_ref() == Some(name))?;
    let is_number = crate::parse::type_name(&field.ty).is_number();
    (is_number
        && !field
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("result")))
    .then(|| name.unraw().to_string())
}

fn capital(name: &Ident) -> String {
    let name = name.to_string();
    let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}

/// That no parameter has the name of a result that was added behind the first `own` fields; such a result
/// is left out, as one error is enough.
fn distinct(fields: &mut Vec<Field>, own: usize, errors: &mut Errors) {
    let added = fields.split_off(own.min(fields.len()));
    for field in added {
        let is_same = |name: &&Ident| {
            field
                .ident
                .as_ref()
                .is_some_and(|added| name.unraw() == *added)
        };
        let mut names = fields
            .iter()
            .take(own)
            .filter_map(|field| field.ident.as_ref());
        match names.find(is_same) {
            Some(name) => errors.on(
                name,
                format!("`{name}` is the name of a result that is added to the sweep; rename this parameter"),
            ),
            None => fields.push(field),
        }
    }
}
