use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::quote;
use syn::{GenericParam, Generics};

use super::checks::checks;
use super::domain::{domain_name, domains};
use super::handles::handles;
use super::positions::{Position, positions};
use super::private;
use super::spans::{ends_of, shown_at};
use crate::model::{Direction, Field, FieldKind, Input, ResultSpec, Sweep, Values};
use crate::parse::{TypeName, type_name};

/// Everything that `#[derive(ParametrizedSweep)]` adds.
pub(crate) fn structure(sweep: &Sweep) -> TokenStream {
    let private = &private(&sweep.container);
    let ident = &sweep.container.ident;
    let (impl_generics, type_generics, where_clause) = sweep.container.generics.split_for_impl();
    let handles = handles(sweep, private);
    let checks = checks(sweep.inputs(), private);
    let domains = domains(&sweep.container, sweep.inputs(), private);
    let distinct = distinct(sweep, private);
    let units = units_of_aliases(sweep, private);
    let schema = schema(sweep, private);
    let declaration = declaration(sweep, private);
    let type_arguments = type_arguments(&sweep.container.generics, private);
    let baseline = baseline(sweep, private);
    let accessors = accessors(sweep, private);
    quote! {
        #handles
        const _: () = {
            #checks
            #domains
            #distinct
            #units
            #declaration
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

/// Tells the program that there is such a type, and where. Around it stands an item of the same function, whose name
/// says which.
fn declaration(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let name = &sweep.container.name;
    let (package, target) = (package(), target(private));
    let results = sweep.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Result(_) => Some(&field.name),
        _ => None,
    });
    quote! {
        #private::inventory::submit! {
            #private::Declaration::new(
                #package,
                #target,
                ::core::module_path!(),
                #name,
                ::core::concat!(::core::file!(), ":", ::core::line!(), ":", ::core::column!()),
                &[#(#results),*],
                || {
                    struct Here;
                    ::core::any::type_name::<Here>()
                },
            )
        }
    }
}

fn package() -> TokenStream {
    quote! {
        match ::core::option_env!("CARGO_PKG_NAME") {
            ::core::option::Option::Some(package) => package,
            ::core::option::Option::None => "",
        }
    }
}

fn target(private: &TokenStream) -> TokenStream {
    quote! {
        #private::CargoTarget::of(::core::file!(), ::core::option_env!("CARGO_BIN_NAME"))
    }
}

fn schema(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let name = &sweep.container.name;
    let doc = &sweep.container.doc;
    let (package, target) = (package(), target(private));
    let version = version(sweep, private);
    let inputs = variables(
        sweep,
        private,
        &quote!(inputs),
        &quote!(NO_INPUT),
        |field| match &field.kind {
            FieldKind::Input(input) => Some(input_var(field, input, private)),
            _ => None,
        },
    );
    let results = variables(
        sweep,
        private,
        &quote!(results),
        &quote!(NO_RESULT),
        |field| match &field.kind {
            FieldKind::Result(spec) => Some(result_var(field, spec, private)),
            _ => None,
        },
    );
    quote! {
        const SCHEMA: #private::Schema = #private::Schema {
            name: #name,
            module: ::core::module_path!(),
            package: #package,
            target: #target,
            doc: #doc,
            version: #version,
            inputs: #inputs,
            results: #results,
        };
    }
}

