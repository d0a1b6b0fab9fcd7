//! What is not known is not no: over random policies, pods and evidence of which random facts are taken
//! away, filling these in in any way never gives the opposite of an answer that was given as decided.

use countersign::domain::admission::{
    AttestorEvidence, CompiledPolicy, Enforcement, Evidence, Fact, Facts, Outcome, Platform, Request, answer, decide,
    evaluate,
};
use countersign::domain::inventory::InventoryItem;
use countersign::domain::policy::{AdmissionWhitelistPattern, Policy};
use countersign::domain::replay::{Entry, Logged, Replayer};
use countersign::domain::review::{Reviewer, Standing};
use countersign::domain::system_policy::{SystemPolicy, documented_policy};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::decisions::{Plain, digest, evidence, policy, request};

/// What is not known of a question, and one way in which it may be.
#[derive(Debug, Clone)]
struct Unknown {
    facts: Facts,
    cluster: Option<String>,
    namespace: &'static str,
    account: &'static str,
    in_mesh: bool,
    enforcement: Enforcement,
    evidence: Evidence,
    digest: u8,
    system: Vec<&'static str>,
}

fn unknown() -> impl Strategy<Value = Unknown> {
    let place = (
        proptest::option::weighted(0.8, select(vec!["z.c", "z.d", "z.e"]).prop_map(str::to_owned)),
        select(vec!["ns", "default", "other"]),
        select(vec!["sa", "default", "other"]),
        any::<bool>(),
        select(vec![Enforcement::On, Enforcement::Off]),
    );
    let system =
        vec(select(vec!["gcr.io/gke-release/**", "eu.gcr.io/gke-release/x:*", "gcr.io/gke-release/x@*"]), 0..3);
    (subsequence(Fact::ALL.to_vec(), 0..Fact::ALL.len()), place, evidence(), 0..3_u8, system).prop_map(
        |(facts, (cluster, namespace, account, in_mesh, enforcement), evidence, digest, system)| Unknown {
            facts: facts.into_iter().collect(),
            cluster,
            namespace,
            account,
            in_mesh,
            enforcement,
            evidence,
            digest,
            system,
        },
    )
}

/// A pod, now and then with an image on a path of Google's own.
fn pods() -> impl Strategy<Value = Request> {
    (request(), proptest::option::weighted(0.3, select(vec!["gcr.io/gke-release/x", "gcr.io/gke-release/y:1"])))
        .prop_map(|(mut request, image)| {
            if let (Some(first), Some(image)) = (request.images.first_mut(), image) {
                image.clone_into(&mut first.image);
            }
            request
        })
}

impl Unknown {
    fn lacks(&self, fact: Fact) -> bool {
        self.facts.contains(fact)
    }

    /// The question without the facts, which leave no trace in it.
    fn take_from(&self, mut request: Request) -> Request {
        request.not_known = self.facts.without(Facts::of_evidence());
        for fact in self.facts.iter() {
            match fact {
                Fact::Cluster => request.cluster = None,
                Fact::Namespace => request.namespace.clear(),
                Fact::ServiceAccount => request.service_account.clear(),
                Fact::ServiceIdentity => request.service_identity = None,
                Fact::Enforcement => request.enforcement = Enforcement::On,
                Fact::Tag | Fact::Attestations | Fact::SystemPolicy => {}
            }
        }
        request
    }

    fn fill(&self, mut request: Request) -> Request {
        if self.lacks(Fact::Cluster) {
            request.cluster.clone_from(&self.cluster);
        }
        if self.lacks(Fact::Namespace) {
            self.namespace.clone_into(&mut request.namespace);
        }
        if self.lacks(Fact::ServiceAccount) {
            self.account.clone_into(&mut request.service_account);
        }
        if self.lacks(Fact::ServiceIdentity) {
            // In a mesh a pod has the identity of its namespace and its account.
            let or_default = |name: &str| if name.is_empty() { "default".to_owned() } else { name.to_owned() };
            let (namespace, account) = (or_default(&request.namespace), or_default(&request.service_account));
            request.service_identity = self.in_mesh.then(|| format!("d/ns/{namespace}/sa/{account}"));
        }
        if self.lacks(Fact::Enforcement) {
            request.enforcement = self.enforcement;
        }
        request.not_known = Facts::NONE;
        request
    }

    fn poorer(&self, evidence: &Evidence) -> Evidence {
        let mut evidence = evidence.clone();
        if self.lacks(Fact::Attestations) {
            evidence = Evidence { resolved: evidence.resolved, ..Evidence::default() };
        }
        if self.lacks(Fact::Tag) {
            evidence.resolved.clear();
        }
        evidence
    }

    fn richer(&self, evidence: &Evidence, request: &Request) -> Evidence {
        let mut evidence = evidence.clone();
        if self.lacks(Fact::Attestations) {
            evidence = Evidence { resolved: evidence.resolved, ..self.evidence.clone() };
        }
        if self.lacks(Fact::Tag) {
            // A digest is taken for the image's own, not for that of an index.
            let tags = request.images.iter().filter(|image| !image.image.contains('@'));
            evidence.resolved = tags.map(|image| (image.image.clone(), digest(self.digest))).collect();
        }
        evidence
    }

