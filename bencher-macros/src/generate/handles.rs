use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Field, Sweep};

/// The associated constants that stand for the fields: `Sorting::LEN`.
pub(super) fn handles(sweep: &Sweep, private: &TokenStream) -> TokenStream {
    let ident = &sweep.container.ident;
    let (impl_generics, type_generics, where_clause) = sweep.container.generics.split_for_impl();
    let inputs = sweep.inputs().enumerate().map(|(i, (field, _))| {
        handle(
            field,
            &format!("The input `{}`.", field.name),
            &quote!(Input),
            i,
            private,
        )
    });
    let results = sweep.results().enumerate().map(|(i, (field, _))| {
        handle(
            field,
            &format!("The result `{}`.", field.name),
            &quote!(Output),
            i,
            private,
        )
    });
    // A sweep need not name every field, and a handle is as public as its field.
    quote! {
        #[automatically_derived]
        #[allow(dead_code, unreachable_pub)]
        impl #impl_generics #ident #type_generics #where_clause {
            #(#inputs)*
            #(#results)*
        }
    }
}

fn handle(
    field: &Field,
    plain_doc: &str,
    kind: &TokenStream,
    index: usize,
    private: &TokenStream,
) -> TokenStream {
    let Field {
        vis, handle, doc, ..
    } = field;
    let doc = if doc.is_empty() { plain_doc } else { doc };
    quote! {
        #[doc = #doc]
        #vis const #handle: #private::#kind<Self> = #private::#kind::declared(#index);
    }
}
