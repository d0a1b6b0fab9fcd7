//! The forms of message, word for word and by the ids that they have in `docs/binary-authorization.md`,
//! "Messages"; and what each says.

pub(super) const IMG: &str = "gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const QA: &str = "projects/p/attestors/qa";
const R1: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

/// A message, and what it is decoded to.
#[expect(clippy::too_many_lines, reason = "a table: a row for each form")]
pub(super) fn forms() -> Vec<(&'static str, String, String)> {
    let webhook = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: ";
    let legacy = "pods \"web-1\" is forbidden: image policy webhook backend denied one or more images: ";
    let cluster = "us-central1-a.test-cluster";
    let by = |image: &str, reason: &str| format!("Image {image} denied by attestor {QA}: {reason}");
    let rule = |image: &str| format!("Image {image} denied by Binary Authorization default admission rule. ");
    let overridden = "Denied by default admission rule. Overridden by evaluation mode";
    let r2 = "Expected digest with sha256 scheme, but got tag or malformed digest";
    let r3 = "Attestor cannot attest to an image deployed by tag";
    let r4 = "Signature verified, but unexpected message was signed: * Line 1, Column 1\n  Syntax error: value, object or array expected.";
    let r5 = "Attestation(s) found, but could not be verified. Errors which are not specific to any key follow. No key found for attestation with key id 'alice@example.com'";
    let always = "Denied by always_deny admission rule";
    let update = "Service update rejected by Binary Authorization policy: ";
    let unauthorized = format!("Container image '{IMG}' is not authorized by policy. ");
    vec![
        ("G1", format!("{legacy}{overridden}"), "gke-legacy Default: [- - AlwaysDeny]".into()),
        (
            "G2",
            format!("{legacy}Denied by cluster admission rule for {cluster}. Overridden by evaluation mode"),
            format!("gke-legacy Cluster:{cluster} [- - AlwaysDeny]"),
        ),
        (
            "G3",
            format!("{legacy}Denied by default admission rule. Denied by Attestor. Image {IMG} denied by {QA}: {R1}"),
            format!("gke-legacy Default: [{IMG} {QA} NoValidAttestation]"),
        ),
        (
            "G4",
            format!(
                "{legacy}Denied by cluster admission rule for {cluster}. Denied by Attestor. Image nginx denied by {QA}: {r3}"
            ),
            format!("gke-legacy Cluster:{cluster} [nginx {QA} NoDigest]"),
        ),
        (
            "G5",
            format!(
                "{legacy}Denied by default admission rule. Denied by Attestor. Image one denied by {QA}: {r3}. Image two denied by projects/example.com:p/attestors/b: {R1}"
            ),
            format!(
                "gke-legacy Default: [one {QA} NoDigest, two projects/example.com:p/attestors/b NoValidAttestation]"
            ),
        ),
        (
            "G6",
            "pods \"web-1\" is forbidden: one or more images rejected by webhook backend".into(),
            "gke-legacy - [- - NotGiven]".into(),
        ),
        (
            "G7",
            format!("pods \"web-1\" is forbidden: image policy webook backend denied one or more images: {overridden}"),
            "gke-legacy Default: [- - AlwaysDeny]".into(),
        ),
        ("W1", format!("{webhook}{}{always}", rule("nginx")), "gke Default: [nginx - AlwaysDeny]".into()),
        (
            "W2",
            format!(
                "{webhook}Image nginx denied by Binary Authorization cluster admission rule for {cluster}. {always}"
            ),
            format!("gke Cluster:{cluster} [nginx - AlwaysDeny]"),
        ),
        (
            "W3",
            format!("{webhook}{}{}", rule(IMG), by(IMG, R1)),
            format!("gke Default: [{IMG} {QA} NoValidAttestation]"),
        ),
        (
            "W4",
            format!(
                "{webhook}Image nginx denied by Binary Authorization cluster admission rule for {cluster}. {}",
                by("nginx", r2)
            ),
            format!("gke Cluster:{cluster} [nginx {QA} NoDigest]"),
        ),
        (
            "W5",
            format!("{webhook}{}Image {IMG} denied by attestor qa: No attestations found", rule(IMG)),
            format!("gke Default: [{IMG} qa NoValidAttestation]"),
        ),
        (
            "W7",
            format!("pods web-1 is forbidden: {webhook}{}{always}", rule("nginx")),
            "gke Default: [nginx - AlwaysDeny]".into(),
        ),
        ("W9", format!("{webhook}{}", rule("ubuntu")), "gke Default: [ubuntu - NotGiven]".into()),
        (
            "W9 of a cluster",
            format!("{webhook}Image ubuntu denied by Binary Authorization cluster admission rule for {cluster}. "),
            format!("gke Cluster:{cluster} [ubuntu - NotGiven]"),
        ),
        (
            "W8n",
            format!(
                "{webhook}Image nginx denied by Binary Authorization kubernetes namespace admission rule for prod. {always}"
            ),
            "gke Namespace:prod [nginx - AlwaysDeny]".into(),
        ),
        (
            "W8s",
            format!(
                "{webhook}Image nginx denied by Binary Authorization kubernetes service account admission rule for prod:web. {always}"
            ),
            "gke ServiceAccount:prod:web [nginx - AlwaysDeny]".into(),
        ),
        (
            "W8i",
            format!(
                "{webhook}Image nginx denied by Binary Authorization istio service identity admission rule for d.svc.id.goog/ns/prod/sa/web. {always}"
            ),
            "gke ServiceIdentity:d.svc.id.goog/ns/prod/sa/web [nginx - AlwaysDeny]".into(),
        ),
        (
            "two images",
            format!("{webhook}{}{}. {}{}. {}", rule("one"), by("one", r2), rule(IMG), by(IMG, R1), by(IMG, r5)),
            format!(
                "gke Default: [one {QA} NoDigest, {IMG} {QA} NoValidAttestation, {IMG} {QA} UnknownKey(\"alice@example.com\")]"
            ),
        ),
        ("R4", format!("{webhook}{}{}", rule(IMG), by(IMG, r4)), format!("gke Default: [{IMG} {QA} NotJson]")),
        (
            "R5",
            format!("{webhook}{}{}", rule(IMG), by(IMG, r5)),
            format!("gke Default: [{IMG} {QA} UnknownKey(\"alice@example.com\")]"),
        ),
        (
            "R7 key",
            format!("{webhook}{}{}", rule(IMG), by(IMG, "no public key with ID \"X\" found")),
            format!("gke Default: [{IMG} {QA} UnknownKey(\"X\")]"),
        ),
        (
            "R7 name",
            format!("{webhook}{}{}", rule(IMG), by(IMG, "incorrect image name in Attestation payload")),
            format!("gke Default: [{IMG} {QA} WrongName]"),
        ),
        (
            "GDC",
            format!("admission webhook \"binaryauthorization.googleapis.com\" denied the request: {overridden}"),
            "distributed-cloud Default: [- - AlwaysDeny]".into(),
        ),
        (
            "C1",
            format!(
                "{update}Revision web-00001-abc uses unauthorized container image. {unauthorized}Denied by an ALWAYS_DENY admission rule"
            ),
            format!("cloud-run - [{IMG} - AlwaysDeny]"),
        ),
        (
            "C2",
            format!("{update}{unauthorized}Image '{IMG}' denied by attestor {QA}: {R1}"),
            format!("cloud-run - [{IMG} {QA} NoValidAttestation]"),
        ),
        (
            "C3",
            format!(
                "resource is in failed state \"Ready:False\", message: {unauthorized}Image {IMG} denied by attestor {QA}: {R1}"
            ),
            format!("cloud-run - [{IMG} {QA} NoValidAttestation]"),
        ),
        (
            "C4",
            format!(
                "Revision web-00001 uses an unauthorized container image. Container image {IMG} is not authorized by policy."
            ),
            format!("cloud-run - [{IMG} - NotGiven]"),
        ),
    ]
}

