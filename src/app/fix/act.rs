//! The box with the fixes: when it is worked out, and how each is applied by the ordinary flow of its role;
//! and breaking the glass.

use std::sync::Arc;

use crate::attestor::form::KeyForm;
use crate::cluster::form::name_of;
use crate::decision::workload::{ask_about, of_event};
use crate::effect::Effect;
use crate::fix;
use crate::fix::break_glass::BreakGlassPod;
use crate::fix::form::{BreakGlassForm, ReasonForm};
use crate::fix::mending;
use crate::fix::state::{FixAsk, FixSearch, FixesBox};
use crate::fix::{Action, Msg, Then};
use crate::job::{Job, NewAttestation};
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Overlay};
use crate::query::Source;
use crate::shell::notice::Weight;
use crate::shell::remote::Ticket;
use crate::shell::tab::Pane;
use crate::work::Purpose;
use crate::{draft, history, sign};
use domain::admission::{Outcome, Platform};
use domain::attestation::Attestation;
use domain::command::workload;
use domain::event_group::refusal;
use domain::fix::{Fix, FixStep};
use domain::image::ImageRef;
use domain::name::{AttestorName, NoteName, ProjectId};
use domain::workload_patch::WorkloadPatch;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => open(model),
        Action::Apply => apply(model),
        Action::Copy => copy(model),
        Action::BreakGlass => compose(model),
        Action::DeployBreakGlass => deploy_composed(model),
        Action::Mend => mending::send(model),
        Action::CopyMend => copy_mend(model),
    }
}

/// Opens the box for what is refused under the live policy; on a row that is refused, for that one.
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    if ask_selected(model) {
        model.overlays.push(Overlay::Fixes(FixesBox::default()));
        // It was refused by what is so now, and may have been read before that: the box follows.
        return model.load(&[Source::Policy, Source::Evidence, Source::Registry]);
    }
    let why = match model.decisions.now.as_ref().map(|decision| decision.outcome) {
        Some(Outcome::Deny) => None,
        Some(Outcome::Undecided) => {
            Some("it is not known whether the live policy refuses this: the tree says what that hangs on")
        }
        Some(_) => Some("nothing is refused here: the live policy admits it"),
        None => Some("nothing is decided here: choose a project and an image (i)"),
    };
    let assumed = "fixes are of what is, and something is assumed: W drops the assumptions";
    let why = if model.session.assumptions.is_empty() { why } else { Some(assumed) };
    let explains = matches!(model.overlays.last(), Some(Overlay::Explain(_)));
    let elsewhere = model.explained_elsewhere().filter(|_| explains).map(|elsewhere| elsewhere.text());
    if let Some(why) = elsewhere.or(why.map(str::to_owned)) {
        model.say(Weight::Info, why);
        return Vec::new();
    }
    model.overlays.push(Overlay::Fixes(FixesBox::default()));
    follow(model)
}

/// Asks about the refused workload of the selected row; false where there is none.
fn ask_selected(model: &mut Model) -> bool {
    if !model.overlays.is_empty() {
        return false;
    }
    let workload = match model.nav.focus() {
        Pane::Workloads => model.selected_refused(),
        Pane::Events => model.selected_event().and_then(|event| {
            refusal(&event.message)?;
            let id = of_event(&model.session, &event.namespace, &event.object)?;
            model.session.remotes.workloads.items().iter().find(|workload| workload.id() == id)
        }),
        _ => None,
    };
    let Some(workload) = workload.cloned() else { return false };
    ask_about(&mut model.session, &workload);
    true
}

/// Works the fixes out again when what they stand on changed, as long as the box is there.
pub(crate) fn follow(model: &mut Model) -> Vec<Effect> {
    if !model.overlays.iter().any(|overlay| matches!(overlay, Overlay::Fixes(_))) {
        return Vec::new();
    }
    let (items, inventory) = (model.preview.items(), model.preview.evidence());
    let ask = FixAsk::from_session(&model.session, &model.draft.document, items, inventory);
    if model.fix.ask.as_deref() == ask.as_ref() {
        return Vec::new();
    }
    let Some(ask) = ask.map(Arc::new) else {
        model.fix = FixSearch::default();
        return Vec::new();
    };
    let ticket = model.next_ticket();
    model.fix = FixSearch { ticket: Some(ticket), ask: Some(ask.clone()), fixes: None };
    vec![Effect::Fix(fix::Effect::Find(ticket, ask))]
}

