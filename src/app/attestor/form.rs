//! The forms of notes, attestors and the keys of this machine.

use crate::job::Job;
use crate::model::Model;
use crate::shell::form::{ChoiceField, Form, PassphraseField, PasteField, TextField, fields};
use crate::shell::suggestion::Suggestions;
use crate::submission::{Submission, Submit};
use domain::key::{KeyAlgorithm, KeySpec};
use domain::name::{NoteName, ProjectId, ResourceId};

#[derive(Debug)]
pub(crate) struct NoteForm {
    id: TextField,
    description: TextField,
}

impl NoteForm {
    pub(crate) fn new(model: &Model) -> Self {
        let Suggestions { note, note_description, .. } = model.suggestions;
        Self {
            id: TextField::new("Note id", note, "letters, digits, hyphens"),
            description: TextField::new("Human readable name", note_description, ""),
        }
    }
}

impl Form for NoteForm {
    fields!(id, description);

    fn title(&self) -> &'static str {
        "Create a note"
    }

    fn intro(&self) -> &'static str {
        "Of kind ATTESTATION: the place where attestations are kept."
    }
}

impl Submit<Model> for NoteForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let id: ResourceId = self.id.parse()?;
        let description = self.description.required("an attestation note needs a human readable name")?;
        let project = model.session.project.clone().ok_or_else(|| self.id.refuse("choose a project first"))?;
        Ok(model.run_job(Job::CreateNote { project, id, description }))
    }
}

#[derive(Debug)]
pub(crate) struct AttestorForm {
    id: TextField,
    note: TextField,
    description: TextField,
}

impl AttestorForm {
    pub(crate) fn new(model: &Model) -> Self {
        let first = model.session.remotes.notes.items().first().map(|note| note.name.to_string());
        let project = model.session.project.as_ref().map_or("", ProjectId::as_str);
        let note = first.unwrap_or_else(|| format!("projects/{project}/notes/{}", model.suggestions.note));
        Self {
            id: TextField::new("Attestor id", model.suggestions.attestor, "letters, digits, hyphens"),
            note: TextField::new("Note", &note, "projects/PROJECT/notes/NOTE"),
            description: TextField::new("Description", "", "optional"),
        }
    }
}

impl Form for AttestorForm {
    fields!(id, note, description);

    fn title(&self) -> &'static str {
        "Create an attestor"
    }

    fn intro(&self) -> &'static str {
        "It stands on a note; it attests nothing until it has a key."
    }
}

impl Submit<Model> for AttestorForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let id: ResourceId = self.id.parse()?;
        let note: NoteName = self.note.parse()?;
        let project = model.session.project.clone().ok_or_else(|| self.id.refuse("choose a project first"))?;
        let description = self.description.text().to_owned();
        Ok(model.run_job(Job::CreateAttestor { project, id, note, description }))
    }
}

#[derive(Debug)]
pub(crate) struct KeyForm {
    algorithm: ChoiceField<KeyAlgorithm>,
    name: TextField,
    email: TextField,
    passphrase: PassphraseField,
    again: PassphraseField,
}

impl KeyForm {
    pub(crate) fn new(model: &Model) -> Self {
        let algorithms = KeyAlgorithm::ALL.map(|algorithm| (algorithm, algorithm.to_string()));
        let help = "← → chooses; the codelab has RSA 2048; RSA 4096 takes seconds to make";
        Self {
            algorithm: ChoiceField::new("Algorithm", KeyAlgorithm::default(), algorithms, help),
            name: TextField::new("Name", model.suggestions.key_name, "of the user id"),
            email: TextField::new("E-mail", model.suggestions.key_email, "of the user id"),
            passphrase: PassphraseField::new("Passphrase", "it cannot be recovered"),
            again: PassphraseField::new("Once more", "the same"),
        }
    }
}

impl Form for KeyForm {
    fields!(algorithm, name, email, passphrase, again);

    fn title(&self) -> &'static str {
        "Generate a signing key"
    }

    fn intro(&self) -> &'static str {
        "The private key stays on this machine, encrypted with the passphrase."
    }
}

impl Submit<Model> for KeyForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let (name, email) = (self.name.text().to_owned(), self.email.text().to_owned());
        if name.is_empty() || name.contains(['<', '>']) {
            return Err(self.name.refuse("a name without < and > is needed"));
        }
        if !email.contains('@') || email.contains(['<', '>', ' ']) {
            return Err(self.email.refuse(format!("{email:?} is not an e-mail address")));
        }
        let passphrase = self.passphrase.passphrase();
        if passphrase.is_empty() {
            let why = "a passphrase is needed: the private key is never stored without one";
            return Err(self.passphrase.refuse(why));
        }
        if passphrase != self.again.passphrase() {
            return Err(self.again.refuse("the passphrases differ"));
        }
        let key = KeySpec { algorithm: self.algorithm.value(), name, email };
        Ok(model.run_job(Job::GenerateKey { key, passphrase }))
    }
}

#[derive(Debug)]
pub(crate) struct ImportKeyForm {
    armor: PasteField,
    passphrase: PassphraseField,
}

impl ImportKeyForm {
    pub(crate) fn new() -> Self {
        let help = "that of the private key, or the one to encrypt it with; empty for a public key";
        Self {
            armor: PasteField::new("Armored key", "", "-----BEGIN PGP … KEY BLOCK-----"),
            passphrase: PassphraseField::new("Passphrase", help),
        }
    }
}

impl Form for ImportKeyForm {
    fields!(armor, passphrase);

    fn title(&self) -> &'static str {
        "Import a key"
    }

    fn intro(&self) -> &'static str {
        "Paste the armored key, private or public."
    }
}

impl Submit<Model> for ImportKeyForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let armor = self.armor.text();
        if !armor.contains("-----BEGIN PGP") {
            let why = "an armored OpenPGP key starts with -----BEGIN PGP … KEY BLOCK-----";
            return Err(self.armor.refuse(why));
        }
        Ok(model.run_job(Job::ImportKey { armor, passphrase: self.passphrase.passphrase() }))
    }
}
