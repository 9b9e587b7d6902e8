//! The derives of `bencher`. Use them through that crate, which re-exports them.
//!
//! A derive prints data: one static schema and a few thin functions. It goes in three steps, each
//! a module: `parse` reads what the user wrote, `validate` turns it into a `model` of what it
//! says or into errors, `generate` prints the model.

#![forbid(unsafe_code)]

mod errors;
mod generate;
mod model;
mod names;
mod parse;
mod validate;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::errors::Errors;
use crate::parse::Container;

#[proc_macro_derive(ParametrizedSweep, attributes(sweep, constant, result, bencher))]
pub fn derive_parametrized_sweep(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let container = Container::of(&input, "ParametrizedSweep", &mut errors);
    let sweep = validate::structure(&input, container, &mut errors);
    match errors.report() {
        None => generate::structure(&sweep).into(),
        Some(mut report) => {
            report.extend(generate::dummy_structure(&sweep));
            report.into()
        }
    }
}

#[proc_macro_derive(SweepEnum, attributes(sweep, bencher))]
pub fn derive_sweep_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let container = Container::of(&input, "SweepEnum", &mut errors);
    let levels = validate::enumeration(&input, container, &mut errors);
    match errors.report() {
        None => generate::enumeration(&levels).into(),
        Some(mut report) => {
            report.extend(generate::dummy_enumeration(&levels.container));
            report.into()
        }
    }
}
