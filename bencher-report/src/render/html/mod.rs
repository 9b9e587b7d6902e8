//! The interactive page: one file, complete offline, drawn by plotly.js.

mod attachments;
mod base64;
mod base85;
mod bundle;
mod figure;
mod history;
mod index;
mod page;
mod scorecard;
mod section;
mod slices;
mod sparkline;
mod tabs;
mod text;

pub(crate) use history::{History, history_page};
pub(crate) use index::{Part, index};
pub(crate) use page::{Page, Section, page};
pub(crate) use scorecard::scorecard_page;
