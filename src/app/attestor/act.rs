//! The Attestor's rows: attestors, notes, attestations, keys.

use crate::attestor::form::{AttestorForm, ImportKeyForm, KeyForm, NoteForm};
use crate::attestor::{Action, Choice};
use crate::effect::Effect;
use crate::guide::Seen;
use crate::job::Job;
use crate::model::Model;
use crate::overlay::{self, Body, Entry, Overlay};
use crate::shell::action::RowAction;
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use crate::work::Purpose;
use domain::attestation::parse_payload;
use domain::attestor::{Attestor, KeyMaterial};
use domain::name::{AttestorName, service_agent};
use domain::work_file::OwnFile;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::GrantViewer => grant(model),
        Action::RemoveKey => remove_key(model),
        Action::ImportKey => model.open_form(ImportKeyForm::new()),
        Action::ExportKey => export_key(model),
        Action::AddKey => add_key(model),
    }
}

pub(crate) fn on_row(model: &mut Model, action: RowAction) -> Vec<Effect> {
    match (model.nav.focus(), action) {
        (Pane::Attestors, RowAction::New) => model.open_form(AttestorForm::new(model)),
        (Pane::Attestors, RowAction::Delete) => delete_attestor(model),
        (Pane::Attestors, RowAction::Open) => show_attestor(model),
        (Pane::Notes, RowAction::New) => model.open_form(NoteForm::new(model)),
        (Pane::Notes, RowAction::Delete) => delete_note(model),
        (Pane::Notes, RowAction::Open) => show_note(model),
        (Pane::Attestations, RowAction::Delete) => delete_attestation(model),
        (Pane::Attestations, RowAction::Open | RowAction::New) => show_attestation(model),
        (Pane::Keys, RowAction::New) => model.open_form(KeyForm::new(model)),
        (Pane::Keys, RowAction::Delete) => delete_key(model),
        (Pane::Keys, RowAction::Open) => show_key(model),
        // The panes of the other tabs do not come here.
        (
            Pane::Setup
            | Pane::Images
            | Pane::Workloads
            | Pane::Events
            | Pane::Decision
            | Pane::Editor
            | Pane::Problems
            | Pane::Preview
            | Pane::Field,
            RowAction::Open | RowAction::New | RowAction::Delete,
        ) => Vec::new(),
    }
}

fn show(model: &mut Model, title: String, text: String) -> Vec<Effect> {
    model.overlays.push(Overlay::reader(title, Body::Prose(text)));
    Vec::new()
}

/// The attestor with its note, its service account and its keys.
pub(crate) fn show_attestor(model: &mut Model) -> Vec<Effect> {
    let Some(attestor) = model.selected_attestor().cloned() else { return Vec::new() };
    model.mark_seen(Seen::ServiceAccount);
    model.mark_seen(Seen::AttestorKeys);
    model.mark_seen(Seen::Attestors);
    let text = describe(model, &attestor);
    show(model, format!("Attestor {}", attestor.name.id()), text)
}

fn describe(model: &Model, attestor: &Attestor) -> String {
    let account = attestor.service_account_email.clone().unwrap_or_else(|| "not told by the service".into());
    let mut text = format!(
        "Name             {}\nDescription      {}\nNote             {}\nService account  {account}\n",
        attestor.name, attestor.description, attestor.note
    );
    text.push_str(&format!("May it read the note's attestations?  {}\n\n", grant_in_words(model, attestor)));
    if attestor.keys.is_empty() {
        text.push_str("No keys: it can attest nothing.\n");
    }
    for key in &attestor.keys {
        let kind = match &key.material {
            KeyMaterial::Pgp { .. } => "PGP".to_owned(),
            KeyMaterial::Pkix { signature_algorithm, .. } => format!("PKIX {signature_algorithm}"),
        };
        let here = model.session.remotes.keys.items().iter().any(|local| local.fingerprint == key.id);
        let here = if here { "  (its private key is on this machine)" } else { "" };
        text.push_str(&format!("Key  {}  {kind}{here}\n", key.id));
        if !key.comment.is_empty() {
            text.push_str(&format!("     {}\n", key.comment));
        }
    }
    text
}

/// Whether the attestor's service account may read its note; what is not known is not a yes.
pub(crate) fn grant_in_words(model: &Model, attestor: &Attestor) -> &'static str {
    match model.session.remotes.may_read_note(attestor) {
        Some(true) => "yes",
        Some(false) => "NO: admission finds none (G grants)",
        None => "not known",
    }
}

