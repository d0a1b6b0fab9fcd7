//! Every small slip in the example policies: the review either finds a pod that it decides otherwise,
//! or proves that there is none, which is then tried on many pods.

use std::collections::{BTreeMap, BTreeSet};

use countersign::app::draft::template::TEMPLATES;
use countersign::app::guide::suggestion::CODELAB;
use countersign::domain::admission::{
    AttestorEvidence, CompiledPolicy, Evidence, Outcome, Request, RequestImage, decide,
};
use countersign::domain::document::{Dialect, Document, Means, Node, Value};
use countersign::domain::name::AttestorName;
use countersign::domain::policy::{Policy, RuleKind};
use countersign::domain::review::Comparison;
use countersign::domain::system_policy::SystemPolicy;

use crate::support::verify::Never;

const DIGEST: &str = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Names that a value could have been instead.
const OTHERS: [&str; 9] = [
    "ALWAYS_ALLOW",
    "ALWAYS_DENY",
    "REQUIRE_ATTESTATION",
    "ENFORCED_BLOCK_AND_AUDIT_LOG",
    "DRYRUN_AUDIT_LOG_ONLY",
    "ENABLE",
    "DISABLE",
    "projects/codelab/attestors/another",
    "gcr.io/another/*",
];

/// As in the documentation: the default policy, and one with patterns of every form.
const PUBLISHED: [&str; 3] = [
    "defaultAdmissionRule:
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  evaluationMode: ALWAYS_ALLOW
globalPolicyEvaluationMode: ENABLE
name: projects/codelab/policy
",
    "globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: docker.io/istio/*
clusterAdmissionRules:
  us-central1.prod-cluster:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
    requireAttestationsBy:
    - projects/codelab/attestors/vulnz-attestor
    - projects/codelab/attestors/qa-attestor
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
",
    "admissionWhitelistPatterns:
- namePattern: gcr.io/my-project/nginx*
- namePattern: gcr.io/my-project/nginx**
- namePattern: gcr.io/example-project/helloworld@*
- namePattern: gcr.io/example-project/helloworld:v1.*
- namePattern: curlimages/curl[@:]*
kubernetesServiceAccountAdmissionRules:
  test-ns:default:
    evaluationMode: ALWAYS_ALLOW
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: DRYRUN_AUDIT_LOG_ONLY
",
];

/// The bytes of every key and every value that is text.
fn tokens(node: &Node, found: &mut Vec<std::ops::Range<usize>>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.means == Means::Text => found.push(node.at.range()),
        Value::Scalar(_) => {}
        Value::List(elements) => elements.iter().for_each(|element| tokens(element, found)),
        Value::Map(entries) => {
            for entry in entries {
                found.push(entry.key.at.range());
                tokens(&entry.value, found);
            }
        }
    }
}

/// The token with one slip in it.
fn slips(token: &str) -> BTreeSet<String> {
    let mut slips: BTreeSet<String> = OTHERS.map(str::to_owned).into();
    slips.extend(["x", "*", "**", "/", "/*", ":v1", "@*"].map(|more| format!("{token}{more}")));
    slips.extend(token.char_indices().map(|(at, c)| format!("{}{}", &token[..at], &token[at + c.len_utf8()..])));
    slips.insert(token.replace("**", "*"));
    slips.insert(token.replace('*', "**"));
    slips.remove(token);
    slips.remove("");
    slips
}

