//! A case as Markdown, for the ticket.

use super::file::{CaseFile, Checked};
use crate::document::emit;
use crate::markdown::escape;

/// The case, what is decided now, and what is not as it was.
pub fn markdown(case: &CaseFile, checked: &Checked) -> String {
    let decision = &case.decision;
    let mut text = format!("# Binary Authorization: {}\n\n", decision.outcome);
    if !decision.message.is_empty() {
        text.push_str(&format!("{}\n\n", fenced(&decision.message, "")));
    }
    text.push_str("| | |\n|---|---|\n");
    for (name, value) in facts(case) {
        text.push_str(&format!("| {name} | {} |\n", escape(&value)));
    }
    text.push_str("\n## Checks\n\n");
    text.push_str(&format!("{}\n\n", fenced(&decision.trace.join("\n"), "text")));
    section(&mut text, "Assumed", case.assumptions.iter().map(|text| escape(text)));
    let evidence = case.evidence.iter().map(|known| {
        let found = match known.attested {
            Some(true) => "attested".to_owned(),
            Some(false) => format!("not attested: {}", escape(&known.why)),
            None => format!("not known: {}", escape(&known.why)),
        };
        format!("{}, {}: {found}", escape(&known.attestor), escape(&known.image))
    });
    section(&mut text, "Attestations", evidence);
    text.push_str(&format!("## Policy\n\n{}\n\n", fenced(&emit(&case.policy), "yaml")));
    section(&mut text, "Left out", case.redacted.iter().map(super::Redaction::text));
    let again = match checked.differences.as_slice() {
        [] => vec!["Decided again from this file: the same.".to_owned()],
        differences => differences.iter().map(|difference| escape(difference)).collect(),
    };
    section(&mut text, "Decided again", again.into_iter());
    let hashes = &case.sha256;
    let parts = [
        ("request", &hashes.request),
        ("policy", &hashes.policy),
        ("evidence", &hashes.evidence),
        ("decision", &hashes.decision),
    ];
    section(&mut text, "SHA-256", parts.into_iter().map(|(part, hash)| format!("{part} `{}`", escape(hash))));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

impl super::Redaction {
    /// `2 e-mail addresses`.
    pub fn text(&self) -> String {
        if self.count == 0 { self.what.clone() } else { format!("{} {}", self.count, self.what) }
    }
}

/// What was asked.
fn facts(case: &CaseFile) -> Vec<(&'static str, String)> {
    let request = &case.request;
    let or_default = |text: &String| if text.is_empty() { "default".to_owned() } else { text.clone() };
    let mut facts = vec![("rule", case.decision.rule.clone()), ("policy", case.policy_of.clone())];
    facts.extend(request.images.iter().map(|image| ("image", image.image.clone())));
    facts.push(("platform", request.platform.clone()));
    facts.push(("enforced", if request.enforced { "yes" } else { "no" }.to_owned()));
    facts.extend(request.cluster.iter().map(|cluster| ("cluster", cluster.clone())));
    facts.push(("namespace", or_default(&request.namespace)));
    facts.push(("service account", or_default(&request.service_account)));
    facts.extend(request.service_identity.iter().map(|identity| ("service identity", identity.clone())));
    let pair = |(key, value): (&String, &String)| format!("{key}={value}");
    facts.extend(request.labels.iter().map(|label| ("label", pair(label))));
    facts.extend(request.annotations.iter().map(|annotation| ("annotation", pair(annotation))));
    facts.push(("made", format!("{} by {}", case.made_at, case.made_by)));
    facts
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    if !lines.is_empty() {
        text.push_str(&format!("## {title}\n\n{}\n", lines.concat()));
    }
}

/// A block that its text cannot end.
fn fenced(text: &str, language: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let plain: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    format!("{fence}{language}\n{}\n{fence}", plain.trim_end())
}
