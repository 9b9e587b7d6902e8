use std::fmt::Write;

use bencher_core::evaluator::ClusterReport;
use bencher_core::record::SweepRecord;

use super::super::text::html;

/// The hosts of a cluster with their shares, and what was lost, came twice or was refused.
pub(in super::super) fn table(out: &mut String, record: &SweepRecord) {
    let text = record.dataset.attributes.get(ClusterReport::ATTRIBUTE);
    if let Some(report) = text.and_then(|text| ClusterReport::from_json(text)) {
        report_table(out, &report);
    }
}

fn report_table(out: &mut String, report: &ClusterReport) {
    out.push_str(
        "<details class=\"hosts\"><summary>Hosts</summary>\n<table><thead><tr><th>Host</th>\
         <th>Processor</th><th>Governor</th><th>Workers</th><th>Samples</th><th>Share</th>\
         <th>Failed</th><th>Redelivered</th></tr></thead><tbody>\n",
    );
    for host in &report.hosts {
        let known = |text: &Option<String>| html(text.as_deref().unwrap_or("unknown"));
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1} %</td>\
             <td>{}</td><td>{}</td></tr>",
            html(&host.host),
            known(&host.processor),
            known(&host.governor),
            host.workers,
            host.jobs,
            100.0 * report.share(host),
            host.failed,
            host.redelivered,
        );
    }
    let _ = writeln!(
        out,
        "</tbody></table>\n<p>{} chunks redelivered, {} duplicate results dropped, {} messages, {} \
         oversized results and {} workers refused.</p></details>",
        report.redelivered,
        report.duplicates,
        report.refused_messages,
        report.oversized_results,
        report.refused_workers
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_stand_on_the_page_and_their_names_are_no_markup() {
        let mut out = String::new();
        let text = r#"{"hosts":[{"host":"</script>n1","processor":"A & B","jobs":3,"failed":1},{"host":"n2","jobs":1}],"redelivered":2}"#;
        report_table(&mut out, &ClusterReport::from_json(text).unwrap());
        assert!(
            out.contains("&lt;/script&gt;n1") && !out.contains("</script>"),
            "{out}"
        );
        assert!(out.contains("A &amp; B") && out.contains("75.0 %") && out.contains("25.0 %"));
        assert!(out.contains("2 chunks redelivered, 0 duplicate"));
    }
}
