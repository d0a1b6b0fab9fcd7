//! The rule that a message names.

use super::cursor::{Cursor, excerpt};
use super::refusal::RuleSaid;
use super::text::{BREAK, WRAP};
use crate::policy::RuleKind;

/// The rule's name, or the words that stand for one that is not known.
pub(super) fn any_rule(at: Cursor<'_>) -> Option<(Result<RuleSaid, String>, Cursor<'_>)> {
    if let Some((rule, end)) = rule(at) {
        return Some((Ok(rule), end));
    }
    let (line, _) = at.line(200);
    let length = line.find(" admission rule")? + " admission rule".len();
    let words = line.get(..length)?;
    let end = Cursor { at: at.at + length, ..at };
    let (key, end) = match end.eat(" for ") {
        Some(key) => {
            let (key, end) = key.token(|_, _| true)?;
            (format!(" for {}", key.trim_end_matches('.')), end)
        }
        None => (String::new(), end.eat(".").unwrap_or(end)),
    };
    Some((Err(format!("{}{key}", excerpt(words))), end))
}

pub(super) fn rule(at: Cursor<'_>) -> Option<(RuleSaid, Cursor<'_>)> {
    // The words of the last three were never seen; these are inferred (W8 of
    // `docs/binary-authorization.md`, "GKE denials, webhook").
    const RULES: [(&str, RuleKind); 8] = [
        ("default admission rule", RuleKind::Default),
        ("cluster admission rule for ", RuleKind::Cluster),
        ("kubernetes namespace admission rule for ", RuleKind::Namespace),
        ("namespace admission rule for ", RuleKind::Namespace),
        ("kubernetes service account admission rule for ", RuleKind::ServiceAccount),
        ("service account admission rule for ", RuleKind::ServiceAccount),
        ("istio service identity admission rule for ", RuleKind::ServiceIdentity),
        ("service identity admission rule for ", RuleKind::ServiceIdentity),
    ];
    let (kind, end) = at.eat_one(&RULES).or_else(|| cut_before_key(at))?;
    if kind == RuleKind::Default {
        let end = end.eat(".").or_else(|| ends_here(end).then_some(end))?;
        return Some((RuleSaid { kind, key: String::new() }, end));
    }
    let whole = |word: &str, _: Cursor<'_>| word.strip_suffix('.').is_some_and(|key| is_whole_key(kind, key));
    if is_cut(end) {
        return Some((RuleSaid { kind, key: String::new() }, end));
    }
    let (key, end) = end.token(whole)?;
    let key = key.trim_end_matches(['"', '\'', '`']);
    let key = match key.strip_suffix('.') {
        Some(key) => key,
        // Only what ends the text, and not a part of it, can do without.
        None if is_whole_key(kind, key) && end.is_at_end() => key,
        None => return None,
    };
    is_whole_key(kind, key).then(|| (RuleSaid { kind, key: key.to_owned() }, end))
}

/// Nothing that could belong to the word before it.
fn ends_here(at: Cursor<'_>) -> bool {
    at.peek().is_none_or(|c| matches!(c, WRAP | BREAK | '"' | '\''))
}

/// Whether a rule of the kind can have this key, so that it is not a part of one.
pub(super) fn is_whole_key(kind: RuleKind, key: &str) -> bool {
    match kind {
        RuleKind::Default => key.is_empty(),
        RuleKind::Cluster => {
            key.split_once('.').is_some_and(|(location, cluster)| !location.is_empty() && !cluster.is_empty())
        }
        RuleKind::Namespace => !key.is_empty(),
        RuleKind::ServiceAccount => {
            key.split_once(':').is_some_and(|(namespace, account)| !namespace.is_empty() && !account.is_empty())
        }
        RuleKind::ServiceIdentity => key.parse::<crate::name::ServiceIdentity>().is_ok(),
    }
}

/// `cluster admission rule`, or `cluster admission rule for`, and nothing behind it: of the key nothing is there.
fn cut_before_key(at: Cursor<'_>) -> Option<(RuleKind, Cursor<'_>)> {
    const KINDS: [(&str, RuleKind); 4] = [
        ("cluster admission rule", RuleKind::Cluster),
        ("kubernetes namespace admission rule", RuleKind::Namespace),
        ("kubernetes service account admission rule", RuleKind::ServiceAccount),
        ("istio service identity admission rule", RuleKind::ServiceIdentity),
    ];
    let (kind, end) = at.eat_one(&KINDS)?;
    let end = end.eat(" for").unwrap_or(end);
    is_cut(end).then_some((kind, end))
}

/// Whether the text ends here, or goes on with what stands for more of it.
fn is_cut(at: Cursor<'_>) -> bool {
    let at = at.eat(" ").unwrap_or(at);
    ends_here(at) || at.peek() == Some('\u{2026}') || at.eat("...").is_some()
}
