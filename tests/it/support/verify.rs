//! Verifiers that look at no signature. The benchmarks use them too.

use countersign::domain::attestation::{SignatureFault, Verified, Verify};
use countersign::domain::attestor::PublicKey;

/// Takes every signature for good, and its payload for what was signed.
pub(crate) struct Trusting;

impl Verify for Trusting {
    fn verify(&self, _: &PublicKey, _: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        Ok(Verified { message: payload.to_vec(), warnings: Vec::new() })
    }
}

/// Finds nothing signed.
pub(crate) struct Never;

impl Verify for Never {
    fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        Err(SignatureFault::Unsigned)
    }
}
