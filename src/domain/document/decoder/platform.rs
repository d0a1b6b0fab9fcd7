//! Platform policies: what the types of the fields alone do not say.
//!
//! Sources: the comments of v1 `platform_policy.proto`, as the client of gcloud 528 has them
//! (`docs/binary-authorization.md`, "Platform policies").

mod scope;

use std::collections::HashSet;

use super::{DecodeStep, Decoder, Fields, place, start};
use crate::diagnostic::Code;
use crate::document::node::{Entry, Node, Scalar, Value};
use crate::document::scalar::Means;
use crate::schema::Message;
use crate::span::Bytes;

/// The fields of a check of which it has exactly one (a `oneof` of the API).
const CHECK_TYPES: [&str; 7] = [
    "alwaysDeny",
    "imageFreshnessCheck",
    "sigstoreSignatureCheck",
    "simpleSigningAttestationCheck",
    "slsaCheck",
    "trustedDirectoryCheck",
    "vulnerabilityCheck",
];

/// How many projects a check may look for attestations or scans in (the quotas' page).
const MAX_PROJECTS: usize = 10;

impl<'a> Decoder<'a, '_, '_> {
    /// What the fields of a message say together.
    pub(super) fn check_message(&mut self, message: &'static Message, fields: &Fields<'a>, node: &'a Node, key: Bytes) {
        match message.name {
            "PlatformPolicy" => self.check_platform(fields, node),
            "GkePolicy" => self.check_scopes(fields, key),
            "CheckSet" => self.advise_on_checks(fields, key),
            "Scope" => self.check_one_of(&["kubernetesNamespace", "kubernetesServiceAccount"], "a scope", fields, key),
            "Check" => {
                self.check_one_of(&CHECK_TYPES, "a check", fields, key);
                self.advise_on_always_deny(fields);
            }
            "ImageFreshnessCheck" => self.check_age(fields),
            "VulnerabilityCheck" => {
                self.check_vulnerability_lists(fields);
                self.check_projects(fields, "containerAnalysisVulnerabilityProjects");
            }
            "SimpleSigningAttestationCheck" | "AttestationSource" => {
                self.check_projects(fields, "containerAnalysisAttestationProjects");
            }
            "AttestorPublicKey" => {
                self.check_one_of(&["pkixPublicKey", "asciiArmoredPgpPublicKey"], "a public key", fields, key);
            }
            "EvaluationRule" => self.check_inline_attestors(fields),
            _ => {}
        }
    }

