//! Jobs on attestors, on their notes and on who may read these.
//!
//! Uses the client, and the keyring for the key that an attestor gets.

use super::result::{Done, done};
use crate::runtime::backend::Backend;
use crate::runtime::queries::pgp_key;
use domain::attestor::Attestor;
use domain::key::Fingerprint;
use domain::name::{AttestorName, NoteName, ProjectId, ResourceId};
use wire::container_analysis::{AttestationNote, Hint, Note};
use wire::iam::OCCURRENCES_VIEWER;

pub(super) async fn create_note(backend: &Backend, project: &ProjectId, id: &ResourceId, description: String) -> Done {
    let name = NoteName::new(project, id);
    let attestation = AttestationNote { hint: Hint { human_readable_name: description } };
    let note = Note { name: name.to_string(), attestation: Some(attestation), ..Note::default() };
    done(backend.client()?.create_note(&name, &note).await)
}

pub(super) async fn delete_note(backend: &Backend, name: &NoteName) -> Done {
    done(backend.client()?.delete_note(name).await)
}

/// Lets a member read the occurrences of a note.
pub(super) async fn grant(backend: &Backend, note: &NoteName, member: &str) -> Done {
    done(backend.client()?.grant_on_note(note, OCCURRENCES_VIEWER, member).await)
}

pub(super) async fn revoke(backend: &Backend, note: &NoteName, member: &str) -> Done {
    done(backend.client()?.revoke_on_note(note, OCCURRENCES_VIEWER, member).await)
}

pub(super) async fn create(
    backend: &Backend,
    project: &ProjectId,
    id: &ResourceId,
    note: NoteName,
    description: String,
) -> Done {
    let attestor = Attestor {
        name: AttestorName::new(project, id),
        description,
        note,
        keys: Vec::new(),
        service_account_email: None,
        update_time: None,
        etag: None,
    };
    done(backend.client()?.create_attestor(attestor).await)
}

pub(super) async fn delete(backend: &Backend, name: &AttestorName) -> Done {
    done(backend.client()?.delete_attestor(name).await)
}

/// Adds the public half of a key of this machine.
pub(super) async fn add_key(backend: &Backend, attestor: &AttestorName, key: &str) -> Done {
    let armor = backend.keyring.export(&key.parse::<Fingerprint>()?)?;
    done(backend.client()?.add_key(attestor, &pgp_key(key, armor)).await)
}

pub(super) async fn remove_key(backend: &Backend, attestor: &AttestorName, key_id: &str) -> Done {
    done(backend.client()?.remove_key(attestor, key_id).await)
}
