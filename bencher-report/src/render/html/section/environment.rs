use std::fmt::Write;

use bencher_core::record::SweepRecord;

use super::super::text::html;

/// Where the numbers were taken: machine, state, build. Folded, because few readers ask.
pub(in super::super) fn table(out: &mut String, record: &SweepRecord) {
    let Some(environment) = &record.environment else {
        return;
    };
    out.push_str(
        "<details class=\"environment\"><summary>Environment</summary>\n\
         <table class=\"facts\"><tbody>\n",
    );
    for (name, text) in environment.facts() {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            html(name),
            html(&text)
        );
    }
    out.push_str("</tbody></table></details>\n");
}
