//! How many signatures an attestation may have: each takes time to verify, as often as it is looked at.

use crate::error::ApiError;

/// The most signatures of one attestation. A limit of the sandbox's: each signer of an image makes an occurrence of
/// its own, with one.
const MAX_SIGNATURES: usize = 100;

/// Refuses an attestation of more signatures than the sandbox looks at; `field` is where they stand.
pub(crate) fn check_count(count: usize, field: &str) -> Result<(), ApiError> {
    if count <= MAX_SIGNATURES {
        return Ok(());
    }
    let message = format!("An attestation has at most {MAX_SIGNATURES} signatures; this one has {count}.");
    Err(ApiError::invalid_field(field, message))
}
