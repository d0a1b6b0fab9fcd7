use std::collections::BTreeMap;

use rstest::rstest;

use super::*;
use crate::admission::{Attestations, AttestorEvidence, ContainerKind, Evidence, Request, RequestImage};
use crate::attestation::{self, Attestation, Signature, SignatureFault, Verified, Verify};
use crate::attestor::{Attestor, KeyMaterial, PublicKey};
use crate::document::{Dialect, Document};
use crate::image::{Digest, ImageRef};
use crate::inventory::{InventoryItem, Origin};
use crate::name::AttestorName;
use crate::system_policy::SystemPolicy;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const BY_DIGEST: &str = "gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const OTHER: &str = "4444444444444444444444444444444444444444444444444444444444444444";
const QA: &str = "projects/p/attestors/qa";
const FIRST: &str = "0123456789ABCDEF0123456789ABCDEF01234567";
const SECOND: &str = "89ABCDEF0123456789ABCDEF0123456789ABCDEF";
const DENY: &str =
    "# why\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";
const ASK: &str = "defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION # all\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/p/attestors/qa\n";

/// Holds that a signature is `KEY:` and the message.
struct Plain;

impl Verify for Plain {
    fn verify(&self, key: &PublicKey, signature: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        let message = signature.strip_prefix(format!("{}:", key.id).as_bytes()).ok_or(SignatureFault::Bad)?;
        Ok(Verified { message: message.to_vec(), warnings: Vec::new() })
    }
}

fn key(id: &str) -> PublicKey {
    PublicKey { id: id.to_owned(), comment: String::new(), material: KeyMaterial::Pgp { armor: String::new() } }
}

fn qa() -> AttestorName {
    QA.parse().unwrap()
}

