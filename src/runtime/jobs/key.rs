//! Jobs on the keys of this machine: made, imported, exported, deleted, and signed with.
//!
//! Uses the keyring, and the working directory for what is exported.

use super::result::Done;
use super::work_directory;
use crate::runtime::backend::Backend;
use crate::runtime::blocking::blocking;
use crate::runtime::queries::pgp_key;
use app::job::JobOutcome;
use app::shell::report::Report;
use domain::attestation::Verify as _;
use domain::key::{Fingerprint, KeySpec, Passphrase};
use domain::work_file::OwnFile;
use signing::openpgp::Verifier;

pub(super) async fn generate(backend: &Backend, key: KeySpec, passphrase: Passphrase) -> Done {
    let keyring = backend.keyring.clone();
    blocking(move || {
        let made = signing::generate(&key, &passphrase)?;
        let kept = keyring.store(&made)?;
        Ok(JobOutcome::Generated { fingerprint: kept.info.fingerprint.to_string() })
    })
    .await
}

/// Imports an armored key; one without a passphrase is imported as it is.
pub(super) async fn import(backend: &Backend, armor: String, passphrase: Passphrase) -> Done {
    let keyring = backend.keyring.clone();
    blocking(move || {
        let given = (!passphrase.is_empty()).then_some(&passphrase);
        keyring.import(&armor, given)?;
        Ok(JobOutcome::Done)
    })
    .await
}

pub(super) async fn delete(backend: &Backend, key: &str) -> Done {
    let (keyring, key) = (backend.keyring.clone(), key.parse::<Fingerprint>()?);
    blocking(move || {
        keyring.delete(&key)?;
        Ok(JobOutcome::Done)
    })
    .await
}

/// Writes the armored public key to a file of the working directory.
pub(super) async fn export(backend: &Backend, key: &str, file: OwnFile) -> Done {
    let armor = backend.keyring.export(&key.parse::<Fingerprint>()?)?;
    work_directory::write(backend, file.name().to_owned(), armor).await
}

/// Signs, and verifies what came out before anybody sees it.
pub(super) async fn sign(backend: &Backend, key: &str, passphrase: Passphrase, payload: Vec<u8>) -> Done {
    let (keyring, key) = (backend.keyring.clone(), key.parse::<Fingerprint>()?);
    blocking(move || {
        let message = keyring.sign(&key, &passphrase, &payload)?;
        drop(passphrase);
        let public = pgp_key(&key.to_string(), keyring.export(&key)?);
        let verified = Verifier::default().verify(&public, message.as_bytes(), &payload);
        let verified = verified.map_err(|fault| Report::new(format!("what was signed does not verify: {fault}")))?;
        if verified.message != payload {
            return Err(Report::new("what was signed is not the payload").into());
        }
        Ok(JobOutcome::Signed { message: message.into_bytes(), warnings: verified.warnings })
    })
    .await
}
