//! Any text is decoded as a refusal: in time, without a panic; it says what is not known where nothing
//! was recognised, and no cause is certain without the project's state.
#![no_main]

use countersign::domain::explain::cause::{Confidence, diagnose};
use countersign::domain::explain::message::{decode, says};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = decode(text);
    assert!(!reading.cases.is_empty() || !reading.unknown.is_empty());
    for case in &reading.cases {
        assert!(!says(case).is_empty() && case.times > 0);
        let _ = case.request();
        for finding in &case.findings {
            let diagnosis = diagnose(case, finding, None);
            assert!(diagnosis.causes.iter().all(|cause| cause.confidence != Confidence::Certain));
        }
    }
});