fn attestor(keys: &[&str]) -> Attestor {
    Attestor {
        note: "projects/p/notes/qa-note".parse().unwrap(),
        name: qa(),
        description: String::new(),
        keys: keys.iter().map(|id| key(id)).collect(),
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

/// An attestation of `of` whose payload names `says`, under the id `id`, signed by `by`.
fn attested(of: &str, says: &str, id: &str, by: &str) -> Attestation {
    let image: ImageRef = format!("gcr.io/p/app@sha256:{says}").parse().unwrap();
    let payload = attestation::payload(&image, image.digest().unwrap());
    let bytes = [format!("{by}:").as_bytes(), &payload].concat();
    Attestation {
        name: "projects/p/occurrences/1".to_owned(),
        note: "projects/p/notes/qa-note".parse().unwrap(),
        kind: attestation::ATTESTATION.to_owned(),
        resource_uri: format!("https://gcr.io/p/app@sha256:{of}"),
        payload,
        signatures: vec![Signature { public_key_id: id.to_owned(), bytes }],
        jwts: 0,
        create_time: None,
    }
}

/// A good attestation, on the note of somebody else.
fn elsewhere(by: &str) -> Attestation {
    Attestation { note: "projects/p/notes/other-note".parse().unwrap(), ..attested(HEX, HEX, by, by) }
}

fn known(attestor: Attestor, attestations: Attestations) -> Evidence {
    let found = AttestorEvidence::Found { attestor, attestations };
    Evidence { attestors: [(qa(), found)].into(), ..Evidence::default() }
}

fn read(keys: &[&str], list: Vec<Attestation>) -> Evidence {
    known(attestor(keys), Attestations::Read(list))
}

fn pod(images: &[&str]) -> Request {
    let image = |image: &&str| RequestImage { image: (*image).to_owned(), ..RequestImage::default() };
    Request {
        cluster: Some("us-central1-a.prod".to_owned()),
        namespace: "shop".to_owned(),
        service_account: "web".to_owned(),
        images: images.iter().map(image).collect(),
        ..Request::default()
    }
}

fn ask(policy: &str, request: &Request, evidence: &Evidence, known: &FixFacts<'_>) -> Vec<Fix> {
    let document = Document::parse(policy, Dialect::Gcloud);
    assert!(document.policy.is_some(), "{:?}", document.diagnostics);
    let system = SystemPolicy::of_sandbox();
    let case = Denial { document: &document, system: &system, request, evidence, verify: &Plain };
    fixes(&case, known)
}

fn mine(held: bool) -> [KnownKey; 1] {
    [KnownKey { key: key(SECOND), held }]
}

/// `kind: what is done` of each fix that is not of the policy.
fn told(policy: &str, images: &[&str], evidence: &Evidence) -> Vec<String> {
    let keys = mine(true);
    let digests = BTreeMap::from([("gcr.io/p/app:v1".to_owned(), format!("sha256:{HEX}").parse().unwrap())]);
    let known = FixFacts { keys: Some(&keys), digests: Some(&digests), children: None, inventory: None };
    let of_evidence = |fix: &&Fix| fix.policy.is_none() && fix.kind != FixKind::BreakGlass;
    let fixes = ask(policy, &pod(images), evidence, &known);
    fixes.iter().filter(of_evidence).map(|fix| format!("{}: {}", fix.kind.id(), fix.title())).collect()
}

#[rstest]
#[case::tag(
    &["gcr.io/p/app:v1"], read(&[FIRST], vec![attested(HEX, HEX, FIRST, FIRST)]),
    &["deploy-by-digest: Deploy gcr.io/p/app:v1 by its digest"]
)]
#[case::tag_of_nothing_attested(
    &["gcr.io/p/app:v1"], read(&[SECOND], Vec::new()),
    &["attest: Deploy gcr.io/p/app:v1 by its digest, then attest with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::not_attested(
    &[BY_DIGEST], read(&[FIRST], Vec::new()),
    &["attest: Attest with qa (none of its keys is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::other_digest(
    &[BY_DIGEST], read(&[SECOND], vec![attested(OTHER, OTHER, SECOND, SECOND)]),
    &["attest: Attest with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::payload_of_another_digest(
    &[BY_DIGEST], read(&[SECOND], vec![attested(HEX, OTHER, SECOND, SECOND)]),
    &["re-sign: Sign the right payload with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::wrong_signature(
    &[BY_DIGEST], read(&[SECOND], vec![attested(HEX, HEX, SECOND, FIRST)]),
    &["re-sign: Sign the right payload with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::near_miss(
    &[BY_DIGEST], read(&[FIRST], vec![attested(HEX, HEX, &FIRST.to_lowercase(), FIRST)]),
    &[
        "correct-key-id: Attest again for qa with the same signature under its right key id",
        "attest: Attest with qa (none of its keys is here): gcr.io/p/app@sha256:37e528794577…",
    ]
)]
#[case::unknown_key(
    &[BY_DIGEST], read(&[FIRST], vec![attested(HEX, HEX, SECOND, SECOND)]),
    &[
        "add-key: Add the key …0123456789ABCDEF to qa",
        "attest: Attest with qa (none of its keys is here): gcr.io/p/app@sha256:37e528794577…",
    ]
)]
#[case::no_keys(
    &[BY_DIGEST], read(&[], vec![attested(HEX, HEX, SECOND, SECOND)]),
    &["add-key: Add the key …0123456789ABCDEF to qa"]
)]
#[case::no_keys_and_no_attestation(
    &[BY_DIGEST], read(&[], Vec::new()),
    &["add-key: Add the key …0123456789ABCDEF to qa, then attest with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::no_grant(
    &[BY_DIGEST],
    known(attestor(&[FIRST]), Attestations::NotPermitted {
        service_account: "agent@x".to_owned(), readable: vec![attested(HEX, HEX, FIRST, FIRST)],
    }),
    &["grant-role: Grant the occurrences viewer role on qa-note (qa)"]
)]
#[case::no_grant_and_no_attestation(
    &[BY_DIGEST],
    known(attestor(&[SECOND]), Attestations::NotPermitted { service_account: "agent@x".to_owned(), readable: Vec::new() }),
    &["grant-role: Grant the occurrences viewer role on qa-note (qa), then attest with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::two_images_one_by_tag(
    &[BY_DIGEST, "gcr.io/p/app:v1"], read(&[FIRST], vec![attested(HEX, HEX, FIRST, FIRST)]),
    &["deploy-by-digest: Deploy gcr.io/p/app:v1 by its digest"]
)]
#[case::on_another_note(
    &[BY_DIGEST],
    Evidence { elsewhere: vec![elsewhere(FIRST)], ..read(&[FIRST], Vec::new()) },
    &[
        "copy-attestation: Copy the attestation on other-note to the note of qa",
        "attest: Attest with qa (none of its keys is here): gcr.io/p/app@sha256:37e528794577…",
    ]
)]
#[case::on_another_note_by_another_key(
    &[BY_DIGEST],
    Evidence { elsewhere: vec![elsewhere(SECOND)], ..read(&[FIRST], Vec::new()) },
    &["attest: Attest with qa (none of its keys is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::no_attestor(
    &[BY_DIGEST],
    Evidence { attestors: [(qa(), AttestorEvidence::NotFound)].into(), ..Evidence::default() },
    &["restore-attestor: Create the attestor qa again, on note qa-note, then add the key …0123456789ABCDEF to qa, then attest with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
#[case::no_note(
    &[BY_DIGEST], known(attestor(&[SECOND]), Attestations::NoteMissing),
    &["restore-note: Create the note qa-note again, then attest with qa (a key of it is here): gcr.io/p/app@sha256:37e528794577…"]
)]
fn what_satisfies_the_attestors(#[case] images: &[&str], #[case] evidence: Evidence, #[case] expected: &[&str]) {
    assert_eq!(told(ASK, images, &evidence), expected);
}

