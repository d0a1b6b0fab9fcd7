//! Any text as one of the files that people bring: a manifest, an audit log, tests of a policy, a case.
#![no_main]

use countersign::domain::case::CaseFile;
use countersign::domain::policy_test;
use countersign::files::audit_log;
use countersign::files::audit_log::export::Export;
use countersign::files::audit_log::split::Batch;
use countersign::files::manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = audit_log::read(bytes);
    let (mut export, mut batch) = (Export::default(), Batch::default());
    // In two pieces, as it comes from a disk.
    let (first, second) = bytes.split_at(bytes.len() / 2);
    export.push(first, &mut batch);
    export.push(second, &mut batch);
    export.finish(&mut batch);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for pod in manifest::pods(text).unwrap_or_default() {
        let _ = (pod.title(), pod.into_request());
    }
    let _ = manifest::request(text);
    let _ = policy_test::parse(text, &manifest::request);
    if let Ok(case) = CaseFile::parse(text) {
        let again = CaseFile::parse(&case.text()).expect("what was written is read");
        assert_eq!(again.text(), case.text());
        let _ = case.check();
    }
});
