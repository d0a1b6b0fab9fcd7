//! Any text is read as a policy, and a policy that is valid is the same after printing.
#![no_main]

use countersign::domain::document::{Dialect, Document, Format, emit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for (dialect, format) in
        [(Dialect::Gcloud, Format::Yaml), (Dialect::Gcloud, Format::Json), (Dialect::Rest, Format::Json)]
    {
        let document = Document::parse_as(text, dialect, format);
        if let Some(policy) = document.platform_policy {
            let json = serde_json::to_string(&policy).expect("a policy is always JSON");
            let again = Document::parse(&json, Dialect::Gcloud);
            assert_eq!(again.platform_policy.as_ref(), Some(&policy), "printed as:\n{json}");
        }
        let Some(policy) = document.policy else { continue };
        let printed = emit(&policy);
        let again = Document::parse(&printed, Dialect::Gcloud);
        assert_eq!(again.policy.as_ref(), Some(&policy), "printed as:\n{printed}");
    }
});