/// The kinds that change the policy, each with the lines that it adds.
fn written(
    policy: &str,
    request: &Request,
    evidence: &Evidence,
    digests: &BTreeMap<String, Digest>,
) -> Vec<(FixKind, String)> {
    let known = FixFacts { digests: Some(digests), ..FixFacts::default() };
    let fixes = ask(policy, request, evidence, &known);
    let added = |fix: &Fix| Some((fix.kind, Hunk::between(policy, fix.policy.as_deref()?).added.join("\n")));
    fixes.iter().filter_map(added).collect()
}

#[test]
fn patterns_are_the_narrowest_first() {
    let image = format!("gcr.io/p/team/app@sha256:{HEX}");
    let found = written(DENY, &pod(&[&image]), &Evidence::default(), &BTreeMap::new());
    let list = |pattern: &str| format!("admissionWhitelistPatterns:\n- namePattern: {pattern}");
    assert_eq!(found[0], (FixKind::AllowImage, list(&image)));
    let at = |kind| found.iter().find(|(k, _)| *k == kind).map(|(_, text)| text.as_str());
    assert_eq!(at(FixKind::AllowRepository), Some(list("gcr.io/p/team/app@*").as_str()));
    assert_eq!(at(FixKind::AllowRegistry), Some(list("gcr.io/p/**").as_str()));
    assert_eq!(at(FixKind::AllowTag), None);
}

#[test]
fn a_tag_is_allowed_by_its_digest_or_as_it_is() {
    let digests = BTreeMap::from([("gcr.io/p/app:v1".to_owned(), format!("sha256:{HEX}").parse().unwrap())]);
    let found = written(DENY, &pod(&["gcr.io/p/app:v1"]), &Evidence::default(), &digests);
    let patterns: Vec<(FixKind, &str)> =
        found.iter().filter_map(|(kind, text)| Some((*kind, text.split_once("namePattern: ")?.1))).collect();
    assert_eq!(
        patterns,
        [
            (FixKind::AllowImage, BY_DIGEST),
            (FixKind::AllowTag, "gcr.io/p/app:v1"),
            (FixKind::AllowRepository, "gcr.io/p/app:*"),
            (FixKind::AllowRegistry, "gcr.io/p/**"),
        ]
    );
}

#[test]
fn one_pattern_covers_tags_and_digests_of_a_repository() {
    let found = written(DENY, &pod(&["gcr.io/p/app:v1", BY_DIGEST]), &Evidence::default(), &BTreeMap::new());
    let repository = found.iter().find(|(kind, _)| *kind == FixKind::AllowRepository).unwrap();
    assert_eq!(repository.1, "admissionWhitelistPatterns:\n- namePattern: 'gcr.io/p/app[@:]*'");
}

#[test]
fn a_rule_of_its_own_asks_what_the_pod_can_show() {
    let evidence = read(&[FIRST], vec![attested(HEX, HEX, FIRST, FIRST)]);
    let found = written(DENY, &pod(&[BY_DIGEST]), &evidence, &BTreeMap::new());
    let rule = |kind| found.iter().find(|(k, _)| *k == kind).map(|(_, text)| text.clone()).unwrap();
    assert_eq!(
        rule(FixKind::NamespaceRule),
        "kubernetesNamespaceAdmissionRules:\n  shop:\n    evaluationMode: REQUIRE_ATTESTATION\n    \
         enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/qa"
    );
    assert!(rule(FixKind::ServiceAccountRule).contains("  shop:web:\n    evaluationMode: REQUIRE_ATTESTATION"));
    assert!(rule(FixKind::ClusterRule).contains("  us-central1-a.prod:\n    evaluationMode: REQUIRE_ATTESTATION"));
    let nothing = written(DENY, &pod(&[BY_DIGEST]), &Evidence::default(), &BTreeMap::new());
    let rule = |kind| nothing.iter().find(|(k, _)| *k == kind).map(|(_, text)| text.clone()).unwrap();
    assert!(rule(FixKind::ClusterRule).contains("ALWAYS_ALLOW"));
}

