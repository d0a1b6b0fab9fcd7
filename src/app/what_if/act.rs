//! What if: choosing what is taken to be other than it is, and dropping it.

use crate::effect::Effect;
use crate::history::state::Version;
use crate::model::Model;
use crate::overlay::{self, Entry};
use crate::shell::notice::Weight;
use crate::what_if::Choice;
use crate::what_if::assumption::Typed;
use crate::what_if::form::AssumeForm;
use domain::admission::{Attestations, AttestorEvidence, Fact};
use domain::attestation::is_for;
use domain::attestor::KeyMaterial;
use domain::image::ImageRef;
use domain::what_if::Assumption;

/// Lists what can be assumed, and what is.
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    if model.session.request().is_none() {
        model.say(Weight::Warning, "choose an image (i) or a manifest (m) first");
        return Vec::new();
    }
    let entries = entries(model);
    model.open_picker("What if", entries)
}

/// What was picked in the list.
pub(crate) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Assume(assumption) => model.assume(assumption),
        Choice::Drop(number) => model.session.assumptions.drop_one(number),
        Choice::Type(typed) => return model.open_form(AssumeForm::new(typed)),
    }
    Vec::new()
}

pub(crate) fn drop_all(model: &mut Model) -> Vec<Effect> {
    let text = if model.session.assumptions.is_empty() { "nothing is assumed" } else { "nothing is assumed any more" };
    model.session.assumptions.clear();
    model.say(Weight::Info, text);
    Vec::new()
}

fn entries(model: &Model) -> Vec<Entry> {
    let assumed = &model.session.assumptions;
    let mut entries: Vec<Entry> = assumed.iter().enumerate().map(|(number, a)| assumed_entry(number, a)).collect();
    let mut offer = |assumption: Assumption, detail: String| {
        if !assumed.iter().any(|known| *known == assumption) {
            entries.push(Entry {
                label: assumption.short(),
                detail,
                choice: overlay::Choice::WhatIf(Choice::Assume(assumption)),
            });
        }
    };
    for attestor in model.session.wanted_attestors(model.draft.policy()) {
        if let Ok(name) = attestor.parse() {
            offer(Assumption::Attested(name), format!("a valid attestation by {attestor}"));
        }
    }
    offer_evidence(model, &mut offer);
    if let Some(detail) = tags(model) {
        offer(Assumption::ByDigest, detail);
    }
    offer(Assumption::DryRun, "every rule is DRYRUN_AUDIT_LOG_ONLY".to_owned());
    offer(Assumption::BreakGlass, "the pod has the break-glass label".to_owned());
    offer(Assumption::EnforcementOff, "the cluster's evaluation mode is DISABLED".to_owned());
    for cluster in model.session.remotes.clusters.items() {
        let key = format!("{}.{}", cluster.location, cluster.name);
        if model.session.pod().cluster.as_deref() != Some(&key) {
            offer(Assumption::Cluster(key), cluster.evaluation_mode.clone());
        }
    }
    for namespace in namespaces(model) {
        offer(Assumption::Namespace(namespace), "one that has workloads".to_owned());
    }
    for version in model.history.versions.iter().rev().take(VERSIONS) {
        offer(Assumption::At(version.live_since()), version_text(version));
    }
    entries.extend(Typed::ALL.map(|typed| Entry {
        label: typed.label().to_owned(),
        detail: "typed".to_owned(),
        choice: overlay::Choice::WhatIf(Choice::Type(typed)),
    }));
    entries
}

/// Versions of the policy that are offered as a time.
const VERSIONS: usize = 20;

fn assumed_entry(number: usize, assumption: &Assumption) -> Entry {
    let label = format!("drop: {}", assumption.short());
    Entry {
        label,
        detail: "assumed now; Enter drops it".to_owned(),
        choice: overlay::Choice::WhatIf(Choice::Drop(number)),
    }
}

fn version_text(version: &Version) -> String {
    format!("the policy of {} became live, by {}", version.stamp(), version.author.text())
}

/// Each key of an attestor that decides, and each attestation of an image that is asked about.
fn offer_evidence(model: &Model, offer: &mut impl FnMut(Assumption, String)) {
    let Some(evidence) = model.session.remotes.evidence.value() else { return };
    let images = model.session.evidence_images().unwrap_or_default();
    let references: Vec<ImageRef> = images.iter().filter_map(|image| image.parse().ok()).collect();
    for (name, known) in &evidence.attestors {
        let AttestorEvidence::Found { attestor, attestations } = known else { continue };
        for key in &attestor.keys {
            offer(Assumption::KeyRevoked(key.id.clone()), format!("taken from {}", name.id()));
            if matches!(key.material, KeyMaterial::Pgp { .. }) {
                let detail = format!("it only warns; of {}", name.id());
                offer(Assumption::KeyExpired(key.id.clone()), detail);
            }
        }
        let Attestations::Read(list) = attestations else { continue };
        let of_images = list.iter().filter(|attestation| {
            references.iter().filter_map(ImageRef::digest).any(|digest| is_for(&attestation.resource_uri, digest))
        });
        for attestation in of_images {
            let made = attestation.create_time.as_deref().unwrap_or("at an unknown time");
            offer(Assumption::Removed(attestation.name.clone()), format!("by {}, made {made}", name.id()));
        }
    }
}

/// What the tags of the pod mean now; `None` where it has none.
fn tags(model: &Model) -> Option<String> {
    let by_tag = |image: &String| image.parse::<ImageRef>().is_ok_and(|image| image.digest().is_none());
    let tags: Vec<String> = model.session.images().into_iter().map(|image| image.image).filter(by_tag).collect();
    let meaning = |tag: &String| {
        let found = model.session.registry_manifests().find(|(image, _)| image == tag);
        found.map_or_else(|| "not known".to_owned(), |(_, now)| format!("sha256:{}…", now.digest.short(12)))
    };
    let meanings: Vec<String> = tags.iter().map(meaning).collect();
    (!tags.is_empty()).then(|| format!("what the tag means now: {}", meanings.join(", ")))
}

/// The namespaces with workloads, besides the pod's own.
fn namespaces(model: &Model) -> Vec<String> {
    let workloads = model.session.remotes.workloads.items();
    let mut namespaces: Vec<String> = workloads.iter().map(|workload| workload.namespace.clone()).collect();
    namespaces.sort();
    namespaces.dedup();
    let subject = &model.session.subject;
    let own = subject.said(Fact::Namespace, &subject.namespace);
    namespaces.retain(|namespace| Some(namespace.as_str()) != own);
    namespaces
}
