//! The text of a policy, as `gcloud container binauthz policy export` prints it.
//!
//! Keys in alphabetical order, block style, fields with zero values left out, lines folded behind
//! column 80 (ruamel.yaml 0.15, version 1.2). We differ where gcloud prints what it would read as
//! something else (a `no` or `1:30` is quoted here), and fold nothing in double quotes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::scalar::is_ambiguous;
use crate::policy::{AdmissionRule, AdmissionWhitelistPattern, GlobalPolicyEvaluationMode, Policy, RuleKind};

/// ruamel.yaml breaks a line at the first single space behind this column.
const WIDTH: usize = 80;

/// Longer keys are written with `?`; a key before `:` may have at most 1,024 characters.
const LONGEST_SIMPLE_KEY: usize = 128;

/// Prints `policy`; [`Document::parse`](super::Document::parse) reads the same policy from it.
pub fn emit(policy: &Policy) -> String {
    let mut out = Writer::default();
    out.patterns(&policy.admission_whitelist_patterns);
    out.rules(RuleKind::Cluster, &policy.cluster_admission_rules);
    out.line(0, "defaultAdmissionRule:");
    out.rule(2, &policy.default_admission_rule);
    out.text("description", policy.description.as_deref());
    out.text("etag", policy.etag.as_deref());
    out.global_mode(policy.global_policy_evaluation_mode);
    out.rules(RuleKind::ServiceIdentity, &policy.istio_service_identity_admission_rules);
    out.rules(RuleKind::Namespace, &policy.kubernetes_namespace_admission_rules);
    out.rules(RuleKind::ServiceAccount, &policy.kubernetes_service_account_admission_rules);
    out.text("name", policy.name.as_deref());
    out.text("updateTime", policy.update_time.as_deref());
    out.0
}

#[derive(Default)]
struct Writer(String);

impl Writer {
    fn line(&mut self, indent: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{:indent$}{text}", "");
    }

    /// `prefix` and a scalar; what does not fit on the line goes on at `indent`.
    fn scalar(&mut self, prefix: &str, text: &str, indent: usize) {
        self.0.push_str(prefix);
        self.0.push_str(&scalar(text, prefix.chars().count(), indent));
        self.0.push('\n');
    }

    fn text(&mut self, field: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.scalar(&format!("{field}: "), text, 2);
        }
    }

    fn global_mode(&mut self, mode: GlobalPolicyEvaluationMode) {
        let name = match mode {
            GlobalPolicyEvaluationMode::Unspecified => return,
            GlobalPolicyEvaluationMode::Enable => "ENABLE",
            GlobalPolicyEvaluationMode::Disable => "DISABLE",
        };
        self.line(0, &format!("globalPolicyEvaluationMode: {name}"));
    }

    fn patterns(&mut self, patterns: &[AdmissionWhitelistPattern]) {
        if !patterns.is_empty() {
            self.line(0, "admissionWhitelistPatterns:");
        }
        for pattern in patterns {
            self.scalar("- namePattern: ", &pattern.name_pattern, 4);
        }
    }

    fn rules(&mut self, kind: RuleKind, rules: &BTreeMap<String, AdmissionRule>) {
        if !rules.is_empty() {
            self.line(0, &format!("{}:", kind.field()));
        }
        for (key, rule) in rules {
            let written = one_line(key);
            if written.chars().count() > LONGEST_SIMPLE_KEY {
                self.line(2, &format!("? {written}"));
                self.line(2, ":");
            } else {
                self.line(2, &format!("{written}:"));
            }
            self.rule(4, rule);
        }
    }

    fn rule(&mut self, indent: usize, rule: &AdmissionRule) {
        self.line(indent, &format!("enforcementMode: {}", rule.enforcement_mode.as_str()));
        self.line(indent, &format!("evaluationMode: {}", rule.evaluation_mode.as_str()));
        if !rule.require_attestations_by.is_empty() {
            self.line(indent, "requireAttestationsBy:");
        }
        for attestor in &rule.require_attestations_by {
            self.scalar(&format!("{:indent$}- ", ""), attestor, indent + 2);
        }
    }
}

/// A scalar in the first style that can hold it: plain, literal, single or double quotes.
fn scalar(text: &str, column: usize, indent: usize) -> String {
    if is_plain(text) {
        folded(text, column, indent)
    } else if is_literal(text) {
        literal(text, indent)
    } else if is_single_quoted(text) {
        format!("'{}'", folded(text, column + 1, indent))
    } else {
        double_quoted(text)
    }
}

/// A scalar that must stay on its line.
pub(crate) fn one_line(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if is_single_quoted(text) {
        format!("'{text}'")
    } else {
        double_quoted(text)
    }
}

/// Whether `text` needs no quotes in a block (`Emitter.analyze_scalar`).
fn is_plain(text: &str) -> bool {
    let sign_first = text.starts_with(|c: char| " #,[]{}&*!|>'\"%@`".contains(c));
    let indicator_first = text.starts_with(['-', '?', ':']) && text.chars().nth(1).is_none_or(|c| c == ' ');
    let marker_first = ["---", "..."].iter().any(|marker| text.starts_with(marker));
    let like_a_key = text.ends_with([' ', ':']) || text.contains(": ");
    let special = sign_first || indicator_first || marker_first || like_a_key || text.contains(" #");
    !(text.is_empty() || special || is_ambiguous(text)) && text.chars().all(is_printable)
}

