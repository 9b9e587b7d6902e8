//! Impls for a declaration with errors. They do nothing, but they are there: the user sees the
//! errors of the declaration, and not one more for each use of it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, Lifetime};

use super::handles::handles;
use super::private;
use crate::model::Sweep;
use crate::parse::Container;

/// In place of a sweep.
pub(crate) fn dummy_structure(sweep: &Sweep) -> TokenStream {
    let Sweep { container, .. } = sweep;
    let private = private(container);
    let header = header(container, &quote!(#private::ParametrizedSweep));
    let handles = handles(sweep, &private);
    quote! {
        #handles
        #[automatically_derived]
        #header {
            const SCHEMA: #private::Schema = #private::Schema {
                name: "",
                module: "",
                package: "",
                target: #private::CargoTarget::Unknown,
                doc: "",
                version: 1,
                inputs: &[],
                results: &[],
            };

            fn baseline() -> ::core::result::Result<Self, #private::DomainError> {
                ::core::unreachable!()
            }

            fn input(
                &self,
                _: ::core::primitive::usize,
            ) -> ::core::option::Option<#private::Value> {
                ::core::unreachable!()
            }

            fn set_input(
                &mut self,
                _: ::core::primitive::usize,
                _: &#private::Value,
            ) -> ::core::primitive::bool {
                ::core::unreachable!()
            }

            fn take_result(
                &mut self,
                _: ::core::primitive::usize,
            ) -> ::core::option::Option<#private::Value> {
                ::core::unreachable!()
            }
        }
    }
}

/// In place of a swept enum.
pub(crate) fn dummy_enumeration(container: &Container) -> TokenStream {
    let private = private(container);
    let header = header(container, &quote!(#private::SweepEnum));
    quote! {
        #[automatically_derived]
        #header {
            const VARIANTS: &'static [#private::Variant] = &[];

            fn index(&self) -> ::core::primitive::usize {
                ::core::unreachable!()
            }

            fn params(&self) -> #private::Vec<#private::Value> {
                ::core::unreachable!()
            }

            fn build(
                _: ::core::primitive::usize,
                _: &[#private::Value],
            ) -> ::core::option::Option<Self> {
                ::core::unreachable!()
            }
        }
    }
}

/// `impl Trait for Type`, made to hold whatever the parameters are: the traits want `'static`,
/// and more, of what may be the very mistake.
fn header(container: &Container, implemented: &TokenStream) -> TokenStream {
    let Container {
        ident, generics, ..
    } = container;
    if generics.params.is_empty() {
        let where_clause = &generics.where_clause;
        return quote!(impl #implemented for #ident #where_clause);
    }
    let (kept, arguments) = with_static_lifetimes(generics);
    let (impl_generics, _, where_clause) = kept.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    let has_lifetimes = generics.lifetimes().next().is_some();
    // A predicate may name a lifetime that is no longer declared.
    let predicates = predicates.filter(|_| !has_lifetimes).into_iter().flatten();
    quote! {
        impl #impl_generics #implemented for #ident<#(#arguments),*>
        where
            #(#predicates,)*
            Self: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
    }
}

/// The parameters without lifetimes, and arguments with `'static` in their place.
fn with_static_lifetimes(generics: &Generics) -> (Generics, Vec<TokenStream>) {
    let mut kept = generics.clone();
    kept.params = generics
        .params
        .iter()
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        .cloned()
        .collect();
    let arguments = generics
        .params
        .iter()
        .map(|parameter| match parameter {
            GenericParam::Lifetime(parameter) => {
                let lifetime = Lifetime::new("'static", parameter.lifetime.span());
                quote!(#lifetime)
            }
            GenericParam::Type(parameter) => {
                let ident = &parameter.ident;
                quote!(#ident)
            }
            GenericParam::Const(parameter) => {
                let ident = &parameter.ident;
                quote!(#ident)
            }
        })
        .collect();
    (kept, arguments)
}
