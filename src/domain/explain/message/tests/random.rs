//! Random messages, random damage, random texts.

use std::collections::BTreeSet;

use super::forms::forms;
use super::*;
use crate::admission::{
    AttestorEvidence, CompiledPolicy, Decision, DenyCause, Evidence, Generation, ImageOutcome, Platform, Request,
    RequestImage, evaluate,
};
use crate::attestation::NothingToVerify;
use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};
use crate::system_policy::SystemPolicy;

fn image() -> impl Strategy<Value = String> {
    let name = "[a-z][a-z0-9]{0,8}(\\.io|:5000)?(/[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?){0,3}";
    let end = prop_oneof![
        Just(String::new()),
        "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,6})".prop_map(String::from),
        "[a-f0-9]{64}".prop_map(|hex| format!("@sha256:{hex}"))
    ];
    (name, end)
        .prop_map(|(name, end)| format!("{name}{end}"))
        .prop_filter("dots at the end", |image| !image.ends_with('.'))
}

/// Three dots stand for a name that is left out.
fn is_told(attestors: &BTreeSet<String>) -> bool {
    attestors.iter().all(|name| !name.contains("..."))
}

prop_compose! {
    fn question()(
        images in prop::collection::vec(image(), 1..4),
        attestors in prop::collection::btree_set("(example\\.com:)?[a-z][a-z0-9-]{2,8}/[a-z0-9._-]{1,8}", 1..4).prop_filter("elided", is_told),
        specific in 0..5_usize,
        always in any::<bool>(),
        platform in prop_oneof![Just(Platform::Gke), Just(Platform::CloudRun)],
        namespace in "[a-z][a-z0-9-]{0,8}",
    ) -> (Policy, Request, Evidence) {
        let attestors: Vec<String> = attestors.iter().map(|name| {
            let (project, id) = name.split_once('/').unwrap();
            format!("projects/{project}/attestors/{id}")
        }).collect();
        let mode = if always { EvaluationMode::AlwaysDeny } else { EvaluationMode::RequireAttestation };
        let rule = AdmissionRule {
            evaluation_mode: mode,
            require_attestations_by: if always { Vec::new() } else { attestors.clone() },
            enforcement_mode: EnforcementMode::Enforced,
        };
        let mut policy = Policy::with_default(rule.clone());
        let (map, key) = match specific {
            1 => (&mut policy.cluster_admission_rules, "us-central1-a.prod-1".to_owned()),
            2 => (&mut policy.kubernetes_namespace_admission_rules, namespace.clone()),
            3 => (&mut policy.kubernetes_service_account_admission_rules, format!("{namespace}:web")),
            _ => (&mut policy.istio_service_identity_admission_rules, format!("p.svc.id.goog/ns/{namespace}/sa/web")),
        };
        if specific > 0 {
            map.insert(key.clone(), rule);
        }
        let request = Request {
            platform,
            name: "web-1".to_owned(),
            cluster: Some("us-central1-a.prod-1".to_owned()),
            namespace: namespace.clone(),
            service_account: "web".to_owned(),
            service_identity: Some(format!("p.svc.id.goog/ns/{namespace}/sa/web")),
            images: images.into_iter().map(|image| RequestImage { image, ..RequestImage::default() }).collect(),
            ..Request::default()
        };
        let none = attestors.iter().map(|name| (name.parse().unwrap(), AttestorEvidence::AssumedNone)).collect();
        (policy, request, Evidence { attestors: none, ..Evidence::default() })
    }
}

/// What the decision refuses, as findings.
fn refused(decision: &Decision, generation: Generation) -> Vec<(Option<String>, Option<String>, ReasonKind)> {
    let legacy = generation == Generation::Legacy && decision.platform == Platform::Gke;
    let mut found = Vec::new();
    for image in &decision.images {
        let name = Some(image.image.clone());
        match image.outcome {
            ImageOutcome::Deny(DenyCause::AlwaysDeny) => {
                found.push((name.filter(|_| !legacy), None, ReasonKind::AlwaysDeny));
            }
            ImageOutcome::Deny(DenyCause::Attestors) => found.extend(image.attestors.iter().map(|attestor| {
                let kind = if attestor.reason.starts_with("Expected") {
                    ReasonKind::NoDigest
                } else {
                    ReasonKind::NoValidAttestation
                };
                (name.clone(), Some(attestor.name.clone()), kind)
            })),
            _ => {}
        }
    }
    let mut unique = Vec::new();
    for one in found {
        if !unique.contains(&one) {
            unique.push(one);
        }
    }
    unique
}

fn decoded(reading: &Reading) -> Vec<(Option<String>, Option<String>, ReasonKind)> {
    let findings = reading.cases.iter().flat_map(|case| &case.findings);
    let mut unique = Vec::new();
    for finding in findings {
        let one = (finding.image.clone(), finding.attestor.clone(), finding.reason.kind.clone());
        if !unique.contains(&one) {
            unique.push(one);
        }
    }
    unique
}