    /// What is known of the system policy, and what it is.
    fn systems(&self) -> [SystemPolicy; 2] {
        let mut whole = documented_policy("global");
        let pattern = |name: &&str| AdmissionWhitelistPattern { name_pattern: (*name).to_owned() };
        whole.admission_whitelist_patterns.extend(self.system.iter().map(pattern));
        let whole = SystemPolicy::Service(whole);
        [if self.lacks(Fact::SystemPolicy) { SystemPolicy::Documented } else { whole.clone() }, whole]
    }
}

/// Whether a standing says so much that another is its opposite, or no change at all.
fn agrees(given: Standing, filled: Standing) -> bool {
    // Other things may still not be known.
    given == filled || given == Standing::Undecided || filled == Standing::Undecided
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn filling_in_what_is_not_known_never_turns_a_decision(
        policy in policy(), request in pods(), evidence in evidence(), unknown in unknown(),
    ) {
        let [known, whole] = unknown.systems().map(|system| CompiledPolicy::new(&policy, &system));
        let asked = unknown.take_from(request.clone());
        let given = evaluate(&known, &asked, &unknown.poorer(&evidence), &Plain);
        let short = answer(&known, &asked, &unknown.poorer(&evidence), &Plain);
        prop_assert_eq!((short.outcome, short.open), (given.outcome, given.open));
        prop_assert_eq!(given.outcome == Outcome::Undecided, !given.open.is_empty());
        prop_assert_eq!(given.message.is_empty(), given.outcome != Outcome::Deny || given.known_rule().is_none());
        let filled = unknown.fill(request);
        let filled_evidence = unknown.richer(&evidence, &filled);
        let is = decide(&whole, &filled, &filled_evidence, &Plain);
        if let (Some(given_as), Some(is)) = (given.outcome.admits(), is.admits()) {
            prop_assert_eq!(given_as, is, "{:?} {}", filled, given.trace);
        }
        // Where the rule is said to be known it is this one.
        if let (Some(rule), Enforcement::On) = (given.known_rule(), filled.enforcement) {
            let then = evaluate(&whole, &filled, &filled_evidence, &Plain);
            prop_assert_eq!(Some(rule), then.known_rule());
        }
    }

    #[test]
    fn filling_in_what_is_not_known_never_turns_a_review(
        old in policy(), new in policy(), request in pods(), evidence in evidence(), unknown in unknown(),
    ) {
        let [known, whole] = unknown.systems().map(|system| Reviewer::new(&old, &new, &system));
        let item = |request| InventoryItem { request, ..InventoryItem::default() };
        let given = known.row(&item(unknown.take_from(request.clone())), &unknown.poorer(&evidence), &Plain);
        let filled = unknown.fill(request);
        let richer = unknown.richer(&evidence, &filled);
        let is = whole.row(&item(filled.clone()), &richer, &Plain);
        prop_assert!(agrees(given.standing, is.standing), "{given:?} {is:?} {filled:?}");
    }

    #[test]
    fn filling_in_what_is_not_known_never_turns_a_replay(
        policy in policy(), request in pods(), evidence in evidence(), unknown in unknown(),
        logged in select(Logged::ALL.to_vec()),
    ) {
        let [known, whole] = unknown.systems();
        let entry = |request| Entry { request, logged, ..Entry::default() };
        let given = Replayer::new(&policy, &known, unknown.poorer(&evidence), &[]);
        let given = given.row(&entry(unknown.take_from(request.clone())), &Plain);
        let filled = unknown.fill(request);
        let is = Replayer::new(&policy, &whole, unknown.richer(&evidence, &filled), &[]);
        let is = is.row(&entry(filled.clone()), &Plain);
        prop_assert!(agrees(given.standing, is.standing), "{given:?} {is:?} {filled:?}");
    }

    /// The other half: what is said to hang on facts of the pod hangs on them, where the policy has one map of rules, as
    /// the service demands.
    #[test]
    fn what_is_said_to_hang_on_the_cluster_does(
        policy in policy(), request in request(), rest in select(vec!["z.c", "z.d", "z.nobody-names"]),
    ) {
        let policy = Policy {
            kubernetes_namespace_admission_rules: [].into(),
            kubernetes_service_account_admission_rules: [].into(),
            istio_service_identity_admission_rules: [].into(),
            ..policy
        };
        let compiled = CompiledPolicy::new(&policy, &SystemPolicy::of_sandbox());
        let nobody = Evidence {
            attestors: ["a", "b", "c"]
                .map(|id| (format!("projects/p/attestors/{id}").parse().unwrap(), AttestorEvidence::AssumedNone))
                .into(),
            ..Evidence::default()
        };
        let request = Request { platform: Platform::Gke, not_known: Fact::Cluster.into(), cluster: None, ..request };
        let given = decide(&compiled, &request, &nobody, &Plain);
        let of = |cluster: &str| {
            let known = Request { cluster: Some(cluster.to_owned()), not_known: Facts::NONE, ..request.clone() };
            decide(&compiled, &known, &nobody, &Plain).admits()
        };
        let all = ["z.c", "z.d", "z.nobody-names"].map(of);
        let alike = all.iter().all(|admits| *admits == all[0]);
        prop_assert_eq!(given.admits().is_some(), alike);
        prop_assert!(given.admits().is_none() || given.admits() == of(rest));
    }
}
