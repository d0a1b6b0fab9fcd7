//! What if: assumptions about a request, about a policy and about what is known, and each of the
//! three as it would be with them.
//!
//! Nothing here decides: the assumed values go through [`crate::admission::evaluate`] like
//! any others. Pure; uses the rest of the domain.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::admission::{
    Attestations, AttestorEvidence, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION, Enforcement, Evidence, Fact,
    Platform, Request,
};
use crate::attestation::Attestation;
use crate::image::{Digest, ImageRef};
use crate::name::AttestorName;
use crate::policy::{EnforcementMode, Policy};

/// One thing that is taken to be other than it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assumption {
    /// Each image that has a digest has a valid attestation by this attestor.
    Attested(AttestorName),
    /// The attestation of this name (`projects/P/occurrences/ID`) is not there.
    Removed(String),
    /// No attestor has the key of this id: it was revoked and taken away.
    KeyRevoked(String),
    /// The key of this id has expired. That changes nothing by itself
    /// ([`crate::attestation::despite_expiry`]), and the tree says so.
    KeyExpired(String),
    /// Images by tag are deployed by the digests that the tags mean now.
    ByDigest,
    /// The pod runs in this cluster, `LOCATION.NAME`.
    Cluster(String),
    Namespace(String),
    /// Binary Authorization is not turned on where the pod runs.
    EnforcementOff,
    /// Every rule is a dry run.
    DryRun,
    /// The pod breaks the glass.
    BreakGlass,
    /// The time is this one: attestations and revocations made later are not there yet, keys and signatures have
    /// expired or have not, and the policy is the one that was live.
    At(Timestamp),
}

impl Assumption {
    /// The assumption in a few words, for a screen.
    pub fn short(&self) -> String {
        match self {
            Self::Attested(attestor) => format!("attested by {}", attestor.id()),
            Self::Removed(name) => format!("without attestation {}", last_part(name)),
            Self::KeyRevoked(key) => format!("key {} revoked", shortened(key)),
            Self::KeyExpired(key) => format!("key {} expired", shortened(key)),
            other => other.to_string(),
        }
    }

    /// Whether both say what only one thing can be.
    fn excludes(&self, other: &Self) -> bool {
        let same_kind = std::mem::discriminant(self) == std::mem::discriminant(other);
        let is_one_of_many =
            matches!(self, Self::Attested(_) | Self::Removed(_) | Self::KeyRevoked(_) | Self::KeyExpired(_));
        same_kind && (self == other || !is_one_of_many)
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attested(attestor) => write!(f, "attested by {attestor}"),
            Self::Removed(name) => write!(f, "without attestation {name}"),
            Self::KeyRevoked(key) => write!(f, "key {key} revoked"),
            Self::KeyExpired(key) => write!(f, "key {key} expired"),
            Self::ByDigest => f.write_str("deployed by digest"),
            Self::Cluster(cluster) => write!(f, "cluster {cluster}"),
            Self::Namespace(namespace) => write!(f, "namespace {namespace}"),
            Self::EnforcementOff => f.write_str("enforcement off"),
            Self::DryRun => f.write_str("dry run"),
            Self::BreakGlass => f.write_str("break-glass"),
            Self::At(time) => write!(f, "at {}", time.strftime("%Y-%m-%d %H:%M:%S UTC")),
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The end of a key id: what differs between keys.
fn shortened(key: &str) -> String {
    const SHOWN: usize = 16;
    let skip = key.chars().count().saturating_sub(SHOWN);
    if skip == 0 { key.to_owned() } else { format!("…{}", key.chars().skip(skip).collect::<String>()) }
}

/// What is known besides, that an assumption may need.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The digests that tagged images mean now.
    pub digests: &'a BTreeMap<String, Digest>,
    /// Whether a cluster (`LOCATION.NAME`) enforces the policy.
    pub enforcement: &'a dyn Fn(&str) -> Enforcement,
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("digests", self.digests).finish_non_exhaustive()
    }
}

/// Everything that is assumed, in the order in which it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assumptions(Vec<Assumption>);

impl Assumptions {
    /// Adds one; where only one thing can be (one cluster, one time), it takes the place of the other.
    pub fn assume(&mut self, assumption: Assumption) {
        self.0.retain(|other| !assumption.excludes(other));
        self.0.push(assumption);
    }

