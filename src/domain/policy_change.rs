//! Versions of a policy, and what changed between two of them, in a line. Uses `policy`.

use jiff::Timestamp;

use crate::policy::{AdmissionRule, GlobalPolicyEvaluationMode, Policy};
use crate::policy_test::rule_name;

/// A policy, and since when it was live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    pub since: Timestamp,
    /// Who made it live, where that is known.
    pub author: Option<String>,
    pub policy: Policy,
}

/// What changed between two policies, in a few words: rules by their names, patterns by their number.
pub fn changes(before: &Policy, after: &Policy) -> String {
    let mut parts = rules(before, after);
    let patterns = |policy: &Policy| -> Vec<String> {
        policy.admission_whitelist_patterns.iter().map(|pattern| pattern.name_pattern.clone()).collect()
    };
    let (old, new) = (patterns(before), patterns(after));
    let gone = old.iter().filter(|pattern| !new.contains(pattern)).count();
    let come = new.iter().filter(|pattern| !old.contains(pattern)).count();
    match (come, gone) {
        (0, 0) if old != new => parts.push("patterns in another order".to_owned()),
        (0, 0) => {}
        (come, gone) => parts.push(format!("patterns +{come} -{gone}")),
    }
    let mode = |policy: &Policy| policy.global_policy_evaluation_mode == GlobalPolicyEvaluationMode::Enable;
    match (mode(before), mode(after)) {
        (false, true) => parts.push("system policy on".to_owned()),
        (true, false) => parts.push("system policy off".to_owned()),
        _ => {}
    }
    if before.description != after.description {
        parts.push("description".to_owned());
    }
    if parts.is_empty() { "says the same".to_owned() } else { parts.join(", ") }
}

/// Each rule that came, went or changed.
fn rules(before: &Policy, after: &Policy) -> Vec<String> {
    let mut parts = Vec::new();
    for (kind, key, rule) in after.all_rules() {
        match before.all_rules().find(|(k, name, _)| *k == kind && *name == key) {
            None => parts.push(format!("+ rule {}", rule_name(kind, key))),
            Some((_, _, old)) if old.evaluation_mode != rule.evaluation_mode => {
                let (from, to) = (old.evaluation_mode.as_str(), rule.evaluation_mode.as_str());
                parts.push(format!("rule {} {from} → {to}", rule_name(kind, key)));
            }
            Some((_, _, old)) if old != rule => {
                parts.push(format!("rule {}{}", rule_name(kind, key), within(old, rule)));
            }
            Some(_) => {}
        }
    }
    let gone = before.all_rules().filter(|(kind, key, _)| !after.all_rules().any(|(k, n, _)| k == *kind && n == *key));
    parts.extend(gone.map(|(kind, key, _)| format!("- rule {}", rule_name(kind, key))));
    parts
}

/// What changed in a rule of the same evaluation mode: who is asked, and whether it is enforced.
fn within(before: &AdmissionRule, after: &AdmissionRule) -> String {
    let (old, new) = (&before.require_attestations_by, &after.require_attestations_by);
    let id = |name: &String| name.rsplit('/').next().unwrap_or(name).to_owned();
    let come = new.iter().filter(|name| !old.contains(name)).map(|name| format!(" asks {} too", id(name)));
    let gone = old.iter().filter(|name| !new.contains(name)).map(|name| format!(" asks {} no more", id(name)));
    let mode = (before.enforcement_mode != after.enforcement_mode)
        .then(|| format!(" {} → {}", before.enforcement_mode.as_str(), after.enforcement_mode.as_str()));
    come.chain(gone).chain(mode).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Dialect, Document};

    fn policy(text: &str) -> Policy {
        Document::parse(text, Dialect::Gcloud).policy.unwrap()
    }

    const DENY: &str =
        "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}";

    #[test]
    fn a_change_is_told_in_a_line() {
        let cluster = format!(
            "{}\nglobalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns: [{{namePattern: a/*}}]\n\
             clusterAdmissionRules: {{us-east1.c: {{evaluationMode: ALWAYS_DENY, enforcementMode: DRYRUN_AUDIT_LOG_ONLY}}}}",
            DENY.replace("ALWAYS_DENY", "ALWAYS_ALLOW")
        );
        let (old, new) = (policy(DENY), policy(&cluster));
        let line =
            "rule default ALWAYS_DENY → ALWAYS_ALLOW, + rule cluster/us-east1.c, patterns +1 -0, system policy on";
        assert_eq!(changes(&old, &new), line);
        let back =
            "rule default ALWAYS_ALLOW → ALWAYS_DENY, - rule cluster/us-east1.c, patterns +0 -1, system policy off";
        assert_eq!(changes(&new, &old), back);
        assert_eq!(changes(&old, &old), "says the same");
    }

    #[test]
    fn who_is_asked_and_whether_it_is_enforced_is_told() {
        let asks = |by: &str, mode: &str| {
            policy(&format!(
                "defaultAdmissionRule: {{evaluationMode: REQUIRE_ATTESTATION, enforcementMode: {mode}, requireAttestationsBy: [{by}]}}"
            ))
        };
        let (enforced, dry) = ("ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY");
        let (sec, qa) = ("projects/p/attestors/sec", "projects/p/attestors/qa");
        let both = format!("{sec}, {qa}");
        assert_eq!(changes(&asks(sec, enforced), &asks(&both, enforced)), "rule default asks qa too");
        assert_eq!(changes(&asks(&both, enforced), &asks(sec, enforced)), "rule default asks qa no more");
        let line = format!("rule default {dry} → {enforced}");
        assert_eq!(changes(&asks(sec, dry), &asks(sec, enforced)), line);
    }
}
