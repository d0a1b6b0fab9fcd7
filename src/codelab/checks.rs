//! The check of each step: a function of the facts that fails before the step and passes after.

use super::facts::{CheckResult, Facts, Seen};
use super::names;
use CheckResult::{Passed, Unknown, Waiting};
use domain::attestation;
use domain::attestor::Attestor;
use domain::document::{Dialect, Document};
use domain::image::Digest;
use domain::name;
use domain::policy::{EnforcementMode, EvaluationMode, Policy};
use domain::resource::{Cluster, Image, Note, SERVICES, Workload, WorkloadKind};

fn when(passed: bool, found: impl Into<String>, missing: impl Into<String>) -> CheckResult {
    if passed { Passed(found.into()) } else { Waiting(missing.into()) }
}

fn unknown(what: &str) -> CheckResult {
    Unknown(format!("{what} not read yet"))
}

pub(super) fn project(facts: &Facts<'_>) -> CheckResult {
    match facts.project {
        Some(project) => Passed(format!("project {} (number {}) is chosen", project.id, project.number)),
        None => Waiting("no project is chosen".into()),
    }
}

pub(super) fn services(facts: &Facts<'_>) -> CheckResult {
    let Some(enabled) = facts.services else { return unknown("the enabled services are") };
    let missing: Vec<&str> = SERVICES.into_iter().filter(|s| !enabled.iter().any(|e| e == s)).collect();
    when(missing.is_empty(), "the three APIs are enabled", format!("not enabled: {}", missing.join(", ")))
}

pub(super) fn work_directory(facts: &Facts<'_>) -> CheckResult {
    let Some(work) = facts.work else { return unknown("the working directory was") };
    when(work.exists, format!("{} exists", work.path), "there is no working directory")
}

fn cluster<'a>(facts: &Facts<'a>) -> Option<&'a Cluster> {
    facts.clusters?.iter().find(|c| c.name == names::CLUSTER && c.location == names::LOCATION)
}

pub(super) fn cluster_runs(facts: &Facts<'_>) -> CheckResult {
    if facts.clusters.is_none() {
        return unknown("the clusters were");
    }
    match cluster(facts) {
        Some(c) => when(c.is_running(), format!("{} is {}", c.name, c.status), format!("{} is {}", c.name, c.status)),
        None => Waiting(format!("there is no cluster {} in {}", names::CLUSTER, names::LOCATION)),
    }
}

pub(super) fn credentials(facts: &Facts<'_>) -> CheckResult {
    let Some(work) = facts.work else { return unknown("the working directory was") };
    let Some(cluster) = cluster(facts) else { return Waiting("there is no cluster to have credentials for".into()) };
    let context = format!("{}_{}", cluster.location, cluster.name);
    let has = work.file(names::KUBECONFIG).is_some_and(|file| file.text().contains(&context));
    when(has, format!("{} names the cluster", names::KUBECONFIG), format!("no {} names the cluster", names::KUBECONFIG))
}

fn images<'a>(facts: &Facts<'a>) -> Option<Vec<&'a Image>> {
    let path = names::image_path(&facts.project?.id);
    Some(facts.images?.iter().filter(|image| image.repository == path).collect())
}

pub(super) fn image(facts: &Facts<'_>) -> CheckResult {
    let Some(images) = images(facts) else { return unknown("the registry was") };
    let tagged = images.iter().find(|image| image.tags.iter().any(|tag| tag == names::TAG));
    match tagged {
        Some(image) => Passed(format!("{}:{} is sha256:{}…", image.repository, names::TAG, image.digest.short(12))),
        None => Waiting(format!("the registry has no {}:{}", names::REPOSITORY, names::TAG)),
    }
}

fn deployment<'a>(facts: &Facts<'a>, name: &str) -> Option<&'a Workload> {
    facts.workloads?.iter().find(|w| w.kind != WorkloadKind::ReplicaSet && w.name == name)
}

/// The pods of the workload: those of a Deployment carry its name and two generated parts.
fn pods<'a>(facts: &Facts<'a>, name: &str) -> Vec<&'a Workload> {
    let owned = |pod: &str| {
        pod == name
            || pod.strip_prefix(name).is_some_and(|rest| rest.starts_with('-') && rest.matches('-').count() == 2)
    };
    facts.workloads.unwrap_or_default().iter().filter(|w| w.kind == WorkloadKind::Pod && owned(&w.name)).collect()
}

