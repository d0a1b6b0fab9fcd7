//! Each type of check on one image.

use std::time::Duration;

use super::evidence::World;
use super::evidence::{Build, Scan, Severity, Vulnerability};
use super::pattern;
use super::result::Verdict;
use crate::attestation::{self, Attestation, parse_payload};
use crate::attestor::{Attestor, KeyMaterial, PublicKey};
use crate::image::{Digest, ImageRef};
use crate::platform_policy::{
    CheckKind, ImageFreshnessCheck, MaximumSeverity, PkixPublicKey, SigstoreSignatureCheck,
    SimpleSigningAttestationCheck, SlsaCheck, SlsaRule, TrustedDirectoryCheck, VulnerabilityCheck,
};

/// What a check said, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) explanation: String,
}

impl Outcome {
    pub(super) fn error(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Error, explanation: why.into() }
    }

    fn pass(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Conformant, explanation: why.into() }
    }

    fn fail(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::NonConformant, explanation: why.into() }
    }
}

/// The type as results name it (the documentation of continuous validation's logs); that of
/// `alwaysDeny` is inferred.
pub(super) fn name(kind: &CheckKind) -> &'static str {
    match kind {
        CheckKind::AlwaysDeny(_) => "AlwaysDeny",
        CheckKind::ImageFreshnessCheck(_) => "ImageFreshnessCheck",
        CheckKind::SigstoreSignatureCheck(_) => "SigstoreSignatureCheck",
        CheckKind::SimpleSigningAttestationCheck(_) => "SimpleSigningAttestationCheck",
        CheckKind::SlsaCheck(_) => "SlsaCheck",
        CheckKind::TrustedDirectoryCheck(_) => "TrustedDirectoryCheck",
        CheckKind::VulnerabilityCheck(_) => "VulnerabilityCheck",
    }
}

/// Runs a check on an image; `None` is one that is no image reference. Checks want a digest
/// (`docs/binary-authorization.md`, "Platform policies"): an image by its tag fails them all.
pub(super) fn run(kind: &CheckKind, image: Option<&ImageRef>, world: World<'_>) -> Outcome {
    if let CheckKind::AlwaysDeny(denies) = kind {
        return if *denies { Outcome::fail("The check always denies") } else { Outcome::pass("The check is off") };
    }
    let Some(image) = image else { return Outcome::fail("The image is not an image reference") };
    let Some(digest) = image.digest() else {
        return Outcome::fail("The image is not referenced by a digest, which checks need");
    };
    match kind {
        CheckKind::AlwaysDeny(_) => Outcome::error("The check was not run"),
        CheckKind::ImageFreshnessCheck(check) => freshness(check, image, digest, world),
        CheckKind::SigstoreSignatureCheck(check) => sigstore(check, image, digest, world),
        CheckKind::SimpleSigningAttestationCheck(check) => simple_signing(check, digest, world),
        CheckKind::SlsaCheck(check) => slsa(check, digest, world),
        CheckKind::TrustedDirectoryCheck(check) => trusted_directory(check, image),
        CheckKind::VulnerabilityCheck(check) => vulnerabilities(check, digest, world),
    }
}

/// The ids of the projects that a check looks in. That without any the policy's own is meant is
/// inferred.
fn projects<'a>(named: &'a [String], world: World<'a>) -> Vec<&'a str> {
    if named.is_empty() {
        return vec![world.project];
    }
    named.iter().map(|name| name.strip_prefix("projects/").unwrap_or(name)).collect()
}

fn trusted_directory(check: &TrustedDirectoryCheck, image: &ImageRef) -> Outcome {
    match check.trusted_dir_patterns.iter().find(|pattern| pattern::holds(pattern, image)) {
        Some(pattern) => Outcome::pass(format!("Image is in the trusted directory {pattern}")),
        // The documentation of continuous validation's logs has these words.
        None => Outcome::fail("Image is not in a trusted directory"),
    }
}

fn freshness(check: &ImageFreshnessCheck, image: &ImageRef, digest: &Digest, world: World<'_>) -> Outcome {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let Some(age) = world.evidence.upload_age(image, digest) else {
        return Outcome::error("The registry does not have the image, so its upload time is not known");
    };
    let days = age.as_secs() / DAY.as_secs();
    let limit = DAY * check.max_upload_age_days.unsigned_abs();
    let text = format!("The image was uploaded {days} days ago; the limit is {} days", check.max_upload_age_days);
    if age <= limit { Outcome::pass(text) } else { Outcome::fail(text) }
}

