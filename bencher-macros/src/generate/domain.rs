use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, format_ident, quote};

use crate::model::{Field, Input, Scale, Term, Values};
use crate::parse::Container;

impl ToTokens for Term {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Constant(name, _) => tokens.append(name.clone()),
            Self::Literal(expr) | Self::Opaque(expr) => expr.to_tokens(tokens),
        }
    }
}

/// The functions that build the domains of inputs. They are inherent, as they must know `Self`
/// and its parameters, and as the trait cannot be named where it may not hold.
pub(super) fn domains<'f>(
    container: &Container,
    inputs: impl Iterator<Item = (&'f Field, &'f Input)>,
    private: &TokenStream,
) -> TokenStream {
    let ident = &container.ident;
    let (impl_generics, type_generics, where_clause) = container.generics.split_for_impl();
    let functions = inputs.map(|(field, input)| {
        let name = domain_name(field);
        let ty = &field.ty;
        // A name of the expansion's own, which no expression of the user can mean.
        let domain = Ident::new("domain", Span::mixed_site());
        let calls = calls(input, private);
        quote! {
            #[doc(hidden)]
            fn #name() -> ::core::result::Result<#private::Domain, #private::DomainError> {
                <#ty as #private::SweptField>::domain(|#domain| #domain #calls)
            }
        }
    });
    // The user may have marked a field as deprecated, and functions are named after handles.
    quote! {
        #[automatically_derived]
        #[allow(deprecated, non_snake_case)]
        impl #impl_generics #ident #type_generics #where_clause {
            #(#functions)*
        }
    }
}

/// The name of the function that builds a field's domain.
pub(super) fn domain_name(field: &Field) -> Ident {
    format_ident!("__bencher_domain_{}", field.handle)
}

/// The options of the declaration, as calls on an empty domain.
fn calls(input: &Input, private: &TokenStream) -> TokenStream {
    let mut calls = match &input.values {
        Values::All => TokenStream::new(),
        Values::Constant(value) => quote!(.constant(#value)),
        Values::Listed { name, values, thin } => {
            let thin = thin.then(|| quote!(.thin()));
            quote!(.#name([#(#values),*])#thin)
        }
        Values::Source(name, source) => quote!(.#name(#source)),
        Values::Bounds(name, low, high) | Values::PowersOfTwo(name, low, high) => {
            quote!(.#name(#low, #high))
        }
    };
    if let Some((name, scale)) = &input.scale {
        let scale = match scale {
            Scale::Linear => quote!(Linear),
            Scale::Log => quote!(Log),
        };
        calls.extend(quote!(.#name(#private::Scale::#scale)));
    }
    if let Some((name, step)) = &input.step {
        calls.extend(quote!(.#name(#step)));
    }
    if let Some(samples) = &input.samples {
        calls.extend(quote!(.samples(#samples)));
    }
    if let Some(default) = &input.default {
        calls.extend(quote!(.default_value(#default)));
    }
    if let Some(divisions) = &input.max_subsampling_divisions {
        calls.extend(quote!(.max_subsampling_divisions(#divisions)));
    }
    calls
}
