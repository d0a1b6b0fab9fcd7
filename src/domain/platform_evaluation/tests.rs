use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::attestation::{Attestation, SignatureFault, Verified, Verify};
use crate::attestor::PublicKey;
use crate::image::Digest;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

fn image() -> String {
    format!("gcr.io/p/app@sha256:{HEX}")
}

/// One project with everything, `proj`; the others have nothing.
#[derive(Default)]
struct Known {
    age: Option<Duration>,
    attestations: Vec<Attestation>,
    builds: Vec<Build>,
    scan: Option<Scan>,
    signatures: Vec<SigstoreSignature>,
}

impl Evidence for Known {
    fn upload_age(&self, _: &ImageRef, _: &Digest) -> Option<Duration> {
        self.age
    }

    fn attestations(&self, project: &str, _: &Digest) -> Vec<Attestation> {
        if project == "proj" { self.attestations.clone() } else { Vec::new() }
    }

    fn builds(&self, project: &str, _: &Digest) -> Vec<Build> {
        if project == "proj" { self.builds.clone() } else { Vec::new() }
    }

    fn scan(&self, project: &str, _: &Digest) -> Scan {
        self.scan.clone().filter(|_| project == "proj").unwrap_or(Scan::Missing)
    }

    fn sigstore_signatures(&self, _: &ImageRef, _: &Digest) -> Vec<SigstoreSignature> {
        self.signatures.clone()
    }
}

/// A signature holds if it is the key's PEM.
struct ByPem;

impl Verify for ByPem {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        let crate::attestor::KeyMaterial::Pkix { pem, .. } = &key.material else {
            return Err(SignatureFault::Bad);
        };
        if pem.as_bytes() != signature {
            return Err(SignatureFault::Bad);
        }
        Ok(Verified { message: payload.to_vec(), warnings: Vec::new() })
    }
}

fn ask(policy: Value, images: &[&str], known: &Known) -> Value {
    let policy: GkePolicy = serde_json::from_value(policy).unwrap();
    let pod = Pod { images: images.iter().map(|image| (*image).to_owned()).collect(), ..Pod::default() };
    let world = World { evidence: known, verify: &ByPem, project: "proj" };
    serde_json::to_value(evaluate(&policy, &[pod], world)).unwrap()
}

/// Verdict and explanation of one check on the image.
fn one(check: &Value, known: &Known) -> (String, String) {
    let answer = ask(json!({"checkSets": [{"checks": [check]}]}), &[&image()], known);
    let result = &answer["results"][0]["imageResults"][0]["checkSetResult"]["checkResults"]["results"][0];
    assert_eq!(answer["verdict"], result["evaluationResult"]["verdict"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&answer["verdict"]), text(&result["explanation"]))
}

fn payload() -> Vec<u8> {
    json!({"critical": {"image": {"docker-manifest-digest": format!("sha256:{HEX}")}}}).to_string().into_bytes()
}

#[test]
fn the_whole_tree() {
    let policy = json!({"checkSets": [
        {"displayName": "lab", "scope": {"kubernetesNamespace": "lab"}, "checks": [{"alwaysDeny": true}]},
        {"displayName": "rest", "checks": [
            {"displayName": "dir", "trustedDirectoryCheck": {"trustedDirPatterns": ["gcr.io/p"]}},
            {"displayName": "never", "alwaysDeny": true, "imageAllowlist": {"allowPattern": ["gcr.io/p/**"]}},
            {"vulnerabilityCheck": {"maximumFixableSeverity": "LOW", "maximumUnfixableSeverity": "HIGH"}},
        ]},
    ]});
    let expected = json!({"verdict": "ERROR", "results": [{
        "kubernetesNamespace": "default",
        "kubernetesServiceAccount": "default",
        "verdict": "ERROR",
        "imageResults": [{"imageUri": image(), "verdict": "ERROR", "checkSetResult": {
            "index": "1",
            "displayName": "rest",
            "checkResults": {"results": [
                {"index": "0", "displayName": "dir", "type": "TrustedDirectoryCheck",
                    "evaluationResult": {"verdict": "CONFORMANT"},
                    "explanation": "Image is in the trusted directory gcr.io/p"},
                {"index": "1", "displayName": "never", "type": "AlwaysDeny",
                    "allowlistResult": {"matchedPattern": "gcr.io/p/**"}},
                {"index": "2", "type": "VulnerabilityCheck", "evaluationResult": {"verdict": "ERROR"},
                    "explanation": "No vulnerability scan of the image was found"},
            ]},
        }}],
    }]});
    assert_eq!(ask(policy, &[&image()], &Known::default()), expected);
}

