//! What registries have for the images that are looked at, put side by side with who attested it.

use crate::model::Model;
use crate::session::Session;
use domain::admission::{Attestations, AttestorEvidence, Evidence};
use domain::attestation::{self, Verify};
use domain::image::{Digest, ImageRef};
use domain::registry_image::{CLOUD_RUN_PLATFORM, Moved, RegistryImage, find_move, for_gke};

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Heading,
    Plain,
    Good,
    Bad,
    Warning,
    Dim,
}

/// One line to show or to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewLine {
    pub weight: Weight,
    pub text: String,
}

fn line(weight: Weight, text: impl Into<String>) -> ViewLine {
    ViewLine { weight, text: text.into() }
}

/// Everything that is looked at, as lines.
pub fn lines(model: &Model) -> Vec<ViewLine> {
    let mut lines = Vec::new();
    if !model.session.assumptions.is_empty() {
        lines.push(line(Weight::Warning, format!("if: {}", model.session.assumptions.short())));
        lines.push(line(Weight::Plain, ""));
    }
    let evidence = model.session.assumed_evidence();
    for image in &model.session.inspected {
        lines.push(line(Weight::Heading, image.clone()));
        lines.extend(of_image(&model.session, image, &evidence, &evidence.as_if(model.deps.verifier.as_ref())));
        lines.push(line(Weight::Plain, ""));
    }
    if lines.iter().any(|line| line.text.ends_with('*')) {
        lines.push(line(Weight::Dim, "* inferred: Google's documents do not say it in so many words"));
    }
    lines
}

fn of_image(session: &Session, image: &str, evidence: &Evidence, verify: &dyn Verify) -> Vec<ViewLine> {
    let Ok(reference) = image.parse::<ImageRef>() else {
        return vec![line(Weight::Bad, "  it is no image reference")];
    };
    let registry = &session.remotes.registry;
    let found = match registry.value().and_then(|registry| registry.get(image)) {
        Some(Ok(found)) => found,
        Some(Err(why)) => return vec![line(Weight::Bad, format!("  not known: {why}"))],
        None if registry.is_loading() => return vec![line(Weight::Dim, "  being read…")],
        None => {
            let why = registry.failure().map_or("not read yet".to_owned(), crate::shell::report::Report::line);
            return vec![line(Weight::Bad, format!("  not known: {why}"))];
        }
    };
    let mut lines = meaning(&reference, found);
    lines.extend(drift(&reference, found, evidence));
    lines.push(asked_by_gke(&reference, found));
    lines.push(asked_by_cloud_run(found));
    lines.extend(attested(found, evidence, verify));
    lines
}

fn meaning(reference: &ImageRef, found: &RegistryImage) -> Vec<ViewLine> {
    let what = match (found.is_index(), found.children.len()) {
        (false, _) => "one image".to_owned(),
        (true, 1) => "an index of one image".to_owned(),
        (true, count) => format!("an index of {count} images"),
    };
    let verb = if reference.digest().is_some() { "is" } else { "means now" };
    vec![line(Weight::Plain, format!("  {verb} {what}")), line(Weight::Plain, format!("  {}", found.digest))]
}

/// Says for each attestor whether a tag moved since it attested.
fn drift(reference: &ImageRef, found: &RegistryImage, evidence: &Evidence) -> Vec<ViewLine> {
    let mut lines = Vec::new();
    for (name, known) in &evidence.attestors {
        let AttestorEvidence::Found { attestations: Attestations::Read(list), .. } = known else { continue };
        if let Moved::Since(latest) = find_move(reference, found, list) {
            let made = latest.create_time.as_deref().unwrap_or("an unknown time");
            let digest = latest.resource_uri.rsplit_once('@').map_or("", |(_, digest)| digest);
            let text = match reference.digest() {
                None => format!("  the tag moved since {} attested it: {digest} at {made}", name.id()),
                Some(_) => format!("  {} attested another digest of the repository: {digest} at {made}", name.id()),
            };
            lines.push(line(Weight::Warning, text));
        }
    }
    lines
}

