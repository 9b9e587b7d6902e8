use proc_macro2::TokenStream;
use quote::quote;

use super::positions::positions;
use crate::model::{Field, FieldKind, Sweep};

/// The associated constants that stand for the fields: `Sorting::LEN`.
pub(super) fn handles(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let ident = &sweep.container.ident;
    let (impl_generics, type_generics, where_clause) = sweep.container.generics.split_for_impl();
    let positions = positions(sweep, private);
    let handles = sweep
        .fields
        .iter()
        .zip(&positions)
        .map(|(field, position)| {
            let (input, result) = (&position.input, &position.result);
            let ty = &field.ty;
            match &field.kind {
                FieldKind::Input(_) => handle(
                    field,
                    &format!("The input `{}`.", field.name),
                    &quote!(#private::Input<Self>),
                    &quote!(#private::Input::declared(#input)),
                ),
                FieldKind::Result(_) => handle(
                    field,
                    &format!("The result `{}`.", field.name),
                    &quote!(#private::Output<Self>),
                    &quote!(#private::Output::declared(#result)),
                ),
                FieldKind::Nested => handle(
                    field,
                    &format!("The inputs and results of `{}`.", field.name),
                    &quote!(#private::Nested<Self, #ty>),
                    &quote!(#private::Nested::declared(#input, #result)),
                ),
                FieldKind::Plain => TokenStream::new(),
            }
        });
    // A sweep need not name every field, and a handle is as public as its field.
    quote! {
        #[automatically_derived]
        #[allow(dead_code, unreachable_pub)]
        impl #impl_generics #ident #type_generics #where_clause {
            #(#handles)*
        }
    }
}

fn handle(field: &Field, plain_doc: &str, ty: &TokenStream, value: &TokenStream) -> TokenStream {
    let Field {
        vis, handle, doc, ..
    } = field;
    let doc = if doc.is_empty() { plain_doc } else { doc };
    quote! {
        #[doc = #doc]
        #vis const #handle: #ty = #value;
    }
}