    fn check_platform(&mut self, fields: &Fields<'a>, root: &Node) {
        let [gke, run] =
            ["gkePolicy", "cloudRunPolicy"].map(|name| fields.get(name).filter(|(_, entry)| entry.is_set()));
        match (gke, run) {
            (None, None) => {
                let text = "`gkePolicy` or `cloudRunPolicy` is missing".to_owned();
                self.report(Code::MissingField, start(root), text);
            }
            (Some((_, gke)), Some((_, run))) => {
                let later = if gke.key.at > run.key.at { gke } else { run };
                let text = "a platform policy is for GKE or for Cloud Run, not for both".to_owned();
                self.report(Code::SeveralTypes, later.key.at, text);
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
    }

    /// Exactly one field of a `oneof` must be there.
    fn check_one_of(&mut self, names: &[&'static str], what: &str, fields: &Fields<'a>, key: Bytes) {
        let mut found: Vec<&'a Entry> =
            names.iter().filter_map(|name| fields.get(name)).map(|(_, entry)| entry).filter(|e| e.is_set()).collect();
        found.sort_by_key(|entry| entry.key.at);
        let Some((first, others)) = found.split_first() else {
            let choice: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let text = format!("{what} needs one of {}", choice.join(", "));
            return self.report(Code::MissingField, key, text);
        };
        for other in others {
            let text = format!("{what} has one type, and `{}` is there already", first.key.text);
            self.report(Code::SeveralTypes, other.key.at, text);
        }
    }

    fn advise_on_checks(&mut self, fields: &Fields<'a>, key: Bytes) {
        let none = fields.get("checks").is_none_or(|(_, entry)| !entry.is_set());
        if none && self.complete {
            let at = fields.get("checks").map_or(key, |(_, entry)| place(entry.key.at, &entry.value));
            self.report(Code::NoChecks, at, "a set without checks admits every image".to_owned());
        }
    }

    fn advise_on_always_deny(&mut self, fields: &Fields<'a>) {
        let Some((field, entry)) = fields.get("alwaysDeny") else { return };
        if let Value::Scalar(Scalar { means: Means::Bool(false), .. }) = entry.value.value {
            let text = "`alwaysDeny: false` checks nothing".to_owned();
            self.within(DecodeStep::Field(field.name), |this| this.report(Code::IdleCheck, entry.value.at, text));
        }
    }

    fn check_age(&mut self, fields: &Fields<'a>) {
        let Some((field, entry)) = fields.get("maxUploadAgeDays") else { return };
        let Value::Scalar(scalar) = &entry.value.value else { return };
        let days = match scalar.means {
            Means::Int(days) => days,
            Means::Text => scalar.text.parse().ok(),
            _ => None,
        };
        if days.is_some_and(|days: i64| days <= 0) {
            let text = "the age must be at least 1 day".to_owned();
            self.within(DecodeStep::Field(field.name), |this| this.report(Code::OutOfRange, entry.value.at, text));
        }
    }

    fn check_projects(&mut self, fields: &Fields<'a>, name: &'static str) {
        let Some((_, entry)) = fields.get(name) else { return };
        let Some(surplus) = entry.value.elements().get(MAX_PROJECTS) else { return };
        let count = entry.value.elements().len();
        let text = format!("{count} projects, and a check may name {MAX_PROJECTS}");
        self.within(DecodeStep::Field(name), |this| {
            this.within(DecodeStep::Index(MAX_PROJECTS), |this| this.report(Code::TooManyProjects, surplus.at, text));
        });
    }

    /// An id that is allowed and blocked.
    fn check_vulnerability_lists(&mut self, fields: &Fields<'a>) {
        let texts = |name| fields.get(name).map(|(_, entry)| entry.value.elements()).unwrap_or_default();
        let blocked: HashSet<&str> = texts("blockedCves").iter().filter_map(Node::as_text).collect();
        for (at, node) in texts("allowedCves").iter().enumerate() {
            if node.as_text().is_some_and(|id| blocked.contains(id)) {
                let text = "this vulnerability is allowed and blocked".to_owned();
                self.within(DecodeStep::Field("allowedCves"), |this| {
                    this.within(DecodeStep::Index(at), |this| this.report(Code::AllowedAndBlocked, node.at, text));
                });
            }
        }
    }

    /// The attestors of a Cloud Run rule, and whether its mode takes them.
    fn check_inline_attestors(&mut self, fields: &Fields<'a>) {
        let list = fields.get("requiredAttestors").map(|(_, entry)| entry);
        let mode = fields.get("evaluationMode").and_then(|(_, entry)| Some((entry, entry.value.as_text()?)));
        match (mode, list) {
            (Some((entry, "REQUIRE_ATTESTATION")), list) if list.is_none_or(|list| !list.is_set()) => {
                let at = list.map_or(entry.value.at, |list| place(list.key.at, &list.value));
                self.report(Code::AttestorsRequired, at, "REQUIRE_ATTESTATION needs requiredAttestors".to_owned());
            }
            (Some((_, mode @ ("ALWAYS_ALLOW" | "ALWAYS_DENY"))), Some(list)) if list.is_set() => {
                let text = format!("{mode} does not go with requiredAttestors");
                self.within(DecodeStep::Field("requiredAttestors"), |this| {
                    this.report(Code::AttestorsNotAllowed, list.key.at, text);
                });
            }
            _ => {}
        }
        self.advise_on_cloud_run_mode(fields);
        self.check_attestor_ids(list);
    }

    fn advise_on_cloud_run_mode(&mut self, fields: &Fields<'a>) {
        let named = |name: &str, value: &str| {
            fields.get(name).filter(|(_, entry)| entry.value.as_text() == Some(value)).map(|(_, entry)| entry.value.at)
        };
        if let Some(at) = named("evaluationMode", "ALWAYS_ALLOW") {
            let text = "the rule admits every image".to_owned();
            self.within(DecodeStep::Field("evaluationMode"), |this| this.report(Code::AllowsAll, at, text));
        }
        if let Some(at) = named("enforcementMode", "DRYRUN_AUDIT_LOG_ONLY") {
            let text = "this rule blocks nothing: it is a dry run".to_owned();
            self.within(DecodeStep::Field("enforcementMode"), |this| this.report(Code::DryRun, at, text));
        }
    }

    fn check_attestor_ids(&mut self, list: Option<&'a Entry>) {
        let mut seen = HashSet::new();
        for (at, attestor) in list.map(|entry| entry.value.elements()).unwrap_or_default().iter().enumerate() {
            let Some(entry) = attestor.entries().iter().find(|entry| &*entry.key.text == "id") else { continue };
            if entry.value.as_text().is_some_and(|id| !seen.insert(id)) {
                let text = "another attestor of this policy has the same id".to_owned();
                self.within(DecodeStep::Field("requiredAttestors"), |this| {
                    this.within(DecodeStep::Index(at), |this| this.report(Code::AttestorId, entry.value.at, text));
                });
            }
        }
    }
}