pub(crate) fn show_note(model: &mut Model) -> Vec<Effect> {
    let Some(note) = model.selected_note() else { return Vec::new() };
    let (title, json) = (format!("Note {}", note.name.id()), note.json.clone());
    model.mark_seen(Seen::Note);
    model.overlays.push(Overlay::reader(title, Body::Code(json)));
    Vec::new()
}

pub(crate) fn show_key(model: &mut Model) -> Vec<Effect> {
    let Some(key) = model.selected_key() else { return Vec::new() };
    let private = if key.can_sign { "here, encrypted with its passphrase" } else { "not here" };
    let mut text = format!(
        "Fingerprint  {}\n             (the id that an attestor and its attestations name)\nUser         {}\n\
         Algorithm    {}\nMade         {}\nPrivate key  {private}\n",
        key.fingerprint, key.user_id, key.algorithm, key.created
    );
    for warning in &key.warnings {
        text.push_str(&format!("\n! {warning}\n"));
    }
    let title = format!("Key {}", key.user_id);
    model.mark_seen(Seen::Fingerprint);
    show(model, title, text)
}

/// The attestation as it is stored, and what its payload names.
fn show_attestation(model: &mut Model) -> Vec<Effect> {
    let Some(attestation) = model.selected_attestation().cloned() else { return Vec::new() };
    model.mark_seen(Seen::Attestations);
    let mut text = format!(
        "Occurrence  {}\nNote        {}\nResource    {}\nMade        {}\n",
        attestation.name,
        attestation.note,
        attestation.resource_uri,
        attestation.create_time.clone().unwrap_or_default()
    );
    match parse_payload(&attestation.payload) {
        Ok(payload) => text.push_str(&format!("Vouches for {}\n", payload.digest.unwrap_or_default())),
        Err(error) => text.push_str(&format!("Payload     {error}\n")),
    }
    for signature in &attestation.signatures {
        text.push_str(&format!("\nSigned by   {}\n{}\n", signature.public_key_id, signature.text()));
    }
    text.push_str(&format!("\nPayload\n{}", String::from_utf8_lossy(&attestation.payload)));
    model.overlays.push(Overlay::reader("Attestation", Body::Prose(text)));
    Vec::new()
}

fn delete_attestor(model: &mut Model) -> Vec<Effect> {
    let Some(name) = model.selected_attestor().map(|a| a.name.clone()) else { return Vec::new() };
    let mut lines = vec![format!("Attestor {name} is deleted, with its keys. Its note and attestations stay.")];
    let policy = model.session.remotes.policy.value();
    if policy.is_some_and(|policy| policy.attestors().contains(&name.to_string().as_str())) {
        lines.push("The project's policy names it: what needs its word will be denied.".to_owned());
    }
    model.ask_danger("Delete the attestor?", lines, vec![Job::DeleteAttestor(name)])
}

fn delete_note(model: &mut Model) -> Vec<Effect> {
    let Some(note) = model.selected_note().map(|n| n.name.clone()) else { return Vec::new() };
    let mut lines = vec![format!("Note {note} is deleted. Its attestations are orphaned and count no more.")];
    if let Some(attestor) = model.session.remotes.attestors.items().iter().find(|a| a.note == note) {
        lines.push(format!("Attestor {} stands on it.", attestor.name.id()));
    }
    model.ask_danger("Delete the note?", lines, vec![Job::DeleteNote(note)])
}

fn delete_attestation(model: &mut Model) -> Vec<Effect> {
    let Some(attestation) = model.selected_attestation().cloned() else { return Vec::new() };
    let lines = vec![
        format!("{} is deleted.", attestation.name),
        format!("It vouches for {}.", attestation.resource_uri),
        "New pods of the image are denied where nothing else vouches for it; running pods stay.".to_owned(),
    ];
    model.ask_danger("Delete the attestation?", lines, vec![Job::DeleteAttestations(vec![attestation])])
}

fn delete_key(model: &mut Model) -> Vec<Effect> {
    let Some(key) = model.selected_key() else { return Vec::new() };
    let lines = vec![
        format!("{} {}", key.fingerprint, key.user_id),
        "is removed from this machine. A private key that is nowhere else is lost forever.".to_owned(),
        "What it signed stays valid as long as an attestor trusts it.".to_owned(),
    ];
    let jobs = vec![Job::DeleteKey { fingerprint: key.fingerprint.clone() }];
    model.ask_danger("Delete the key?", lines, jobs)
}

