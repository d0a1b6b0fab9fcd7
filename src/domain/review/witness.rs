//! A pod that two policies decide differently, and how.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::admission::{
    AttestorEvidence, CompiledPolicy, Decision, Evidence, Outcome, Request, RequestImage, decide, evaluate,
};
use crate::attestation::NothingToVerify;
use crate::name::AttestorName;

use super::landscape::is_reference;

/// One pod with one image, made up; both policies were asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    pub request: Request,
    /// Who is taken to have attested the image; nobody else has.
    pub attested_by: BTreeSet<AttestorName>,
    pub old: Outcome,
    pub new: Outcome,
}

/// What becomes of a pod when the new policy takes the place of the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flip {
    NewlyDenied,
    NewlyAdmitted,
    /// The pod runs under both; under the new one as a dry run, which is written to the audit log.
    NewlyLogged,
    /// The pod runs under both; under the old one it did as a dry run.
    NoLongerLogged,
}

impl Flip {
    /// `None`: the outcome is the same, or one is not known.
    pub fn from_outcomes(old: Outcome, new: Outcome) -> Option<Self> {
        match (old.admits()?, new.admits()?) {
            (true, false) => Some(Self::NewlyDenied),
            (false, true) => Some(Self::NewlyAdmitted),
            (true, true) if new == Outcome::AdmitDryRun && old != new => Some(Self::NewlyLogged),
            (true, true) if old == Outcome::AdmitDryRun && old != new => Some(Self::NoLongerLogged),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewlyDenied => "newly denied",
            Self::NewlyAdmitted => "newly admitted",
            Self::NewlyLogged => "newly in the audit log",
            Self::NoLongerLogged => "no longer in the audit log",
        }
    }
}

impl Witness {
    /// The pod with this image, if the two policies decide it differently; `nobody` is [`evidence`] that
    /// nobody attested anything.
    pub(super) fn of(
        [old, new]: [&CompiledPolicy; 2],
        nobody: &Evidence,
        pod: Request,
        image: &str,
        attested_by: BTreeSet<AttestorName>,
    ) -> Option<Self> {
        let images = vec![RequestImage { image: image.to_owned(), ..RequestImage::default() }];
        let request = Request { images, ..pod };
        let evidence = if attested_by.is_empty() {
            Cow::Borrowed(nobody)
        } else {
            Cow::Owned(Evidence { assumed: attested_by.clone(), ..nobody.clone() })
        };
        let asked = |policy| decide(policy, &request, &evidence, &NothingToVerify);
        let (old, new) = (asked(old), asked(new));
        (old != new).then_some(Self { request, attested_by, old, new })
    }

    pub fn image(&self) -> &str {
        self.request.images.first().map_or("", |image| image.image.as_str())
    }

    /// Whether a node could pull the image; it is otherwise a text that a pod can be created with.
    pub fn is_reference(&self) -> bool {
        is_reference(self.image())
    }

    pub fn flip(&self) -> Option<Flip> {
        Flip::from_outcomes(self.old, self.new)
    }

    /// The decision of one of the policies with its tree.
    pub fn decision(&self, policy: &CompiledPolicy) -> Decision {
        let nobody = evidence([policy, policy]);
        let evidence = Evidence { assumed: self.attested_by.clone(), ..nobody };
        evaluate(policy, &self.request, &evidence, &NothingToVerify)
    }

    /// The pod in words: its image, where it runs, who attested it.
    pub fn text(&self) -> String {
        let mut text = self.image().to_owned();
        let request = &self.request;
        if let Some(cluster) = &request.cluster {
            text.push_str(&format!(", cluster {cluster}"));
        }
        text.push_str(&format!(", namespace {}", request.namespace));
        if request.service_account != "default" {
            text.push_str(&format!(", service account {}", request.service_account));
        }
        if let Some(identity) = &request.service_identity {
            text.push_str(&format!(", service identity {identity}"));
        }
        let names: Vec<&str> = self.attested_by.iter().map(AttestorName::id).collect();
        match names.as_slice() {
            [] => text.push_str(", attested by nobody"),
            names => text.push_str(&format!(", attested by {}", names.join(" and "))),
        }
        text
    }
}

/// No attestor of the policies attested anything.
pub(super) fn evidence(policies: [&CompiledPolicy; 2]) -> Evidence {
    let named = policies.into_iter().flat_map(CompiledPolicy::rules).flat_map(|rule| &rule.attestors);
    let attestors = named.filter_map(|a| Some((a.name.clone()?, AttestorEvidence::AssumedNone))).collect();
    Evidence { attestors, ..Evidence::default() }
}
