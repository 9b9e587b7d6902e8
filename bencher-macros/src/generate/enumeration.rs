use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::checks::checks;
use super::domain::domains;
use super::private;
use super::structure::input_var;
use crate::model::{Enum, Variant, inputs_of};

/// Everything that `#[derive(SweepEnum)]` adds.
pub(crate) fn enumeration(levels: &Enum) -> TokenStream {
    let private = &private(&levels.container);
    let ident = &levels.container.ident;
    let params = || levels.variants.iter().flat_map(|v| inputs_of(&v.params));
    let checks = checks(params(), private);
    // An enum of plain variants has no domains, and needs no block for them.
    let domains = params()
        .next()
        .is_some()
        .then(|| domains(&levels.container, params(), private));
    let variants = levels
        .variants
        .iter()
        .map(|variant| described(variant, private));
    let index = levels.variants.iter().enumerate().map(|(n, variant)| {
        let name = &variant.ident;
        quote!(Self::#name { .. } => #n)
    });
    let values = levels
        .variants
        .iter()
        .map(|variant| values(variant, private));
    let build = levels
        .variants
        .iter()
        .enumerate()
        .map(|(n, variant)| build(n, variant, private));
    let given = Ident::new("params", Span::mixed_site());
    // The user may have marked a variant as deprecated; it is swept all the same.
    quote! {
        const _: () = {
            #checks
            #domains
            #[automatically_derived]
            #[allow(deprecated)]
            impl #private::SweepEnum for #ident {
                const VARIANTS: &'static [#private::Variant] = &[#(#variants),*];

                fn index(&self) -> ::core::primitive::usize {
                    match self {
                        #(#index,)*
                    }
                }

                fn params(&self) -> #private::Vec<#private::Value> {
                    match self {
                        #(#values,)*
                    }
                }

                fn build(
                    index: ::core::primitive::usize,
                    #given: &[#private::Value],
                ) -> ::core::option::Option<Self> {
                    match (index, #given) {
                        #(#build,)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
        };
    }
}

fn described(variant: &Variant, private: &TokenStream) -> TokenStream {
    let (name, doc) = (&variant.name, &variant.doc);
    let params = inputs_of(&variant.params).map(|(field, input)| input_var(field, input, private));
    quote!(#private::Variant { name: #name, doc: #doc, params: &[#(#params),*] })
}

/// Names of the expansion's own for the values of a variant's inputs.
fn bindings(variant: &Variant) -> Vec<Ident> {
    (0..variant.params.len())
        .map(|n| Ident::new(&format!("value_{n}"), Span::mixed_site()))
        .collect()
}

/// The arm that takes the values of a variant's inputs out.
fn values(variant: &Variant, private: &TokenStream) -> TokenStream {
    let name = &variant.ident;
    let bindings = bindings(variant);
    let fields = variant.params.iter().map(|field| &field.ident);
    let types = variant.params.iter().map(|field| &field.ty);
    quote! {
        Self::#name { #(#fields: #bindings),* } => <#private::Vec<#private::Value> as ::core::convert::From<_>>::from([
            #(<#types as #private::SweptField>::get(#bindings)),*
        ])
    }
}

/// The arm that makes a variant of such values.
fn build(index: usize, variant: &Variant, private: &TokenStream) -> TokenStream {
    let name = &variant.ident;
    let bindings = bindings(variant);
    let fields = variant.params.iter().map(|field| &field.ident);
    let types = variant.params.iter().map(|field| &field.ty);
    quote! {
        (#index, [#(#bindings),*]) => ::core::option::Option::Some(Self::#name {
            #(#fields: match <#types as #private::SweptField>::read(#bindings) {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => return ::core::option::Option::None,
            }),*
        })
    }
}