fn vulnerabilities(check: &VulnerabilityCheck, digest: &Digest, world: World<'_>) -> Outcome {
    let mut found = None::<Vec<Vulnerability>>;
    let mut unfinished = None;
    for project in projects(&check.container_analysis_vulnerability_projects, world) {
        match world.evidence.scan(project, digest) {
            Scan::Finished(more) => found.get_or_insert_default().extend(more),
            Scan::Unfinished(status) => unfinished = Some(status),
            Scan::Missing => {}
        }
    }
    match (found, unfinished) {
        (Some(found), _) => judge(check, &found),
        (None, Some(status)) => Outcome::error(format!("The vulnerability scan of the image is {status}")),
        (None, None) => Outcome::error("No vulnerability scan of the image was found"),
    }
}

/// How many vulnerabilities are named at most.
const SHOWN: usize = 5;

fn judge(check: &VulnerabilityCheck, found: &[Vulnerability]) -> Outcome {
    let wrong: Vec<&Vulnerability> = found.iter().filter(|vulnerability| violates(check, vulnerability)).collect();
    if wrong.is_empty() {
        return Outcome::pass(format!("None of {} vulnerabilities is above the allowed severities", found.len()));
    }
    let named: Vec<String> = wrong
        .iter()
        .take(SHOWN)
        .map(|one| {
            format!("{} ({}, {})", one.id, one.severity.as_str(), if one.fixable { "fixable" } else { "no fix" })
        })
        .collect();
    let more = wrong.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Outcome::fail(format!("Found {} disallowed vulnerabilities: {}{more}", wrong.len(), named.join(", ")))
}

/// Blocked ones count whatever their severity, allowed ones never; that blocking wins over allowing
/// is inferred.
fn violates(check: &VulnerabilityCheck, found: &Vulnerability) -> bool {
    if check.blocked_cves.contains(&found.id) {
        return true;
    }
    let maximum = if found.fixable { check.maximum_fixable_severity } else { check.maximum_unfixable_severity };
    !check.allowed_cves.contains(&found.id) && !is_allowed(found.severity, maximum)
}

/// `MaximumAllowedSeverity`: only `ALLOW_ALL` takes an unspecified severity.
fn is_allowed(severity: Severity, maximum: MaximumSeverity) -> bool {
    let worst = match maximum {
        MaximumSeverity::AllowAll => return true,
        MaximumSeverity::BlockAll => return false,
        MaximumSeverity::Minimal => Severity::Minimal,
        MaximumSeverity::Low => Severity::Low,
        MaximumSeverity::Medium => Severity::Medium,
        MaximumSeverity::High => Severity::High,
        MaximumSeverity::Critical => Severity::Critical,
    };
    severity != Severity::Unspecified && severity <= worst
}

fn slsa(check: &SlsaCheck, digest: &Digest, world: World<'_>) -> Outcome {
    let mut faults = Vec::new();
    for (index, rule) in check.rules.iter().enumerate() {
        match slsa_rule(rule, digest, world) {
            outcome @ Outcome { verdict: Verdict::Conformant, .. } => return outcome,
            outcome => faults.push((index, outcome)),
        }
    }
    let verdict = faults.iter().map(|(_, outcome)| outcome.verdict).max().unwrap_or(Verdict::NonConformant);
    let faults: Vec<String> =
        faults.iter().map(|(index, outcome)| format!("rule {index}: {}", outcome.explanation)).collect();
    Outcome { verdict, explanation: format!("No rule is fulfilled: {}", faults.join("; ")) }
}

fn slsa_rule(rule: &SlsaRule, digest: &Digest, world: World<'_>) -> Outcome {
    let named =
        rule.attestation_source.as_ref().map(|source| source.container_analysis_attestation_projects.as_slice());
    let mut builds = Vec::new();
    for project in projects(named.unwrap_or_default(), world) {
        builds.extend(world.evidence.builds(project, digest));
    }
    if builds.is_empty() {
        return Outcome::fail("no provenance of the image was found");
    }
    let Some(build) = builds.iter().find(|build| fulfils(rule, build)) else {
        return Outcome::fail("no provenance is of a trusted builder and of trusted sources");
    };
    if rule.custom_constraints.is_some() {
        return Outcome::error("custom constraints (CEL) are not evaluated here");
    }
    Outcome::pass(format!("Built by {} from {}", build.builder, build.sources.join(", ")))
}

