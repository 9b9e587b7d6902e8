use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{FieldKind, Sweep};

/// Where a field's input and result stand among those of the sweep: a number, plus however many the
/// structs nested before it have.
pub(super) struct Position {
    pub(super) input: TokenStream,
    pub(super) result: TokenStream,
}

/// The position of every field, in declared order.
pub(super) fn positions(sweep: &Sweep, private: &TokenStream) -> Vec<Position> {
    let (mut inputs, mut results) = (0_usize, 0_usize);
    let mut nested = Vec::new();
    let mut positions = Vec::new();
    for field in &sweep.fields {
        positions.push(Position {
            input: quote!(#inputs #(+ <#nested as #private::ParametrizedSweep>::SCHEMA.inputs.len())*),
            result: quote!(#results #(+ <#nested as #private::ParametrizedSweep>::SCHEMA.results.len())*),
        });
        match field.kind {
            FieldKind::Input(_) => inputs += 1,
            FieldKind::Result(_) => results += 1,
            FieldKind::Nested => nested.push(&field.ty),
            FieldKind::Plain => {}
        }
    }
    positions
}
