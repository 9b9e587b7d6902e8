//! The interactive page: one file, complete offline, drawn by plotly.js.

mod attachments;
mod base64;
mod bundle;
mod figure;
mod index;
mod page;
mod section;
mod tabs;
mod text;

pub(crate) use index::{Part, index};
pub(crate) use page::{Section, page};
