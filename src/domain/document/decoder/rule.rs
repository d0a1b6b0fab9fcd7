//! Admission rules, the maps of them, and the forms of their keys.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::{DecodeStep, Decoder, Fields, place};
use crate::diagnostic::{Code, excerpt};
use crate::document::format::Dialect;
use crate::document::node::{Entry, Key, Node, Value};
use crate::document::scalar::Means;
use crate::lint::rule_key;
use crate::name::AttestorName;
use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, RuleKind};
use crate::schema::{self, Field, ValueKind};
use crate::span::Bytes;

/// The most references to attestors in one policy (the quotas' page).
pub(super) const MAX_ATTESTORS: usize = 200;

impl<'a> Decoder<'a, '_, '_> {
    /// A map of rules; an absent one is empty.
    pub(super) fn rules(&mut self, kind: RuleKind, entry: &'a Entry) -> BTreeMap<String, AdmissionRule> {
        let node = &entry.value;
        let Value::Map(_) = &node.value else {
            if !node.is_null() && !self.is_absent_list(node) {
                self.wrong_type(entry.key.at, node, "a map of rules");
            }
            return BTreeMap::new();
        };
        let entries = self.entries_by_key(node);
        let read = |(key, entry): (&'a str, &'a Entry)| {
            let rule = self.within(DecodeStep::Key(key), |this| {
                this.check_key(kind, &entry.key);
                this.rule(entry)
            });
            (imported(&entry.key).into_owned(), rule)
        };
        entries.into_iter().map(read).collect()
    }

    /// gcloud takes an empty list for an absent map.
    pub(super) fn is_absent_list(&self, node: &Node) -> bool {
        self.dialect == Dialect::Gcloud && node.is_empty_list()
    }

    /// A rule; where something is wrong with it, and was reported, the rest of it.
    fn rule(&mut self, entry: &'a Entry) -> AdmissionRule {
        self.rule_and_mode(entry).0
    }