#[rstest]
#[case("lab", "builder", "0")]
#[case("lab", "other", "1")]
#[case("other", "builder", "2")]
fn the_first_scope_that_fits(#[case] namespace: &str, #[case] account: &str, #[case] index: &str) {
    let policy: GkePolicy = serde_json::from_value(json!({"checkSets": [
        {"scope": {"kubernetesServiceAccount": "lab:builder"}},
        {"scope": {"kubernetesNamespace": "lab"}},
        {},
    ]}))
    .unwrap();
    let pod = Pod {
        namespace: namespace.to_owned(),
        service_account: account.to_owned(),
        images: vec![image()],
        ..Pod::default()
    };
    let world = World { evidence: &Known::default(), verify: &ByPem, project: "proj" };
    let found = evaluate(&policy, &[pod], world);
    let set = found.results[0].image_results[0].check_set_result.clone().unwrap();
    assert_eq!(set.index, index);
    assert_eq!(set.explanation.as_deref(), Some("The check set has no checks."));
}

#[test]
fn exempt_images_and_policies_without_sets() {
    let deny = json!({"imageAllowlist": {"allowPattern": ["gcr.io/p/app"]}, "checkSets": [{"checks": [{"alwaysDeny": true}]}]});
    let answer = ask(deny, &[&image(), "nginx"], &Known::default());
    let images = &answer["results"][0]["imageResults"];
    assert_eq!(
        images[0],
        json!({"imageUri": image(), "verdict": "CONFORMANT",
        "allowlistResult": {"matchedPattern": "gcr.io/p/app"}})
    );
    assert_eq!(images[1]["verdict"], "NON_CONFORMANT");
    assert_eq!(answer["verdict"], "NON_CONFORMANT");
    let answer = ask(json!({}), &["nginx"], &Known::default());
    assert_eq!(answer["verdict"], "CONFORMANT");
    let set = json!({"checkSets": [{"imageAllowlist": {"allowPattern": ["nginx"]}, "checks": [{"alwaysDeny": true}]}]});
    let answer = ask(set, &["nginx:1"], &Known::default());
    assert_eq!(answer["results"][0]["imageResults"][0]["checkSetResult"]["allowlistResult"]["matchedPattern"], "nginx");
}

/// A check that is not met comes before one that was not looked at.
#[test]
fn non_conformance_counts_more_than_an_error() {
    let policy = json!({"checkSets": [{"checks": [
        {"imageFreshnessCheck": {"maxUploadAgeDays": 1}},
        {"alwaysDeny": true},
    ]}]});
    assert_eq!(ask(policy, &[&image()], &Known::default())["verdict"], "NON_CONFORMANT");
}

#[rstest]
#[case(json!({"trustedDirectoryCheck": {"trustedDirPatterns": ["gcr.io/p"]}}))]
#[case(json!({"imageFreshnessCheck": {"maxUploadAgeDays": 1}}))]
fn an_image_by_its_tag_fails_every_check(#[case] check: Value) {
    let known = Known { age: Some(Duration::ZERO), ..Known::default() };
    let answer = ask(json!({"checkSets": [{"checks": [check]}]}), &["gcr.io/p/app:v1"], &known);
    assert_eq!(answer["verdict"], "NON_CONFORMANT");
}

#[rstest]
#[case(None, "ERROR", "does not have the image")]
#[case(Some(29), "CONFORMANT", "29 days ago")]
#[case(Some(31), "NON_CONFORMANT", "limit is 30 days")]
fn freshness(#[case] days: Option<u64>, #[case] verdict: &str, #[case] text: &str) {
    let known = Known { age: days.map(|days| Duration::from_secs(days * 86_400)), ..Known::default() };
    let (found, explanation) = one(&json!({"imageFreshnessCheck": {"maxUploadAgeDays": 30}}), &known);
    assert_eq!(found, verdict);
    assert!(explanation.contains(text), "{explanation}");
}

fn found(severity: Severity, fixable: bool) -> Known {
    let one = Vulnerability { id: "CVE-2021-20305".to_owned(), severity, fixable };
    Known { scan: Some(Scan::Finished(vec![one])), ..Known::default() }
}

#[rstest]
#[case(found(Severity::Medium, true), json!({}), "CONFORMANT")]
#[case(found(Severity::High, true), json!({}), "NON_CONFORMANT")]
#[case(found(Severity::High, false), json!({}), "CONFORMANT")]
#[case(found(Severity::Unspecified, false), json!({}), "NON_CONFORMANT")]
#[case(found(Severity::Unspecified, false), json!({"maximumUnfixableSeverity": "ALLOW_ALL"}), "CONFORMANT")]
#[case(found(Severity::Minimal, false), json!({"maximumUnfixableSeverity": "BLOCK_ALL"}), "NON_CONFORMANT")]
#[case(found(Severity::Critical, true), json!({"allowedCves": ["CVE-2021-20305"]}), "CONFORMANT")]
#[case(found(Severity::Low, true), json!({"blockedCves": ["CVE-2021-20305"]}), "NON_CONFORMANT")]
#[case(found(Severity::Low, true), json!({"containerAnalysisVulnerabilityProjects": ["projects/other"]}), "ERROR")]
#[case(
    found(Severity::Low, true),
    json!({"containerAnalysisVulnerabilityProjects": ["projects/other", "projects/proj"]}),
    "CONFORMANT"
)]
#[case(Known { scan: Some(Scan::Unfinished("SCANNING".to_owned())), ..Known::default() }, json!({}), "ERROR")]
#[case(Known::default(), json!({}), "ERROR")]
fn vulnerabilities(#[case] known: Known, #[case] more: Value, #[case] verdict: &str) {
    let mut check = json!({"maximumFixableSeverity": "MEDIUM", "maximumUnfixableSeverity": "CRITICAL"});
    check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (found, explanation) = one(&json!({"vulnerabilityCheck": check}), &known);
    assert_eq!(found, verdict, "{explanation}");
}

