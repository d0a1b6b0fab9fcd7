//! Signing as `gpg --armor --sign` does.

use std::io::Write as _;

use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::stream::{Armorer, LiteralWriter, Message, Signer};
use sequoia_openpgp::types::{DataFormat, HashAlgorithm, SignatureType};

use super::error::SignError;
use super::secret::SecretCert;
use crate::certificate::error_words;
use crate::openpgp::{self, MAX_MESSAGE_BYTES, Moment};
use crate::private_key::{PrivateKey, Rejected};
use domain::key::Passphrase;

/// An armored message: one-pass signature, the payload as binary data, signature by SHA-256.
pub(super) fn sign(key: &SecretCert, passphrase: &Passphrase, payload: &[u8]) -> Result<String, SignError> {
    if payload.len() > MAX_MESSAGE_BYTES {
        return Err(SignError::TooLarge);
    }
    let secret = key.signing_key()?;
    let open = secret.decrypt_secret(&passphrase.expose().into()).ok().ok_or(SignError::WrongPassphrase)?;
    let failed = |error: &sequoia_openpgp::anyhow::Error| SignError::Failed { detail: error_words(error) };
    let private = PrivateKey::open(open);
    let private = private.map_err(|error| if error.is::<Rejected>() { SignError::Mismatch } else { failed(&error) })?;
    let message = write(private, payload).map_err(|error| failed(&error))?;
    // A private key that was damaged or replaced in its file makes signatures that do not verify,
    // and could give itself away by them.
    match openpgp::verify_message(key.certificate(), &message, Moment::Now) {
        Ok(verified) if verified.message == payload => String::from_utf8(message)
            .map_err(|error| SignError::Failed { detail: format!("its armor is no text: {error}") }),
        _ => Err(SignError::Mismatch),
    }
}

fn write(key: PrivateKey, payload: &[u8]) -> sequoia_openpgp::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let armor = Armorer::new(Message::new(&mut bytes)).build()?;
    let template = SignatureBuilder::new(SignatureType::Binary);
    let signer = Signer::with_template(armor, key, template)?.hash_algo(HashAlgorithm::SHA256)?.build()?;
    let mut literal = LiteralWriter::new(signer).format(DataFormat::Binary).build()?;
    literal.write_all(payload)?;
    literal.finalize()?;
    Ok(bytes)
}
