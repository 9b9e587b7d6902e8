//! What a function with `#[bench_sweep]` becomes: itself, hidden, with what runs it and what registers it; and
//! a test of the same name, which is there only where libtest's harness is.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{ItemFn, ReturnType};

use super::judge::judge;
use super::measured::measured;
use super::private_at;
use super::spans::ends_of;
use crate::model::{Form, Function, RunAttributes};

/// The function that runs the sweep, of every function's expansion.
pub(super) const RUN: &str = "__bencher_run";

/// Everything that `#[bench_sweep]` puts in the function's place.
pub(crate) fn function(function: &Function) -> TokenStream {
    let private = &private_at(function.krate.as_ref());
    let (form, entry) = match &function.form {
        Form::Measured(body) => measured(function, body, private),
        Form::Judge(subject) => judge(function, subject, private),
    };
    let Function {
        item,
        name,
        conditions,
        ..
    } = function;
    let ident = &item.sig.ident;
    let ignore = &function.run.ignore;
    quote! {
        #(#conditions)*
        const _: () = {
            #item
            #form
            #private::inventory::submit! { #entry }
        };
        #(#conditions)*
        #[::core::prelude::v1::test]
        #ignore
        fn #ident() {
            #private::test(::core::module_path!(), #name);
        }
    }
}

/// In place of a function with errors: itself, so that its body is checked all the same.
pub(crate) fn dummy_function(function: &Function) -> TokenStream {
    let (item, conditions) = (&function.item, &function.conditions);
    // `allow`: nothing calls it here, and a warning beside the reported errors would mislead.
    if item.sig.receiver().is_some() {
        // It can stand where it was written, and nowhere else.
        return quote!(#(#conditions)* #[allow(unused)] #item);
    }
    quote! {
        #(#conditions)*
        #[allow(unused)]
        const _: () = { #item };
    }
}

/// What the entry says of its run.
pub(super) fn options(attributes: &RunAttributes, private: &TokenStream) -> TokenStream {
    let number = |number: Option<TokenStream>| match number {
        Some(number) => quote!(::core::option::Option::Some(#number)),
        None => quote!(::core::option::Option::None),
    };
    let RunAttributes {
        title,
        repeats,
        level,
        budget,
        ignore,
        claims,
        gates,
    } = attributes;
    let claims = claims.iter().map(|(result, text)| {
        let result = result.unraw().to_string();
        quote!((#result, #text))
    });
    let gates = gates.iter().map(|gate| {
        let (result, worse_than) = (gate.result.unraw().to_string(), gate.worse_than);
        let against = &gate.against;
        quote!(#private::GateOption { result: #result, worse_than: #worse_than, against: #against })
    });
    let ignore = ignore.is_some();
    let repeats = number(repeats.map(|repeats| quote!(#repeats)));
    let level = number(level.map(|level| quote!(#level as ::core::primitive::u8)));
    let budget = number(budget.map(|budget| quote!(#private::Duration::from_nanos(#budget))));
    quote! {
        #private::SweepOptions {
            title: #title,
            repeats: #repeats,
            level: #level,
            budget: #budget,
            ignore: #ignore,
            claims: &[#(#claims),*],
            gates: &[#(#gates),*],
        }
    }
}

/// A name of the expansion's own.
pub(super) fn own(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Such a name, shown where `tokens` begin.
pub(super) fn own_at(name: &str, tokens: &impl ToTokens) -> Ident {
    let (first, _) = ends_of(tokens);
    Ident::new(name, Span::mixed_site().located_at(first))
}

/// Such a name, shown at the type that a function returns.
pub(super) fn own_at_output(name: &str, output: &ReturnType) -> Ident {
    match output {
        ReturnType::Type(_, ty) => own_at(name, ty),
        ReturnType::Default => own(name),
    }
}

/// The names of a function's parameters of type, to call it with.
pub(super) fn turbofish(item: &ItemFn) -> TokenStream {
    let (_, arguments, _) = item.sig.generics.split_for_impl();
    let arguments = arguments.as_turbofish();
    quote!(#arguments)
}
