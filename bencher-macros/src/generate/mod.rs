//! What a valid declaration says to the impls that say it to the run time. Nothing here fails.
//!
//! Every name is absolute, as an expansion must do without a prelude and beside items of any
//! name.

mod checks;
mod domain;
mod dummy;
mod enumeration;
mod function;
mod handles;
mod judge;
mod measured;
mod positions;
mod spans;
mod structure;

pub(crate) use dummy::{dummy_enumeration, dummy_structure};
pub(crate) use enumeration::enumeration;
pub(crate) use function::{dummy_function, function};
pub(crate) use structure::structure;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::parse::Container;

/// The path of what an expansion may name.
fn private(container: &Container) -> TokenStream {
    private_at(container.krate.as_ref())
}

/// The same, where the facade is found at `krate`.
fn private_at(krate: Option<&Path>) -> TokenStream {
    if let Some(path) = krate {
        quote!(#path::__private)
    } else {
        quote!(::bencher::__private)
    }
}
