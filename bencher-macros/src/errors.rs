use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// Every error found so far: the user sees all of them after one compilation.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    /// An error on all of `tokens`.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// An error that `syn` found.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// What reports the errors; `None` without any.
    pub(crate) fn report(self) -> Option<TokenStream> {
        self.0.map(|error| error.to_compile_error())
    }
}
