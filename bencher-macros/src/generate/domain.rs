use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt, quote};

use super::spans::method;
use crate::model::{Field, Input, Scale, Term, Values};

impl ToTokens for Term {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Constant(name, _) => tokens.append(name.clone()),
            Self::Literal(expr) | Self::Opaque(expr) => expr.to_tokens(tokens),
        }
    }
}

/// The calls that build an input's domain; they end in a `Result<Domain, DomainError>`.
pub(super) fn domain(field: &Field, input: &Input, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    let mut calls = quote!(<#ty as #private::Swept>::declare());
    calls.extend(match &input.values {
        Values::All => TokenStream::new(),
        Values::Constant(value) => quote!(.constant(#value)),
        Values::Listed { values, thin } => {
            let thin = thin.then(|| quote!(.thin()));
            quote!(.values([#(#values),*])#thin)
        }
        Values::Bounds(name, low, high) | Values::PowersOfTwo(name, low, high) => {
            let name = method(name);
            quote!(.#name(#low, #high))
        }
    });
    if let Some((name, scale)) = &input.scale {
        let name = method(name);
        let scale = match scale {
            Scale::Linear => quote!(Linear),
            Scale::Log => quote!(Log),
        };
        calls.extend(quote!(.#name(#private::Scale::#scale)));
    }
    if let Some((name, step)) = &input.step {
        let name = method(name);
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
    calls.extend(quote!(.finish()));
    calls
}