/// Every text that differs from this one in a single token, or lacks a single line.
fn mutants(text: &str) -> Vec<String> {
    let document = Document::parse(text, Dialect::Gcloud);
    let mut found = Vec::new();
    tokens(document.root.as_ref().unwrap(), &mut found);
    let mut mutants = Vec::new();
    for range in found {
        for slip in slips(&text[range.clone()]) {
            mutants.push(format!("{}{slip}{}", &text[..range.start], &text[range.end..]));
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    for left_out in 0..lines.len() {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| format!("{line}\n"));
        mutants.push(kept.collect());
    }
    mutants
}

/// Images around every pattern of a policy, made without the review's own idea of what could matter.
fn images(policy: &Policy) -> Vec<String> {
    let mut images = vec![format!("gcr.io/another/app{DIGEST}"), "nginx".to_owned()];
    for pattern in &policy.admission_whitelist_patterns {
        let literal = pattern.name_pattern.trim_end_matches(['*', '@', ':', '[', ']']);
        let shorter = literal.get(..literal.len().saturating_sub(1)).unwrap_or_default();
        for stem in [literal, shorter] {
            for rest in ["", "x", "/x", ":v1", "x/y", "x/y/z", ":v1x", "-2/app", "/"] {
                images.extend([format!("{stem}{rest}"), format!("{stem}{rest}{DIGEST}")]);
            }
        }
    }
    images
}

fn pods(policy: &Policy) -> Vec<Request> {
    let mut pods = vec![Request::default()];
    for (kind, key, _) in policy.all_rules() {
        let mut pod = Request::default();
        match kind {
            RuleKind::Default => {}
            RuleKind::Cluster => pod.cluster = Some(key.to_owned()),
            RuleKind::Namespace => key.clone_into(&mut pod.namespace),
            RuleKind::ServiceAccount => {
                let (namespace, account) = key.split_once(':').unwrap();
                namespace.clone_into(&mut pod.namespace);
                account.clone_into(&mut pod.service_account);
            }
            RuleKind::ServiceIdentity => pod.service_identity = Some(key.to_owned()),
        }
        pods.push(pod);
    }
    pods
}

fn evidences(policies: [&Policy; 2]) -> Vec<Evidence> {
    let names: BTreeSet<AttestorName> =
        policies.into_iter().flat_map(Policy::attestors).filter_map(|name| name.parse().ok()).collect();
    let attestors: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), AttestorEvidence::AssumedNone)).collect();
    let mut assumed: Vec<BTreeSet<AttestorName>> = vec![BTreeSet::new(), names.clone()];
    assumed.extend(names.into_iter().map(|name| [name].into()));
    assumed
        .into_iter()
        .map(|assumed| Evidence { attestors: attestors.clone(), assumed, ..Evidence::default() })
        .collect()
}

/// Whether the two decide any of many pods differently.
fn differ_somewhere(old: &Policy, new: &Policy) -> bool {
    let system = SystemPolicy::of_sandbox();
    let [before, after] = [old, new].map(|policy| CompiledPolicy::new(policy, &system));
    let evidences = evidences([old, new]);
    let images: Vec<String> = [old, new].into_iter().flat_map(images).collect();
    let asked = |policy: &CompiledPolicy, request: &Request| -> Vec<Outcome> {
        evidences.iter().map(|evidence| decide(policy, request, evidence, &Never)).collect()
    };
    [old, new].into_iter().flat_map(pods).any(|pod| {
        images.iter().any(|image| {
            let image = RequestImage { image: image.clone(), ..RequestImage::default() };
            let request = Request { images: vec![image], ..pod.clone() };
            asked(&before, &request) != asked(&after, &request)
        })
    })
}

#[test]
fn no_slip_goes_unnoticed() {
    let system = SystemPolicy::of_sandbox();
    let (mut refused, mut differ, mut alike) = (0, 0, 0);
    for text in
        TEMPLATES.iter().map(|template| (template.text)(&CODELAB, "codelab")).chain(PUBLISHED.map(str::to_owned))
    {
        let policy = Document::parse(&text, Dialect::Gcloud).policy.unwrap();
        for mutant in mutants(&text) {
            let Some(other) = Document::parse(&mutant, Dialect::Gcloud).policy else {
                refused += 1;
                continue;
            };
            let comparison = Comparison::new(&policy, &other, &system);
            if let Some(witness) = &comparison.difference {
                let [before, after] = [&policy, &other].map(|policy| CompiledPolicy::new(policy, &system));
                assert_ne!(witness.decision(&before).outcome, witness.decision(&after).outcome, "{mutant}");
                assert!(comparison.changes.iter().any(|change| !change.effect.witnesses().is_empty()), "{mutant}");
                differ += 1;
            } else {
                assert!(!differ_somewhere(&policy, &other), "called equivalent, and is not:\n{mutant}");
                alike += 1;
            }
        }
    }
    assert!(refused > 2_000 && differ > 700 && alike > 20, "{refused} refused, {differ} differ, {alike} alike");
}