/// Takes what is told of fixes.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Fixed(ticket, fixes) => fixes_arrived(model, ticket, fixes),
        Msg::Tried(ticket, result) => mending::tried(model, ticket, result),
    }
    Vec::new()
}

/// Takes fixes; those of an older question are dropped.
fn fixes_arrived(model: &mut Model, ticket: Ticket, fixes: Vec<Fix>) {
    if model.fix.ticket == Some(ticket) {
        model.fix.ticket = None;
        model.fix.fixes = Some(Arc::new(fixes));
    }
}

impl Model {
    /// What a fix changes of the workload that is asked about.
    pub fn patch_of(&self, fix: &Fix) -> Option<WorkloadPatch> {
        mending::patch_of(self, &fix.steps)
    }

    /// The fix that is selected in the box on top.
    pub fn selected_fix(&self) -> Option<&Fix> {
        let Some(Overlay::Fixes(shown)) = self.overlays.last() else { return None };
        self.fix.fixes.as_ref()?.get(shown.selected)
    }
}

fn apply(model: &mut Model) -> Vec<Effect> {
    let Some(fix) = model.selected_fix().cloned() else {
        model.say(Weight::Info, "there is no fix here");
        return Vec::new();
    };
    match fix.policy {
        Some(text) => change_policy(model, text, &fix.steps),
        None => carry_out(model, fix.steps),
    }
}

/// The changed policy becomes the draft, and its import is asked for; first, whether a draft that is only
/// here may go.
fn change_policy(model: &mut Model, text: String, steps: &[FixStep]) -> Vec<Effect> {
    if let Some(FixStep::UseDigest { to, .. }) = steps.iter().find(|step| matches!(step, FixStep::UseDigest { .. })) {
        model.say(Weight::Info, format!("after the import, deploy {to}"));
    }
    if model.draft.is_unsaved(model.session.live_policy()) {
        let lines = vec![
            "The draft says something else than the live policy.".to_owned(),
            "It is replaced by the live policy with this change; ^Z brings it back. Its import is asked for next."
                .to_owned(),
        ];
        let diff = Some((model.draft.editor.text(), text.clone()));
        let then =
            vec![overlay::Then::Draft(draft::Then::Replace(text)), overlay::Then::History(history::Then::Import)];
        let title = "Replace the draft?".to_owned();
        model.overlays.push(Overlay::Confirm(Box::new(Confirm { title, lines, diff, then, ..Confirm::default() })));
        return Vec::new();
    }
    draft::text::replace_draft(model, &text);
    model.nav.editing = false;
    history::act::draft_restored(model)
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &mut Model, then: Then) -> Vec<Effect> {
    match then {
        Then::Steps(steps) => carry_out(model, steps),
    }
}

/// Does the steps: what needs no more than a yes first, then what asks for more.
fn carry_out(model: &mut Model, steps: Vec<FixStep>) -> Vec<Effect> {
    let note_description = model.suggestions.note_description;
    let jobs: Vec<Job> = steps.iter().flat_map(|step| jobs(model, step)).collect();
    let (done, rest): (Vec<FixStep>, Vec<FixStep>) =
        steps.into_iter().partition(|step| !jobs_of(step, note_description).is_empty());
    if jobs.is_empty() {
        return next(model, &rest);
    }
    let lines = done.iter().map(|step| format!("{}.", step.change())).collect();
    let then = if rest.is_empty() { Vec::new() } else { vec![overlay::Then::Fix(Then::Steps(rest))] };
    let title = match done.as_slice() {
        [only] => format!("{}?", capital(&only.title())),
        _ => "Do this?".to_owned(),
    };
    model.overlays.push(Overlay::Confirm(Box::new(Confirm { title, lines, jobs, then, ..Confirm::default() })));
    Vec::new()
}

