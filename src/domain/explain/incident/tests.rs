use std::fmt::Write as _;

use super::*;
use crate::explain::cause::diagnose;
use crate::explain::change::{Change, ChangeKind};
use crate::explain::message::decode;

const NONE: &str = "No attestations found that were valid and signed by a key trusted by the attestor";
const TAG: &str = "Expected digest with sha256 scheme, but got tag or malformed digest";

fn message(image: &str, attestor: &str, why: &str) -> String {
    format!(
        "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image {image} denied by Binary \
         Authorization default admission rule. Image {image} denied by attestor projects/p/attestors/{attestor}: {why}"
    )
}

/// Events as `kubectl get events -A -o json` lists them.
fn events(all: impl IntoIterator<Item = (String, String, String)>) -> String {
    let mut items = String::new();
    for (number, (namespace, object, message)) in all.into_iter().enumerate() {
        let separator = if number == 0 { "" } else { "," };
        let event = serde_json::json!({"kind": "Event", "count": 3, "message": message,
            "firstTimestamp": format!("2026-11-30T18:{:02}:03Z", 42 + number % 10),
            "lastTimestamp": "2026-11-30T18:59:00Z",
            "involvedObject": {"kind": "ReplicaSet", "namespace": namespace, "name": object, "apiVersion": "apps/v1"}});
        write!(items, "{separator}{event}").unwrap();
    }
    format!("{{\"kind\": \"List\", \"items\": [{items}]}}")
}

fn by_two_causes(count: usize) -> String {
    events((0..count).map(|n| {
        let (namespace, name) = (format!("ns-{}", n % 5), format!("web-{n}-5d8f7c9b44"));
        let text = if n % 3 == 0 {
            message(&format!("gcr.io/p/web-{n}@sha256:{}", format!("{n:02x}").repeat(32)), "sec", NONE)
        } else {
            message(&format!("gcr.io/p/web-{n}:1.0"), "sec", TAG)
        };
        (namespace, name, text)
    }))
}

#[test]
fn refusals_are_put_together_by_what_was_said_and_not_by_the_images() {
    let reading = decode(&by_two_causes(60));
    let incident = Incident::of(&reading.cases, Changes::default());
    assert_eq!(incident.headline(), "60 workloads refused in 5 namespaces since 2026-11-30 18:42:03Z, by 2 causes");
    assert_eq!(
        incident.row(),
        "60 refused in 5 namespaces since 18:42: 40 × no digest for sec, 20 × no valid attestation by sec"
    );
    let counts: Vec<_> = incident.causes.iter().map(|cause| (cause.count(), cause.times)).collect();
    assert_eq!(counts, [(40, 120), (20, 60)]);
    assert_eq!(incident.causes[0].key.title_by_rule(), "no digest for sec · default rule");
}

#[test]
fn a_workload_that_two_objects_tell_of_is_one() {
    let text = |object: &str| ("n".to_owned(), object.to_owned(), message("a:1", "sec", TAG));
    let reading = decode(&events([text("web-5d8f7c9b44"), text("web-77c9b7b5d6"), text("web")]));
    let incident = Incident::of(&reading.cases, Changes::default());
    assert_eq!((reading.cases.len(), incident.count()), (3, 1));
    assert_eq!(incident.causes[0].lists(Layout { columns: 80, rows: 3 }), ["n (1): web"]);
}

#[test]
fn the_same_workload_in_two_causes_counts_once_in_the_whole() {
    let two = [("web", TAG), ("web", NONE)];
    let all = two.map(|(name, why)| ("n".to_owned(), name.to_owned(), message("a:1", "sec", why)));
    let incident = Incident::of(&decode(&events(all)).cases, Changes::default());
    assert_eq!((incident.causes.len(), incident.count()), (2, 1));
}