fn asked_by_gke(reference: &ImageRef, found: &RegistryImage) -> ViewLine {
    match for_gke(reference) {
        Some(digest) if found.is_index() => {
            line(Weight::Plain, format!("  GKE asks about {}, the index as it is written *", short(digest)))
        }
        Some(digest) => line(Weight::Plain, format!("  GKE asks about {}", short(digest))),
        None => line(Weight::Warning, "  GKE does not resolve a tag: no attestation can count for it"),
    }
}

fn asked_by_cloud_run(found: &RegistryImage) -> ViewLine {
    match found.for_cloud_run() {
        Some(digest) if found.is_index() => {
            let told = format!("  Cloud Run asks about {}, its image for {CLOUD_RUN_PLATFORM} *", short(digest));
            line(Weight::Plain, told)
        }
        Some(digest) => line(Weight::Plain, format!("  Cloud Run asks about {}", short(digest))),
        None => line(Weight::Warning, format!("  Cloud Run finds no image for {CLOUD_RUN_PLATFORM} in it *")),
    }
}

fn short(digest: &Digest) -> String {
    format!("sha256:{}…", digest.short(12))
}

/// The index and each of its images, with who attested it: `✓` where it counts, `✗` where not and why.
fn attested(found: &RegistryImage, evidence: &Evidence, verify: &dyn Verify) -> Vec<ViewLine> {
    let own = if found.is_index() { "index" } else { "image" };
    let mut lines = vec![line(Weight::Dim, "  attested by"), digest_line(own, &found.digest, evidence, verify)];
    for child in &found.children {
        let platform = child.platform.as_deref().unwrap_or("no platform");
        lines.push(digest_line(platform, &child.digest, evidence, verify));
    }
    lines
}

fn digest_line(what: &str, digest: &Digest, evidence: &Evidence, verify: &dyn Verify) -> ViewLine {
    let (mut yes, mut no, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (name, known) in &evidence.attestors {
        let id = name.id();
        match known {
            _ if evidence.assumed.contains(name) => yes.push(format!("{id} (assumed)")),
            AttestorEvidence::Found { attestor, attestations: Attestations::Read(list) } => {
                let of_digest =
                    list.iter().filter(|attestation| attestation::is_for(&attestation.resource_uri, digest));
                let checks: Vec<_> = of_digest.map(|a| attestation::check(a, attestor, digest, verify)).collect();
                match checks.iter().find(|check| check.is_ok()).or(checks.first()) {
                    Some(Ok(_)) => yes.push(id.to_owned()),
                    Some(Err(fault)) => no.push(format!("{id}: {fault}")),
                    None => no.extend(
                        evidence
                            .elsewhere_of(digest)
                            .take(1)
                            .map(|found| format!("{id}: attested on {}, which it does not read", found.note)),
                    ),
                }
            }
            AttestorEvidence::NotFound | AttestorEvidence::AssumedNone => {}
            AttestorEvidence::Found { .. } | AttestorEvidence::NotReadable(_) | AttestorEvidence::Unknown(_) => {
                unknown.push(id.to_owned());
            }
        }
    }
    let mut parts = Vec::new();
    if !yes.is_empty() {
        parts.push(format!("✓ {}", yes.join(", ")));
    }
    if !no.is_empty() {
        parts.push(format!("✗ {}", no.join("; ")));
    }
    if !unknown.is_empty() {
        parts.push(format!("? not known of {}", unknown.join(", ")));
    }
    let weight = match (yes.is_empty(), no.is_empty()) {
        (false, _) => Weight::Good,
        (true, false) => Weight::Bad,
        (true, true) => Weight::Dim,
    };
    let told = if parts.is_empty() { "– not attested".to_owned() } else { parts.join("  ") };
    line(weight, format!("    {what:<14} {}  {told}", short(digest)))
}