    /// A rule, and where its evaluation mode stands if it has a right one.
    pub(super) fn rule_and_mode(&mut self, entry: &'a Entry) -> (AdmissionRule, Option<Bytes>) {
        let key = entry.key.at;
        let mut rule = AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced);
        let Value::Map(_) = &entry.value.value else {
            self.wrong_type(key, &entry.value, "a rule with `evaluationMode` and `enforcementMode`");
            return (rule, None);
        };
        let fields = self.fields(&entry.value, schema::RULE);
        let evaluation = self.mode(key, &fields, "evaluationMode").and_then(evaluation_mode);
        let enforcement = self.mode(key, &fields, "enforcementMode").and_then(enforcement_mode);
        if let Some((_, attestors)) = fields.get("requireAttestationsBy") {
            rule.require_attestations_by =
                self.within(DecodeStep::Field("requireAttestationsBy"), |this| this.attestors(attestors));
        }
        rule.evaluation_mode = evaluation.unwrap_or(rule.evaluation_mode);
        rule.enforcement_mode = enforcement.unwrap_or(rule.enforcement_mode);
        if let Some(evaluation) = evaluation {
            self.check_attestors_fit(evaluation, &fields);
        }
        self.advise_on_enforcement(enforcement, evaluation, &fields);
        self.refuses |= evaluation.is_some_and(|mode| mode != EvaluationMode::AlwaysAllow);
        let at = fields.get("evaluationMode").map(|(_, entry)| entry.value.at);
        (rule, evaluation.and(at))
    }

    /// The number of a required enum's value.
    fn mode(&mut self, rule: Bytes, fields: &Fields<'a>, name: &'static str) -> Option<usize> {
        let Some((Field { kind: ValueKind::Enum(names), .. }, entry)) = fields.get(name) else {
            self.report(Code::MissingField, rule, format!("`{name}` is missing"));
            return None;
        };
        self.within(DecodeStep::Field(name), |this| {
            let number = this.number(entry, names)?;
            this.check_specified(number, names, &entry.value);
            Some(number)
        })
    }

    fn attestors(&mut self, entry: &'a Entry) -> Vec<String> {
        let node = &entry.value;
        let single = matches!(&node.value, Value::Scalar(scalar) if scalar.means == Means::Text);
        let elements = if single && self.dialect == Dialect::Gcloud {
            let text = "a single attestor, not a list: write it as `- projects/…`".to_owned();
            self.report(Code::NotAList, node.at, text);
            std::slice::from_ref(node)
        } else {
            self.list(entry, "a list of attestors").unwrap_or_default()
        };
        let mut seen: HashMap<&'a str, usize> = HashMap::new();
        let mut names = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            let Some(name) = self.within(DecodeStep::Index(at), |this| this.attestor(element)) else { continue };
            let first = *seen.entry(name).or_insert(at);
            if first != at {
                let text = format!("the rule names this attestor already, as number {}", first + 1);
                self.within(DecodeStep::Index(at), |this| this.report(Code::DuplicateAttestor, element.at, text));
            }
            names.push(name.to_owned());
        }
        names
    }

    fn attestor(&mut self, element: &'a Node) -> Option<&'a str> {
        if element.is_null() {
            self.report(Code::NullValue, element.at, "expected an attestor, found nothing".to_owned());
            return None;
        }
        let name = self.scalar_text(element.at, element)?;
        self.attestors += 1;
        if self.attestors == MAX_ATTESTORS + 1 {
            self.surplus_attestor = Some(element.at);
        }
        self.check_placeholder(name, element.at);
        if let Err(error) = name.parse::<AttestorName>() {
            self.report(Code::AttestorName, element.at, format!("`{}` is not {}", excerpt(name), error.expected));
        }
        Some(name)
    }

    fn check_attestors_fit(&mut self, mode: EvaluationMode, fields: &Fields<'a>) {
        let list = fields.get("requireAttestationsBy").map(|(_, entry)| entry);
        let empty = list.is_none_or(|entry| entry.value.is_null() || entry.value.is_empty_list());
        let Some((_, evaluation)) = fields.get("evaluationMode") else { return };
        match (mode, empty, list) {
            (EvaluationMode::RequireAttestation, true, list) => {
                let at = list.map_or(evaluation.value.at, |entry| place(entry.key.at, &entry.value));
                self.report(Code::AttestorsRequired, at, "REQUIRE_ATTESTATION needs requireAttestationsBy".to_owned());
            }
            (EvaluationMode::AlwaysAllow | EvaluationMode::AlwaysDeny, false, Some(entry)) => {
                let text = format!("{} does not go with requireAttestationsBy", mode.as_str());
                self.within(DecodeStep::Field("requireAttestationsBy"), |this| {
                    this.report(Code::AttestorsNotAllowed, entry.key.at, text);
                });
            }
            _ => {}
        }
    }

    fn advise_on_enforcement(
        &mut self,
        mode: Option<EnforcementMode>,
        evaluation: Option<EvaluationMode>,
        fields: &Fields<'a>,
    ) {
        let (Some(EnforcementMode::DryRun), Some((_, entry))) = (mode, fields.get("enforcementMode")) else { return };
        let (code, text) = match evaluation {
            Some(EvaluationMode::AlwaysAllow) => (Code::DryRunOfNothing, "a rule that admits all has nothing to block"),
            _ => (Code::DryRun, "this rule blocks nothing: it is a dry run"),
        };
        self.within(DecodeStep::Field("enforcementMode"), |this| this.report(code, entry.value.at, text.to_owned()));
    }

    fn check_key(&mut self, kind: RuleKind, key: &Key) {
        match key.means {
            None => {
                return self.report(
                    Code::KeyNotText,
                    key.at,
                    "a list or a map stands where a key is expected".to_owned(),
                );
            }
            Some(Means::Timestamp) => {
                return self.report(
                    Code::KeyNotText,
                    key.at,
                    format!("`{}` is read as a date, which is no key", key.text),
                );
            }
            Some(_) => {}
        }
        let imported = imported(key);
        if *imported != *key.text {
            self.report(Code::KeyRead, key.at, format!("gcloud imports this key as `{imported}`"));
        }
        let fault = rule_key::fault(kind, &imported);
        if let Some((code, form)) = fault {
            self.report(code, key.at, format!("`{}` is not {form}", excerpt(&imported)));
        }
        if !self.check_placeholder(&imported, key.at) && fault.is_none() {
            self.advise_on_key(kind, &imported, key.at);
        }
        if kind == RuleKind::Namespace && imported.contains(|c: char| c.is_ascii_digit()) {
            self.report(Code::NamespaceDigits, key.at, format!("the namespace `{}` has digits", excerpt(&imported)));
        }
    }

    /// Says what makes a key of the right form a rule that never applies.
    fn advise_on_key(&mut self, kind: RuleKind, key: &str, at: Bytes) {
        if let Some((code, message)) = rule_key::unreachable(kind, key) {
            self.report(code, at, message);
        }
        if kind == RuleKind::ServiceIdentity && !self.identities.insert(rule_key::bare_identity(key).to_owned()) {
            let text = "another rule is for the same identity, written with or without `spiffe://`".to_owned();
            self.report(Code::UnreachableRule, at, text);
        }
    }
}

/// The key that gcloud sends: Python's `json.dumps` makes texts of other keys.
fn imported(key: &Key) -> Cow<'_, str> {
    match key.means {
        Some(Means::Bool(value)) => Cow::Owned(value.to_string()),
        Some(Means::Null) => Cow::Borrowed("null"),
        Some(Means::Int(Some(value))) => Cow::Owned(value.to_string()),
        Some(Means::Float(value)) if value.is_nan() => Cow::Borrowed("NaN"),
        Some(Means::Float(value)) => Cow::Owned(format!("{value:?}").replace("inf", "Infinity")),
        _ => Cow::Borrowed(&key.text),
    }
}

fn evaluation_mode(number: usize) -> Option<EvaluationMode> {
    number.checked_sub(1).and_then(|at| {
        [EvaluationMode::AlwaysAllow, EvaluationMode::RequireAttestation, EvaluationMode::AlwaysDeny].get(at).copied()
    })
}

fn enforcement_mode(number: usize) -> Option<EnforcementMode> {
    number.checked_sub(1).and_then(|at| [EnforcementMode::Enforced, EnforcementMode::DryRun].get(at).copied())
}