    /// Drops one, by its number.
    pub fn drop_one(&mut self, number: usize) {
        if number < self.0.len() {
            self.0.remove(number);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Assumption> {
        self.0.iter()
    }

    /// The time that is assumed.
    pub fn moment(&self) -> Option<Timestamp> {
        self.0.iter().find_map(|assumption| if let Assumption::At(time) = assumption { Some(*time) } else { None })
    }

    /// All of them in one line, for a screen; empty where nothing is assumed.
    pub fn short(&self) -> String {
        self.0.iter().map(Assumption::short).collect::<Vec<_>>().join(", ")
    }

    /// The request as it would be.
    pub fn request(&self, mut request: Request, world: World<'_>) -> Request {
        for assumption in &self.0 {
            match assumption {
                Assumption::ByDigest => by_digest(&mut request, world.digests),
                Assumption::Cluster(cluster) => {
                    request.enforcement = (world.enforcement)(cluster);
                    request.cluster = Some(cluster.clone());
                    request.not_known.remove(Fact::Cluster);
                    request.not_known.remove(Fact::Enforcement);
                }
                Assumption::Namespace(namespace) => {
                    request.namespace.clone_from(namespace);
                    request.not_known.remove(Fact::Namespace);
                }
                Assumption::BreakGlass => break_glass(&mut request),
                Assumption::EnforcementOff
                | Assumption::DryRun
                | Assumption::At(_)
                | Assumption::Attested(_)
                | Assumption::Removed(_)
                | Assumption::KeyRevoked(_)
                | Assumption::KeyExpired(_) => {}
            }
        }
        // Whichever cluster is assumed, and in whatever order.
        if self.0.contains(&Assumption::EnforcementOff) {
            request.enforcement = Enforcement::Off;
            request.not_known.remove(Fact::Enforcement);
        }
        request
    }

    /// The policy as it would be. Which one was live at another time is not for this to know.
    pub fn policy<'p>(&self, policy: &'p Policy) -> Cow<'p, Policy> {
        if !self.0.contains(&Assumption::DryRun) {
            return Cow::Borrowed(policy);
        }
        let mut policy = policy.clone();
        let maps = [
            &mut policy.cluster_admission_rules,
            &mut policy.kubernetes_namespace_admission_rules,
            &mut policy.kubernetes_service_account_admission_rules,
            &mut policy.istio_service_identity_admission_rules,
        ];
        for rule in maps.into_iter().flat_map(BTreeMap::values_mut) {
            rule.enforcement_mode = EnforcementMode::DryRun;
        }
        policy.default_admission_rule.enforcement_mode = EnforcementMode::DryRun;
        Cow::Owned(policy)
    }

    /// What would be known.
    pub fn evidence(&self, mut evidence: Evidence) -> Evidence {
        for assumption in &self.0 {
            match assumption {
                Assumption::Attested(attestor) => drop(evidence.assumed.insert(attestor.clone())),
                Assumption::Removed(name) => keep(&mut evidence, |attestation| attestation.name != *name),
                Assumption::At(time) => {
                    evidence.at = Some(*time);
                    keep(&mut evidence, |attestation| is_made_by(attestation, *time));
                }
                Assumption::KeyExpired(key) => drop(evidence.expired.insert(key.clone())),
                Assumption::KeyRevoked(key) => without_key(&mut evidence, key),
                Assumption::ByDigest
                | Assumption::Cluster(_)
                | Assumption::Namespace(_)
                | Assumption::EnforcementOff
                | Assumption::DryRun
                | Assumption::BreakGlass => {}
            }
        }
        evidence
    }
}

impl<'a> IntoIterator for &'a Assumptions {
    type Item = &'a Assumption;
    type IntoIter = std::slice::Iter<'a, Assumption>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn by_digest(request: &mut Request, digests: &BTreeMap<String, Digest>) {
    for image in &mut request.images {
        let reference = image.image.parse::<ImageRef>().ok().filter(|reference| reference.digest().is_none());
        if let (Some(reference), Some(digest)) = (reference, digests.get(&image.image)) {
            reference.with_digest(digest).as_str().clone_into(&mut image.image);
        }
    }
}

/// The label of today, or Cloud Run's annotation.
fn break_glass(request: &mut Request) {
    match request.platform {
        Platform::Gke => drop(request.labels.insert(BREAK_GLASS_LABEL.to_owned(), "true".to_owned())),
        Platform::CloudRun => {
            request.annotations.insert(CLOUD_RUN_BREAK_GLASS_ANNOTATION.to_owned(), "assumed".to_owned());
        }
    }
}

fn keep(evidence: &mut Evidence, wanted: impl Fn(&Attestation) -> bool) {
    evidence.elsewhere.retain(&wanted);
    for known in evidence.attestors.values_mut() {
        if let AttestorEvidence::Found { attestations: Attestations::Read(list), .. } = known {
            list.retain(&wanted);
        }
    }
}

/// An attestation of which the time is not known is taken to be there.
fn is_made_by(attestation: &Attestation, time: Timestamp) -> bool {
    let made = attestation.create_time.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    made.is_none_or(|made| made <= time)
}

fn without_key(evidence: &mut Evidence, key: &str) {
    for known in evidence.attestors.values_mut() {
        if let AttestorEvidence::Found { attestor, .. } = known {
            attestor.keys.retain(|other| other.id != key);
        }
    }
}

#[cfg(test)]
mod tests;
