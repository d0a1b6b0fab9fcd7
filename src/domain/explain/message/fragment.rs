//! What is left of a message where people quote a part of it: the reason alone, or a text whose beginning is cut off.
//!
//! A fragment is taken only for what nothing but Binary Authorization says, or, at the very beginning of a text,
//! where what is left can be the end of one sentence alone.

use super::cursor::Cursor;
use super::reason::{self, Reason};
use super::refusal::RuleSaid;
use super::rule::{is_whole_key, rule};
use super::statement::{Named, Statement, by_attestor, by_binary_authorization};
use super::text::{BREAK, WRAP};
use crate::policy::RuleKind;

pub(super) fn read(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    denied(at)
        .or_else(|| named_attestor(at))
        .or_else(|| always_deny(at))
        .or_else(|| paraphrase(at))
        .or_else(|| alone(at))
        .or_else(|| if is_beginning(at) { cut_rule(at).or_else(|| cut_reason(at)) } else { None })
}

/// `denied by Binary Authorization RULE.` and `denied by attestor A: REASON`, without the image before it.
fn denied(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let by = at.eat("denied by ").or_else(|| at.eat("by "))?;
    if let Some(rule) = by.eat("Binary Authorization ") {
        return by_binary_authorization(rule, Named::Missing);
    }
    let found = by_attestor(by.eat("attestor").or_else(|| by.eat("projects/").map(|_| by))?, Named::Missing)?;
    let Statement::ImageAttestor { attestor, reason, .. } = &found.0 else { return None };
    // Without the image, the name of an attestor or a reason that is known has to tell whose words these are.
    (attestor.name().is_some() || reason.is_known()).then_some(found)
}

/// `attestor projects/P/attestors/A: REASON`, if the reason is known.
fn named_attestor(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let name = match at.eat("attestor projects/") {
        Some(_) => at.eat("attestor")?,
        None => at.eat("projects/").map(|_| at)?,
    };
    let found = by_attestor(name, Named::Missing)?;
    matches!(&found.0, Statement::ImageAttestor { reason, .. } if reason.is_known()).then_some(found)
}

/// `by always_deny admission rule`: no other rule is called that.
fn always_deny(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    const MODES: [&str; 2] = ["always_deny admission rule", "ALWAYS_DENY admission rule"];
    let (text, end) = MODES.iter().find_map(|text| Some((*text, at.eat(text)?)))?;
    Some((Statement::AlwaysDeny { text: format!("Denied by {text}") }, end))
}

/// How tools and people say it in words of their own.
fn paraphrase(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    const WORDS: [&str; 7] = [
        "Binary Authorization denied image",
        "Binary Authorization denied the image",
        "Binary Authorization blocked image",
        "Denied by Binary Authorization policy",
        "Blocked by Binary Authorization policy",
        "blocked by Binary Authorization policy",
        "rejected by Binary Authorization policy",
    ];
    let end = WORDS.iter().find_map(|words| at.eat(words))?;
    let told = end.eat(": ").map(reason::read_loosely).filter(|(reason, _)| reason.is_known());
    let (reason, end) = told.map_or((None, end), |(reason, end)| (Some(reason), end));
    Some((Statement::Paraphrase { image: Named::Missing, reason }, end))
}

/// A reason that nothing else gives, with nothing before it.
fn alone(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let (reason, end) = reason::alone(at)?;
    Some((attested(reason), end))
}

fn attested(reason: Reason) -> Statement {
    Statement::ImageAttestor { image: Named::Missing, attestor: Named::Missing, reason }
}

/// The end of a rule's name, at the beginning of a text. Its key tells of which kind it is, and what follows that it is one.
fn cut_rule(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let at = at.eat("Binary Authorization ").unwrap_or(at);
    let (rule, end) = rule(at).or_else(|| end_of_rule(at))?;
    let follows = [" Image ", " Denied by ", " Overridden by evaluation mode", "Image ", "Denied by "];
    let is_whole = follows.iter().any(|words| end.eat(words).is_some());
    is_whole.then_some((Statement::ImageRule { image: Named::Missing, rule: Ok(rule) }, end))
}

/// `ster admission rule for us-east1.c.`, `sion rule for us-east1.c.`, `ult admission rule.`
fn end_of_rule(at: Cursor<'_>) -> Option<(RuleSaid, Cursor<'_>)> {
    const DEFAULT: &str = "default admission rule.";
    const KEYED: [&str; 4] = [
        "cluster admission rule for ",
        "kubernetes namespace admission rule for ",
        "kubernetes service account admission rule for ",
        "istio service identity admission rule for ",
    ];
    if let Some(end) = rest_of(DEFAULT, "rule.", at) {
        return Some((RuleSaid { kind: RuleKind::Default, key: String::new() }, end));
    }
    let key = KEYED.iter().find_map(|words| rest_of(words, "for ", at))?;
    let (key, end) = key.token(|word, _| word.ends_with('.'))?;
    let key = key.strip_suffix('.')?;
    let kind = match key {
        key if key.contains("/sa/") => RuleKind::ServiceIdentity,
        key if key.contains(':') => RuleKind::ServiceAccount,
        // Namespaces have no dots (RFC 1123 labels).
        key if key.contains('.') => RuleKind::Cluster,
        _ => RuleKind::Namespace,
    };
    is_whole_key(kind, key).then(|| (RuleSaid { kind, key: key.to_owned() }, end))
}

/// Behind the end of some words, of which at least `least` is there.
fn rest_of<'t>(words: &str, least: &str, at: Cursor<'t>) -> Option<Cursor<'t>> {
    let longest = words.len() - least.len();
    (0..=longest).filter_map(|from| words.get(from..)).find_map(|end| at.eat(end))
}

/// The end of a reason, at the beginning of a text.
fn cut_reason(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let (reason, end) = reason::end_of_one(at)?;
    Some((attested(reason), end))
}

/// How far back the beginning of a line is looked for, in bytes.
const MARGIN: usize = 40;

/// Whether nothing is before it in the text or its paragraph, or what stands for a part that was left out.
fn is_beginning(at: Cursor<'_>) -> bool {
    let from = (at.at.saturating_sub(MARGIN)..=at.at).find(|from| at.text.is_char_boundary(*from)).unwrap_or(at.at);
    let before = at.text.get(from..at.at).unwrap_or_default();
    let line = before.rsplit([WRAP, BREAK]).next().unwrap_or_default();
    // A line that is broken goes on with a word that is none of its own.
    let is_first = from == 0 && line.len() == before.len() || before.ends_with(BREAK);
    let told = line.trim_end();
    let cut = told.trim_start_matches(|c: char| !c.is_alphanumeric());
    // `ation cluster admission rule for …`
    let is_cut_word = is_first && "denied by Binary Authorization".ends_with(cut);
    is_cut_word
        || told.ends_with("...")
        || told.ends_with('\u{2026}')
        || is_first && !line.contains(char::is_alphanumeric)
}
