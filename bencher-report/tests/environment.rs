//! The page says where the numbers were taken.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod common;

use std::fs;

use bencher_core::measure::Environment;
use bencher_core::record::SweepRecord;
use bencher_report::{ReportOptions, write_report};
use common::{EVIL, gallery};

fn page(record: SweepRecord) -> String {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let files = write_report(&[record], dir.path(), &options).unwrap();
    fs::read_to_string(files.html.unwrap()).unwrap()
}

fn taken_in(environment: Option<Environment>) -> SweepRecord {
    let warnings = environment
        .as_ref()
        .map_or_else(Vec::new, Environment::warnings);
    SweepRecord {
        environment,
        warnings,
        ..gallery().remove(0)
    }
}

#[test]
fn the_environment_is_folded_and_its_warnings_stand_open() {
    let environment = Environment {
        cpu: Some("Some Processor 9000".to_owned()),
        governor: Some("powersave".to_owned()),
        virtual_machine: Some("KVM".to_owned()),
        host: Some(EVIL.to_owned()),
        ..Environment::capture()
    };
    let page = page(taken_in(Some(environment)));
    let (_, section) = page
        .split_once("<details class=\"environment\"><summary>Environment</summary>")
        .unwrap();
    let (section, _) = section.split_once("</details>").unwrap();
    for fact in ["Some Processor 9000", "powersave", "KVM", "rustc 1."] {
        assert!(section.contains(fact), "{fact} in {section}");
    }
    assert!(!page.contains(EVIL), "a host's name is text, not markup");
    let (_, warnings) = page.split_once("<div class=\"warnings\"").unwrap();
    let (warnings, _) = warnings.split_once("</div>").unwrap();
    assert!(warnings.contains("virtual machine (KVM)"), "{warnings}");
    assert!(
        warnings.contains("sudo cpupower frequency-set"),
        "{warnings}"
    );
}

#[test]
fn a_record_that_does_not_know_it_has_no_such_section() {
    assert!(!page(taken_in(None)).contains("class=\"environment\""));
}
