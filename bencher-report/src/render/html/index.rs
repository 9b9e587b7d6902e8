//! The page that lists the parts of a program's report.

use std::fmt::Write;

use super::page::frame;
use super::text::html;

/// A part of a program's report, with a page of its own.
pub(crate) struct Part {
    /// The part that it shows.
    pub(crate) name: String,
    /// Its page, from the list: plain letters, digits, dashes and slashes.
    pub(crate) address: String,
    /// The titles of its sweeps.
    pub(crate) sweeps: Vec<String>,
    /// When the latest of them began.
    pub(crate) started: String,
}

/// The page.
pub(crate) fn index(program: &str, parts: &[Part]) -> String {
    let title = if program.is_empty() {
        "Reports"
    } else {
        program
    };
    let mut body = format!("<main>\n<h1>{}</h1>\n", html(title));
    body.push_str(
        "<p>Each part of this program was run, and drawn, on its own.</p>\n<table><thead><tr>\
         <th>Part</th><th>Sweeps</th><th>Started</th></tr></thead><tbody>\n",
    );
    for part in parts {
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td>{}</td><td>{}</td></tr>",
            html(&part.address),
            html(&part.name),
            html(&part.sweeps.join(", ")),
            html(&part.started)
        );
    }
    body.push_str("</tbody></table>\n</main>\n");
    frame(title, "", &body)
}
