use super::*;
use crate::admission::{Evidence, RequestImage};
use crate::attestation::NothingToVerify;
use crate::document::{Dialect, Document};
use crate::policy::Policy;
use crate::policy_change::Dated;
use crate::review::Standing;
use crate::system_policy::SystemPolicy;

const QA: &str = "projects/p/attestors/qa";

fn policy(mode: &str) -> Policy {
    let rule = match mode {
        "REQUIRE_ATTESTATION" => format!("evaluationMode: {mode}, requireAttestationsBy: [{QA}]"),
        mode => format!("evaluationMode: {mode}"),
    };
    let text = format!("defaultAdmissionRule: {{{rule}, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}}");
    Document::parse(&text, Dialect::Gcloud).policy.unwrap()
}

fn entry(logged: Logged, time: &str, message: &str) -> Entry {
    let image = format!("gcr.io/p/web@sha256:{}", "1".repeat(64));
    Entry {
        file: String::new(),
        number: 1,
        line: 1,
        id: None,
        time: time.parse().ok(),
        request: Request {
            images: vec![RequestImage { image, ..RequestImage::default() }],
            namespace: "shop".into(),
            ..Request::default()
        },
        workload: "replicaset/web".into(),
        owner: "shop".into(),
        logged,
        message: message.into(),
        unattested: Vec::new(),
    }
}

fn replayer(policy: &Policy, past: &[(&str, &str)]) -> Replayer {
    let dated = |(since, mode): &(&str, &str)| Dated {
        since: since.parse().unwrap(),
        author: None,
        policy: self::policy(mode),
    };
    let past: Vec<Dated> = past.iter().map(dated).collect();
    Replayer::new(policy, &SystemPolicy::of_sandbox(), Evidence::default(), &past)
}

const NOON: &str = "2026-05-12T12:00:00Z";

#[rstest::rstest]
#[case(Logged::Admitted, "ALWAYS_DENY", Standing::NewlyDenied)]
#[case(Logged::Denied, "ALWAYS_ALLOW", Standing::NewlyAdmitted)]
#[case(Logged::Denied, "ALWAYS_DENY", Standing::Unchanged)]
#[case(Logged::Denied, "REQUIRE_ATTESTATION", Standing::Undecided)]
#[case(Logged::DryRun, "ALWAYS_ALLOW", Standing::NoLongerLogged)]
#[case(Logged::FailedOpen, "ALWAYS_ALLOW", Standing::Unchanged)]
fn the_logs_verdict_is_held_against_the_policys(
    #[case] logged: Logged,
    #[case] mode: &str,
    #[case] expected: Standing,
) {
    let row = replayer(&policy(mode), &[]).row(&entry(logged, NOON, ""), &NothingToVerify);
    assert_eq!((row.standing, row.then), (expected, Then::NoPolicy));
}

#[test]
fn what_the_log_says_was_not_attested_counts() {
    let mut entry = entry(Logged::Denied, NOON, "");
    entry.unattested = vec![(entry.request.images[0].image.clone(), QA.into())];
    let replayer = replayer(&policy("REQUIRE_ATTESTATION"), &[]);
    assert_eq!(replayer.row(&entry, &NothingToVerify).standing, Standing::Unchanged);
}

#[test]
fn the_policy_of_its_time_is_the_last_one_before() {
    let past = [("2026-05-12T00:00:00Z", "ALWAYS_DENY"), ("2026-05-13T00:00:00Z", "ALWAYS_ALLOW")];
    let replayer = replayer(&policy("ALWAYS_ALLOW"), &past);
    let then = |logged, time: &str| replayer.row(&entry(logged, time, ""), &NothingToVerify).then;
    assert_eq!(then(Logged::Denied, "2026-05-11T23:59:59Z"), Then::NoPolicy);
    assert_eq!(then(Logged::Denied, NOON), Then::Same);
    assert_eq!(then(Logged::Denied, "never"), Then::NoPolicy);
    let Then::Differs(why) = then(Logged::Denied, "2026-05-13T00:00:00Z") else { panic!() };
    assert_eq!(why, "logged as denied, and the policy of that time gives ADMIT: default rule ALWAYS_ALLOW");
    assert_eq!(then(Logged::FailedOpen, NOON), Then::NotAsked);
}

#[test]
fn the_same_verdict_for_another_reason_differs() {
    let replayer = replayer(&policy("ALWAYS_DENY"), &[("2026-05-12T00:00:00Z", "ALWAYS_DENY")]);
    let deny = |rule: &str| {
        format!(
            "denied the request: Image a denied by Binary Authorization {rule}. Denied by always_deny admission rule"
        )
    };
    let same = entry(Logged::Denied, NOON, &deny("default admission rule"));
    assert_eq!(replayer.row(&same, &NothingToVerify).then, Then::Same);
    let other = entry(Logged::Denied, NOON, &deny("cluster admission rule for us-central1-a.c"));
    let Then::Differs(why) = replayer.row(&other, &NothingToVerify).then else { panic!() };
    assert!(why.contains("“the rule refuses all · cluster rule for us-central1-a.c”"), "{why}");
}

/// Who was admitted under a rule that asks for attestations had them.
#[test]
fn what_follows_from_the_policy_of_its_time_is_known() {
    let past = [("2026-05-12T00:00:00Z", "REQUIRE_ATTESTATION")];
    let row = replayer(&policy("REQUIRE_ATTESTATION"), &past).row(&entry(Logged::Admitted, NOON, ""), &NothingToVerify);
    assert_eq!((row.standing, row.then), (Standing::Unchanged, Then::Unknown));
}

#[test]
fn parts_of_a_log_are_put_together_in_order() {
    let replayer = replayer(&policy("ALWAYS_DENY"), &[]);
    let part = |number: usize| {
        let mut replay = Replay { others: 1, ..Replay::default() };
        replay.record(&Entry { number, ..entry(Logged::Admitted, NOON, "") }, &replayer, &NothingToVerify);
        replay.take_unreadable(Unreadable { file: String::new(), number: number + 1, line: 1, why: "broken".into() });
        replay
    };
    let mut whole = part(1);
    whole.append(part(4));
    assert_eq!((whole.entries(), whole.admissions, whole.flips(), whole.unreadable), (6, 2, 2, 2));
    let numbers: Vec<usize> = whole.flipped.iter().map(|flipped| flipped.number).collect();
    assert_eq!(numbers, [1, 4]);
    assert_eq!(whole.by_flips()[0].0.title(), "shop/replicaset/web (shop)");
    let told = "6 entries: 2 admissions, 2 of something else, 2 that cannot be read.\nLogged: 2 admitted.\n\
                Under the policy: 2 newly denied, 0 newly admitted, 0 undecided.";
    assert_eq!(whole.summary().join("\n"), told);
}
