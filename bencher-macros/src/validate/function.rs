use syn::ext::IdentExt;
use syn::{FnArg, ItemFn, Lifetime, PathArguments, Safety, Signature, Type, parse_quote};

use super::claim::{claims_on, gates, known_results};
use super::measured::measured;
use super::text::{number, text};
use crate::errors::Errors;
use crate::model::{Argument, Form, Function, RunAttributes};
use crate::parse::{Arguments, Attributes, Literal, Options, span};

/// A function with `#[bench_sweep]`.
pub(crate) fn function(
    mut item: ItemFn,
    mut arguments: Arguments,
    errors: &mut Errors,
) -> Function {
    let attributes = Attributes::of(&item.attrs, errors);
    refuse(&item.sig, errors);
    let flag = arguments.options.flag("ignore").is_some();
    let flagged = || flag.then(|| parse_quote!(#[ignore = "as #[bench_sweep(ignore)] says"]));
    let run = RunAttributes {
        ignore: attributes.ignore.clone().or_else(flagged),
        ..run_said(&arguments.options, errors)
    };
    let krate = arguments.krate.clone();
    let conditions = attributes.conditions.clone();
    let form = match arguments.subject.take() {
        Some(subject) => {
            judge(&item.sig, &arguments, errors);
            Form::Judge(Box::new(subject))
        }
        None => Form::Measured(Box::new(measured(&item, &attributes, arguments, errors))),
    };
    if let Form::Measured(body) = &form {
        let claimed = run.claims.iter().map(|(result, _)| result.clone());
        let gated = run.gates.iter().map(|gate| gate.result.clone());
        known_results(&body.sweep, claimed.chain(gated), errors);
    }
    item.attrs = attributes.kept;
    if let Form::Measured(body) = &form
        && let Some(FnArg::Typed(first)) = item.sig.inputs.first_mut()
        && matches!(body.arguments.first(), Some(Argument::Context))
    {
        say_lifetime(&mut first.ty);
    }
    for input in &mut item.sig.inputs {
        if let FnArg::Typed(parameter) = input {
            parameter.attrs.retain(|attr| {
                !["sweep", "constant", "result", "doc"]
                    .iter()
                    .any(|name| attr.path().is_ident(name))
            });
        }
    }
    Function {
        name: item.sig.ident.unraw().to_string(),
        item,
        conditions,
        krate,
        run,
        form,
    }
}

/// Makes a context `Context<'_>`, as an async function must write it.
fn say_lifetime(ty: &mut Type) {
    if let Type::Reference(reference) = ty
        && let Type::Path(path) = &mut *reference.elem
        && let Some(last) = path.path.segments.last_mut()
        && last.arguments.is_none()
    {
        let lifetime = Lifetime::new("'_", last.ident.span());
        last.arguments = PathArguments::AngleBracketed(parse_quote!(<#lifetime>));
    }
}

/// Refuses the forms of functions that a program cannot call.
fn refuse(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(token) = &signature.safety {
        errors.on(token, "a sweep's function is called by the runner, which cannot know when that is safe: drop `unsafe`");
    }
    if let Some(abi) = &signature.abi {
        errors.on(abi, "a sweep's function is called from Rust: drop this");
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            "a sweep has a parameter for each input: drop this",
        );
    }
    if let Some(receiver) = signature.receiver() {
        errors.on(
            receiver,
            "a sweep is a function of its own, not a method: drop this parameter",
        );
    }
    for lifetime in signature.generics.lifetimes() {
        let name = &lifetime.lifetime;
        errors.on(
            name,
            format!(
                "a sweep makes its inputs itself, so nothing is borrowed for `{name}`: drop it"
            ),
        );
    }
}

fn run_said(options: &Options, errors: &mut Errors) -> RunAttributes {
    let mut whole = |name: &str, least: u32, most: u32| {
        let (_, value) = options.value(name)?;
        let given = number(value, name, errors)?;
        if !(least..=most).contains(&given) {
            let range = if most == u32::MAX {
                format!("{least} or more")
            } else {
                format!("{least} to {most}")
            };
            errors.on(value, format!("`{name}` is {range}"));
        }
        Some(given)
    };
    RunAttributes {
        repeats: whole("repeats", 1, u32::MAX),
        level: whole("level", 1, 12),
        title: text(options, "title", errors).unwrap_or_default(),
        budget: budget(options, errors),
        ignore: None,
        claims: claims_on(options, errors),
        gates: gates(options, errors),
    }
}

fn budget(options: &Options, errors: &mut Errors) -> Option<u64> {
    let (_, value) = options.value("budget")?;
    let time = match Literal::of(value) {
        Some(Literal::Text(text)) => span(&text).ok(),
        _ => None,
    };
    let nanoseconds = time
        .and_then(|time| u64::try_from(time).ok())
        .filter(|time| *time > 0);
    if nanoseconds.is_none() {
        errors.on(
            value,
            "`budget` needs a time as text, as in `budget = \"10s\"`",
        );
    }
    nanoseconds
}

/// A function that judges a finished result: it measures nothing.
fn judge(signature: &Signature, arguments: &Arguments, errors: &mut Errors) {
    let options = &arguments.options;
    let types = arguments.types.as_ref().map(|(name, _)| name);
    let others = ["throughput", "runtime"].map(|name| options.flag(name));
    for name in others.into_iter().chain([types]).flatten() {
        errors.on(
            name,
            format!("`{name}` is for a body that is measured; this function judges the result of a sweep: drop it"),
        );
    }
    if let Some(token) = &signature.asyncness {
        errors.on(token, "a judge is not awaited: drop `async`");
    }
    if let Some(parameter) = signature.generics.type_params().next() {
        errors.on(
            parameter,
            "a judge belongs to one sweep: drop its parameters",
        );
    }
    if signature.inputs.len() == 1 {
        return;
    }
    let message = "a judge takes only the finished result, as in `result: &BenchResult<Sorting>`";
    if signature.inputs.is_empty() {
        errors.on(&signature.ident, message);
    } else {
        errors.on(&signature.inputs, message);
    }
}
