//! Fixes of the text itself.

use super::change::TextChange;
use super::edit::{Edit, QuickFix};
use super::token::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Format;

pub(super) fn fixes(change: TextChange<'_>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    match problem.code {
        Code::Tab => tab(change, at.start),
        Code::ControlCharacter | Code::ByteOrderMark => {
            vec![QuickFix::new("Delete it", vec![TextChange::replace(at, "")])]
        }
        Code::LineSeparator => separator(change, problem),
        Code::SeveralDocuments => {
            let edit = TextChange::replace(at.start..change.text().len(), "");
            vec![QuickFix::new("Delete everything from here on", vec![edit])]
        }
        Code::EmptyDocument => empty(change),
        Code::BadAlias => alias(change, problem),
        Code::UnsupportedTag => {
            let rest = change.slice(at.end..change.text().len());
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            vec![QuickFix::new("Delete the tag", vec![TextChange::replace(at.start..at.end + blanks, "")])]
        }
        Code::Syntax => syntax(change, problem),
        _ => Vec::new(),
    }
}

/// Two spaces for a tab that indents, one for another; all of the line outside of quotes.
fn tab(change: TextChange<'_>, first: usize) -> Vec<QuickFix> {
    let line = change.line_start(first)..change.next_line(first);
    let mut vec = Vec::new();
    let (mut quote, mut indenting, mut after_blank) = (None, true, true);
    for (at, c) in change.slice(line.clone()).char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '#') if after_blank => break,
            (None, '"' | '\'') if after_blank => quote = Some(c),
            (None, '\t') => {
                let byte = line.start + at;
                vec.push(TextChange::replace(byte..byte + 1, if indenting { "  " } else { " " }));
            }
            (_, _) => {}
        }
        indenting &= matches!(c, ' ' | '\t');
        after_blank = matches!(c, ' ' | '\t' | '[' | '{' | ',');
    }
    vec![QuickFix::new("Write spaces", vec)]
}

/// In double quotes an escape means the same; elsewhere a space is as near as it gets.
fn separator(change: TextChange<'_>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    let before = change.slice(change.line_start(at.start)..at.start);
    if before.matches('"').count() % 2 == 1 {
        let escape: String = change.slice(at.clone()).chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        return vec![QuickFix::new("Write it as an escape", vec![TextChange::replace(at, escape)])];
    }
    vec![QuickFix::new("Write a space", vec![TextChange::replace(at, " ")])]
}

/// The safest policy, in place of nothing.
fn empty(change: TextChange<'_>) -> Vec<QuickFix> {
    let newline = change.newline();
    let policy = match change.format() {
        Format::Json => "{\n  \"globalPolicyEvaluationMode\": \"ENABLE\",\n  \"defaultAdmissionRule\": {\n    \"evaluationMode\": \"ALWAYS_DENY\",\n    \"enforcementMode\": \"ENFORCED_BLOCK_AND_AUDIT_LOG\"\n  }\n}\n",
        Format::Yaml => "globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
    }
    .replace('\n', newline);
    let text = change.text();
    let comments = text.lines().all(|line| line.trim().is_empty() || line.starts_with('#') || line.trim() == "---");
    let edit = if comments {
        let open = !text.is_empty() && !text.ends_with('\n');
        TextChange::insert(text.len(), if open { format!("{newline}{policy}") } else { policy })
    } else if text.contains('#') {
        return Vec::new();
    } else {
        TextChange::replace(0..text.len(), policy)
    };
    vec![QuickFix::new("Begin with a policy that denies everything", vec![edit])]
}

/// A pattern that starts with `*` is a text, if nobody can have meant the name of an anchor.
fn alias(change: TextChange<'_>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    let text = change.slice(at.clone());
    if !text.contains(['.', '/', ':', '*']) || !text.starts_with('*') || text.len() < 3 {
        return Vec::new();
    }
    vec![QuickFix::new("Quote it", vec![TextChange::replace(at, quote(change.format(), text))])]
}

fn syntax(change: TextChange<'_>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.start;
    if change.format() == Format::Json {
        return trailing_comma(change, at);
    }
    let rest = change.slice(at..change.next_line(at)).trim_end();
    if rest.starts_with('*') && !rest.contains(" #") {
        let edit = TextChange::replace(at..at + rest.len(), quote(Format::Yaml, rest));
        return vec![QuickFix::new("Quote it", vec![edit])];
    }
    if rest.starts_with(':') { colon_in_value(change, at) } else { Vec::new() }
}

/// `{"a": 1,}`: the comma before the bracket.
fn trailing_comma(change: TextChange<'_>, at: usize) -> Vec<QuickFix> {
    if !change.slice(at..change.text().len()).starts_with(['}', ']']) {
        return Vec::new();
    }
    let before = change.slice(0..at).trim_end();
    let Some(comma) = before.strip_suffix(',').map(str::len) else { return Vec::new() };
    vec![QuickFix::new("Delete the comma before it", vec![TextChange::replace(comma..comma + 1, "")])]
}

/// `key: a: b`: a value with `: ` in it must be quoted.
fn colon_in_value(change: TextChange<'_>, at: usize) -> Vec<QuickFix> {
    let line = change.line_start(at)..change.next_line(at);
    let text = change.slice(line.clone()).trim_end();
    let Some(key) = text.find(": ").filter(|key| line.start + key < at) else { return Vec::new() };
    let value = text.get(key + 2..).unwrap_or_default();
    let start = line.start + key + 2 + (value.len() - value.trim_start().len());
    let value = value.trim();
    let plain = !value.contains(" #") && !value.starts_with(['"', '\'', '[', '{', '&', '*', '!', '|', '>']);
    if !plain {
        return Vec::new();
    }
    let edit: Edit = TextChange::replace(start..start + value.len(), quote(Format::Yaml, value));
    vec![QuickFix::new("Quote the value", vec![edit])]
}
