//! The policies that were live, as what changed before a refusal, and which of them made it one. Uses `policy`.

use jiff::Timestamp;

use super::change::{Change, ChangeKind, stamp};
use crate::policy::Policy;
use crate::policy_change::{Dated, changes};

/// Each version that came after another, as a change; of the first nobody knows what it changed.
pub fn policy_changes(versions: &[Dated]) -> Vec<Change> {
    let pairs = versions.iter().zip(versions.iter().skip(1));
    pairs
        .map(|(before, after)| Change {
            at: after.since,
            kind: ChangeKind::Policy,
            what: changes(&before.policy, &after.policy),
            author: after.author.clone(),
        })
        .collect()
}

/// The version with which something that was admitted came to be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<'v> {
    pub before: &'v Dated,
    pub version: &'v Dated,
}

/// How many versions are asked for a turn.
const VERSIONS: usize = 20;

/// The last version up to a time that refuses what the one before it admits, if every version since then refuses it
/// too. `admits` says what a policy decides, with what the attestors have now; `None` where that is not known.
pub fn turn(versions: &[Dated], time: Timestamp, mut admits: impl FnMut(&Policy) -> Option<bool>) -> Option<Turn<'_>> {
    let until = versions.iter().rev().filter(|version| version.since <= time).take(VERSIONS);
    let mut later: Option<&Dated> = None;
    for version in until {
        match (admits(&version.policy)?, later) {
            (false, _) => later = Some(version),
            (true, Some(refuses)) => return Some(Turn { before: version, version: refuses }),
            (true, None) => return None,
        }
    }
    None
}

impl Turn<'_> {
    /// The turn in a sentence.
    pub fn text(&self) -> String {
        let by = self.version.author.as_deref().map_or_else(String::new, |author| format!(" ({author})"));
        let what = changes(&self.before.policy, &self.version.policy);
        format!("It would have been admitted until the policy of {}{by}: {what}.", stamp(self.version.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode};

    fn dated(since: &str, mode: EvaluationMode) -> Dated {
        let policy = Policy::with_default(AdmissionRule::always(mode, EnforcementMode::Enforced));
        Dated { since: since.parse().unwrap(), author: Some("alice@acme.com".into()), policy }
    }

    fn admits(policy: &Policy) -> Option<bool> {
        match policy.default_admission_rule.evaluation_mode {
            EvaluationMode::AlwaysAllow => Some(true),
            EvaluationMode::AlwaysDeny => Some(false),
            EvaluationMode::RequireAttestation => None,
        }
    }

    const ALLOW: EvaluationMode = EvaluationMode::AlwaysAllow;
    const DENY: EvaluationMode = EvaluationMode::AlwaysDeny;

    #[test]
    fn the_version_that_made_it_a_refusal_is_found() {
        let versions = [
            dated("2026-11-30T10:00:00Z", ALLOW),
            dated("2026-11-30T18:40:20Z", DENY),
            dated("2026-11-30T20:00:00Z", ALLOW),
        ];
        let time = "2026-11-30T18:40:31Z".parse().unwrap();
        assert_eq!(
            turn(&versions, time, admits).unwrap().text(),
            "It would have been admitted until the policy of 2026-11-30 18:40:20Z (alice@acme.com): rule default \
             ALWAYS_ALLOW → ALWAYS_DENY."
        );
        let what: Vec<String> = policy_changes(&versions).into_iter().map(|change| change.what).collect();
        assert_eq!(what, ["rule default ALWAYS_ALLOW → ALWAYS_DENY", "rule default ALWAYS_DENY → ALWAYS_ALLOW"]);
    }

    #[rstest::rstest]
    #[case::admitted_at_the_time(&[ALLOW], None)]
    #[case::always_refused(&[DENY, DENY], None)]
    #[case::not_known_before(&[EvaluationMode::RequireAttestation, DENY], None)]
    #[case::changed_twice_since(&[ALLOW, DENY, DENY], Some(1))]
    fn where_nothing_turned_there_is_no_turn(#[case] modes: &[EvaluationMode], #[case] expected: Option<usize>) {
        let day = |number: usize| format!("2026-11-{:02}T00:00:00Z", number + 1);
        let versions: Vec<Dated> = modes.iter().enumerate().map(|(at, mode)| dated(&day(at), *mode)).collect();
        let found = turn(&versions, "2026-12-01T00:00:00Z".parse().unwrap(), admits);
        assert_eq!(found.map(|turn| turn.version.since), expected.map(|at| versions[at].since));
    }
}
