//! The signing wizard, page by page, and the same work for the guide.

use crate::effect::Effect;
use crate::guide::Seen;
use crate::job::{Job, JobOutcome, NewAttestation};
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::shell::notice::Weight;
use crate::shell::offset::Offset;
use crate::shell::report::Report;
use crate::shell::tab::Pane;
use crate::sign::action::Action;
use crate::sign::state::{Stage, Voucher, Wizard};
use crate::work::Purpose;
use domain::admission::AttestorEvidence;
use domain::attestation;
use domain::attestor::Attestor;
use domain::image::{Digest, ImageRef};
use domain::key::Passphrase;
use domain::name::AttestorName;
use domain::work_file::OwnFile;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => open(model),
        Action::ShowPayload => show_payload(model),
        Action::Upload => upload(model),
        Action::Next => next(model),
        Action::Back => back(model),
        Action::Up => move_by(model, -1),
        Action::Down => move_by(model, 1),
    }
}

/// Opens the wizard for the chosen image; a tag is resolved first, because only digests are signed.
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.session.image.clone() else {
        model.say(Weight::Warning, "choose an image first: i");
        return Vec::new();
    };
    let Some(digest) = image.digest().cloned() else {
        model.say(Weight::Info, "only digests are signed: finding the one that the tag names now; then press s again");
        return model.run(vec![Job::ResolveDigest { image }], Purpose::Plain);
    };
    let voucher = model.selected_attestor().map(voucher);
    let wizard = Wizard::new(&image, &digest, voucher);
    let payload = wizard.payload.clone();
    model.overlays.push(Overlay::Wizard(Box::new(wizard)));
    write_payload(model, payload)
}

/// The wizard for an image by digest and an attestor, with this key chosen.
pub(crate) fn open_for(model: &mut Model, image: &ImageRef, attestor: &AttestorName, key: Option<&str>) -> Vec<Effect> {
    let Some(digest) = image.digest().cloned() else { return Vec::new() };
    let known = model.session.remotes.attestors.items().iter().find(|known| known.name == *attestor);
    let Some(voucher) = known.or_else(|| in_evidence(model, attestor)).map(voucher) else {
        model.say(Weight::Warning, format!("{attestor} is not known here: reload with r"));
        return Vec::new();
    };
    let mut wizard = Wizard::new(image, &digest, Some(voucher));
    wizard.key = model
        .session
        .remotes
        .signing_keys()
        .iter()
        .position(|local| Some(local.fingerprint.as_str()) == key)
        .unwrap_or(0);
    let payload = wizard.payload.clone();
    model.overlays.push(Overlay::Wizard(Box::new(wizard)));
    write_payload(model, payload)
}

/// An attestor of another project, that the decision looked at.
fn in_evidence<'m>(model: &'m Model, name: &AttestorName) -> Option<&'m Attestor> {
    match model.session.remotes.evidence.value()?.attestors.get(name)? {
        AttestorEvidence::Found { attestor, .. } => Some(attestor),
        AttestorEvidence::AssumedNone
        | AttestorEvidence::NotFound
        | AttestorEvidence::NotReadable(_)
        | AttestorEvidence::Unknown(_) => None,
    }
}

fn voucher(attestor: &Attestor) -> Voucher {
    Voucher {
        attestor: attestor.name.clone(),
        note: attestor.note.clone(),
        key_ids: attestor.keys.iter().map(|key| key.id.clone()).collect(),
    }
}