/// What the workbench does by itself for a step, besides what a session knows.
fn jobs_of(step: &FixStep, note_description: &str) -> Vec<Job> {
    match step {
        FixStep::Grant { note, service_account, .. } => {
            vec![Job::Grant { note: note.clone(), member: format!("serviceAccount:{service_account}") }]
        }
        FixStep::CreateNote { note } => create_note(note, note_description).into_iter().collect(),
        FixStep::CreateAttestor { attestor, note } => {
            let jobs = create_note(note, note_description).zip(create_attestor(attestor, note));
            jobs.map(<[Job; 2]>::from).into_iter().flatten().collect()
        }
        FixStep::AddKey { attestor, key: Some(known) } => {
            vec![Job::AddKey { attestor: attestor.clone(), fingerprint: known.key.id.clone() }]
        }
        FixStep::CorrectKeyId { attestor, attestation, signature, key_id } => {
            write_again(attestor, attestation, *signature, key_id, &attestation.note)
        }
        FixStep::CopyAttestation { attestor, attestation, signature, note } => {
            let key_id = attestation.signatures.get(*signature).map_or("", |signature| &signature.public_key_id);
            write_again(attestor, attestation, *signature, key_id, note)
        }
        FixStep::UseDigest { .. }
        | FixStep::AllowPattern { .. }
        | FixStep::SetRule { .. }
        | FixStep::BreakGlass { .. }
        | FixStep::AddKey { key: None, .. }
        | FixStep::Attest { .. } => Vec::new(),
    }
}

/// Writes a signature that is there once more: under another id, or on another note.
fn write_again(
    attestor: &AttestorName,
    attestation: &Attestation,
    signature: usize,
    key_id: &str,
    note: &NoteName,
) -> Vec<Job> {
    let uri = attestation.resource_uri.as_str();
    let image = uri.split_once("://").map_or(uri, |(_, rest)| rest).parse::<ImageRef>();
    let bytes = attestation.signatures.get(signature).map(|signature| signature.bytes.clone());
    let project = attestor.project().parse::<ProjectId>().ok();
    let new = project.zip(image.ok()).zip(bytes).map(|((project, image), signature)| NewAttestation {
        project,
        attestor: attestor.clone(),
        note: note.clone(),
        image,
        payload: attestation.payload.clone(),
        signature,
        key_id: key_id.to_owned(),
    });
    new.map(sign::act::upload_jobs).unwrap_or_default()
}

/// `None` where the name is not one that a service would let be made.
fn create_note(note: &NoteName, description: &str) -> Option<Job> {
    let (project, id) = (note.project().parse().ok()?, note.id().parse().ok()?);
    Some(Job::CreateNote { project, id, description: description.to_owned() })
}

/// `None` where the name is not one that a service would let be made.
fn create_attestor(attestor: &AttestorName, note: &NoteName) -> Option<Job> {
    let (project, id) = (attestor.project().parse().ok()?, attestor.id().parse().ok()?);
    Some(Job::CreateAttestor { project, id, note: note.clone(), description: String::new() })
}

/// The jobs that do a step. Attestations go to the chosen project, and a note that is there is not made.
fn jobs(model: &Model, step: &FixStep) -> Vec<Job> {
    let mut jobs = jobs_of(step, model.suggestions.note_description);
    let notes = model.session.remotes.notes.items();
    let is_there = |id: &str| notes.iter().any(|note| note.name.id() == id);
    jobs.retain(|job| !matches!(job, Job::CreateNote { id, .. } if is_there(id.as_str())));
    if let Some(chosen) = &model.session.project {
        for job in &mut jobs {
            if let Job::CreateAttestation(new) | Job::Validate(new) = job {
                new.project.clone_from(chosen);
            }
        }
    }
    jobs
}