fn running(facts: &Facts<'_>, name: &str) -> CheckResult {
    if facts.workloads.is_none() {
        return unknown("the workloads were");
    }
    match pods(facts, name).iter().find(|pod| pod.status == "Running") {
        Some(pod) => Passed(format!("pod {} is Running", pod.name)),
        None => Waiting(format!("no pod of {name} is Running")),
    }
}

fn and_seen(facts: &Facts<'_>, seen: Seen, result: CheckResult, what: &str) -> CheckResult {
    match result {
        Passed(_) if !facts.seen.contains(&seen) => Waiting(format!("{what} was not looked at yet")),
        other => other,
    }
}

pub(super) fn pod_runs(facts: &Facts<'_>) -> CheckResult {
    running(facts, names::WORKLOAD)
}

pub(super) fn pods_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Pods, pod_runs(facts), "the list of pods")
}

pub(super) fn enforced(facts: &Facts<'_>) -> CheckResult {
    let Some(cluster) = cluster(facts) else { return unknown("the cluster was") };
    when(cluster.enforced, "the cluster enforces the project's policy", "the cluster admits everything")
}

fn policy_file(facts: &Facts<'_>, name: &str) -> Result<Policy, CheckResult> {
    let work = facts.work.ok_or_else(|| unknown("the working directory was"))?;
    let file = work.file(name).ok_or_else(|| Waiting(format!("there is no {name} in the working directory")))?;
    let document = Document::parse(&file.text(), Dialect::Gcloud);
    document.policy.ok_or_else(|| Waiting(format!("{name} is not a policy that the service would take")))
}

fn denies_all(policy: &Policy) -> bool {
    let rule = &policy.default_admission_rule;
    rule.evaluation_mode == EvaluationMode::AlwaysDeny && rule.enforcement_mode == EnforcementMode::Enforced
}

pub(super) fn deny_all_file(facts: &Facts<'_>) -> CheckResult {
    match policy_file(facts, names::POLICY) {
        Ok(policy) => when(
            denies_all(&policy),
            format!("{} denies by default", names::POLICY),
            format!("the default rule of {} is not ALWAYS_DENY, enforced", names::POLICY),
        ),
        Err(result) => result,
    }
}

pub(super) fn deny_all_live(facts: &Facts<'_>) -> CheckResult {
    let Some(policy) = facts.policy else { return unknown("the policy was") };
    when(denies_all(policy), "the project's policy denies by default", "the project's policy does not deny by default")
}

pub(super) fn refused(facts: &Facts<'_>) -> CheckResult {
    if facts.workloads.is_none() {
        return unknown("the workloads were");
    }
    if let Some(pod) = pods(facts, names::WORKLOAD).first() {
        return Waiting(format!("pod {} from before is still there: a running pod is not looked at again", pod.name));
    }
    match deployment(facts, names::WORKLOAD) {
        Some(_) => Passed(format!("{} is there again, and has no pods", names::WORKLOAD)),
        None => Waiting(format!("{} does not run", names::WORKLOAD)),
    }
}

pub(super) fn no_pods_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Pods, refused(facts), "the list of pods")
}

pub(super) fn rejection_seen(facts: &Facts<'_>) -> CheckResult {
    let Some(events) = facts.events else { return unknown("the events were") };
    let denied =
        events.iter().find(|e| e.reason == "FailedCreate" && e.message.contains("denied by Binary Authorization"));
    let found = match denied {
        Some(event) => Passed(format!("{} was refused: the event says which rule", event.object)),
        None => Waiting("no event tells of a refused pod".into()),
    };
    and_seen(facts, Seen::Events, found, "the event")
}

fn codelab_note<'a>(facts: &Facts<'a>) -> Option<&'a Note> {
    facts.notes?.iter().find(|n| n.name.id() == names::NOTE)
}

pub(super) fn note(facts: &Facts<'_>) -> CheckResult {
    if facts.notes.is_none() {
        return unknown("the notes were");
    }
    match codelab_note(facts) {
        Some(note) => Passed(format!("{} exists", note.name)),
        None => Waiting(format!("there is no note {}", names::NOTE)),
    }
}

