//! The endings of generated names (apimachinery, `util/rand`).

use aws_lc_rs::digest::{SHA256, digest};

/// Letters and digits without vowels and digits that look like them, so that no words come out.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Five random characters: the end of a pod's name.
pub(super) fn random() -> String {
    uuid::Uuid::new_v4().as_bytes().iter().take(5).map(|byte| letter(*byte)).collect()
}

/// Ten characters that depend on `text` alone: the `pod-template-hash`. Kubernetes hashes
/// otherwise, and promises only that equal templates hash alike.
pub(super) fn of_template(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().take(10).map(|byte| letter(*byte)).collect()
}

fn letter(byte: u8) -> char {
    char::from(ALPHABET[usize::from(byte) % ALPHABET.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_templates_hash_alike() {
        assert_eq!(of_template("a"), of_template("a"));
        assert_ne!(of_template("a"), of_template("b"));
        assert_eq!(random().len(), 5);
    }
}