/// The list of the sweep's own variables of one sort, with those of nested structs in their places.
fn variables(
    sweep: &Sweep,
    private: &TokenStream,
    list: &TokenStream,
    filler: &TokenStream,
    own: impl Fn(&Field) -> Option<TokenStream>,
) -> TokenStream {
    if !sweep.has_nested() {
        let own = sweep.fields.iter().filter_map(own);
        return quote!(&[#(#own),*]);
    }
    let parts: Vec<TokenStream> = sweep
        .fields
        .iter()
        .filter_map(|field| match &field.kind {
            FieldKind::Nested => {
                let ty = &field.ty;
                Some(quote!(<#ty as #private::ParametrizedSweep>::SCHEMA.#list))
            }
            _ => own(field).map(|own| quote!(&[#own])),
        })
        .collect();
    let nested = sweep
        .fields
        .iter()
        .filter(|field| matches!(field.kind, FieldKind::Nested));
    let nested = nested.map(|field| &field.ty);
    let own = sweep.fields.iter().filter_map(own).count();
    quote! {
        {
            const COUNT: ::core::primitive::usize =
                #own #(+ <#nested as #private::ParametrizedSweep>::SCHEMA.#list.len())*;
            &#private::joined::<_, COUNT>(&[#(#parts),*], #private::#filler)
        }
    }
}

/// The author's version; one that is raised in a nested struct raises it, too.
fn version(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let own = sweep.container.version;
    let nested = sweep
        .fields
        .iter()
        .filter(|field| matches!(field.kind, FieldKind::Nested))
        .map(|field| &field.ty);
    quote!(#own #(+ <#nested as #private::ParametrizedSweep>::SCHEMA.version - 1)*)
}

/// That nested structs bring no name that is there already: only the compiler knows them all.
fn distinct(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let nested = |field: &&Field| matches!(field.kind, FieldKind::Nested);
    let Some(field) = sweep.fields.iter().find(nested) else {
        return TokenStream::new();
    };
    let container = &sweep.container.ident;
    let (first, last) = ends_of(&field.ident);
    let function = shown_at(first, quote!(#private::check::distinct));
    let schema = quote!((&<#container as #private::ParametrizedSweep>::SCHEMA));
    let schema = shown_at(last, schema);
    quote!(const _: () = #function #schema;)
}

/// That no time has another unit than seconds: of a type by another name, only the compiler knows whether it is a time.
fn units_of_aliases(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let is_alias = |field: &Field| match &field.kind {
        FieldKind::Input(input) => input.type_name == TypeName::Unknown && !input.units.is_empty(),
        FieldKind::Result(spec) => {
            type_name(&spec.inside) == TypeName::Unknown && spec.units.is_some()
        }
        _ => false,
    };
    let container = &sweep.container;
    if !container.generics.params.is_empty() || !sweep.fields.iter().any(is_alias) {
        return TokenStream::new();
    }
    let ident = &container.ident;
    quote!(const _: #private::Schema = <#ident as #private::ParametrizedSweep>::SCHEMA;)
}

/// The unit of a variable, which is seconds for a time.
fn units_of(field: &Field, arguments: TokenStream, private: &TokenStream) -> TokenStream {
    let (first, last) = ends_of(&field.ident);
    let function = shown_at(first, quote!(#private::check::units));
    // A type that is none of a variable is shown where it stands.
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
    arguments.set_span(last);
    quote!(#function #arguments)
}

pub(super) fn input_var(field: &Field, input: &Input, private: &TokenStream) -> TokenStream {
    let Field { name, doc, ty, .. } = field;
    let Input { units, .. } = input;
    let kind = quote!(<#ty as #private::SweptField>::KIND);
    let units = units_of(field, quote!(#kind, false, #units), private);
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
            kind: #kind,
            role: #private::InputRole::#role,
            domain: Self::#domain,
            variants: <#ty as #private::SweptField>::variants,
        }
    }
}

fn result_var(field: &Field, spec: &ResultSpec, private: &TokenStream) -> TokenStream {
    let Field { name, doc, .. } = field;
    let ResultSpec {
        inside,
        timed,
        own_axis,
        meaning_version,
        formula,
        parts,
        claims,
        ..
    } = spec;
    let counter = spec.counter.map(|name| {
        let ident = Ident::new(name, Span::call_site());
        quote!(#private::Counter::#ident)
    });
    let units = match (&spec.units, &counter) {
        (Some(units), _) => quote!(#units),
        (None, Some(counter)) => quote!(#counter.units()),
        (None, None) => quote!(""),
    };
    let kind = quote!(<#inside as #private::ResultField>::KIND);
    let units = units_of(field, quote!(#kind, #timed, #units), private);
    let direction = match (spec.direction, &counter) {
        (None, Some(counter)) => quote!(#counter.direction()),
        (Some(Direction::Minimize), _) => quote!(#private::Direction::Minimize),
        (Some(Direction::Maximize), _) => quote!(#private::Direction::Maximize),
        (Some(Direction::None) | None, _) => quote!(#private::Direction::None),
    };
    let counter = match counter {
        Some(counter) => quote!(::core::option::Option::Some(#counter)),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        #private::ResultVar {
            name: #name,
            doc: #doc,
            units: #units,
            kind: #kind,
            direction: #direction,
            timed: #timed,
            own_axis: #own_axis,
            meaning_version: #meaning_version,
            formula: #formula,
            counter: #counter,
            parts: &[#(#parts),*],
            claims: &[#(#claims),*],
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
        let Field {
            ident, name, ty, ..
        } = field;
        let value = match &field.kind {
            FieldKind::Input(_) => {
                let domain = domain_name(field);
                quote!(
                    <#ty as #private::SweptField>::baseline(Self::#domain())
                        .map_err(|error| #private::DomainError::of_input(error, #name))?
                )
            }
            FieldKind::Result(_) => quote!(::core::option::Option::None),
            FieldKind::Nested => quote!(<#ty as #private::ParametrizedSweep>::baseline()?),
            FieldKind::Plain => quote!(<#ty as ::core::default::Default>::default()),
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
    let (mut get, mut set) = (Vec::new(), Vec::new());
    let (mut take, mut address) = (Vec::new(), Vec::new());
    for (field, position) in sweep.fields.iter().zip(positions(sweep, private)) {
        let Field { ident, ty, .. } = field;
        let Position { input, result } = position;
        match &field.kind {
            FieldKind::Input(_) => {
                get.push(quote! {
                    if index == #input {
                        return ::core::option::Option::Some(
                            <#ty as #private::SweptField>::get(&self.#ident)
                        );
                    }
                });
                set.push(quote! {
                    if index == #input {
                        return <#ty as #private::SweptField>::set(&mut self.#ident, value);
                    }
                });
            }
            FieldKind::Result(spec) => {
                let inside = &spec.inside;
                take.push(quote! {
                    if index == #result {
                        return <#inside as #private::ResultField>::take(&mut self.#ident);
                    }
                });
                address.push(quote! {
                    if index == #result {
                        return ::core::option::Option::Some(
                            ::core::ptr::from_ref(&self.#ident).addr()
                        );
                    }
                });
            }
            FieldKind::Nested => {
                let nested = quote!(<#ty as #private::ParametrizedSweep>);
                get.push(quote! {
                    if index >= #input && index - (#input) < #nested::SCHEMA.inputs.len() {
                        return #nested::input(&self.#ident, index - (#input));
                    }
                });
                set.push(quote! {
                    if index >= #input && index - (#input) < #nested::SCHEMA.inputs.len() {
                        return #nested::set_input(&mut self.#ident, index - (#input), value);
                    }
                });
                take.push(quote! {
                    if index >= #result && index - (#result) < #nested::SCHEMA.results.len() {
                        return #nested::take_result(&mut self.#ident, index - (#result));
                    }
                });
                address.push(quote! {
                    if index >= #result && index - (#result) < #nested::SCHEMA.results.len() {
                        return #nested::result_address(&self.#ident, index - (#result));
                    }
                });
            }
            FieldKind::Plain => {}
        }
    }
    quote! {
        fn input(
            &self,
            index: ::core::primitive::usize,
        ) -> ::core::option::Option<#private::Value> {
            #(#get)*
            ::core::option::Option::None
        }

        fn set_input(
            &mut self,
            index: ::core::primitive::usize,
            value: &#private::Value,
        ) -> ::core::primitive::bool {
            #(#set)*
            false
        }

        fn take_result(
            &mut self,
            index: ::core::primitive::usize,
        ) -> ::core::option::Option<#private::Value> {
            #(#take)*
            ::core::option::Option::None
        }

        fn result_address(
            &self,
            index: ::core::primitive::usize,
        ) -> ::core::option::Option<::core::primitive::usize> {
            #(#address)*
            ::core::option::Option::None
        }
    }
}