fn built(builder: &str, config_based: bool) -> Known {
    let sources = vec!["https://github.com/me/app".to_owned()];
    let build = Build { builder: builder.to_owned(), sources, config_based };
    Known { builds: vec![build], ..Known::default() }
}

const CLOUD_BUILD: &str = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3";

#[rstest]
#[case(Known::default(), json!({}), "NON_CONFORMANT", "no provenance of the image")]
#[case(built(CLOUD_BUILD, true), json!({}), "CONFORMANT", "Built by")]
#[case(built("https://example.com/builder", true), json!({}), "NON_CONFORMANT", "trusted builder")]
#[case(built(CLOUD_BUILD, false), json!({"configBasedBuildRequired": true}), "NON_CONFORMANT", "trusted")]
#[case(built(CLOUD_BUILD, true), json!({"configBasedBuildRequired": true}), "CONFORMANT", "Built by")]
#[case(built(CLOUD_BUILD, true), json!({"trustedSourceRepoPatterns": ["github.com/me/*"]}), "CONFORMANT", "Built by")]
#[case(built(CLOUD_BUILD, true), json!({"trustedSourceRepoPatterns": ["github.com/you/*"]}), "NON_CONFORMANT", "trusted")]
#[case(built(CLOUD_BUILD, true), json!({"customConstraints": "true"}), "ERROR", "CEL")]
fn slsa(#[case] known: Known, #[case] more: Value, #[case] verdict: &str, #[case] text: &str) {
    let mut rule = json!({"trustedBuilder": "GOOGLE_CLOUD_BUILD"});
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (found, explanation) = one(&json!({"slsaCheck": {"rules": [rule]}}), &known);
    assert_eq!(found, verdict, "{explanation}");
    assert!(explanation.contains(text), "{explanation}");
}

fn attested(key_id: &str, signature: &[u8]) -> Known {
    let attestation = Attestation {
        name: "projects/proj/occurrences/1".to_owned(),
        note: "projects/proj/notes/n".parse().unwrap(),
        kind: "ATTESTATION".to_owned(),
        resource_uri: image(),
        payload: payload(),
        signatures: vec![crate::attestation::Signature { public_key_id: key_id.to_owned(), bytes: signature.to_vec() }],
        jwts: 0,
        create_time: None,
    };
    Known { attestations: vec![attestation], ..Known::default() }
}

#[rstest]
#[case(Known::default(), "NON_CONFORMANT", "No attestations found")]
#[case(attested("k2", b"PEM2"), "CONFORMANT", "verified by the second")]
#[case(attested("k2", b"PEM1"), "NON_CONFORMANT", "valid and signed")]
#[case(attested("k3", b"PEM2"), "NON_CONFORMANT", "valid and signed")]
fn simple_signing(#[case] known: Known, #[case] verdict: &str, #[case] text: &str) {
    let authenticator = |name: &str, n: u8| {
        json!({"displayName": name, "pkixPublicKeySet": {"pkixPublicKeys": [
            {"publicKeyPem": format!("PEM{n}"), "signatureAlgorithm": "ECDSA_P256_SHA256", "keyId": format!("k{n}")}]}})
    };
    let check = json!({"simpleSigningAttestationCheck": {
        "attestationAuthenticators": [authenticator("the first", 1), authenticator("the second", 2)]}});
    let (found, explanation) = one(&check, &known);
    assert_eq!(found, verdict, "{explanation}");
    assert!(explanation.contains(text), "{explanation}");
}

fn cosigned(payload: Vec<u8>, signature: &[u8]) -> Known {
    let signature = signature.to_vec();
    Known { signatures: vec![SigstoreSignature { payload, signature }], ..Known::default() }
}

#[rstest]
#[case(Known::default(), "NON_CONFORMANT", "has no signatures")]
#[case(cosigned(payload(), b"PEM"), "CONFORMANT", "verified by release")]
#[case(cosigned(payload(), b"other"), "NON_CONFORMANT", "by a key of the check")]
#[case(cosigned(b"{}".to_vec(), b"PEM"), "NON_CONFORMANT", "by a key of the check")]
fn sigstore(#[case] known: Known, #[case] verdict: &str, #[case] text: &str) {
    let check = json!({"sigstoreSignatureCheck": {"sigstoreAuthorities": [
        {"displayName": "release", "publicKeySet": {"publicKeys": [{"publicKeyPem": "PEM"}]}}]}});
    let (found, explanation) = one(&check, &known);
    assert_eq!(found, verdict, "{explanation}");
    assert!(explanation.contains(text), "{explanation}");
}
