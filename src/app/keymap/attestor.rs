//! What keys do in the Attestor's tab.

use super::row;
use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::shell::action::RowAction;
use crate::shell::tab::Pane;
use crate::{attestor, sign};

const ATTESTORS: &[C] = &[C::Pane(Pane::Attestors)];
const KEYS: &[C] = &[C::Pane(Pane::Keys)];
const NOTES: &[C] = &[C::Pane(Pane::Notes)];
/// Every pane of the tab.
const ATTESTOR: &[C] =
    &[C::Pane(Pane::Attestors), C::Pane(Pane::Notes), C::Pane(Pane::Attestations), C::Pane(Pane::Keys)];

/// A row of this heading.
const fn key(action: A, keys: &'static [&'static str]) -> Spec {
    row::key(G::Attestor, action, keys)
}

pub(super) static TABLE: &[Spec] = &[
    key(A::Row(RowAction::Open), &["enter"])
        .on(ATTESTORS)
        .label("details")
        .help("Show the attestor: its note, its service account, its keys.")
        .footer(9),
    key(A::Row(RowAction::New), &["n"])
        .on(ATTESTORS)
        .label("new attestor…")
        .help("Create an attestor on a note.")
        .footer(8),
    key(A::Attestor(attestor::Action::GrantViewer), &["G"])
        .on(&[C::Pane(Pane::Attestors), C::Pane(Pane::Notes)])
        .label("grant…")
        .help("Let the service account read the note's attestations.")
        .footer(6),
    key(A::Attestor(attestor::Action::RemoveKey), &["-"])
        .on(ATTESTORS)
        .label("remove key…")
        .help("Remove one of the attestor's public keys.")
        .footer(4)
        .danger(),
    key(A::Row(RowAction::Open), &["enter"]).on(NOTES).label("read").help("Show the note as it is stored.").footer(9),
    key(A::Row(RowAction::New), &["n"])
        .on(NOTES)
        .label("new note…")
        .help("Create a note of kind ATTESTATION.")
        .footer(8),
    key(A::Row(RowAction::Open), &["enter"])
        .on(&[C::Pane(Pane::Attestations)])
        .label("read")
        .help("Show the attestation and check it.")
        .footer(9),
    key(A::Row(RowAction::Open), &["enter"])
        .on(KEYS)
        .label("details")
        .help("Show the key with its fingerprint.")
        .footer(9),
    key(A::Row(RowAction::New), &["n"]).on(KEYS).label("new key…").help("Generate a signing key.").footer(8),
    key(A::Attestor(attestor::Action::ImportKey), &["I"])
        .on(KEYS)
        .label("import key…")
        .help("Import an armored private or public key.")
        .footer(4),
    key(A::Attestor(attestor::Action::ExportKey), &["e"])
        .on(KEYS)
        .label("export")
        .help("Write the armored public key to public.pgp in the working directory.")
        .footer(6),
    key(A::Attestor(attestor::Action::AddKey), &["+"])
        .on(KEYS)
        .label("add to attestor…")
        .help("Add the public key to an attestor.")
        .footer(7),
    key(A::Sign(sign::Action::Open), &["s"])
        .on(ATTESTOR)
        .label("sign…")
        .help("Sign the chosen image, step by step.")
        .footer(7),
    key(A::Sign(sign::Action::ShowPayload), &["p"])
        .on(ATTESTOR)
        .label("payload")
        .help("Look at the payload byte for byte.")
        .footer(5),
    key(A::Sign(sign::Action::Upload), &["u"])
        .on(ATTESTOR)
        .label("upload…")
        .help("Upload the signature of the working directory as an attestation.")
        .footer(6),
];
