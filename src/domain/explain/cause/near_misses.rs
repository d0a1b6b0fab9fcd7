//! What came near to exempting a refused image, or to another rule for it.

use super::diagnosis::CauseKind::{KeyMisspelt, PatternMisses, SystemPolicyOff};
use super::diagnosis::Confidence::{Certain, Possible};
use super::diagnosis::{Cause, PresentState};
use crate::admission::check::{CheckKind, ClosestPattern, ExemptionCheck, RuleCheck, RuleLookup};
use crate::admission::trace::Check;
use crate::pattern::Pattern;

/// What came near, by the checks of one image: the system policy, a key of a rule, a pattern.
pub(super) fn near_misses(image: Option<&Check>, state: &PresentState<'_>) -> Vec<Cause> {
    let checks = image.map(Check::flat).unwrap_or_default();
    let mut causes: Vec<Cause> = system_policy_off(image).into_iter().collect();
    causes.extend(state.decision.trace.flat().into_iter().filter_map(|(_, check)| key_misspelt(check)));
    causes.extend(checks.into_iter().find_map(pattern_misses));
    causes
}

/// The system policy would exempt the image, and the policy does not ask for it.
pub(super) fn system_policy_off(image: Option<&Check>) -> Option<Cause> {
    let pattern = image?.flat().into_iter().find_map(|check| match &check.kind {
        CheckKind::Exemption(ExemptionCheck::SystemPolicyWouldExempt { pattern }) => Some(pattern),
        _ => None,
    })?;
    let text = "It is one of Google's system images, and the system policy is not evaluated: globalPolicyEvaluationMode is not ENABLE.";
    Some(Cause::new(SystemPolicyOff, Certain, text).because(format!("the system policy has {pattern}")))
}

/// A map of rules has a key that is nearly the one of the request.
fn key_misspelt(check: &Check) -> Option<Cause> {
    let CheckKind::Rule(RuleCheck::Lookup { result: RuleLookup::NoSuchKey { similar: Some(similar), .. }, .. }) =
        &check.kind
    else {
        return None;
    };
    let text = format!("No rule has the key of this request, and `{similar}` is nearly it: the default rule decides.");
    Some(Cause::new(KeyMisspelt, Certain, text).because(check.text()))
}

/// A pattern of the image's registry comes close; one of another registry was hardly meant for it.
fn pattern_misses(check: &Check) -> Option<Cause> {
    let CheckKind::Exemption(ExemptionCheck::Closest(closest)) = &check.kind else { return None };
    let ClosestPattern { pattern, image, .. } = closest;
    let (registry, _) = image.split_once('/')?;
    if !pattern.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/')) {
        return None;
    }
    let confidence = if closest.differs() && !misses_by_one(pattern, image) { Possible } else { Certain };
    let words = check.words();
    let found = words.found.unwrap_or_default();
    Some(Cause::new(PatternMisses, confidence, format!("The {} does not cover the image: {found}.", words.label)))
}

/// Whether the pattern would cover the image with one character more, less, or another.
fn misses_by_one(pattern: &str, image: &str) -> bool {
    let (typed, wanted): (Vec<char>, Vec<char>) = (pattern.chars().collect(), image.chars().collect());
    let at = typed.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let Some(next) = wanted.get(at) else { return false };
    let with = |gone: usize, new: &[char]| {
        let rest = typed.iter().skip(at + gone);
        let text: String = typed.iter().take(at).chain(new).chain(rest).collect();
        Pattern::parse(&text).is_ok_and(|pattern| pattern.matches(image))
    };
    with(1, &[*next]) || with(1, &[]) || with(0, &[*next])
}
