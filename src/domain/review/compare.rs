//! Whether two policies decide every pod alike, proved; and a pod for each way in which they do not.
//!
//! What is compared is the outcome: admitted, denied, or admitted as a dry run. Without what overrides
//! a policy (break-glass, enforcement off), which is the same for both, a pod's outcome follows from
//! those of its images taken alone, and these from three things: whether the image is exempt, which
//! rule the pod has, and who attested the image. So two policies are alike if and only if
//!
//! 1. no image is exempt under one of them that some rule of the other could refuse, and
//! 2. no pod has rules under the two that do not do the same to images that neither exempts.
//!
//! There are always such images, as a pattern without a wildcard covers one image and any other one
//! names a registry. Both conditions are decided by finite lists: [`Landscape`] for the images,
//! [`subjects`] for the pods, [`Behaviour`] for the rules. Cloud Run is covered: it uses the default
//! rule, which pods without a rule of their own have on Kubernetes Engine.

use std::collections::{BTreeMap, BTreeSet};

use crate::admission::{CompiledPolicy, CompiledRule, Evidence, Fact, Facts, Request};
use crate::name::AttestorName;
use crate::pattern::Pattern;
use crate::policy::{EvaluationMode, GlobalPolicyEvaluationMode, RuleKind};

use super::behaviour::Behaviour;
use super::landscape::{Landscape, is_reference};
use super::subjects::{self, PodKind};
use super::witness::{Flip, Witness, evidence};

/// The two policies, and what they can be asked about.
pub(super) struct Pair<'p> {
    pub(super) policies: [&'p CompiledPolicy; 2],
    pods: Vec<PodKind>,
    clusters: Vec<Option<String>>,
    /// An image that neither policy exempts, by digest.
    plain: String,
    /// A pod that some rule could refuse, for each policy.
    refused: [Option<Request>; 2],
    nobody_attested: Evidence,
}

/// Which of the two policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Old,
    New,
}

impl Side {
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }

    pub(super) fn pick<T>(self, [old, new]: &[T; 2]) -> &T {
        match self {
            Self::Old => old,
            Self::New => new,
        }
    }
}

/// What came of looking for a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Witness(Box<Witness>),
    /// There is none: why, as a sentence.
    Nothing(String),
}

