//! Every form of message of `docs/binary-authorization.md`, "Messages", in every carrier; what is
//! corrupt, cut or another's; random texts.

use proptest::prelude::*;

use super::*;

mod carriers;
mod forms;
mod objects;
mod quoted;
mod random;

/// What a message is decoded to, in one line.
fn line(reading: &Reading) -> String {
    let one = |case: &Refusal| {
        let rule = case.rule.as_ref().map_or("-".to_owned(), |rule| format!("{:?}:{}", rule.kind, rule.key));
        let finding = |finding: &Finding| {
            let (image, attestor) =
                (finding.image.as_deref().unwrap_or("-"), finding.attestor.as_deref().unwrap_or("-"));
            format!("{image} {attestor} {:?}", finding.reason.kind)
        };
        let findings: Vec<String> = match case.relative {
            Some(known) => vec![format!("{:?}", known.relative)],
            None => case.findings.iter().map(finding).collect(),
        };
        format!("{} {rule} [{}]", case.kind.as_str(), findings.join(", "))
    };
    reading.cases.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn all_unknown(reading: &Reading) -> Vec<String> {
    reading.unknown.iter().chain(reading.cases.iter().flat_map(|case| &case.unknown)).cloned().collect()
}