#[test]
fn a_second_map_of_rules_is_never_filled() {
    let policy = format!(
        "{DENY}clusterAdmissionRules:\n  us-central1-a.prod:\n    evaluationMode: ALWAYS_DENY\n    \
         enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n"
    );
    let found = written(&policy, &pod(&[BY_DIGEST]), &Evidence::default(), &BTreeMap::new());
    let kinds: Vec<FixKind> = found.iter().map(|(kind, _)| *kind).collect();
    assert!(kinds.contains(&FixKind::ClusterRule) && kinds.contains(&FixKind::DryRun), "{kinds:?}");
    assert!(!kinds.contains(&FixKind::NamespaceRule) && !kinds.contains(&FixKind::ServiceAccountRule), "{kinds:?}");
    let cluster = found.iter().find(|(kind, _)| *kind == FixKind::ClusterRule).unwrap();
    assert_eq!(cluster.1, "    evaluationMode: ALWAYS_ALLOW");
}

#[test]
fn the_rule_that_decides_becomes_a_dry_run_and_keeps_its_comment() {
    let fixes = ask(DENY, &pod(&["nginx"]), &Evidence::default(), &FixFacts::default());
    let dry_run = fixes.iter().find(|fix| fix.kind == FixKind::DryRun).unwrap();
    assert_eq!(
        dry_run.policy.as_deref(),
        Some(&*DENY.replace("ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY"))
    );
    assert_eq!(dry_run.outcome, Outcome::AdmitDryRun);
    assert_eq!(fixes.last().map(|fix| (fix.kind, fix.outcome)), Some((FixKind::BreakGlass, Outcome::AdmitBreakGlass)));
}

#[test]
fn an_init_container_is_an_image_like_any_other() {
    let mut request = pod(&[BY_DIGEST, "gcr.io/p/app:v1"]);
    request.images[1].kind = ContainerKind::Init;
    let found = written(DENY, &request, &Evidence::default(), &BTreeMap::new());
    let tag = found.iter().find(|(kind, _)| *kind == FixKind::AllowTag).unwrap();
    assert_eq!(tag.1.matches("namePattern").count(), 2);
}

#[test]
fn what_else_is_let_in_is_counted_and_shown() {
    let item = |image: &str| InventoryItem::image(image, &pod(&[]), Origin::List);
    let other = format!("gcr.io/p/app@sha256:{OTHER}");
    let items = [item(BY_DIGEST), item(&other), item("gcr.io/p/lib:v1"), item("nginx")];
    let evidence = Evidence::default();
    let known = FixFacts { children: None, inventory: Some((&items, &evidence)), ..FixFacts::default() };
    let fixes = ask(DENY, &pod(&[BY_DIGEST]), &evidence, &known);
    let counts: Vec<(FixKind, usize)> =
        fixes.iter().map(|fix| (fix.kind, fix.reach.inventory.as_ref().unwrap().admits)).collect();
    // By their numbers.
    assert_eq!(counts[..3], [(FixKind::AllowImage, 0), (FixKind::BreakGlass, 0), (FixKind::AllowRepository, 1)]);
    assert!(counts.contains(&(FixKind::AllowRegistry, 2)) && counts.contains(&(FixKind::ClusterRule, 3)), "{counts:?}");
    let repository = &fixes[2].reach;
    assert_eq!(
        repository.inventory.as_ref().map(Affected::text).unwrap(),
        format!("1 of 3 known images and pods: {other}")
    );
    assert!(repository.example.as_ref().unwrap().starts_with("gcr.io/p/app@"), "{repository:?}");
    assert_eq!(fixes[0].reach.example, None);
}

#[test]
fn nothing_is_proposed_where_nothing_is_denied() {
    let allowed = DENY.replace("ALWAYS_DENY", "ALWAYS_ALLOW");
    assert_eq!(ask(&allowed, &pod(&["nginx"]), &Evidence::default(), &FixFacts::default()), []);
    assert_eq!(ask(ASK, &pod(&[BY_DIGEST]), &Evidence::default(), &FixFacts::default()), []);
}

