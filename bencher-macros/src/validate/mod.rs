//! What the user wrote to what it says, or to errors on the tokens that say it. Every rule
//! continues after an error, so that one compilation shows them all.

mod claim;
mod counter;
mod enumeration;
mod function;
mod input;
mod literal;
mod literal_values;
mod measured;
mod parameter;
mod result;
mod structure;
mod term;
mod text;
mod units;

pub(crate) use enumeration::enumeration;
pub(crate) use function::function;
pub(crate) use input::highest_exponent;
pub(crate) use structure::structure;
