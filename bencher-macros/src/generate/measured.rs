//! A measured body: the struct of its parameters, and a benchmark that calls it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericArgument, ItemFn};

use super::function::{RUN, options, own, own_at_output, turbofish};
use super::{enumeration, structure};
use crate::model::{Argument, Function, MeasuredBody, TIME, TypeChoice};

/// The struct, what runs it, and the entry.
pub(super) fn measured(
    function: &Function,
    body: &MeasuredBody,
    private: &TokenStream,
) -> (TokenStream, TokenStream) {
    let name = &function.name;
    let options = options(&function.run, private);
    let sweep = &body.sweep.container.ident;
    let declaration = declaration(body);
    let types = body.types.iter().map(choice);
    let amounts = body
        .amounts
        .iter()
        .map(|(name, expr)| amount(&function.item, body, name, &quote!(#expr), private));
    let run = run(&function.item, body, private);
    let cx = own("cx");
    let dispatch = dispatch(&body.types, &mut Vec::new(), &cx);
    let items = quote! {
        #declaration
        #(#types)*
        #(#amounts)*
        #run
        #[automatically_derived]
        impl #private::Benchmark for #sweep {
            fn benchmark(&mut self, #cx: &mut #private::Context<'_>) -> #private::SampleResult {
                #dispatch
            }
        }
    };
    let entry = quote! {
        #private::SweepEntry::measured::<#sweep>(::core::module_path!(), #name, #options)
    };
    (items, entry)
}

/// The struct, with what the derive makes of it.
fn declaration(body: &MeasuredBody) -> TokenStream {
    let sweep = &body.sweep.container.ident;
    let (names, types): (Vec<_>, Vec<_>) = body
        .sweep
        .fields
        .iter()
        .map(|field| (&field.ident, &field.ty))
        .unzip();
    let derived = structure(&body.sweep);
    quote! {
        #[::core::prelude::v1::derive(::core::clone::Clone)]
        #[allow(non_camel_case_types, non_snake_case)]
        struct #sweep { #(#names: #types),* }
        #derived
    }
}

/// The enum of the types that a parameter stands for.
fn choice(choice: &TypeChoice) -> TokenStream {
    let name = &choice.levels.container.ident;
    let variants = choice.levels.variants.iter().map(|variant| &variant.ident);
    let derived = enumeration(&choice.levels);
    quote! {
        #[::core::prelude::v1::derive(::core::clone::Clone)]
        #[allow(non_camel_case_types)]
        enum #name { #(#variants),* }
        #derived
    }
}

/// Calls the body's own function of the types that the sample is for.
fn dispatch<'t>(
    types: &'t [TypeChoice],
    chosen: &mut Vec<&'t GenericArgument>,
    cx: &Ident,
) -> TokenStream {
    let Some((choice, rest)) = types.split_first() else {
        let run = format_ident!("{RUN}");
        let arguments = (!chosen.is_empty()).then(|| quote!(::<#(#chosen),*>));
        return quote!(#run #arguments(self, #cx));
    };
    let (field, ty) = (&choice.parameter, &choice.levels.container.ident);
    let arms = choice
        .levels
        .variants
        .iter()
        .zip(&choice.arguments)
        .map(|(variant, argument)| {
            chosen.push(argument);
            let inner = dispatch(rest, chosen, cx);
            chosen.pop();
            let variant = &variant.ident;
            quote!(#ty::#variant => #inner)
        });
    quote!(match self.#field { #(#arms),* })
}

/// The function that calls the body for one sample.
fn run(item: &ItemFn, body: &MeasuredBody, private: &TokenStream) -> TokenStream {
    let run = format_ident!("{RUN}");
    let sweep = &body.sweep.container.ident;
    let (generics, _, where_clause) = item.sig.generics.split_for_impl();
    let turbofish = turbofish(item);
    let [this, cx] = ["this", "cx"].map(own);
    let fields = body.sweep.fields.iter().filter(|field| {
        let is = |ident: &Ident| *ident == field.ident;
        let is_argument = body.arguments.iter().any(|argument| match argument {
            Argument::Context => false,
            Argument::Input(ident, _) | Argument::Borrowed(ident, _) | Argument::Result(ident) => {
                is(ident)
            }
        });
        is_argument
            || (body.whole && field.name == TIME)
            || body.amounts.iter().any(|(name, _)| is(name))
    });
    let bindings = fields.map(|field| {
        let (name, bound) = (&field.ident, bound(&field.ident));
        quote!(#name: #bound)
    });
    let amounts = body.amounts.iter().map(|(name, _)| {
        let (bound, count) = (bound(name), amount_name(name));
        let arguments = body.arguments.iter().filter_map(input);
        quote!(*#bound = ::core::option::Option::Some(#count #turbofish(#(#arguments),*));)
    });
    let measure = measure(item, body, &turbofish, &cx, private);
    let by_itself = !body
        .arguments
        .iter()
        .any(|argument| matches!(argument, Argument::Context))
        && !body.whole
        && body.runtime.is_none();
    let unused = by_itself.then(|| quote!(let _ = #cx;));
    quote! {
        #[allow(unused_imports, unused_mut, non_snake_case, clippy::all, clippy::pedantic)]
        fn #run #generics(
            #this: &mut #sweep,
            #cx: &mut #private::Context<'_>,
        ) -> #private::SampleResult #where_clause {
            use #private::{FallibleKind as _, PlainKind as _};
            let #sweep { #(#bindings,)* .. } = #this;
            #(#amounts)*
            #unused
            #measure
        }
    }
}

/// The call of the body, measured or measuring itself.
fn measure(
    item: &ItemFn,
    body: &MeasuredBody,
    turbofish: &TokenStream,
    cx: &Ident,
    private: &TokenStream,
) -> TokenStream {
    let function = &item.sig.ident;
    let with_context = body
        .arguments
        .iter()
        .any(|argument| matches!(argument, Argument::Context));
    let [work, kind, runtime, make, future, value] =
        ["work", "kind", "runtime", "make", "future", "value"].map(own);
    let arguments = body.arguments.iter().map(|argument| match argument {
        Argument::Context => quote!(&mut *#cx),
        Argument::Result(ident) => {
            let bound = bound(ident);
            quote!(&mut *#bound)
        }
        other => {
            let given = input(other);
            quote!(::core::hint::black_box(#given))
        }
    });
    let call = quote!(#function #turbofish(#(#arguments),*));
    let open = body.runtime.as_ref().map(|path| {
        quote! {
            let #make = #path;
            let #kind = (&#private::Probe::of(&#make)).kind();
            let mut #runtime = #private::runtime(#kind, #cx, #make)?;
        }
    });
    // An error that is none is shown at the type that says so.
    let returned_kind = own_at_output("kind", &item.sig.output);
    let time = bound(&Ident::new(TIME, proc_macro2::Span::call_site()));
    match (body.whole, &body.runtime) {
        (true, Some(_)) => quote! {
            #open
            let #work = async |#cx: &mut #private::Context<'_>| #call.await;
            let #kind = (&#private::Probe::of_async(&#work)).kind();
            #private::measured_async(#returned_kind, #cx, #time, |#future| #runtime.block_on(#future), #work)
        },
        (true, None) if with_context => quote! {
            let #work = |#cx: &mut #private::Context<'_>| #call;
            let #kind = (&#private::Probe::of_body_with(&#work)).kind();
            #private::measured_with(#returned_kind, #cx, #time, #work)
        },
        (true, None) => quote! {
            let #work = || #call;
            let #kind = (&#private::Probe::of_body(&#work)).kind();
            #private::measured(#returned_kind, #cx, #time, #work)
        },
        (false, _) => {
            let returned = match &body.runtime {
                Some(_) => quote!(#runtime.block_on(#call)),
                None => call,
            };
            quote! {
                #open
                let #value = #returned;
                let #kind = (&#private::Probe::of_value(&#value)).kind();
                #private::returned(#returned_kind, #value)
            }
        }
    }
}

/// The function that computes a number of bytes or items from the inputs.
fn amount(
    item: &ItemFn,
    body: &MeasuredBody,
    name: &Ident,
    expr: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let count = amount_name(name);
    let (generics, _, where_clause) = item.sig.generics.split_for_impl();
    let parameters = body.arguments.iter().filter_map(|argument| match argument {
        Argument::Input(ident, ty) | Argument::Borrowed(ident, ty) => Some(quote!(#ident: #ty)),
        _ => None,
    });
    quote! {
        #[allow(unused_variables, clippy::all, clippy::pedantic)]
        fn #count #generics(#(#parameters),*) -> ::core::primitive::f64 #where_clause {
            #private::Amount::amount(#expr)
        }
    }
}

fn amount_name(name: &Ident) -> Ident {
    format_ident!("__bencher_{name}")
}

/// An input as the body takes it.
fn input(argument: &Argument) -> Option<TokenStream> {
    match argument {
        Argument::Input(ident, _) => {
            let bound = bound(ident);
            Some(quote!(::core::clone::Clone::clone(&*#bound)))
        }
        Argument::Borrowed(ident, ty) => {
            let bound = bound(ident);
            // The owned form of a `str` is a `String`.
            Some(match ty {
                syn::Type::Reference(reference) if is_str(&reference.elem) => quote!(&**#bound),
                _ => quote!(&*#bound),
            })
        }
        Argument::Context | Argument::Result(_) => None,
    }
}

fn is_str(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("str"))
}

/// The name that a field is bound to, which no expression of the user can contain.
fn bound(field: &Ident) -> Ident {
    own(&format!("field_{}", syn::ext::IdentExt::unraw(field)))
}