fn next(model: &mut Model, steps: &[FixStep]) -> Vec<Effect> {
    let attests = steps.iter().filter(|step| matches!(step, FixStep::Attest { .. })).count();
    let Some(step) = steps.iter().max_by_key(|step| urgency(step)) else { return Vec::new() };
    match step {
        FixStep::AddKey { attestor, .. } => {
            model.say(Weight::Info, format!("make a key here; F then adds it to {}", attestor.id()));
            model.open_form(KeyForm::new(model))
        }
        FixStep::Attest { .. } if !step.is_possible_here() && !step.is_unresolved() => hand_over(model, step),
        FixStep::Attest { attestor, image, held, .. } => {
            if steps.len() > 1 {
                let what = if attests > 1 { "one attestation of several" } else { "the attestation first" };
                model.say(Weight::Info, format!("{what}: F then shows what is left"));
            }
            let key = held.as_ref().and_then(|held| held.first()).cloned();
            match image.parse::<ImageRef>() {
                Ok(image) if !FixStep::is_unresolved(step) => {
                    sign::act::open_for(model, &image, attestor, key.as_deref())
                }
                Ok(_) | Err(_) => resolve(model, steps),
            }
        }
        FixStep::UseDigest { .. } if FixStep::is_unresolved(step) => resolve(model, steps),
        FixStep::UseDigest { .. } => match mending::patch_of(model, steps) {
            Some(patch) => mending::open(model, patch),
            None => deploy_by_digest(model, steps),
        },
        FixStep::BreakGlass { .. }
        | FixStep::AllowPattern { .. }
        | FixStep::SetRule { .. }
        | FixStep::CreateNote { .. }
        | FixStep::CreateAttestor { .. }
        | FixStep::Grant { .. }
        | FixStep::CorrectKeyId { .. }
        | FixStep::CopyAttestation { .. } => compose(model),
    }
}

/// What somebody else has to do, to copy and hand over.
fn hand_over(model: &mut Model, step: &FixStep) -> Vec<Effect> {
    let who: Vec<String> = step.who().iter().map(|line| format!("- {line}\n")).collect();
    let commands: Vec<String> = step.commands().iter().map(|command| format!("{command}\n")).collect();
    let text = format!(
        "This cannot be done from here: none of the attestor's keys is on this machine.\n\n{}\nWho can:\n{}\nWhat they run:\n{}",
        capital(&format!("{}.\n", step.change())),
        who.concat(),
        commands.concat()
    );
    model.overlays.push(Overlay::reader("To hand over: y copies it", Body::Prose(text)));
    Vec::new()
}

fn urgency(step: &FixStep) -> u8 {
    match step {
        FixStep::AddKey { .. } => 3,
        FixStep::Attest { .. } => 2,
        FixStep::UseDigest { .. } => 1,
        FixStep::BreakGlass { .. }
        | FixStep::AllowPattern { .. }
        | FixStep::SetRule { .. }
        | FixStep::CreateNote { .. }
        | FixStep::CreateAttestor { .. }
        | FixStep::Grant { .. }
        | FixStep::CorrectKeyId { .. }
        | FixStep::CopyAttestation { .. } => 0,
    }
}

/// Finds the digests that the tags name now.
fn resolve(model: &mut Model, steps: &[FixStep]) -> Vec<Effect> {
    if model.asked_workload().is_some() {
        // The pod that is asked about stays: with what the registry says the fixes are worked out again.
        model.say(Weight::Info, "finding the digest that the tag names now");
        return model.load(&[Source::Registry]);
    }
    let tag = |step: &FixStep| {
        if let FixStep::UseDigest { from, .. } = step { from.parse::<ImageRef>().ok() } else { None }
    };
    let jobs: Vec<Job> = steps.iter().filter_map(tag).map(|image| Job::ResolveDigest { image }).collect();
    model.say(Weight::Info, "finding the digest that the tag names now; then press F again");
    model.run(jobs, Purpose::Plain)
}