pub(super) fn note_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Note, note(facts), "the stored note")
}

fn codelab_attestor<'a>(facts: &Facts<'a>) -> Option<&'a Attestor> {
    facts.attestors?.iter().find(|a| a.name.id() == names::ATTESTOR)
}

pub(super) fn attestor(facts: &Facts<'_>) -> CheckResult {
    if facts.attestors.is_none() {
        return unknown("the attestors were");
    }
    match codelab_attestor(facts) {
        Some(a) => when(
            a.note.id() == names::NOTE,
            format!("{} stands on note {}", a.name.id(), a.note.id()),
            format!("{} stands on another note, {}", a.name.id(), a.note),
        ),
        None => Waiting(format!("there is no attestor {}", names::ATTESTOR)),
    }
}

pub(super) fn attestors_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Attestors, attestor(facts), "the list of attestors")
}

/// The identity that will read the attestations.
fn service_account(facts: &Facts<'_>) -> Option<String> {
    let told = codelab_attestor(facts).and_then(|a| a.service_account_email.clone());
    told.or_else(|| facts.project.map(|project| name::service_agent(&project.number)))
}

pub(super) fn service_account_seen(facts: &Facts<'_>) -> CheckResult {
    let found = match (attestor(facts), service_account(facts)) {
        (Passed(_), Some(email)) => Passed(email),
        (Passed(_), None) => unknown("the project was"),
        (missing, _) => missing,
    };
    and_seen(facts, Seen::ServiceAccount, found, "the service account")
}

pub(super) fn granted(facts: &Facts<'_>) -> CheckResult {
    let Some(email) = service_account(facts) else { return unknown("the project was") };
    let Some(viewers) = codelab_note(facts).and_then(|n| n.viewers.as_ref()) else {
        return unknown("who may read the note's occurrences was");
    };
    let member = format!("serviceAccount:{email}");
    when(
        viewers.contains(&member),
        "the service account may read the note's attestations",
        "the service account may not read the note's attestations: admission would find none",
    )
}

pub(super) fn key(facts: &Facts<'_>) -> CheckResult {
    let Some(keys) = facts.keys else { return unknown("the keys of this machine were") };
    match keys.iter().find(|k| k.can_sign) {
        Some(key) => Passed(format!("{} {} can sign", key.algorithm, key.user_id)),
        None => Waiting("this machine has no key that can sign".into()),
    }
}

pub(super) fn exported(facts: &Facts<'_>) -> CheckResult {
    let Some(work) = facts.work else { return unknown("the working directory was") };
    let block = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    let has = work.file(names::PUBLIC_KEY).is_some_and(|file| file.text().contains(block));
    when(
        has,
        format!("{} holds a public key", names::PUBLIC_KEY),
        format!("there is no public key in {}", names::PUBLIC_KEY),
    )
}

pub(super) fn key_added(facts: &Facts<'_>) -> CheckResult {
    let (Some(attestor), Some(keys)) = (codelab_attestor(facts), facts.keys) else {
        return unknown("the attestor's keys were");
    };
    match attestor.keys.iter().find(|k| keys.iter().any(|local| local.fingerprint == k.id)) {
        Some(key) => Passed(format!("the attestor trusts {}", key.id)),
        None => Waiting(format!("{} trusts no key of this machine: it can attest nothing", names::ATTESTOR)),
    }
}

pub(super) fn keys_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::AttestorKeys, key_added(facts), "the attestor's list of keys")
}

/// The digest of the chosen image, if it is one of the codelab's.
fn digest<'a>(facts: &Facts<'a>) -> Option<&'a Digest> {
    let chosen = facts.chosen?.digest()?;
    images(facts)?.iter().any(|image| image.digest == *chosen).then_some(chosen)
}

pub(super) fn digest_chosen(facts: &Facts<'_>) -> CheckResult {
    if images(facts).is_none() {
        return unknown("the registry was");
    }
    match digest(facts) {
        Some(digest) => Passed(format!("the chosen image is {digest}")),
        None => Waiting(format!("the chosen image is not {} by its digest", names::REPOSITORY)),
    }
}

