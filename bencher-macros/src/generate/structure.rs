use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{GenericParam, Generics};

use super::checks::checks;
use super::domain::{domain_name, domains};
use super::handles::handles;
use super::private;
use crate::model::{Direction, Field, Input, Outcome, Part, Sweep, Values};

/// Everything that `#[derive(ParametrizedSweep)]` adds.
pub(crate) fn structure(sweep: &Sweep) -> TokenStream {
    let private = &private(&sweep.container);
    let ident = &sweep.container.ident;
    let (impl_generics, type_generics, where_clause) = sweep.container.generics.split_for_impl();
    let handles = handles(sweep, private);
    let checks = checks(sweep, private);
    let domains = domains(sweep, private);
    let schema = schema(sweep, private);
    let type_arguments = type_arguments(&sweep.container.generics, private);
    let baseline = baseline(sweep, private);
    let accessors = accessors(sweep, private);
    quote! {
        #handles
        const _: () = {
            #checks
            #domains
            #[automatically_derived]
            #[allow(deprecated)]
            impl #impl_generics #private::ParametrizedSweep for #ident #type_generics
            #where_clause
            {
                #schema
                #type_arguments
                #baseline
                #accessors
            }
        };
    }
}

fn schema(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let name = sweep.container.ident.unraw().to_string();
    let (doc, version) = (&sweep.container.doc, sweep.container.version);
    let inputs = sweep
        .inputs()
        .map(|(field, input)| input_var(field, input, private));
    let results = sweep
        .results()
        .map(|(field, outcome)| result_var(field, outcome, private));
    quote! {
        const SCHEMA: #private::Schema = #private::Schema {
            name: #name,
            module: ::core::module_path!(),
            package: match ::core::option_env!("CARGO_PKG_NAME") {
                ::core::option::Option::Some(package) => package,
                ::core::option::Option::None => "",
            },
            doc: #doc,
            version: #version,
            inputs: &[#(#inputs),*],
            results: &[#(#results),*],
        };
    }
}

fn input_var(field: &Field, input: &Input, private: &TokenStream) -> TokenStream {
    let Field { name, doc, ty, .. } = field;
    let units = &input.units;
    let role = if matches!(input.values, Values::Constant(_)) {
        quote!(Constant)
    } else {
        quote!(Swept)
    };
    let domain = domain_name(field);
    quote! {
        #private::InputVar {
            name: #name,
            doc: #doc,
            units: #units,
            kind: <#ty as #private::Swept>::KIND,
            role: #private::Role::#role,
            domain: Self::#domain,
            variants: <#ty as #private::Swept>::variants,
        }
    }
}

fn result_var(field: &Field, outcome: &Outcome, private: &TokenStream) -> TokenStream {
    let Field { name, doc, .. } = field;
    let Outcome {
        inside,
        units,
        timed,
        meaning_version,
        ..
    } = outcome;
    let direction = match outcome.direction {
        Direction::Minimize => quote!(Minimize),
        Direction::Maximize => quote!(Maximize),
        Direction::None => quote!(None),
    };
    quote! {
        #private::ResultVar {
            name: #name,
            doc: #doc,
            units: #units,
            kind: <#inside as #private::Recorded>::KIND,
            direction: #private::Direction::#direction,
            timed: #timed,
            meaning_version: #meaning_version,
        }
    }
}

/// Nothing for a struct without parameters: the trait's own function says so.
fn type_arguments(generics: &Generics, private: &TokenStream) -> TokenStream {
    if generics.params.is_empty() {
        return TokenStream::new();
    }
    let arguments = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Type(parameter) => {
            let ident = &parameter.ident;
            quote!(&::core::any::type_name::<#ident>())
        }
        GenericParam::Const(parameter) => {
            let ident = &parameter.ident;
            quote!(&#ident)
        }
        // Refused by `validate`.
        GenericParam::Lifetime(_) => TokenStream::new(),
    });
    quote! {
        fn type_arguments() -> #private::String {
            #private::type_arguments(&[#(#arguments),*])
        }
    }
}

fn baseline(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let fields = sweep.fields.iter().map(|field| {
        let Field { ident, ty, .. } = field;
        let value = match &field.part {
            Part::Input(_) => {
                let domain = domain_name(field);
                quote!(<#ty as #private::Swept>::baseline(Self::#domain())?)
            }
            Part::Result(_) => quote!(::core::option::Option::None),
            Part::Plain => quote!(<#ty as ::core::default::Default>::default()),
        };
        quote!(#ident: #value)
    });
    quote! {
        fn baseline() -> ::core::result::Result<Self, #private::DomainError> {
            ::core::result::Result::Ok(Self { #(#fields),* })
        }
    }
}

fn accessors(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let get = sweep.inputs().enumerate().map(|(i, (Field { ident, ty, .. }, _))| {
        quote!(#i => ::core::option::Option::Some(<#ty as #private::Swept>::get(&self.#ident)))
    });
    let set = sweep.inputs().enumerate().map(|(i, (Field { ident, ty, .. }, _))| {
        quote!(#i => <#ty as #private::Swept>::set(&mut self.#ident, value))
    });
    let take = sweep
        .results()
        .enumerate()
        .map(|(i, (Field { ident, .. }, outcome))| {
            let inside = &outcome.inside;
            quote!(#i => <#inside as #private::Recorded>::take(&mut self.#ident))
        });
    quote! {
        fn input(
            &self,
            index: ::core::primitive::usize,
        ) -> ::core::option::Option<#private::Value> {
            match index {
                #(#get,)*
                _ => ::core::option::Option::None,
            }
        }

        fn set_input(
            &mut self,
            index: ::core::primitive::usize,
            value: &#private::Value,
        ) -> ::core::primitive::bool {
            match index {
                #(#set,)*
                _ => false,
            }
        }

        fn take_result(
            &mut self,
            index: ::core::primitive::usize,
        ) -> ::core::option::Option<#private::Value> {
            match index {
                #(#take,)*
                _ => ::core::option::Option::None,
            }
        }
    }
}
