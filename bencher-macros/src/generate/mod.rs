//! What a valid declaration says to the impls that say it to the run time. Nothing here fails.
//!
//! Every name is absolute, as an expansion must do without a prelude and beside items of any
//! name.

mod checks;
mod domain;
mod dummy;
mod enumeration;
mod handles;
mod positions;
mod spans;
mod structure;

pub(crate) use dummy::{dummy_enumeration, dummy_structure};
pub(crate) use enumeration::enumeration;
pub(crate) use structure::structure;

use proc_macro2::TokenStream;
use quote::quote;

use crate::parse::Container;

/// The path of what an expansion may name.
fn private(container: &Container) -> TokenStream {
    if let Some(path) = &container.krate {
        quote!(#path::__private)
    } else {
        quote!(::bencher::__private)
    }
}
