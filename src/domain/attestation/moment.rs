//! The moment for which signatures are looked at, and what an expiry comes to.
//!
//! Uses nothing but [`Verify`].

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::{SignatureFault, Verified, Verify};
use crate::attestor::PublicKey;

/// What becomes of a good signature whose key expired, or that expired itself (`what`): it counts, with
/// a warning. That the service does not look at expiry is *inferred* from the reference library
/// (`docs/binary-authorization.md`, "OpenPGP signatures" and "Open questions").
pub fn despite_expiry(mut verified: Verified, what: String) -> Result<Verified, SignatureFault> {
    verified.warnings.push(what);
    Ok(verified)
}

/// Verifies as if it were another time, and as if some keys had expired.
pub struct AsIf<'a> {
    pub verify: &'a dyn Verify,
    /// `None`: now.
    pub at: Option<Timestamp>,
    /// The ids of keys that are taken to have expired.
    pub expired: &'a BTreeSet<String>,
}

impl fmt::Debug for AsIf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsIf").field("at", &self.at).field("expired", &self.expired).finish_non_exhaustive()
    }
}

impl Verify for AsIf<'_> {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        let verified = match self.at {
            Some(at) => self.verify.verify_at(key, signature, payload, at)?,
            None => self.verify.verify(key, signature, payload)?,
        };
        if self.expired.contains(&key.id) {
            return despite_expiry(verified, "the key is taken to have expired, which decides nothing".to_owned());
        }
        Ok(verified)
    }
}