#[test]
fn cloud_run_has_no_rules_of_its_own_and_its_own_break_glass() {
    let request = Request { platform: crate::admission::Platform::CloudRun, ..pod(&[BY_DIGEST]) };
    let fixes = ask(DENY, &request, &Evidence::default(), &FixFacts::default());
    let kinds: Vec<FixKind> = fixes.iter().map(|fix| fix.kind).collect();
    let expected =
        [FixKind::AllowImage, FixKind::AllowRepository, FixKind::AllowRegistry, FixKind::DryRun, FixKind::BreakGlass];
    assert_eq!(kinds, expected);
}

#[test]
fn a_policy_that_the_service_would_refuse_is_no_fix() {
    let evidence = Evidence { attestors: [(qa(), AttestorEvidence::NotFound)].into(), ..Evidence::default() };
    let fixes = ask(ASK, &pod(&[BY_DIGEST]), &evidence, &FixFacts::default());
    assert_eq!(fixes.iter().map(|fix| fix.kind).collect::<Vec<_>>(), [FixKind::BreakGlass]);
}

/// What somebody else has to do stands last, whatever else it would let in.
#[test]
fn what_can_be_done_from_here_comes_first() {
    let keys = mine(true);
    let known = FixFacts { keys: Some(&keys), ..FixFacts::default() };
    let fixes = ask(ASK, &pod(&[BY_DIGEST]), &read(&[FIRST], Vec::new()), &known);
    let kinds: Vec<FixKind> = fixes.iter().map(|fix| fix.kind).collect();
    assert_eq!((kinds[0], kinds.last()), (FixKind::AllowImage, Some(&FixKind::Attest)), "{kinds:?}");
    assert!(!fixes.last().unwrap().is_possible_here());
    let fixes = ask(ASK, &pod(&[BY_DIGEST]), &read(&[SECOND], Vec::new()), &known);
    assert_eq!(fixes[0].kind, FixKind::Attest);
}

/// The index is not attested, one of its images is.
#[test]
fn the_image_of_an_index_that_is_attested_is_deployed() {
    let index = format!("gcr.io/p/app@sha256:{OTHER}");
    let digest: Digest = format!("sha256:{HEX}").parse().unwrap();
    let children = BTreeMap::from([(index.clone(), vec![digest])]);
    let keys = mine(true);
    let known = FixFacts { keys: Some(&keys), children: Some(&children), ..FixFacts::default() };
    let evidence = read(&[FIRST], vec![attested(HEX, HEX, FIRST, FIRST)]);
    let fixes = ask(ASK, &pod(&[&index]), &evidence, &known);
    assert_eq!(fixes[0].kind, FixKind::DeployAttested);
    assert_eq!(fixes[0].steps, [FixStep::UseDigest { from: index.clone(), to: BY_DIGEST.to_owned() }]);
    let not_attested = ask(ASK, &pod(&[&index]), &read(&[FIRST], Vec::new()), &known);
    assert!(not_attested.iter().all(|fix| fix.kind != FixKind::DeployAttested));
}

/// Where no key is here, it says who can, and gives the command to hand over.
#[test]
fn whoever_can_sign_is_named_with_the_command() {
    let version = "projects/k/locations/eu/keyRings/r/cryptoKeys/c/cryptoKeyVersions/1";
    let id = format!("//cloudkms.googleapis.com/v1/{version}");
    let keys = mine(true);
    let known = FixFacts { keys: Some(&keys), ..FixFacts::default() };
    let fixes = ask(ASK, &pod(&[BY_DIGEST]), &read(&[&id], Vec::new()), &known);
    let attest = fixes.iter().find(|fix| fix.kind == FixKind::Attest).unwrap();
    let who = attest.steps[0].who();
    assert_eq!(who[0], format!("whoever may sign with the Cloud KMS key {version} (roles/cloudkms.signerVerifier)"));
    assert!(who[1].contains("roles/containeranalysis.notes.attacher on projects/p/notes/qa-note"), "{who:?}");
    let commands: Vec<String> = attest.steps[0].commands().iter().map(ToString::to_string).collect();
    assert_eq!(
        commands,
        [format!(
            "gcloud beta container binauthz attestations sign-and-create --artifact-url={BY_DIGEST} --attestor=qa \
             --attestor-project=p --keyversion={version}"
        )]
    );
    let fixes = ask(ASK, &pod(&[BY_DIGEST]), &read(&[FIRST], Vec::new()), &known);
    let attest = fixes.iter().find(|fix| fix.kind == FixKind::Attest).unwrap();
    assert_eq!(attest.steps[0].who()[0], format!("whoever has the private half of {FIRST}"));
    assert!(attest.steps[0].commands()[1].to_string().contains(FIRST));
}