pub(super) fn payload(facts: &Facts<'_>) -> CheckResult {
    let Some(work) = facts.work else { return unknown("the working directory was") };
    let (Some(chosen), Some(digest)) = (facts.chosen, digest(facts)) else {
        return Waiting("no image is chosen by its digest".into());
    };
    let expected = attestation::payload(chosen, digest);
    match work.file(names::PAYLOAD) {
        Some(file) if file.bytes == expected => Passed(format!("{} names the chosen digest", names::PAYLOAD)),
        Some(_) => Waiting(format!("{} is for another image", names::PAYLOAD)),
        None => Waiting(format!("there is no {}", names::PAYLOAD)),
    }
}

pub(super) fn payload_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Payload, payload(facts), "the payload")
}

pub(super) fn signed(facts: &Facts<'_>) -> CheckResult {
    match facts.signed_by {
        Some(key) => Passed(format!("{} holds a good signature by {key}", names::SIGNATURE)),
        None => Waiting(format!("no {} holds a good signature over {}", names::SIGNATURE, names::PAYLOAD)),
    }
}

pub(super) fn fingerprint_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Fingerprint, key(facts), "the key's fingerprint")
}

pub(super) fn attested(facts: &Facts<'_>) -> CheckResult {
    let Some(attestations) = facts.attestations else { return unknown("the attestations were") };
    let Some(digest) = digest(facts) else { return Waiting("no image is chosen by its digest".into()) };
    match attestations.iter().find(|a| a.resource_uri.ends_with(digest.as_str())) {
        Some(attestation) => Passed(format!("{} vouches for the digest", attestation.name)),
        None => Waiting("there is no attestation for the digest".into()),
    }
}

pub(super) fn attestations_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Attestations, attested(facts), "the list of attestations")
}

fn requires_attestor(policy: &Policy) -> bool {
    let rule = &policy.default_admission_rule;
    rule.evaluation_mode == EvaluationMode::RequireAttestation
        && rule.require_attestations_by.iter().any(|a| a.ends_with(&format!("/attestors/{}", names::ATTESTOR)))
}

pub(super) fn updated_file(facts: &Facts<'_>) -> CheckResult {
    match policy_file(facts, names::UPDATED_POLICY) {
        Ok(policy) => when(
            requires_attestor(&policy),
            format!("{} requires {}", names::UPDATED_POLICY, names::ATTESTOR),
            format!("the default rule of {} does not require {}", names::UPDATED_POLICY, names::ATTESTOR),
        ),
        Err(result) => result,
    }
}

pub(super) fn updated_live(facts: &Facts<'_>) -> CheckResult {
    let Some(policy) = facts.policy else { return unknown("the policy was") };
    when(
        requires_attestor(policy),
        format!("the project's policy requires {}", names::ATTESTOR),
        format!("the project's policy does not require {}", names::ATTESTOR),
    )
}

pub(super) fn signed_runs(facts: &Facts<'_>) -> CheckResult {
    running(facts, names::SIGNED_WORKLOAD)
}

pub(super) fn signed_pods_seen(facts: &Facts<'_>) -> CheckResult {
    and_seen(facts, Seen::Pods, signed_runs(facts), "the list of pods")
}

pub(super) fn cluster_gone(facts: &Facts<'_>) -> CheckResult {
    if facts.clusters.is_none() {
        return unknown("the clusters were");
    }
    when(cluster(facts).is_none(), "the cluster is deleted", format!("cluster {} is still there", names::CLUSTER))
}

pub(super) fn image_gone(facts: &Facts<'_>) -> CheckResult {
    let Some(images) = images(facts) else { return unknown("the registry was") };
    when(images.is_empty(), "the image is deleted", format!("{} is still in the registry", names::REPOSITORY))
}

pub(super) fn attestor_gone(facts: &Facts<'_>) -> CheckResult {
    if facts.attestors.is_none() {
        return unknown("the attestors were");
    }
    when(codelab_attestor(facts).is_none(), "the attestor is deleted", format!("{} is still there", names::ATTESTOR))
}

pub(super) fn note_gone(facts: &Facts<'_>) -> CheckResult {
    if facts.notes.is_none() {
        return unknown("the notes were");
    }
    when(codelab_note(facts).is_none(), "the note is deleted", format!("{} is still there", names::NOTE))
}