/// Whether `text` needs no quotes anywhere, also not in `[…]` and `{…}`.
pub(crate) fn is_plain_in_flow(text: &str) -> bool {
    is_plain(text) && !text.contains([',', '[', ']', '{', '}'])
}

fn is_single_quoted(text: &str) -> bool {
    !text.contains('\'') && text.chars().all(is_printable)
}

/// Several lines that need no escapes and no hint about their indentation.
fn is_literal(text: &str) -> bool {
    text.contains('\n') && !text.starts_with([' ', '\n']) && text.chars().all(|c| c == '\n' || is_printable(c))
}

/// Characters that stand for themselves; line breaks of any version of YAML do not.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Breaks at single spaces behind column 80; a reader makes a space of each break.
fn folded(text: &str, mut column: usize, indent: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let single = c == ' ' && before != ' ' && characters.peek().is_some_and(|next| *next != ' ');
        if single && column > WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else {
            out.push(c);
            column += 1;
        }
        before = c;
    }
    out
}

fn literal(text: &str, indent: usize) -> String {
    let chomping = match text.strip_suffix('\n') {
        None => "-",
        Some(before) if before.ends_with('\n') => "+",
        Some(_) => "",
    };
    let mut out = format!("|{chomping}");
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(line);
    }
    out
}

/// Unlike gcloud, without folding: such a text is rare, and no easier to read in pieces.
fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match ESCAPES.iter().find(|(escaped, _)| *escaped == c) {
            Some((_, name)) => out.extend(['\\', *name]),
            None if is_printable(c) && c <= '\u{ffff}' => out.push(c),
            None => {
                let code = u32::from(c);
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// `Emitter.ESCAPE_REPLACEMENTS` of ruamel.yaml.
const ESCAPES: [(char, char); 14] = [
    ('\0', '0'),
    ('\u{7}', 'a'),
    ('\u{8}', 'b'),
    ('\t', 't'),
    ('\n', 'n'),
    ('\u{b}', 'v'),
    ('\u{c}', 'f'),
    ('\r', 'r'),
    ('\u{1b}', 'e'),
    ('"', '"'),
    ('\\', '\\'),
    ('\u{85}', 'N'),
    ('\u{2028}', 'L'),
    ('\u{2029}', 'P'),
];

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::policy::{EnforcementMode, EvaluationMode};

    #[test]
    fn the_default_policy_is_printed_as_gcloud_does() {
        let mut policy = Policy::default_for("binauthz-lab");
        policy.etag = Some("\"etag-0001\"".to_owned());
        policy.update_time = Some("2025-06-20T12:00:00.000000Z".to_owned());
        let expected = "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  \
                        evaluationMode: ALWAYS_ALLOW\netag: '\"etag-0001\"'\nglobalPolicyEvaluationMode: ENABLE\n\
                        name: projects/binauthz-lab/policy\nupdateTime: '2025-06-20T12:00:00.000000Z'\n";
        assert_eq!(emit(&policy), expected);
    }

    #[test]
    fn patterns_and_rules_are_printed_as_gcloud_does() {
        let allow = AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::DryRun);
        let mut policy = Policy::with_default(AdmissionRule {
            require_attestations_by: vec!["projects/p/attestors/a".to_owned()],
            ..AdmissionRule::always(EvaluationMode::RequireAttestation, EnforcementMode::Enforced)
        });
        policy.admission_whitelist_patterns.push(AdmissionWhitelistPattern { name_pattern: "gcr.io/p/*".to_owned() });
        policy.istio_service_identity_admission_rules.insert("spiffe://example.com/ns/prod/sa/web".to_owned(), allow);
        let expected = "admissionWhitelistPatterns:\n- namePattern: gcr.io/p/*\ndefaultAdmissionRule:\n  \
                        enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: REQUIRE_ATTESTATION\n  \
                        requireAttestationsBy:\n  - projects/p/attestors/a\nistioServiceIdentityAdmissionRules:\n  \
                        spiffe://example.com/ns/prod/sa/web:\n    enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n    \
                        evaluationMode: ALWAYS_ALLOW\n";
        assert_eq!(emit(&policy), expected);
    }

    #[rstest]
    #[case("plain text", "plain text")]
    #[case("no", "'no'")]
    #[case("0123", "'0123'")]
    #[case("a: b", "'a: b'")]
    #[case("a:b", "a:b")]
    #[case("* all", "'* all'")]
    #[case("-x", "-x")]
    #[case("- x", "'- x'")]
    #[case("# no comment", "'# no comment'")]
    #[case("it's", "it's")]
    #[case("'it'", "\"'it'\"")]
    #[case(" padded ", "' padded '")]
    #[case("a\tb", "\"a\\tb\"")]
    #[case("two\nlines", "|-\n  two\n  lines")]
    #[case("two\n\nlines\n", "|\n  two\n\n  lines")]
    #[case("\nlines", "\"\\nlines\"")]
    fn scalars(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(scalar(text, 0, 2), expected);
    }
}
