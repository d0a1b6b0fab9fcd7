//! Signing and verifying: OpenPGP and PKIX behind domain's `Verify`, and the keys of this machine.
//!
//! May use `domain`, the file system (only in [`keyring`]) and the clock. Everything is synchronous
//! and some of it heavy (making an RSA key takes seconds): callers on a runtime use a blocking
//! thread. All input is untrusted and bounded: see the `MAX_` constants.

mod armor;
mod certificate;
mod der;
#[cfg(test)]
mod fixtures;
mod generate;
mod key_error;
pub mod keyring;
mod message;
pub mod openpgp;
pub mod pkix;
mod policy;
mod primitives;
mod private_key;
pub mod public_key;
mod residue;

pub use self::generate::{GenerateError, generate};
pub use domain::key::{Fingerprint, KeyAlgorithm, KeySpec, Passphrase, PublicKeyInfo};
