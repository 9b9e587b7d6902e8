//! Tokens to what the user wrote: attributes, options, literals. Nothing here knows what an
//! option means, and nothing makes tokens.

mod container;
mod doc;
mod field;
mod literal;
mod options;
mod time;
mod types;

pub(crate) use container::Container;
pub(crate) use doc::doc_comment;
pub(crate) use field::{Annotation, Declaration, Role};
pub(crate) use literal::Literal;
pub(crate) use options::{BENCHER, Options, RESULT, SWEEP, VARIANT, arguments};
pub(crate) use time::{moment, span};
pub(crate) use types::{TypeName, inside_option, type_name};
