//! Tokens to what the user wrote: attributes, options, literals. Nothing here knows what an
//! option means, and nothing makes tokens.

mod container;
mod doc;
mod field;
mod function;
mod literal;
mod options;
mod time;
mod tokens;
mod types;

pub(crate) use container::Container;
pub(crate) use doc::doc_comment;
pub(crate) use field::{Annotation, AttributeKind, Declaration};
pub(crate) use function::{Arguments, Attributes};
pub(crate) use literal::Literal;
pub(crate) use options::{BENCH_SWEEP, BENCHER, Options, RESULT, SWEEP, VARIANT, arguments};
pub(crate) use time::{SpanError, moment, span};
pub(crate) use tokens::{compact, fingerprint};
pub(crate) use types::{TypeName, inside_option, type_name};