proptest! {
    #[test]
    fn every_text_that_a_decision_makes_is_decoded_to_the_same((policy, request, evidence) in question(), legacy in any::<bool>(), width in 20..200_usize) {
        let compiled = CompiledPolicy::new(&policy, &SystemPolicy::of_sandbox());
        let decision = evaluate(&compiled, &request, &evidence, &NothingToVerify);
        let generation = if legacy { Generation::Legacy } else { Generation::Current };
        let text = decision.denial_text(generation);
        prop_assume!(!text.is_empty());
        let reading = decode(&text);
        prop_assert_eq!(decoded(&reading), refused(&decision, generation), "{}", text);
        prop_assert_eq!(all_unknown(&reading), Vec::<String>::new());
        let rule = decision.rule.as_ref().unwrap();
        for case in &reading.cases {
            let said = case.rule.as_ref().map(|rule| (rule.kind, rule.key.as_str()));
            let expected = (request.platform == Platform::Gke).then_some((rule.kind, rule.key.as_str()));
            prop_assert_eq!(said, expected);
        }
        let wrapped: Vec<String> = text.chars().collect::<Vec<_>>().chunks(width).map(|line| line.iter().collect()).collect();
        prop_assert_eq!(line(&decode(&wrapped.join("\n"))), line(&reading));
    }

    #[test]
    fn what_is_damaged_is_the_same_or_says_what_is_unknown(number in 0..25_usize, at in any::<prop::sample::Index>(), other in prop_oneof![Just('x'), Just('Z'), Just('7'), Just('%'), Just('é')]) {
        let forms = forms();
        let (_, message, expected) = &forms[number % forms.len()];
        let chars: Vec<char> = message.chars().collect();
        let at = at.index(chars.len());
        // What names an image, an attestor or a key can be another and still be whole.
        let name = |from: usize| chars[..from].iter().rev().take_while(|c| !c.is_whitespace()).count();
        let word: String = chars[at - name(at)..].iter().take_while(|c| !c.is_whitespace()).collect();
        prop_assume!(!word.contains(['/', '@', '.', '"', '\'', ':']) && !["nginx", "one", "two", "qa:"].contains(&word.as_str()));
        let damaged: String = chars.iter().enumerate().map(|(i, c)| if i == at { other } else { *c }).collect();
        prop_assume!(damaged != *message);
        let reading = decode(&damaged);
        let same = line(&reading).split_once(' ').map(|(_, rest)| rest.to_owned()) == expected.split_once(' ').map(|(_, rest)| rest.to_owned());
        prop_assert!(same || !all_unknown(&reading).is_empty(), "{}\n{}", damaged, line(&reading));
    }

    #[test]
    fn no_text_makes_it_panic_or_invent_an_image(parts in prop::collection::vec(prop_oneof![
        "\\PC{0,20}",
        Just("Image ".to_owned()), Just(" denied by ".to_owned()), Just("attestor ".to_owned()), Just("projects/p/attestors/a: ".to_owned()),
        Just("Binary Authorization ".to_owned()), Just("default admission rule. ".to_owned()), Just("cluster admission rule for ".to_owned()),
        Just("'x' : ".to_owned()), Just("\\\"".to_owned()), Just("\n".to_owned()), Just("\u{1b}[".to_owned()), Just("{\"".to_owned()), Just("…".to_owned()),
        Just("pods \"".to_owned()), Just("\" is forbidden: ".to_owned()), Just("admission webhook \"".to_owned()), Just("kind: Event\n".to_owned()),
    ], 0..40)) {
        let text = parts.concat();
        let reading = decode(&text);
        let plain = super::text::plain(&text).replace(['\n', '\u{1e}'], "");
        for image in reading.cases.iter().flat_map(Refusal::images) {
            prop_assert!(plain.contains(image) || text.contains("{\"") || text.contains("kind:"), "{} in {:?}", image, text);
        }
        prop_assert!(!reading.cases.is_empty() || !reading.unknown.is_empty());
    }
}

/// These take hours if the time is not in proportion to the length.
#[rstest::rstest]
#[case("Image ")]
#[case("Image\n")]
#[case("'")]
#[case("\\")]
#[case("\u{1b}]")]
#[case("[1")]
#[case("admission webhook \"")]
#[case("pods \"\n")]
#[case("Error from server (")]
#[case("[[")]
#[case("{\"a\":")]
#[case("Image x denied by attestor ")]
#[case("Denied by cluster admission rule for a\n")]
#[case("Container image '")]
#[case("&")]
#[case("create Pod a in B c ")]
#[case("Attestation(s) found, but could not be verified ")]
#[case("- a:\n")]
#[case("namespace: x\nkind: y\n")]
fn a_long_text_of_the_worst_kind_comes_to_an_end(#[case] part: &str) {
    let reading = decode(&part.repeat(100_000 / part.len()));
    assert!(!reading.cases.is_empty() || !reading.unknown.is_empty());
}

#[test]
fn the_same_refusal_over_and_over_is_one_case() {
    let w1 = &forms()[7].1;
    assert_eq!(decode(&format!("{w1} ").repeat(200_000 / w1.len())).cases.len(), 1);
}

#[test]
fn of_too_long_a_text_only_the_first_part_is_read() {
    let much = "x".repeat(MAX_BYTES + 1);
    assert!(decode(&much).unread.iter().any(|text| text.contains("only the first")));
}