/// The grant that admission needs: on the selected attestor's note, or on the selected note.
pub(crate) fn grant(model: &mut Model) -> Vec<Effect> {
    let note = if model.nav.focus() == Pane::Notes {
        model.selected_note().map(|note| note.name.clone())
    } else {
        model.selected_attestor().map(|attestor| attestor.note.clone())
    };
    let attestor = note.as_ref().and_then(|n| model.session.remotes.attestors.items().iter().find(|a| a.note == *n));
    let email = attestor
        .and_then(|a| a.service_account_email.clone())
        .or_else(|| model.session.project_info().map(|project| service_agent(&project.number)));
    let (Some(note), Some(email)) = (note, email) else {
        model.say(Weight::Warning, "create a note and an attestor first");
        return Vec::new();
    };
    let member = format!("serviceAccount:{email}");
    let lines = vec![
        format!("Role    {}", "roles/containeranalysis.notes.occurrences.viewer"),
        format!("on      {note}"),
        format!("to      {member}"),
        String::new(),
        "Admission reads the attestations as this account. The other bindings of the note stay.".to_owned(),
    ];
    model.ask("Grant the role?", lines, vec![Job::Grant { note, member }])
}

pub(crate) fn export_key(model: &mut Model) -> Vec<Effect> {
    let Some(fingerprint) = model.selected_key().map(|key| key.fingerprint.clone()) else {
        model.say(Weight::Warning, "make or import a key first");
        return Vec::new();
    };
    if !model.session.remotes.work.value().is_some_and(|work| work.directory.exists) {
        model.say(Weight::Warning, "make the working directory first (Deployer tab, Setup)");
        return Vec::new();
    }
    model.run(vec![Job::ExportKey { fingerprint, file: OwnFile::PublicKey }], Purpose::Plain)
}

/// Adds the selected key to the only attestor, or asks which.
pub(crate) fn add_key(model: &mut Model) -> Vec<Effect> {
    if model.selected_key().is_none() {
        model.say(Weight::Warning, "make or import a key first");
        return Vec::new();
    }
    let attestors: Vec<AttestorName> = model.session.remotes.attestors.items().iter().map(|a| a.name.clone()).collect();
    match attestors.as_slice() {
        [] => {
            model.say(Weight::Warning, "create an attestor first");
            Vec::new()
        }
        [only] => add_key_to(model, only.clone()),
        several => {
            let entry = |name: &AttestorName| Entry {
                label: name.id().to_owned(),
                detail: name.to_string(),
                choice: overlay::Choice::Attestor(Choice::AddKeyTo(name.clone())),
            };
            let entries = several.iter().map(entry).collect();
            model.open_picker("Add the key to", entries)
        }
    }
}

/// What was picked in one of its lists.
pub(crate) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::AddKeyTo(attestor) => add_key_to(model, attestor),
        Choice::RemoveKeyOf(attestor, key_id) => {
            let lines = vec![
                format!("Key {key_id} is removed from {attestor}."),
                "Attestations made with it stop counting at once; running pods stay.".to_owned(),
            ];
            model.ask_danger("Remove the key?", lines, vec![Job::RemoveKey { attestor, key_id }])
        }
    }
}

fn add_key_to(model: &mut Model, attestor: AttestorName) -> Vec<Effect> {
    let Some(key) = model.selected_key() else { return Vec::new() };
    let lines = vec![
        format!("{} {}", key.fingerprint, key.user_id),
        format!("is added to {attestor}: its signatures count as the attestor's word from now on."),
    ];
    let jobs = vec![Job::AddKey { attestor, fingerprint: key.fingerprint.clone() }];
    model.ask("Add the key?", lines, jobs)
}

pub(crate) fn remove_key(model: &mut Model) -> Vec<Effect> {
    let Some(attestor) = model.selected_attestor().cloned() else { return Vec::new() };
    if attestor.keys.is_empty() {
        model.say(Weight::Info, "the attestor has no keys");
        return Vec::new();
    }
    let entries = attestor
        .keys
        .iter()
        .map(|key| Entry {
            label: key.id.clone(),
            detail: key.comment.clone(),
            choice: overlay::Choice::Attestor(Choice::RemoveKeyOf(attestor.name.clone(), key.id.clone())),
        })
        .collect();
    model.open_picker("Remove which key?", entries)
}