/// Messages that are no refusal of a pod by Binary Authorization.
pub(super) fn relatives() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "Resource in project [p] is the subject of a conflict: occurrence ID \"0b9f\" already exists",
            "api-error - [Attesting]",
        ),
        ("Attestation could not be validated! (Reason not provided)", "api-error - [Attesting]"),
        ("No public key with ID [x] found on attestor [a]", "api-error - [Attesting]"),
        ("Provided public key already present on attestor [a]", "api-error - [Attesting]"),
        ("Public key with ID [x] already present on attestor [a]", "api-error - [Attesting]"),
        ("No matching public key found on attestor [a]", "api-error - [Attesting]"),
        ("Cannot update a non-PGP PublicKey with a PGP public key", "api-error - [Attesting]"),
        ("Unsupported PkixPublicKey signature algorithm: \"X\"", "api-error - [Attesting]"),
        ("--public-key-id-override may not be used with old-style PGP keys", "api-error - [Attesting]"),
        ("One of --attestor or --note must be provided.", "api-error - [Attesting]"),
        (
            "permission \"containeranalysis.notes.create\" denied for project \"p\", entity ID \"\"",
            "api-error - [Permission]",
        ),
        ("A Docker registry domain must be specified.", "api-error - [Attesting]"),
        (
            "Docker image name must be fully qualified (e.g.registry/repository@digest) saw: x",
            "api-error - [Attesting]",
        ),
        ("Invalid digest: sha256:abcd, must be at least 71 characters", "api-error - [Attesting]"),
        ("Invalid repository: P/i, acceptable characters include: abc", "api-error - [Attesting]"),
        ("Image URL 'https:///x' is invalid because it does not have a host component.", "api-error - [Attesting]"),
        ("Policy file must be a .yaml or .json file.", "policy-import - [Import]"),
        ("Error in resource file YAML: while parsing", "policy-import - [Import]"),
        ("Failed to parse value(s) in protobuf [Policy]:\n  Policy.default_admission_rule", "policy-import - [Import]"),
        (
            "Failed to parse value in protobuf [Policy]:\n  Policy.??: \"Expected type <class 'str'> for field name, found 3\"",
            "policy-import - [Import]",
        ),
        ("'str' object has no attribute 'items'", "policy-import - [Import]"),
        ("Object of type datetime is not JSON serializable", "policy-import - [Import]"),
        (
            "Invalid JSON payload received. Unknown name \"x\" at 'policy': Cannot find field.",
            "policy-import - [Import]",
        ),
        (
            "Constraint constraints/run.allowedBinaryAuthorizationPolicies violated for projects/p",
            "org-policy - [OrgPolicy]",
        ),
        (
            "Request is disallowed by organization's constraints/gcp.resourceLocations constraint",
            "org-policy - [OrgPolicy]",
        ),
        (
            "admission webhook \"validation.gatekeeper.sh\" denied the request: [must-have-owner] no owner",
            "other-webhook - [OtherWebhook]",
        ),
        (
            "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true",
            "other-webhook - [PodSecurity]",
        ),
        ("pods \"web\" is forbidden: exceeded quota: compute, requested: pods=1", "api-error - [Quota]"),
        (
            "pods is forbidden: User \"a@b.c\" cannot create resource \"pods\" in API group \"\" in the namespace \"prod\"",
            "api-error - [Permission]",
        ),
        (
            "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'",
            "api-error - [Quota]",
        ),
        (
            "PERMISSION_DENIED: Permission 'binaryauthorization.policy.update' denied on resource",
            "api-error - [Permission]",
        ),
        (
            "Binary Authorization API has not been used in project 1 before or it is disabled.",
            "api-error - [ApiDisabled]",
        ),
        ("Failed to pull image \"gcr.io/p/app:v1\": rpc error: code = NotFound", "api-error - [ImagePull]"),
        ("Back-off pulling image \"gcr.io/p/app:v1\"", "api-error - [ImagePull]"),
    ]
}
