//! What gcloud and curl send to Binary Authorization and Container Analysis.

use super::{Exceptions, project, replay};

const FILE: &str = include_str!("google.json");

/// Where the sandbox answers something else than the recorder's stand-in for the service did.
/// Recording, place, and why.
const EXCEPTIONS: Exceptions = &[
    (
        "alpha-continuous-validation-disable",
        "/enforcementPolicyConfig/enabled",
        "proto3's JSON leaves out a field that is false",
    ),
    (
        "alpha-continuous-validation-describe",
        "/updateTime",
        "never written: there is no time yet; nothing is documented",
    ),
    ("alpha-continuous-validation-enable", "/updateTime", "never written: there is no time yet; nothing is documented"),
    ("alpha-policy-evaluate*", "/attestations/0", "signed by another key, at another time"),
    ("alpha-policy-evaluate-and-sign-upload", "/results/0/podName", "proto3's JSON leaves out an empty text"),
    (
        "alpha-policy-evaluate*",
        "/results/0/imageResults/0/checkSetResult/scope",
        "the set has no scope, and an unset message is left out",
    ),
    (
        "alpha-policy-evaluate*",
        "/results/0/imageResults/0/checkSetResult/checkResults/results/0/explanation",
        "the words are not published; the stand-in's was 'stub'",
    ),
    (
        "alpha-policy-evaluate-and-sign-upload",
        "/results/0/imageResults/0/checkSetResult/checkResults/results/0/type",
        "what makes it conformant here is another check",
    ),
    ("beta-policy-evaluate*", "/results/0/podName", "proto3's JSON leaves out an empty text"),
    (
        "beta-policy-evaluate*",
        "/results/0/imageResults/0/checkSetResult/scope",
        "the set has no scope, and an unset message is left out",
    ),
    (
        "beta-policy-evaluate*",
        "/results/0/imageResults/0/checkSetResult/checkResults/results/0/explanation",
        "the words are not published; the stand-in's was 'stub'",
    ),
    (
        "beta-policy-evaluate-error",
        "/results/0/imageResults/0/checkSetResult/checkResults/results/0/type",
        "what cannot be looked at is another check here",
    ),
    (
        "beta-policy-evaluate-two-images",
        "/verdict",
        "checks need a digest (docs/binary-authorization.md, \"Platform policies\"), and nginx has none",
    ),
    (
        "beta-policy-evaluate-two-images",
        "/results/0/verdict",
        "checks need a digest (docs/binary-authorization.md, \"Platform policies\"), and nginx has none",
    ),
    (
        "beta-policy-evaluate-two-images",
        "/results/0/imageResults/1/verdict",
        "checks need a digest (docs/binary-authorization.md, \"Platform policies\"), and nginx has none",
    ),
    (
        "beta-policy-evaluate-two-images",
        "/results/0/imageResults/1/checkSetResult/checkResults/results/0/evaluationResult/verdict",
        "checks need a digest (docs/binary-authorization.md, \"Platform policies\"), and nginx has none",
    ),
    (
        "beta-policy-evaluate-two-images",
        "/results/0/imageResults/1/checkSetResult/scope",
        "the set has no scope, and an unset message is left out",
    ),
    (
        "beta-policy-evaluate-two-images",
        "/results/0/imageResults/1/checkSetResult/checkResults/results/0/explanation",
        "the words are not published; the stand-in's was 'stub'",
    ),
    (
        "alpha-policy-export-system-policy*",
        "/defaultAdmissionRule",
        "inferred: a policy has one; documented is only that it never denies",
    ),
    (
        "alpha-policy-export-system-policy*",
        "/admissionWhitelistPatterns",
        "all that the documentation names (docs/binary-authorization.md, \"System policy\")",
    ),
    (
        "alpha-policy-export-system-policy*",
        "/admissionWhitelistPatterns/1/namePattern",
        "all that the documentation names (docs/binary-authorization.md, \"System policy\")",
    ),
    ("alpha-policy-export-system-policy*", "/updateTime", "when Google last changed it is not known"),
    (
        "attestations-create-payload-file",
        "/attestation/signatures/0/signature",
        "answers have bytes in the standard alphabet (proto3 JSON); the stand-in echoed gcloud's",
    ),
    (
        "attestations-list-artifact",
        "/occurrences/1/attestation/signatures/0/signature",
        "answers have bytes in the standard alphabet (proto3 JSON)",
    ),
    (
        "attestations-list-project",
        "/occurrences/1/attestation/signatures/0/signature",
        "answers have bytes in the standard alphabet (proto3 JSON)",
    ),
    ("attestations-list-limit", "/occurrences", "the page has the one that was asked for; the stand-in did not page"),
    ("attestations-list-limit", "/nextPageToken", "the page has the one that was asked for; the stand-in did not page"),
    (
        "attestations-create-validate-denied*",
        "/result",
        "the attestation is a good one; the stand-in was told to refuse it",
    ),
    (
        "attestations-create-validate-denied*",
        "/denialReason",
        "the attestation is a good one; the stand-in was told to refuse it",
    ),
    (
        "beta-attestations-create-validate-denied",
        "/result",
        "the attestation is a good one; the stand-in was told to refuse it",
    ),
    (
        "beta-attestations-create-validate-denied",
        "/denialReason",
        "the attestation is a good one; the stand-in was told to refuse it",
    ),
    ("connect-proxy-curl-note-get", "/createTime", "this recording's stand-in answered less than the others"),
    ("connect-proxy-curl-note-get", "/updateTime", "this recording's stand-in answered less than the others"),
    ("connect-proxy-curl-note-get", "/attestation", "this recording's stand-in answered less than the others"),
    (
        "curl-notes-create-seed-v1alpha1",
        "/kind",
        "the kind of v1alpha1 (docs/binary-authorization.md, \"Legacy attestations and notes\")",
    ),
    (
        "curl-notes-create-seed-v1alpha1",
        "/attestation",
        "the name in v1alpha1 is another (docs/binary-authorization.md, \"Legacy attestations and notes\")",
    ),
    (
        "curl-notes-create-seed-v1alpha1",
        "/attestationAuthority",
        "the name in v1alpha1 (docs/binary-authorization.md, \"Legacy attestations and notes\")",
    ),
    (
        "curl-notes-setiampolicy",
        "/version",
        "the service was seen to answer 1 (docs/binary-authorization.md, \"Container Analysis API\")",
    ),
    (
        "policy-import-empty",
        "status",
        "a policy needs its defaultAdmissionRule (docs/binary-authorization.md, \"Refused policies\"); the stand-in looked at nothing",
    ),
    (
        "policy-import-full",
        "status",
        "only one of the four maps of rules may be there (docs/binary-authorization.md, \"Admission rules\" and \"Refused policies\")",
    ),
];

#[tokio::test]
async fn the_recorded_requests_get_the_recorded_answers() {
    replay((FILE, 80), EXCEPTIONS, project).await;
}