#[test]
fn who_did_not_refuse_is_told_apart() {
    let quota = "pods \"x\" is forbidden: exceeded quota: compute".to_owned();
    let text = events([("n".into(), "web".into(), message("a:1", "sec", TAG)), ("n".into(), "other".into(), quota)]);
    let incident = Incident::of(&decode(&text).cases, Changes::default());
    assert_eq!(incident.count(), 1);
    assert_eq!(incident.besides(), "1 × a quota");
    let only = Incident::of(&decode("pods \"x\" is forbidden: exceeded quota: compute").cases, Changes::default());
    assert_eq!(only.headline(), "nothing refused by Binary Authorization");
}

#[test]
fn refusals_without_a_name_are_counted_one_by_one() {
    let text = format!("{}\n\n{}", message("a:1", "sec", TAG), message("b:1", "sec", TAG));
    let incident = Incident::of(&decode(&text).cases, Changes::default());
    assert_eq!(incident.headline(), "2 pods refused, by 1 cause");
    assert_eq!(incident.causes[0].lists(Layout { columns: 80, rows: 3 }), ["the text does not say of what"]);
}

#[test]
fn names_take_as_much_room_as_there_is() {
    let names = |count: usize| (0..count).map(move |n| ("shop".to_owned(), format!("service-{n:02}")));
    let texts = names(30).map(|(namespace, name)| (namespace, name, message("a:1", "sec", TAG)));
    let more = (0..4).map(|n| (format!("other-{n}"), "a".to_owned(), message("a:1", "sec", TAG)));
    let incident = Incident::of(&decode(&events(texts.chain(more))).cases, Changes::default());
    let lists = incident.causes[0].lists(Layout { columns: 60, rows: 3 });
    assert_eq!(
        lists,
        ["shop (30): service-00, service-01, service-02 and 27 more", "other-0 (1): a", "and 3 in 3 more namespaces"]
    );
    assert!(lists.iter().all(|line| line.chars().count() <= 60));
}

#[test]
fn what_can_be_behind_a_cause_is_that_of_all_its_refusals() {
    let reading = decode(&by_two_causes(6));
    let diagnoses: Vec<Vec<_>> = reading
        .cases
        .iter()
        .map(|case| case.findings.iter().map(|finding| diagnose(case, finding, None)).collect())
        .collect();
    let incident = Incident::of(&reading.cases, Changes::default());
    let of = |number: usize| diagnoses[number].as_slice();
    let tag = guesses(&incident.causes[0], of);
    assert_eq!((tag.len(), tag[0].kind.as_str(), tag[0].count, tag[0].is_alike), (1, "tag-without-digest", 4, true));
    let none = guesses(&incident.causes[1], of);
    assert_eq!((none[0].kind.as_str(), none[0].count, none[0].is_alike), ("not-attested", 2, false));
}

fn change(at: &str, kind: ChangeKind) -> Change {
    Change { at: at.parse().unwrap(), kind, what: "what".into(), author: Some("a@b.c".into()) }
}

#[test]
fn what_changed_is_told_by_how_near_it_is_to_the_first_refusal() {
    let all = vec![
        change("2026-11-30T18:41:39Z", ChangeKind::Policy),
        change("2026-11-29T18:00:00Z", ChangeKind::Attestor),
        change("2026-11-30T18:50:00Z", ChangeKind::Access),
    ];
    let incident = Incident::of(&decode(&by_two_causes(6)).cases, Changes::new(all, vec!["the log"]));
    let texts = |changes: &[Change]| changes.iter().map(|c| c.text(incident.since())).collect::<Vec<_>>();
    assert_eq!(
        texts(&incident.changes.before),
        [
            "policy 2026-11-30 18:41:39Z by a@b.c, 24 s before the first refusal: what",
            "attestor 2026-11-29 18:00:00Z by a@b.c, 24 h before the first refusal: what"
        ]
    );
    assert_eq!(
        texts(&incident.changes.after),
        ["access 2026-11-30 18:50:00Z by a@b.c, 7 min after the first refusal: what"]
    );
}
