//! Admission rules, the maps of them, and the forms of their keys.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::document::{Bytes, Dialect, Entry, Key, Means, Node, Value};
use crate::lint::Code;
use crate::lint::decode::{Decoder, Fields, Step, place, shown};
use crate::lint::policy::MAX_ATTESTORS;
use crate::lint::schema::{self, Field, Kind, Names};
use crate::name::{AttestorName, ClusterKey, ServiceIdentity, is_namespace};
use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, RuleKind};

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
        let entries = self.keyed(node);
        let read = |(key, entry): (&'a str, &'a Entry)| {
            let rule = self.within(Step::Key(key), |this| {
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
                self.within(Step::Field("requireAttestationsBy"), |this| this.attestors(attestors));
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
        let Some((Field { kind: Kind::Enum(names), .. }, entry)) = fields.get(name) else {
            self.report(Code::MissingField, rule, format!("`{name}` is missing"));
            return None;
        };
        self.within(Step::Field(name), |this| {
            let number = this.number(entry, names)?;
            this.check_specified(number, names, &entry.value);
            Some(number)
        })
    }

    pub(super) fn check_specified(&mut self, number: usize, names: &'static Names, node: &Node) {
        if let (0, Some(name)) = (number, names.all.first()) {
            self.report(Code::UnspecifiedValue, node.at, format!("`{name}` is not a value to use"));
        }
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
            let Some(name) = self.within(Step::Index(at), |this| this.attestor(element)) else { continue };
            let first = *seen.entry(name).or_insert(at);
            if first != at {
                let text = format!("the rule names this attestor already, as number {}", first + 1);
                self.within(Step::Index(at), |this| this.report(Code::DuplicateAttestor, element.at, text));
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
            self.report(Code::AttestorName, element.at, format!("`{}` is not {}", shown(name), error.expected));
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
                self.within(Step::Field("requireAttestationsBy"), |this| {
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
        self.within(Step::Field("enforcementMode"), |this| this.report(code, entry.value.at, text.to_owned()));
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
        if let Some((code, form)) = key_fault(kind, &imported) {
            self.report(code, key.at, format!("`{}` is not {form}", shown(&imported)));
        }
        if !self.check_placeholder(&imported, key.at) && key_fault(kind, &imported).is_none() {
            self.advise_on_key(kind, &imported, key.at);
        }
        if kind == RuleKind::Namespace && imported.contains(|c: char| c.is_ascii_digit()) {
            self.report(Code::NamespaceDigits, key.at, format!("the namespace `{}` has digits", shown(&imported)));
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

/// The form that a key should have, if it does not have it.
fn key_fault(kind: RuleKind, key: &str) -> Option<(Code, &'static str)> {
    let (code, form, valid) = match kind {
        RuleKind::Default => return None,
        // Inferred: the service documents the form, not the refusal.
        RuleKind::Cluster => {
            (Code::ClusterKey, "a cluster key (`LOCATION.CLUSTER`)", key.parse::<ClusterKey>().is_ok())
        }
        RuleKind::Namespace => (Code::NamespaceKey, "the name of a namespace", is_namespace(key)),
        RuleKind::ServiceAccount => {
            let valid = key
                .split_once(':')
                .is_some_and(|(namespace, account)| [namespace, account].into_iter().all(is_namespace));
            (Code::ServiceAccountKey, "a service account key (`NAMESPACE:SERVICE_ACCOUNT`)", valid)
        }
        RuleKind::ServiceIdentity => (
            Code::ServiceIdentityKey,
            "a service identity (`DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`)",
            key.parse::<ServiceIdentity>().is_ok(),
        ),
    };
    (!valid).then_some((code, form))
}

fn evaluation_mode(number: usize) -> Option<EvaluationMode> {
    number.checked_sub(1).and_then(|at| {
        [EvaluationMode::AlwaysAllow, EvaluationMode::RequireAttestation, EvaluationMode::AlwaysDeny].get(at).copied()
    })
}

fn enforcement_mode(number: usize) -> Option<EnforcementMode> {
    number.checked_sub(1).and_then(|at| [EnforcementMode::Enforced, EnforcementMode::DryRun].get(at).copied())
}
