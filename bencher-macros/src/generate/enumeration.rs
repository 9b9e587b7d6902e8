use proc_macro2::TokenStream;
use quote::quote;

use super::private;
use crate::model::Enum;

/// Everything that `#[derive(SweepEnum)]` adds.
pub(crate) fn enumeration(levels: &Enum) -> TokenStream {
    let private = private(&levels.container);
    let ident = &levels.container.ident;
    let idents: Vec<_> = levels
        .variants
        .iter()
        .map(|variant| &variant.ident)
        .collect();
    let positions = 0..levels.variants.len();
    let positions_again = positions.clone();
    let variants = levels.variants.iter().map(|variant| {
        let (name, doc) = (&variant.name, &variant.doc);
        quote!(#private::Variant { name: #name, doc: #doc })
    });
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #private::SweepEnum for #ident {
                const VARIANTS: &'static [#private::Variant] = &[#(#variants),*];

                fn index(&self) -> ::core::primitive::usize {
                    match self {
                        #(Self::#idents => #positions,)*
                    }
                }

                fn from_index(index: ::core::primitive::usize) -> ::core::option::Option<Self> {
                    match index {
                        #(#positions_again => ::core::option::Option::Some(Self::#idents),)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
        };
    }
}