const DIGEST: &str = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl<'p> Pair<'p> {
    pub(super) fn new(old: &'p CompiledPolicy, new: &'p CompiledPolicy) -> Self {
        let policies = [old, new];
        let (pods, clusters) = (subjects::pods(policies), subjects::clusters(policies));
        let refused = policies.map(|policy| refused(policy, &pods, &clusters));
        let (plain, nobody_attested) = (plain_image(policies), evidence(policies));
        Self { policies, pods, clusters, plain, refused, nobody_attested }
    }

    /// What is not known and could make a difference: what the system policy has besides its documented part, where only
    /// one of the policies asks it, and the other could refuse that.
    pub(super) fn open(&self) -> Facts {
        let asks = |policy: &CompiledPolicy| policy.global_mode == GlobalPolicyEvaluationMode::Enable;
        let is_open = |side: Side| {
            let (policy, other) = (side.pick(&self.policies), side.opposite().pick(&self.policies));
            let is_refused = side.opposite().pick(&self.refused).is_some();
            asks(policy) && !asks(other) && !policy.system_is_whole && is_refused
        };
        if [Side::Old, Side::New].into_iter().any(is_open) { Fact::SystemPolicy.into() } else { Facts::NONE }
    }

    fn witness(&self, pod: Request, image: &str, attested: BTreeSet<AttestorName>) -> Option<Witness> {
        Witness::of(self.policies, &self.nobody_attested, pod, image, attested)
    }

    /// An image that a pattern of one side covers, and the other side's rules could refuse; a
    /// reference if there is one.
    pub(super) fn escape(&self, side: Side, pattern: &Pattern, landscape: &Landscape<'_>) -> Found {
        let other = *side.opposite().pick(&self.policies);
        let Some(pod) = side.opposite().pick(&self.refused) else {
            return Found::Nothing("the other policy refuses nothing".to_owned());
        };
        let mut unreal = None;
        for image in landscape.covered_examples(pattern).filter(|image| !other.is_exempt(image)) {
            let real = is_reference(&image);
            if !real && unreal.is_some() {
                continue;
            }
            let Some(witness) = self.witness(pod.clone(), &image, BTreeSet::new()) else { continue };
            if real {
                return Found::Witness(Box::new(witness));
            }
            unreal = Some(witness);
        }
        unreal.map_or_else(
            || Found::Nothing("other patterns cover the same images".to_owned()),
            |witness| Found::Witness(Box::new(witness)),
        )
    }

    /// Pods that this rule of one side decides, and the other policy otherwise: one for each
    /// direction there is.
    pub(super) fn departures(&self, side: Side, kind: RuleKind, key: &str) -> Vec<Witness> {
        let mut found: BTreeMap<Option<Flip>, Witness> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for request in self.requests(kind, key) {
            let rules = self.policies.map(|policy| policy.select(&request));
            let (rule, [old, new]) = (side.pick(&rules), rules);
            if (rule.kind, rule.key.as_str()) != (kind, key) {
                continue;
            }
            let behaviours = (Behaviour::from_rule(old), Behaviour::from_rule(new));
            if !seen.insert(behaviours.clone()) {
                continue;
            }
            for attested in behaviours.0.distinguishing(&behaviours.1) {
                if let Some(witness) = self.witness(request.clone(), &self.plain, attested) {
                    found.entry(witness.flip()).or_insert(witness);
                }
            }
        }
        found.into_values().collect()
    }

    /// The pods that the rule with this key can decide: those that have the key, in every cluster.
    fn requests(&self, kind: RuleKind, key: &str) -> Vec<Request> {
        let clusters = self.distinct_clusters();
        let of_key = |cluster: &&Option<String>| kind != RuleKind::Cluster || cluster.as_deref() == Some(key);
        let clusters: Vec<&Option<String>> = match kind {
            RuleKind::Cluster => self.clusters.iter().filter(of_key).collect(),
            _ => clusters,
        };
        let pods: Vec<&PodKind> = match kind {
            RuleKind::Cluster | RuleKind::Default => self.distinct_pods(),
            _ => self.pods.iter().filter(|pod| self.has_key(pod, kind, key)).collect(),
        };
        let mut requests = Vec::with_capacity(pods.len() * clusters.len());
        for pod in pods {
            requests.extend(clusters.iter().map(|cluster| pod.request(cluster.as_deref())));
        }
        requests
    }

    fn has_key(&self, pod: &PodKind, kind: RuleKind, key: &str) -> bool {
        let request = pod.request(None);
        self.policies.into_iter().any(|policy| {
            let rule = policy.select(&request);
            (rule.kind, rule.key.as_str()) == (kind, key)
        })
    }

    /// One cluster for each pair of things that the cluster rules do.
    fn distinct_clusters(&self) -> Vec<&Option<String>> {
        let rule = |policy: &CompiledPolicy, cluster: &Option<String>| {
            let (_, rules) = policy.specific.iter().find(|(kind, _)| *kind == RuleKind::Cluster)?;
            rules.get(cluster.as_deref()?).map(Behaviour::from_rule)
        };
        distinct(&self.clusters, |cluster| self.policies.map(|policy| rule(policy, cluster)))
    }

    /// One pod for each pair of things that the other specific rules do.
    fn distinct_pods(&self) -> Vec<&PodKind> {
        distinct(&self.pods, |pod| {
            let request = pod.request(None);
            self.policies.map(|policy| {
                let rule = policy.select(&request);
                (rule.kind != RuleKind::Default).then(|| Behaviour::from_rule(rule))
            })
        })
    }

    /// The first pod that has rules under the two policies that do not do the same.
    pub(super) fn first_departure(&self) -> Option<Witness> {
        for pod in self.distinct_pods() {
            for cluster in self.distinct_clusters() {
                let request = pod.request(cluster.as_deref());
                let [old, new] = self.policies.map(|policy| Behaviour::from_rule(policy.select(&request)));
                if let Some(attested) = old.distinguishing(&new).next() {
                    return self.witness(request, &self.plain, attested);
                }
            }
        }
        None
    }
}

/// The items whose keys are different, the first of each.
fn distinct<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut seen = BTreeSet::new();
    items.iter().filter(|item| seen.insert(key(item))).collect()
}

/// A pod that some rule of the policy could refuse: the most ordinary one there is.
fn refused(policy: &CompiledPolicy, pods: &[PodKind], clusters: &[Option<String>]) -> Option<Request> {
    let refuses = |rule: &CompiledRule| rule.evaluation != EvaluationMode::AlwaysAllow;
    let in_cluster = |pod: &PodKind| clusters.iter().map(|cluster| pod.request(cluster.as_deref())).collect::<Vec<_>>();
    let ordinary = pods.first().map(in_cluster).unwrap_or_default();
    let others = pods.iter().map(|pod| pod.request(clusters.first().and_then(Option::as_deref)));
    ordinary.into_iter().chain(others).find(|request| refuses(policy.select(request)))
}

/// An image by digest that no pattern of either policy covers.
fn plain_image(policies: [&CompiledPolicy; 2]) -> String {
    let name = |number: usize| match number {
        0 => format!("us-docker.pkg.dev/example/app/web{DIGEST}"),
        _ => format!("registry-{number}.example/app/web{DIGEST}"),
    };
    // A pattern with a wildcard spells out its registry, so one more name than patterns is enough.
    let enough = policies.map(|policy| policy.allowlist.texts.len() + policy.system.texts.len()).iter().sum::<usize>();
    let covered = |image: &String| policies.into_iter().any(|policy| policy.is_exempt(image));
    (0..=enough).map(name).find(|image| !covered(image)).unwrap_or_default()
}

/// The patterns that count, with the texts of those of the system policy where it is asked.
pub(super) fn effective(policy: &CompiledPolicy) -> Vec<Pattern> {
    let enabled = policy.global_mode == GlobalPolicyEvaluationMode::Enable;
    let system = policy.system.texts.iter().filter(|_| enabled);
    policy.allowlist.texts.iter().chain(system).filter_map(|text| Pattern::parse(text).ok()).collect()
}
