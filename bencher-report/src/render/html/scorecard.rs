//! The page of a scorecard: a table that can be sorted, and that needs no script.

use std::fmt::Write;

use bencher_core::dataset::{digits, quantity};
use bencher_core::store::tag_text;

use crate::scorecard::{Grade, Row, Scorecard};

use super::page::frame;
use super::sparkline::sparkline;
use super::text::html;

const SCRIPT: &str = include_str!("scorecard.js");

/// Characters of a reason; the whole is in the title of the cell.
const REASON: usize = 110;

/// The columns: heading, and whether it is hidden on a narrow screen.
const COLUMNS: [(&str, bool); 8] = [
    ("Verdict", false),
    ("Sweep", false),
    ("Result", false),
    ("Latest", false),
    ("Change", false),
    ("Trend", false),
    ("Runs", true),
    ("Newest", true),
];

/// The page.
pub(crate) fn scorecard_page(card: &Scorecard) -> String {
    let mut body = String::from("<main>\n<h1>Scorecard</h1>\n");
    let _ = writeln!(
        body,
        "<p class=\"counts\"><span>{}</span> <span>made {}</span></p>",
        html(&card.summary()),
        html(&card.made)
    );
    if !card.notes.is_empty() {
        let items = card
            .notes
            .iter()
            .map(|note| format!("<li>{}</li>", html(note)));
        let items: Vec<String> = items.collect();
        let _ = writeln!(
            body,
            "<div class=\"warnings\" role=\"note\"><ul>{}</ul></div>",
            items.join("\n")
        );
    }
    body.push_str(
        "<p class=\"note\"><b>Verdict</b>: of a sweep with a history, by its rules; of others, against the previous \
         result, as <code>cargo bencher compare</code> judges. <b>Latest</b>: the geometric mean over all points with \
         a value; the mean, if a value is not above zero. <b>Change</b>: the geometric mean over the points of the \
         ratio of the latest value to the median of the baseline, or to the previous result. <b>Trend</b>: one \
         value a run; dashed lines mark changes of level, hollow points failed runs.</p>\n",
    );
    body.push_str(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Results\">\n<table class=\"scorecard\" role=\"table\">\n\
         <caption class=\"note\">All results, the worst first within each program</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">",
    );
    for (heading, is_minor) in COLUMNS {
        let class = if is_minor { " class=\"minor\"" } else { "" };
        let _ = write!(
            body,
            "<th scope=\"col\" role=\"columnheader\"{class}>{heading}</th>"
        );
    }
    body.push_str("</tr></thead>\n");
    for (program, rows) in card.programs() {
        let _ = writeln!(
            body,
            "<tbody role=\"rowgroup\">\n<tr class=\"program\" role=\"row\"><th scope=\"rowgroup\" role=\"rowheader\" colspan=\"{}\">{}</th></tr>",
            COLUMNS.len(),
            html(program)
        );
        for one in rows {
            row(&mut body, one);
        }
        body.push_str("</tbody>\n");
    }
    let _ = writeln!(body, "</table>\n</div>\n</main>\n<script>{SCRIPT}</script>");
    frame("Scorecard", "", &body)
}

fn row(out: &mut String, row: &Row) {
    let reason = if row.reason.is_empty() {
        String::new()
    } else {
        format!(
            "<span class=\"why\" title=\"{}\">{}</span>",
            html(&row.reason),
            html(&crate::chart::text::clip(&row.reason, REASON))
        )
    };
    let _ = write!(
        out,
        "<tr role=\"row\"><td role=\"cell\" class=\"judged\" data-sort=\"{}\"><span class=\"verdict {}\">{}</span>{reason}</td>",
        row.grade as u8,
        class(row.grade),
        html(&row.word)
    );
    let title = html(&row.title);
    let title = match &row.report {
        Some(address) => format!("<a href=\"{}\">{title}</a>", html(address)),
        None => title,
    };
    let tag = match &*row.tag {
        "" => String::new(),
        tag => format!(" <span class=\"tag\">tag {}</span>", html(&tag_text(tag))),
    };
    let _ = write!(
        out,
        "<th scope=\"row\" role=\"rowheader\">{title}{tag}</th><td role=\"cell\">{}</td>",
        html(&row.result)
    );
    let value = row
        .value
        .map_or_else(|| "–".to_owned(), |value| quantity(value, &row.units));
    let points = match row.points {
        0 | 1 => String::new(),
        points => format!(
            "<span class=\"why\">{points} points, {}</span>",
            row.mean.name()
        ),
    };
    let _ = write!(
        out,
        "<td role=\"cell\" class=\"value\" data-sort=\"{}\">{}{points}</td>",
        number(row.value),
        html(&value)
    );
    let _ = write!(
        out,
        "<td role=\"cell\" class=\"value\" data-sort=\"{}\">{}</td>",
        number(row.change),
        html(&change_text(row.change))
    );
    let last = row.trend.last().and_then(|run| run.value);
    let _ = write!(
        out,
        "<td role=\"cell\" class=\"trend\" data-sort=\"{}\">{}</td>",
        number(last),
        sparkline(&row.trend, &row.units)
    );
    let _ = writeln!(
        out,
        "<td role=\"cell\" class=\"minor\" data-sort=\"{0}\">{0}</td><td role=\"cell\" class=\"minor value\" data-sort=\"{1}\">\
         <time datetime=\"{2}\" title=\"{2}\">{3}</time></td></tr>",
        row.runs,
        row.age_seconds,
        html(&row.started),
        html(&row.age)
    );
}

/// `+5.2 %`; a dash where it is not known.
pub(crate) fn change_text(change: Option<f64>) -> String {
    let Some(ratio) = change else {
        return "–".to_owned();
    };
    let percent = (ratio - 1.0) * 100.0;
    let sign = if percent > 0.0 { "+" } else { "" };
    format!("{sign}{} %", digits(percent, 3))
}

fn number(x: Option<f64>) -> String {
    x.map_or_else(String::new, |x| format!("{x:e}"))
}

const fn class(grade: Grade) -> &'static str {
    match grade {
        Grade::Failed | Grade::Vanished | Grade::Regression => "worst",
        Grade::Worse => "bad",
        Grade::Undecided => "open",
        Grade::Better => "good",
        Grade::Accepted | Grade::Same | Grade::Ok => "",
    }
}
