//! The table of a sweep's variables.

use std::fmt::Write;

use bencher_core::dataset::{Dim, DimRole};
use bencher_core::record::SweepRecord;
use bencher_core::value::Kind;
use bencher_core::var::{Direction, Scale};

use crate::chart::labels;

use super::html;

/// Inputs, constants and results: values, units, and what they mean.
pub(super) fn table(out: &mut String, record: &SweepRecord) {
    out.push_str(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Variables\">\
         <table class=\"variables\"><thead><tr><th>Variable</th><th>Role</th><th>Values</th>\
         <th>Unit</th><th>Meaning</th></tr></thead><tbody>\n",
    );
    for dim in record.dataset.dims() {
        let role = match dim.role {
            DimRole::Input => "input",
            DimRole::Repeat => "repeat",
            DimRole::Time => "time",
        };
        row(out, &dim.name, role, &values(dim), &dim.units, &dim.doc);
    }
    for constant in &record.constants {
        let value = constant.value.to_string();
        row(out, &constant.name, "constant", &value, &constant.units, "");
    }
    for variable in record.dataset.variables() {
        let info = &variable.info;
        let mut sort = match info.kind {
            Kind::Bool => "true or false",
            Kind::Text | Kind::Category | Kind::Item => "text",
            Kind::DateTime => "moment",
            Kind::File => "file",
            Kind::Image => "image",
            Kind::Video => "video",
            Kind::Table => "table",
            Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Seconds | Kind::Vector(_) => {
                "number"
            }
        }
        .to_owned();
        match info.direction {
            Direction::Minimize => sort.push_str(", less is better"),
            Direction::Maximize => sort.push_str(", more is better"),
            Direction::None => {}
        }
        row(out, &info.name, "result", &sort, &info.units, &info.doc);
    }
    out.push_str("</tbody></table></div>\n");
}

fn row(out: &mut String, name: &str, role: &str, values: &str, units: &str, doc: &str) {
    let _ = writeln!(
        out,
        "<tr><th scope=\"row\">{}</th><td>{role}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        html(name),
        html(values),
        html(units),
        html(doc)
    );
}

/// The first and last few values, how many there are, and their scale.
fn values(dim: &Dim) -> String {
    const SHOWN: usize = 8;
    let text = |value| dim.kind.text(value);
    let mut list = match dim.values.as_slice() {
        [first @ .., last] if first.len() >= SHOWN => {
            let shown = first.iter().take(SHOWN - 2).chain([last]);
            let names = labels(&shown.map(text).collect::<Vec<String>>(), 40);
            let first = names.iter().take(SHOWN - 2).map(String::as_str);
            let first: Vec<&str> = first.collect();
            let last = names.last().map_or("", String::as_str);
            format!("{}, … {last} ({} values)", first.join(", "), dim.len())
        }
        all => labels(&all.iter().map(text).collect::<Vec<String>>(), 40).join(", "),
    };
    if dim.scale == Scale::Log {
        list.push_str(", logarithmic");
    }
    list
}
