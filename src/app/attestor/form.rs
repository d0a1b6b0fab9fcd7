//! The forms of notes, attestors and the keys of this machine.

use crate::job::Job;
use crate::model::Model;
use crate::shell::form::{Form, FormKind};
use crate::submission::{Submission, parse};
use codelab::names;
use domain::key::{KeyAlgorithm, KeySpec};
use domain::name::{NoteName, ProjectId, ResourceId};

pub(crate) fn note(_model: &Model) -> Form {
    Form::new(FormKind::Note, "Create a note", "Of kind ATTESTATION: the place where attestations are kept.")
        .text("id", "Note id", names::NOTE, "letters, digits, hyphens")
        .text("description", "Human readable name", names::NOTE_DESCRIPTION, "")
}

pub(crate) fn take_note(model: &mut Model, form: &Form) -> Submission {
    let id: ResourceId = parse("id", &form.value("id"))?;
    let description = form.value("description");
    if description.is_empty() {
        return Err(("description", "an attestation note needs a human readable name".to_owned()));
    }
    let project = model.session.project.clone().ok_or(("id", "choose a project first".to_owned()))?;
    Ok(model.run_job(Job::CreateNote { project, id, description }))
}

pub(crate) fn attestor(model: &Model) -> Form {
    let first = model.session.remotes.notes.items().first().map(|note| note.name.to_string());
    let project = model.session.project.as_ref().map_or("", ProjectId::as_str);
    let note = first.unwrap_or_else(|| format!("projects/{project}/notes/{}", names::NOTE));
    Form::new(FormKind::Attestor, "Create an attestor", "It stands on a note; it attests nothing until it has a key.")
        .text("id", "Attestor id", names::ATTESTOR, "letters, digits, hyphens")
        .text("note", "Note", &note, "projects/PROJECT/notes/NOTE")
        .text("description", "Description", "", "optional")
}

pub(crate) fn take_attestor(model: &mut Model, form: &Form) -> Submission {
    let id: ResourceId = parse("id", &form.value("id"))?;
    let note: NoteName = parse("note", &form.value("note"))?;
    let project = model.session.project.clone().ok_or(("id", "choose a project first".to_owned()))?;
    let description = form.value("description");
    Ok(model.run_job(Job::CreateAttestor { project, id, note, description }))
}

pub(crate) fn key(_model: &Model) -> Form {
    let kinds = KeyAlgorithm::ALL.map(|algorithm| algorithm.to_string()).to_vec();
    Form::new(
        FormKind::Key,
        "Generate a signing key",
        "The private key stays on this machine, encrypted with the passphrase.",
    )
    .choice("kind", "Algorithm", kinds, "← → chooses; the codelab has RSA 2048; RSA 4096 takes seconds to make")
    .text("name", "Name", names::KEY_NAME, "of the user id")
    .text("email", "E-mail", names::KEY_EMAIL, "of the user id")
    .secret("passphrase", "Passphrase", "it cannot be recovered")
    .secret("again", "Once more", "the same")
}

pub(crate) fn take_key(model: &mut Model, form: &Form) -> Submission {
    let (name, email) = (form.value("name"), form.value("email"));
    if name.is_empty() || name.contains(['<', '>']) {
        return Err(("name", "a name without < and > is needed".to_owned()));
    }
    if !email.contains('@') || email.contains(['<', '>', ' ']) {
        return Err(("email", format!("{email:?} is not an e-mail address")));
    }
    let passphrase = form.secret_value("passphrase");
    if passphrase.is_empty() {
        return Err(("passphrase", "a passphrase is needed: the private key is never stored without one".to_owned()));
    }
    if passphrase != form.secret_value("again") {
        return Err(("again", "the passphrases differ".to_owned()));
    }
    let algorithm = KeyAlgorithm::ALL.get(form.chosen("kind")).copied().unwrap_or_default();
    Ok(model.run_job(Job::GenerateKey { key: KeySpec { algorithm, name, email }, passphrase }))
}

pub(crate) fn import_key(_model: &Model) -> Form {
    Form::new(FormKind::ImportKey, "Import a key", "Paste the armored key, private or public.")
        .paste("armor", "Armored key", "-----BEGIN PGP … KEY BLOCK-----")
        .secret(
            "passphrase",
            "Passphrase",
            "that of the private key, or the one to encrypt it with; empty for a public key",
        )
}

pub(crate) fn take_import_key(model: &mut Model, form: &Form) -> Submission {
    let armor = form.value("armor");
    if !armor.contains("-----BEGIN PGP") {
        return Err(("armor", "an armored OpenPGP key starts with -----BEGIN PGP … KEY BLOCK-----".to_owned()));
    }
    Ok(model.run_job(Job::ImportKey { armor, passphrase: form.secret_value("passphrase") }))
}
