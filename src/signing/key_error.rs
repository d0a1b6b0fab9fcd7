//! Why a text is no key that an attestor can have.

/// The largest armored key that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// Why a text is no key that an attestor can have (`docs/binary-authorization.md`, "Refused
/// attestors").
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key is empty: paste the output of `gpg --armor --export`")]
    Empty,
    #[error("the key is larger than {limit} bytes: export it with `--export-options export-minimal`", limit = MAX_BYTES)]
    TooLarge,
    #[error("the key is not ASCII-armored: export it with `gpg --armor --export`")]
    NotArmored,
    #[error("this is a private key, which must not leave its machine: give the public one, `gpg --armor --export`")]
    Private,
    #[error("this is {found}, expected a public key, as `gpg --armor --export` makes it")]
    NotAKey { found: &'static str },
    #[error("expected 1 public key, found {count}: export one key by its fingerprint")]
    Several { count: usize },
    #[error("the key cannot be read: {detail}")]
    Malformed { detail: String },
    #[error("a version {version} key: Binary Authorization names keys by the fingerprint of version 4")]
    Version { version: u8 },
    #[error("the key is not supported: {detail}")]
    Unsupported { detail: String },
    #[error("the key has no self-signature that holds: {detail}")]
    NoSelfSignature { detail: String },
}
