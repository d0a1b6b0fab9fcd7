//! Fixes as the commands that a person would type.

use super::case::KnownKey;
use super::step::{FixStep, NEW_KEY, Signer, is_stand_in, shown};
use crate::command::binauthz::Attest;
use crate::command::gpg::Existing;
use crate::command::line::{Line, Word};
use crate::command::{binauthz, container_analysis, gpg, registry};
use crate::image::ImageRef;
use crate::name::AttestorName;
use crate::work_file::OwnFile;

/// Stands for a key that is not known.
const UNKNOWN_KEY: &str = "KEY_ID";

impl FixStep {
    /// What a person would type, a line each; nothing where only a manifest is edited.
    pub fn commands(&self) -> Vec<Line> {
        match self {
            Self::UseDigest { from, to } if is_stand_in(to) => {
                from.parse::<ImageRef>().iter().map(|image| registry::resolve(image).into()).collect()
            }
            Self::UseDigest { .. } | Self::BreakGlass { .. } => Vec::new(),
            Self::AllowPattern { .. } | Self::SetRule { .. } => {
                vec![binauthz::import_policy(own(OwnFile::Policy), None).into()]
            }
            Self::AddKey { attestor, key } => add_key(attestor, key.as_deref()),
            Self::CreateNote { note } => {
                vec![container_analysis::create_note(note.project(), note.id(), note.id()).into()]
            }
            Self::CreateAttestor { attestor, note } => {
                vec![binauthz::create_attestor(attestor.id(), note, "", attestor.project()).into()]
            }
            Self::Grant { note, service_account, .. } => {
                vec![container_analysis::grant(note, &format!("serviceAccount:{service_account}"))]
            }
            Self::CorrectKeyId { attestor, attestation, key_id, .. } => {
                vec![attest(attestor, &attestation.resource_uri, key_id, Some(own(OwnFile::Payload)))]
            }
            Self::CopyAttestation { attestor, attestation, signature, .. } => {
                let key = attestation.signatures.get(*signature).map_or(UNKNOWN_KEY, |s| s.public_key_id.as_str());
                vec![attest(attestor, &attestation.resource_uri, key, Some(own(OwnFile::Payload)))]
            }
            Self::Attest { attestor, image, held, signers, .. } => {
                let known = held.as_ref().and_then(|held| held.iter().find(|key| *key != NEW_KEY));
                if let (None, Some(version)) = (known, signers.iter().find_map(Signer::kms_version)) {
                    return vec![binauthz::sign_and_create(&shown(image), attestor, version).into()];
                }
                let signer = signers.first().map(|signer| &signer.id);
                let key = known.or(signer).map_or(UNKNOWN_KEY, String::as_str);
                let (payload, signature) = (own(OwnFile::Payload), own(OwnFile::Signature));
                vec![
                    binauthz::signature_payload(&shown(image), payload.clone()),
                    gpg::sign(key, payload, signature, Existing::Ask).into(),
                    attest(attestor, &shown(image), key, None),
                ]
            }
        }
    }
}

fn add_key(attestor: &AttestorName, key: Option<&KnownKey>) -> Vec<Line> {
    let id = key.map_or(UNKNOWN_KEY, |known| known.key.id.as_str());
    let file = own(OwnFile::PublicKey);
    vec![gpg::export(id, file.clone()), binauthz::add_pgp_key(attestor, file).into()]
}

fn attest(attestor: &AttestorName, image: &str, key_id: &str, payload: Option<Word>) -> Line {
    let signature = own(OwnFile::Signature);
    binauthz::attest(Attest { image, attestor, signature, key_id, payload, project: None }).into()
}

fn own(file: OwnFile) -> Word {
    Word::text(file.name())
}
