//! The policy as a whole.

use std::collections::BTreeMap;

use super::rule::MAX_ATTESTORS;
use super::{DecodeStep, Decoder, Fields, place, start};
use crate::diagnostic::Code;
use crate::document::format::Dialect;
use crate::document::node::{Entry, Node, Value};
use crate::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
    RuleKind,
};
use crate::schema::{self, Field, ValueKind};
use crate::span::Bytes;

/// Prefixes of the images that Google's system policy is documented to exempt, and of those that
/// GKE's own components run from.
const SYSTEM_REGISTRIES: [&str; 7] = [
    "gcr.io/google_containers/",
    "gcr.io/google-containers/",
    "gcr.io/gke-release/",
    "gcr.io/stackdriver-agents/",
    "k8s.gcr.io/",
    "registry.k8s.io/",
    "gke.gcr.io/",
];

impl<'a> Decoder<'a, '_, '_> {
    /// The policy in a tree. Where errors were reported, parts of it are made up.
    pub(in crate::document) fn policy(&mut self, root: &'a Node) -> Policy {
        let mut policy =
            Policy::with_default(AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced));
        let Value::Map(_) = &root.value else {
            self.wrong_type(root.at, root, "a policy (a map)");
            return policy;
        };
        let fields = self.fields(root, schema::POLICY);
        policy.name = self.text_field(&fields, "name");
        policy.description = self.text_field(&fields, "description");
        policy.etag = self.text_field(&fields, "etag");
        policy.update_time = self.field(&fields, "updateTime", Self::timestamp);
        let global_mode = self.global_mode(&fields);
        policy.global_policy_evaluation_mode = global_mode.unwrap_or_default();
        policy.admission_whitelist_patterns = self.field(&fields, "admissionWhitelistPatterns", Self::patterns);
        policy.cluster_admission_rules = self.rule_map(&fields, RuleKind::Cluster);
        policy.kubernetes_namespace_admission_rules = self.rule_map(&fields, RuleKind::Namespace);
        policy.kubernetes_service_account_admission_rules = self.rule_map(&fields, RuleKind::ServiceAccount);
        policy.istio_service_identity_admission_rules = self.rule_map(&fields, RuleKind::ServiceIdentity);
        if let Some(rule) = self.default_rule(root, &fields) {
            policy.default_admission_rule = rule;
        }
        self.check_one_kind_of_rules(&policy, &fields);
        self.advise_on_swallowing(&policy);
        self.check_attestor_quota();
        self.advise_on_rules_like_the_default(&policy, &fields);
        if global_mode.is_some_and(|mode| mode != GlobalPolicyEvaluationMode::Enable) {
            self.advise_on_system_images(&policy, root, &fields);
        }
        policy
    }

    fn field<T: Default>(
        &mut self,
        fields: &Fields<'a>,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'a Entry) -> T,
    ) -> T {
        let Some((_, entry)) = fields.get(name) else { return T::default() };
        self.within(DecodeStep::Field(name), |this| read(this, entry))
    }

    fn text_field(&mut self, fields: &Fields<'a>, name: &'static str) -> Option<String> {
        self.field(fields, name, Self::text)
    }

    fn rule_map(&mut self, fields: &Fields<'a>, kind: RuleKind) -> BTreeMap<String, AdmissionRule> {
        self.field(fields, kind.field(), |this, entry| this.rules(kind, entry))
    }

    /// `None` where it is wrong, which was reported.
    fn global_mode(&mut self, fields: &Fields<'a>) -> Option<GlobalPolicyEvaluationMode> {
        let name = "globalPolicyEvaluationMode";
        let Some((Field { kind: ValueKind::Enum(names), .. }, entry)) = fields.get(name) else {
            return Some(GlobalPolicyEvaluationMode::Unspecified);
        };
        if self.dialect == Dialect::Rest && entry.value.is_null() {
            return Some(GlobalPolicyEvaluationMode::Unspecified);
        }
        Some(match self.within(DecodeStep::Field(name), |this| this.number(entry, names))? {
            1 => GlobalPolicyEvaluationMode::Enable,
            2 => GlobalPolicyEvaluationMode::Disable,
            _ => GlobalPolicyEvaluationMode::Unspecified,
        })
    }

    fn default_rule(&mut self, root: &'a Node, fields: &Fields<'a>) -> Option<AdmissionRule> {
        let name = "defaultAdmissionRule";
        let Some((_, entry)) = fields.get(name) else {
            self.report(Code::MissingField, start(root), format!("`{name}` is missing"));
            return None;
        };
        self.within(DecodeStep::Field(name), |this| {
            if this.is_absent_list(&entry.value) {
                this.report(Code::NullValue, entry.value.at, "expected a rule, found nothing".to_owned());
                return None;
            }
            let (rule, mode_at) = this.rule_and_mode(entry);
            if let (EvaluationMode::AlwaysAllow, Some(at)) = (rule.evaluation_mode, mode_at) {
                this.within(DecodeStep::Field("evaluationMode"), |this| {
                    this.report(Code::AllowsAll, at, "the default rule admits every image".to_owned());
                });
            }
            Some(rule)
        })
    }

    /// `resources.proto` (v1): only one of the four maps may be non-empty.
    fn check_one_kind_of_rules(&mut self, policy: &Policy, fields: &Fields<'a>) {
        let filled = |kind: RuleKind| policy.rules(kind).is_some_and(|rules| !rules.is_empty());
        let mut entries: Vec<(&'static str, Bytes)> = RuleKind::SPECIFIC
            .into_iter()
            .filter(|kind| filled(*kind))
            .filter_map(|kind| fields.get(kind.field()))
            .map(|(field, entry)| (field.name, entry.key.at))
            .collect();
        entries.sort_by_key(|(_, at)| *at);
        let Some(((first, _), others)) = entries.split_first() else { return };
        for (name, at) in others {
            let text = format!("a policy cannot have both {first} and {name}");
            self.within(DecodeStep::Field(name), |this| this.report(Code::SeveralRuleMaps, *at, text));
        }
    }

    /// The quotas' page: 200 references to attestors in one policy, all rules together.
    fn check_attestor_quota(&mut self) {
        if let Some(at) = self.surplus_attestor {
            let text = format!("a policy may name {MAX_ATTESTORS} attestors, and this one names {}", self.attestors);
            self.report(Code::TooManyAttestors, at, text);
        }
    }

    /// Specific rules that decide as the default rule would.
    fn advise_on_rules_like_the_default(&mut self, policy: &Policy, fields: &Fields<'a>) {
        if self.problems.has_errors() {
            return;
        }
        for kind in RuleKind::SPECIFIC {
            let Some((_, entry)) = fields.get(kind.field()) else { continue };
            for (key, entry) in self.keyed_quietly(&entry.value) {
                let same = policy.rules(kind).and_then(|rules| rules.get(key)) == Some(&policy.default_admission_rule);
                if same {
                    let text = "this rule is the same as the default rule".to_owned();
                    self.within(DecodeStep::Field(kind.field()), |this| {
                        this.within(DecodeStep::Key(key), |this| {
                            this.report(Code::RuleLikeDefault, entry.key.at, text);
                        });
                    });
                }
            }
        }
    }

    /// Some rule could refuse what the cluster itself runs, and nothing exempts that.
    fn advise_on_system_images(&mut self, policy: &Policy, root: &'a Node, fields: &Fields<'a>) {
        let covers = |pattern: &AdmissionWhitelistPattern| {
            SYSTEM_REGISTRIES.iter().any(|prefix| pattern.name_pattern.starts_with(prefix))
        };
        let covered = policy.admission_whitelist_patterns.iter().any(covers);
        if !self.refuses || covered {
            return;
        }
        let text = "nothing exempts Google's system images".to_owned();
        match fields.get("globalPolicyEvaluationMode") {
            None => self.report(Code::SystemImages, start(root), text),
            Some((field, entry)) => self.within(DecodeStep::Field(field.name), |this| {
                this.report(Code::SystemImages, place(entry.key.at, &entry.value), text);
            }),
        }
    }
}