fn fulfils(rule: &SlsaRule, build: &Build) -> bool {
    // The only builder that a rule can trust is Google Cloud Build; its ids are those of its workers.
    let builder = build.builder.starts_with("https://cloudbuild.googleapis.com/");
    let patterns = &rule.trusted_source_repo_patterns;
    let trusted = |source: &String| patterns.iter().any(|pattern| pattern::is_from(pattern, source));
    let sources = patterns.is_empty() || (!build.sources.is_empty() && build.sources.iter().all(trusted));
    builder && sources && (build.config_based || !rule.config_based_build_required)
}

fn simple_signing(check: &SimpleSigningAttestationCheck, digest: &Digest, world: World<'_>) -> Outcome {
    let mut seen = 0;
    for project in projects(&check.container_analysis_attestation_projects, world) {
        for attestation in world.evidence.attestations(project, digest) {
            seen += 1;
            for authenticator in &check.attestation_authenticators {
                let keys = authenticator.pkix_public_key_set.as_ref().map_or(&[][..], |set| &set.pkix_public_keys);
                if vouches(&attestation, keys, digest, world) {
                    let by = authenticator.display_name.as_deref().unwrap_or("an authenticator of the check");
                    return Outcome::pass(format!("Image has an attestation that was verified by {by}"));
                }
            }
        }
    }
    // R1 of `docs/binary-authorization.md`, "Attestation reasons", for want of the service's own words.
    match seen {
        0 => Outcome::fail("No attestations found"),
        _ => Outcome::fail("No attestations found that were valid and signed by a key trusted by the check"),
    }
}

/// Whether one of these keys vouches for the digest by this attestation. A key has its own id; one
/// without an id has the default one, which is filled in before.
fn vouches(attestation: &Attestation, keys: &[PkixPublicKey], digest: &Digest, world: World<'_>) -> bool {
    let Ok(name) = format!("projects/{}/attestors/check", world.project).parse() else { return false };
    let attestor = Attestor {
        name,
        description: String::new(),
        note: attestation.note.clone(),
        keys: keys.iter().map(key).collect(),
        service_account_email: None,
        update_time: None,
        etag: None,
    };
    attestation::check(attestation, &attestor, digest, world.verify).is_ok()
}

fn key(key: &PkixPublicKey) -> PublicKey {
    let material =
        KeyMaterial::Pkix { pem: key.public_key_pem.clone(), signature_algorithm: key.signature_algorithm.clone() };
    PublicKey { id: key.key_id.clone().unwrap_or_default(), comment: String::new(), material }
}

fn sigstore(check: &SigstoreSignatureCheck, image: &ImageRef, digest: &Digest, world: World<'_>) -> Outcome {
    let signatures = world.evidence.sigstore_signatures(image, digest);
    if signatures.is_empty() {
        return Outcome::fail(format!("The registry has no signatures of the image (tag sha256-{}.sig)", digest.hex()));
    }
    let names = |payload: &[u8]| parse_payload(payload).ok().and_then(|payload| payload.digest);
    let about: Vec<_> =
        signatures.iter().filter(|signature| names(&signature.payload).as_deref() == Some(digest.as_str())).collect();
    for authority in &check.sigstore_authorities {
        for key in &authority.public_key_set.public_keys {
            let key = sigstore_key(&key.public_key_pem);
            let holds = |payload: &[u8], bytes: &[u8]| world.verify.verify(&key, bytes, payload).is_ok();
            if about.iter().any(|signature| holds(&signature.payload, &signature.signature)) {
                let by = authority.display_name.as_deref().unwrap_or("an authority of the check");
                return Outcome::pass(format!("Image has a signature that was verified by {by}"));
            }
        }
    }
    Outcome::fail("No signature of the image is by a key of the check")
}

/// cosign's keys are ECDSA on P-256 with SHA-256; the policy does not name the algorithm.
fn sigstore_key(pem: &str) -> PublicKey {
    let material = KeyMaterial::Pkix { pem: pem.to_owned(), signature_algorithm: "ECDSA_P256_SHA256".to_owned() };
    PublicKey { id: String::new(), comment: String::new(), material }
}
