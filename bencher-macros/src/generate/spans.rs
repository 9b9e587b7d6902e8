use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// A span of the expansion that points at `span`: an error is shown there, but no lint takes the
/// generated tokens for the user's.
pub(super) fn pointing_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Spans of the expansion that point at the first and the last token of some; code that begins
/// with the one and ends with the other is shown as all of them.
pub(super) fn ends_of(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens
        .to_token_stream()
        .into_iter()
        .map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    (pointing_at(first), pointing_at(last))
}

/// A name of the expansion that points at one of the user's.
pub(super) fn method(name: &Ident) -> Ident {
    Ident::new(&name.to_string(), pointing_at(name.span()))
}