/// `payload.json`, where there is a working directory to write it to.
fn write_payload(model: &mut Model, payload: Vec<u8>) -> Vec<Effect> {
    match String::from_utf8(payload) {
        Ok(text) if model.session.has_work_directory() => {
            model.run(vec![Job::in_work_directory(OwnFile::Payload.name(), text)], Purpose::Plain)
        }
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// The bytes that are signed, of the working directory or else of the chosen image.
pub(crate) fn show_payload(model: &mut Model) -> Vec<Effect> {
    let file = model.session.remotes.work.value().and_then(|work| work.directory.file(OwnFile::Payload.name()));
    let bytes = match file {
        Some(file) => Some(file.bytes.clone()),
        None => model.session.image.as_ref().and_then(|image| Some(attestation::payload(image, image.digest()?))),
    };
    match bytes {
        Some(bytes) => {
            model.mark_seen(Seen::Payload);
            model.overlays.push(Overlay::reader("The payload, byte for byte", Body::Bytes(bytes)));
        }
        None => model.say(Weight::Warning, "choose an image by its digest first: i"),
    }
    Vec::new()
}

fn wizard(model: &mut Model) -> Option<&mut Wizard> {
    if let Some(Overlay::Wizard(wizard)) = model.overlays.last_mut() { Some(wizard) } else { None }
}

/// Goes on to the next page, or does what the page asks for.
pub(crate) fn next(model: &mut Model) -> Vec<Effect> {
    let keys: Vec<String> = model.session.remotes.signing_keys().iter().map(|key| key.fingerprint.clone()).collect();
    let Some(wizard) = wizard(model) else { return Vec::new() };
    if wizard.busy {
        return Vec::new();
    }
    wizard.error = None;
    wizard.scroll = Offset::default();
    match wizard.stage {
        Stage::Payload => {
            wizard.stage = Stage::Key;
            model.mark_seen(Seen::Payload);
            Vec::new()
        }
        Stage::Key => {
            match keys.get(wizard.key) {
                Some(fingerprint) => {
                    wizard.fingerprint.clone_from(fingerprint);
                    wizard.stage = Stage::Passphrase;
                }
                None => {
                    wizard.error = Some(
                        Report::new("this machine has no key that can sign")
                            .with_hint("Esc, then n in the Keys pane makes one."),
                    );
                }
            }
            Vec::new()
        }
        Stage::Passphrase => sign(model),
        Stage::Signature => {
            if wizard.voucher.is_some() {
                wizard.stage = Stage::Upload;
                Vec::new()
            } else {
                close(model)
            }
        }
        Stage::Upload => upload_from_wizard(model),
        Stage::Verdict => close(model),
    }
}

fn sign(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = wizard(model) else { return Vec::new() };
    wizard.busy = true;
    let job = Job::Sign {
        fingerprint: wizard.fingerprint.clone(),
        passphrase: Passphrase::new(std::mem::take(&mut *wizard.passphrase.take())),
        payload: wizard.payload.clone(),
    };
    model.run(vec![job], Purpose::Wizard)
}

fn upload_from_wizard(model: &mut Model) -> Vec<Effect> {
    let Some(project) = model.session.project.clone() else { return Vec::new() };
    let Some(wizard) = wizard(model) else { return Vec::new() };
    let Some(voucher) = wizard.voucher.clone() else { return Vec::new() };
    wizard.busy = true;
    let new = NewAttestation {
        project,
        attestor: voucher.attestor,
        note: voucher.note,
        image: wizard.image.clone(),
        payload: wizard.payload.clone(),
        signature: wizard.message.clone(),
        key_id: wizard.fingerprint.clone(),
    };
    model.run(upload_jobs(new), Purpose::Wizard)
}

/// Uploads, then asks the attestor whether it verifies.
pub(crate) fn upload_jobs(new: NewAttestation) -> Vec<Job> {
    vec![Job::CreateAttestation(Box::new(new.clone())), Job::Validate(Box::new(new))]
}

/// What came out of the wizard's work.
pub(crate) fn wizard_outcome(model: &mut Model, outcome: JobOutcome) -> Vec<Effect> {
    let Some(wizard) = wizard(model) else { return Vec::new() };
    match outcome {
        JobOutcome::Signed { message, warnings } => {
            wizard.busy = false;
            wizard.message.clone_from(&message);
            wizard.warnings = warnings;
            wizard.stage = Stage::Signature;
            write_signature(model, message)
        }
        JobOutcome::Validated { refused } => {
            wizard.busy = false;
            wizard.verdict = Some(refused.map_or(Ok(()), Err));
            wizard.stage = Stage::Verdict;
            Vec::new()
        }
        JobOutcome::Done
        | JobOutcome::Generated { .. }
        | JobOutcome::Resolved { .. }
        | JobOutcome::Saved { .. }
        | JobOutcome::InTheWay { .. }
        | JobOutcome::Imported(_)
        | JobOutcome::Changed { .. }
        | JobOutcome::Pushed { .. } => Vec::new(),
    }
}

fn write_signature(model: &mut Model, message: Vec<u8>) -> Vec<Effect> {
    match String::from_utf8(message) {
        Ok(text) if model.session.has_work_directory() => {
            model.run(vec![Job::in_work_directory(OwnFile::Signature.name(), text)], Purpose::Plain)
        }
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// The guide's signature goes to the working directory.
pub(crate) fn guide_outcome(model: &mut Model, outcome: JobOutcome) -> Vec<Effect> {
    match outcome {
        JobOutcome::Signed { message, .. } => write_signature(model, message),
        JobOutcome::Done
        | JobOutcome::Validated { .. }
        | JobOutcome::Generated { .. }
        | JobOutcome::Resolved { .. }
        | JobOutcome::Saved { .. }
        | JobOutcome::InTheWay { .. }
        | JobOutcome::Imported(_)
        | JobOutcome::Changed { .. }
        | JobOutcome::Pushed { .. } => Vec::new(),
    }
}

/// The wizard's work ended without an outcome.
pub(crate) fn wizard_stopped(model: &mut Model, report: Option<Report>) {
    if let Some(wizard) = wizard(model) {
        wizard.busy = false;
        wizard.error = report;
    }
}

pub(crate) fn back(model: &mut Model) -> Vec<Effect> {
    if let Some(wizard) = wizard(model) {
        wizard.back();
    }
    Vec::new()
}

/// Up and down: in the list of keys, or through a long text.
pub(crate) fn move_by(model: &mut Model, by: isize) -> Vec<Effect> {
    let last = model.session.remotes.signing_keys().len().saturating_sub(1);
    let last_scroll = model.ui.viewport.overlay_max_scroll;
    if let Some(wizard) = wizard(model) {
        if wizard.stage == Stage::Key {
            wizard.key = wizard.key.saturating_add_signed(by).min(last);
        } else {
            wizard.scroll.rows = wizard.scroll.rows.saturating_add_signed(by).min(last_scroll);
        }
    }
    Vec::new()
}

/// The attestation that the working directory's files make.
pub(crate) fn from_files(model: &Model) -> Result<NewAttestation, String> {
    let project = model.session.project.clone().ok_or("choose a project first")?;
    let attestor = model.selected_attestor().ok_or("create an attestor first")?;
    let work = model.session.remotes.work.value().ok_or("the working directory was not read yet")?;
    let file = |name: &str| work.directory.file(name).map(|file| file.bytes.clone());
    let payload = file(OwnFile::Payload.name()).ok_or("there is no payload.json in the working directory: s signs")?;
    let signature =
        file(OwnFile::Signature.name()).ok_or("there is no signature.pgp in the working directory: s signs")?;
    if let Some(fault) = &work.signature_fault {
        return Err(format!("signature.pgp is not uploaded: {fault}"));
    }
    let key_id = work
        .signed_by
        .clone()
        .ok_or("signature.pgp is no good signature over payload.json by a key of this machine")?;
    let image: ImageRef =
        model.session.image.clone().filter(|i| i.digest().is_some()).ok_or("choose an image by its digest first: i")?;
    let named = attestation::parse_payload(&payload).map_err(|_not_a_payload| "payload.json is not a payload")?;
    if image.digest().map(Digest::as_str) != named.digest.as_deref() {
        return Err("payload.json is for another image than the chosen one".to_owned());
    }
    let (attestor, note) = (attestor.name.clone(), attestor.note.clone());
    Ok(NewAttestation { project, attestor, note, image, payload, signature, key_id })
}

/// Shows what would be uploaded, and asks.
pub(crate) fn upload(model: &mut Model) -> Vec<Effect> {
    let new = match from_files(model) {
        Ok(new) => new,
        Err(why) => {
            model.say(Weight::Warning, why);
            return Vec::new();
        }
    };
    let trusted = model.selected_attestor().is_some_and(|a| a.keys.iter().any(|key| key.id == new.key_id));
    let mut lines = vec![
        format!("Resource  {}", new.image),
        format!("Note      {}", new.note),
        format!("Key       {}", new.key_id),
        format!("Payload   {} bytes, signature {} bytes", new.payload.len(), new.signature.len()),
    ];
    if !trusted {
        lines
            .push(format!("! {} does not trust this key: the attestation would count for nothing.", new.attestor.id()));
    }
    model.go(Pane::Attestations);
    model.ask("Upload the attestation?", lines, upload_jobs(new))
}

/// The jobs of the guide's upload, without asking: the learner asked for the step.
pub(crate) fn guide_upload(model: &Model) -> Result<Vec<Job>, String> {
    from_files(model).map(upload_jobs)
}

/// Closes the wizard, which is the box on top.
fn close(model: &mut Model) -> Vec<Effect> {
    model.overlays.pop();
    Vec::new()
}