/// The image by its digest in the deploy form; a pod with several as a manifest.
fn deploy_by_digest(model: &mut Model, steps: &[FixStep]) -> Vec<Effect> {
    let Some(mut request) = model.session.request() else { return Vec::new() };
    for step in steps {
        if let FixStep::UseDigest { from, to } = step {
            request.images.iter_mut().filter(|image| image.image == *from).for_each(|image| image.image.clone_from(to));
        }
    }
    if let [only] = request.images.as_slice() {
        if let Ok(image) = only.image.parse::<ImageRef>() {
            model.session.choose(image);
        }
        return crate::cluster::act::deploy(model);
    }
    let name = name_of(request.images.iter().map(|image| image.image.as_str()));
    let composed = BreakGlassPod::new(&name, &model.session.subject, request.images, request.labels);
    let title = "The pod by digest: y copies, kubectl apply runs it";
    model.overlays.push(Overlay::reader(title, Body::Code(composed.manifest())));
    Vec::new()
}

/// Asks what has to be said before the glass is broken.
fn compose(model: &mut Model) -> Vec<Effect> {
    if model.session.request().is_none() {
        model.say(Weight::Warning, "choose an image first: i");
        return Vec::new();
    }
    if model.session.subject.platform == Platform::CloudRun {
        let command = workload::break_glass_on_cloud_run("SERVICE", "IMAGE", "JUSTIFICATION");
        let text = format!(
            "Cloud Run takes the justification itself:\n\n  {command}\n\n\
                    It is written to Cloud Audit Logs (cloudaudit.googleapis.com%2Fsystem_event), where the text `breakglass` finds it,\n\
                    and is cleared by the next update without the flag.\n"
        );
        model.overlays.push(Overlay::reader("Break the glass on Cloud Run", Body::Prose(text)));
        return Vec::new();
    }
    match model.asked_workload() {
        Some(workload) => {
            let form = ReasonForm::new(workload);
            model.open_form(form)
        }
        None => model.open_form(BreakGlassForm::new(model)),
    }
}

/// Asks whether what was composed is deployed.
fn deploy_composed(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Reader(reader)) = model.overlays.last() else { return Vec::new() };
    let Body::BreakGlass(composed) = &reader.body else { return Vec::new() };
    let composed = (**composed).clone();
    let Some(deploy) = composed.deploy() else {
        model.say(
            Weight::Warning,
            "the workbench deploys pods with one container: y copies the manifest for kubectl apply",
        );
        return Vec::new();
    };
    let Some(cluster) = model.session.cluster_info().and_then(|_| model.session.cluster_id()) else {
        model.say(Weight::Warning, "there is no cluster to deploy to: y copies the manifest");
        return Vec::new();
    };
    let lines = vec![
        format!("{} runs in namespace {}, whatever the policy says.", deploy.image, deploy.namespace),
        format!("Justification: {}", composed.justification),
        "It is written to the audit log. Take the label away afterwards.".to_owned(),
    ];
    let job = Job::Deploy { cluster, deploy };
    model.ask_danger("Break the glass?", lines, vec![job])
}

fn copy_mend(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Mend(mend)) = model.overlays.last() else { return Vec::new() };
    let text = format!("{}\n", mend.patch.command(&mend.cluster));
    model.copy(text)
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let Some(fixes) = model.fix.fixes.clone() else { return Vec::new() };
    let text: String = fixes.iter().enumerate().map(|(number, fix)| describe(number + 1, fix)).collect();
    model.copy(text)
}

/// A fix as text, for tickets.
fn describe(number: usize, fix: &Fix) -> String {
    let mut lines = vec![format!("{number}. {}", fix.title())];
    for step in &fix.steps {
        lines.push(format!("   {}: {}", step.target(), step.change()));
        lines.extend(step.commands().into_iter().map(|command| format!("     $ {command}")));
    }
    lines.extend(fix.steps.iter().flat_map(FixStep::who).map(|who| format!("   who can: {who}")));
    lines.push(format!("   lets in: {}", fix.reach.words));
    lines.extend(fix.reach.inventory.as_ref().map(|affected| format!("   besides: {}", affected.text())));
    lines.join("\n") + "\n"
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
