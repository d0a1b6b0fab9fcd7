//! gpg: keys and signatures. It asks for passphrases by itself.

use super::line::{Command, Line, Word};
use crate::key::{KeyAlgorithm, KeySpec};

/// What happens to a signature that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// gpg asks.
    Ask,
    Replace,
}

/// Makes a key that signs and does not expire.
pub fn generate(key: &KeySpec) -> Command {
    let user = format!("{} <{}>", key.name, key.email);
    Command::new("gpg --quick-generate-key").arg(user).arg(algorithm(key.algorithm)).arg("sign").arg("never")
}

/// Makes a key by this command and keeps its fingerprint in a variable, which gpg tells (GnuPG's doc/DETAILS,
/// `KEY_CREATED`).
pub fn keep_fingerprint(variable: &str, generate: Line) -> Line {
    let told = generate.with_first(|gpg| gpg.with_options("--status-fd 1"));
    let told = told.pipe(Command::new("awk").arg("$2 == \"KEY_CREATED\" { print $4 }"));
    Command::of(Word::shell(format!("{variable}=")).followed_by(told.output())).into()
}

/// Takes the keys of a file into the keyring.
pub fn import(file: Word) -> Command {
    Command::new("gpg --import").arg(file)
}

/// Deletes both halves of a key.
pub fn delete(fingerprint: &str) -> Command {
    Command::new("gpg --batch --yes --delete-secret-and-public-key").arg(fingerprint)
}

/// Writes the armored public key to a file.
pub fn export(key: &str, file: Word) -> Line {
    Line::from(Command::new("gpg --armor --export").arg(key)).into_file(file)
}

/// Fails where the private half is not in the keyring; the file gets what gpg says of it.
pub fn find_secret(fingerprint: &str, file: Word) -> Line {
    Line::from(Command::new("gpg --batch --list-secret-keys").arg(fingerprint)).into_file(file)
}

/// Signs a file; the signature is an armored message that holds it.
pub fn sign(key: &str, message: Word, signature: Word, existing: Existing) -> Command {
    let gpg = match existing {
        Existing::Ask => Command::new("gpg"),
        Existing::Replace => Command::new("gpg --yes"),
    };
    gpg.arg("--local-user").arg(key).arg("--armor").arg("--output").arg(signature).arg("--sign").arg(message)
}

/// As gpg's `--quick-generate-key` names it.
fn algorithm(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::Rsa2048 => "rsa2048",
        KeyAlgorithm::Rsa3072 => "rsa3072",
        KeyAlgorithm::Rsa4096 => "rsa4096",
        KeyAlgorithm::Ed25519 => "ed25519",
    }
}
