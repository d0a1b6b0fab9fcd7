//! A keyring in a directory of its own; GnuPG's side is in `tests/it/clients/gnupg.rs`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rstest::rstest;
use sequoia_openpgp::cert::{CertBuilder, CertRevocationBuilder};
use sequoia_openpgp::crypto::S2K;
use sequoia_openpgp::crypto::mpi::SecretKeyChecksum;
use sequoia_openpgp::packet::key::{Encrypted, SecretKeyMaterial};
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::SymmetricAlgorithm;
use sequoia_openpgp::{Cert, Packet};
use tempfile::TempDir;

use super::*;
use crate::fixtures::{PAYLOAD, armored, armored_together, builder, cert, pair};
use crate::generate;
use crate::openpgp::Verifier;
use domain::attestation::Verify as _;
use domain::attestor::{KeyMaterial, PublicKey};
use domain::key::{KeyAlgorithm, KeySpec, SecretKey};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn keyring() -> (TempDir, Keyring) {
    let home = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(home.path().join("keys")).unwrap();
    (home, keyring)
}

fn made(keyring: &Keyring) -> LocalKey {
    let spec = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA".to_owned(), email: String::new() };
    keyring.store(&generate(&spec, &passphrase("secret")).unwrap()).unwrap()
}

fn private(cert: &Cert) -> String {
    String::from_utf8(cert.as_tsk().armored().to_vec().unwrap()).unwrap()
}

fn fingerprint(cert: &Cert) -> Fingerprint {
    cert.fingerprint().to_hex().parse().unwrap()
}

fn locked(cert: &Cert, text: &str) -> Cert {
    let key = cert.primary_key().key().clone().parts_into_secret().unwrap();
    cert.clone().insert_packets(key.encrypt_secret(&text.into()).unwrap()).unwrap().0
}

fn verified(keyring: &Keyring, fingerprint: &Fingerprint, signature: &str) -> Vec<u8> {
    let armor = keyring.export(fingerprint).unwrap();
    let key = PublicKey { id: fingerprint.to_string(), comment: String::new(), material: KeyMaterial::Pgp { armor } };
    Verifier::new().verify(&key, signature.as_bytes(), PAYLOAD).unwrap().message
}

#[test]
fn a_key_is_made_listed_used_and_deleted() {
    let (_home, keyring) = keyring();
    assert_eq!(keyring.list().unwrap(), KeyList::default());
    let key = made(&keyring);
    assert_eq!(key.secret, SecretKey::Encrypted);
    assert_eq!(keyring.list().unwrap(), KeyList { keys: vec![key.clone()], damaged: vec![] });

    let id = &key.info.fingerprint;
    let signature = keyring.sign(id, &passphrase("secret"), PAYLOAD).unwrap();
    assert!(signature.starts_with("-----BEGIN PGP MESSAGE-----\n"), "{signature}");
    assert_eq!(verified(&keyring, id, &signature), PAYLOAD);
    assert_eq!(crate::public_key::read(&keyring.export(id).unwrap()).unwrap(), key.info);
    for wrong in ["Secret", ""] {
        assert!(matches!(keyring.sign(id, &passphrase(wrong), PAYLOAD), Err(SignError::WrongPassphrase)));
    }
    let large = vec![0; crate::openpgp::MAX_MESSAGE_BYTES + 1];
    assert!(matches!(keyring.sign(id, &passphrase("secret"), &large), Err(SignError::TooLarge)));

    keyring.delete(id).unwrap();
    assert_eq!(keyring.list().unwrap(), KeyList::default());
    assert!(matches!(keyring.delete(id), Err(KeyringError::NotFound(_))));
    assert!(matches!(keyring.export(id), Err(KeyringError::NotFound(_))));
    let gone = keyring.sign(id, &passphrase("secret"), PAYLOAD);
    assert!(matches!(gone, Err(SignError::Keyring(KeyringError::NotFound(_)))));
}

#[test]
fn only_the_owner_reads_the_files_and_none_is_left_behind() {
    let (_home, keyring) = keyring();
    fs::set_permissions(&keyring.directory, fs::Permissions::from_mode(0o755)).unwrap();
    let keyring = Keyring::open(&keyring.directory).unwrap();
    let key = made(&keyring);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keyring.directory), 0o700);
    let files: Vec<PathBuf> = fs::read_dir(&keyring.directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [keyring.path(&key.info.fingerprint)]);
    assert_eq!(mode(&files[0]), 0o600);
    let text = fs::read_to_string(&files[0]).unwrap();
    assert!(text.starts_with("-----BEGIN PGP PRIVATE KEY BLOCK-----"), "{text}");
}

#[test]
fn a_damaged_file_is_told_and_hides_nothing() {
    let (_home, keyring) = keyring();
    let key = made(&keyring);
    let path = |name: &str| keyring.directory.join(name);
    let other = cert("other");
    let file = format!("{}.asc", fingerprint(&other));
    fs::write(path(&file), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n").unwrap();
    fs::write(path("notes.asc"), "").unwrap();
    fs::write(path(&format!("{}.asc", "AB".repeat(20))), armored(&other)).unwrap();
    fs::write(path(&format!("{}.asc", "CD".repeat(20))), [0xff; 10]).unwrap();
    fs::write(path(&format!("{}.asc", "EF".repeat(20))), vec![b'x'; 2 * 1024 * 1024]).unwrap();
    fs::create_dir(path(&format!("{}.asc", "01".repeat(20)))).unwrap();
    fs::write(path(".half-written.asc"), "").unwrap();
    fs::write(path("README"), "").unwrap();
    for entry in fs::read_dir(&keyring.directory).unwrap() {
        let path = entry.unwrap().path();
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    let list = keyring.list().unwrap();
    assert_eq!(list.keys, [key]);
    assert_eq!(list.damaged.len(), 6, "{:?}", list.damaged);
    for (name, reason) in [
        ("notes.asc", "its name is not that of a key"),
        (file.as_str(), "the key cannot be read"),
        (&format!("{}.asc", "AB".repeat(20)), "it holds the key"),
        (&format!("{}.asc", "EF".repeat(20)), "larger than"),
    ] {
        let damaged = list.damaged.iter().find(|damaged| damaged.file == name).unwrap();
        assert!(damaged.reason.contains(reason), "{damaged:?}");
    }

    // Nothing that might be restored is written over; deleting makes room.
    assert!(matches!(keyring.import(&armored(&other), None), Err(KeyringError::Damaged { .. })));
    assert!(matches!(keyring.export(&fingerprint(&other)), Err(KeyringError::Damaged { .. })));
    keyring.delete(&fingerprint(&other)).unwrap();
    assert_eq!(keyring.import(&armored(&other), None).unwrap().change, KeyringChange::Added);
}

#[test]
fn listing_sees_what_others_wrote() {
    let (_home, keyring) = keyring();
    let key = made(&keyring);
    assert_eq!(keyring.list().unwrap().keys.len(), 1);
    fs::write(keyring.path(&key.info.fingerprint), "").unwrap();
    assert_eq!(keyring.list().unwrap().damaged.len(), 1);
}

#[test]
fn an_open_private_key_is_kept_only_with_a_passphrase() {
    let (_home, keyring) = keyring();
    let cert = cert("qa");
    for missing in [None, Some(&Passphrase::default())] {
        assert!(matches!(keyring.import(&private(&cert), missing), Err(KeyringError::PassphraseMissing)));
    }
    let imported = keyring.import(&private(&cert), Some(&passphrase("new"))).unwrap();
    assert_eq!((imported.change, imported.key.secret), (KeyringChange::Added, SecretKey::Encrypted));
    let kept: Cert = keyring.existing(&fingerprint(&cert)).unwrap().cert().clone();
    assert_eq!(kept.keys().secret().count(), 1);
    assert_eq!(kept.keys().unencrypted_secret().count(), 0);
    let signature = keyring.sign(&fingerprint(&cert), &passphrase("new"), PAYLOAD).unwrap();
    assert_eq!(verified(&keyring, &fingerprint(&cert), &signature), PAYLOAD);
}

#[test]
fn subkeys_are_encrypted_too_and_sign() {
    let (_home, keyring) = keyring();
    let cert = builder("qa").add_signing_subkey().add_signing_subkey().generate().unwrap().0;
    keyring.import(&private(&cert), Some(&passphrase("new"))).unwrap();
    let kept = keyring.existing(&fingerprint(&cert)).unwrap().cert().clone();
    assert_eq!((kept.keys().secret().count(), kept.keys().unencrypted_secret().count()), (3, 0));
    let signature = keyring.sign(&fingerprint(&cert), &passphrase("new"), PAYLOAD).unwrap();
    assert_eq!(verified(&keyring, &fingerprint(&cert), &signature), PAYLOAD);
}

#[test]
fn an_encrypted_private_key_keeps_its_passphrase() {
    let (_home, keyring) = keyring();
    let cert = cert("qa");
    let text = private(&locked(&cert, "own"));
    assert!(matches!(keyring.import(&text, Some(&passphrase("other"))), Err(KeyringError::WrongPassphrase)));
    assert_eq!(keyring.list().unwrap(), KeyList::default());
    assert_eq!(keyring.import(&text, None).unwrap().change, KeyringChange::Added);
    assert_eq!(keyring.import(&text, Some(&passphrase("own"))).unwrap().change, KeyringChange::Unchanged);
    keyring.sign(&fingerprint(&cert), &passphrase("own"), PAYLOAD).unwrap();
}

#[test]
fn imports_add_and_never_take_away() {
    let (_home, keyring) = keyring();
    let cert = cert("qa");
    let id = fingerprint(&cert);
    let public = keyring.import(&armored(&cert), None).unwrap();
    assert_eq!((public.change, public.key.secret), (KeyringChange::Added, SecretKey::Absent));
    assert!(matches!(keyring.sign(&id, &passphrase("own"), PAYLOAD), Err(SignError::NoSecretKey)));

    let private_key = keyring.import(&private(&locked(&cert, "own")), None).unwrap();
    assert_eq!((private_key.change, private_key.key.secret), (KeyringChange::Merged, SecretKey::Encrypted));
    assert_eq!(keyring.import(&armored(&cert), None).unwrap().change, KeyringChange::Unchanged);
    assert_eq!(keyring.import(&private(&locked(&cert, "unproven")), None).unwrap().change, KeyringChange::Unchanged);
    keyring.sign(&id, &passphrase("own"), PAYLOAD).unwrap();
    let changed = keyring.import(&private(&locked(&cert, "proven")), Some(&passphrase("proven"))).unwrap();
    assert_eq!(changed.change, KeyringChange::Merged);
    keyring.sign(&id, &passphrase("proven"), PAYLOAD).unwrap();
}

#[test]
fn what_is_no_key_is_not_imported() {
    let (_home, keyring) = keyring();
    let both = armored_together(&[&cert("qa"), &cert("prod")]);
    for (text, error) in [
        ("", KeyError::Empty),
        ("key", KeyError::NotArmored),
        (&both, KeyError::Several { count: 2 }),
        ("-----BEGIN PGP MESSAGE-----", KeyError::NotAKey { found: "an OpenPGP message" }),
    ] {
        assert!(matches!(keyring.import(text, None), Err(KeyringError::Key(found)) if found == error), "{text}");
    }
    assert_eq!(keyring.list().unwrap(), KeyList::default());
}

#[test]
fn revoked_expired_and_certifying_keys_do_not_sign() {
    let (_home, keyring) = keyring();
    let revoked = cert("revoked");
    let revocation = CertRevocationBuilder::new().build(&mut pair(&revoked, 0), &revoked, None).unwrap();
    let revoked = revoked.insert_packets(revocation).unwrap().0;
    let expired = builder("expired").set_validity_period(Duration::from_secs(60)).generate().unwrap().0;
    for (cert, words) in [(revoked, "it is revoked"), (expired, "it expired at 20")] {
        let imported = keyring.import(&private(&cert), Some(&passphrase("x"))).unwrap();
        assert_eq!(imported.key.secret, SecretKey::Encrypted);
        let error = keyring.sign(&fingerprint(&cert), &passphrase("x"), PAYLOAD).unwrap_err();
        assert!(matches!(&error, SignError::CannotSign { reason } if reason.contains(words)), "{error:?}");
    }
    let certifies = CertBuilder::new().add_userid("qa").generate().unwrap().0;
    keyring.import(&private(&certifies), Some(&passphrase("x"))).unwrap();
    let error = keyring.sign(&fingerprint(&certifies), &passphrase("x"), PAYLOAD).unwrap_err();
    assert!(matches!(&error, SignError::CannotSign { reason } if reason.contains("may sign")), "{error:?}");
}

#[rstest]
#[case(21, 200)]
#[case(31, 1)]
#[case(255, 255)]
fn a_passphrase_that_would_take_all_memory_is_no_private_key(#[case] m: u8, #[case] t: u8) {
    let (_home, keyring) = keyring();
    let cert = cert("qa");
    let s2k = S2K::Argon2 { salt: [0; 16], t, p: 4, m };
    let secret = Encrypted::new(s2k, SymmetricAlgorithm::AES256, Some(SecretKeyChecksum::SHA1), vec![0; 64].into());
    let key = cert.primary_key().key().clone().take_secret().0.add_secret(SecretKeyMaterial::Encrypted(secret)).0;
    let harmful = cert.clone().insert_packets(Packet::from(key)).unwrap().0;
    assert_eq!(keyring.import(&private(&harmful), Some(&passphrase("x"))).unwrap().key.secret, SecretKey::Absent);
    assert!(matches!(keyring.sign(&fingerprint(&cert), &passphrase("x"), PAYLOAD), Err(SignError::NoSecretKey)));
}

#[test]
fn a_private_key_of_another_public_key_signs_nothing() {
    let (_home, keyring) = keyring();
    let (cert, other) = (cert("qa"), cert("other"));
    let secret = other.primary_key().key().clone().take_secret().1.unwrap();
    let key = cert.primary_key().key().clone().take_secret().0.add_secret(secret).0;
    let mixed = cert.clone().insert_packets(Packet::from(key)).unwrap().0;
    keyring.import(&private(&mixed), Some(&passphrase("x"))).unwrap();
    let error = keyring.sign(&fingerprint(&cert), &passphrase("x"), PAYLOAD).unwrap_err();
    assert!(matches!(error, SignError::Mismatch), "{error:?}");
}

#[test]
fn a_directory_that_cannot_be_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Keyring::open(file.join("keys")), Err(KeyringError::Directory { .. })));
    let keyring = Keyring::open(home.path().join("keys")).unwrap();
    fs::remove_dir(home.path().join("keys")).unwrap();
    assert!(matches!(keyring.list(), Err(KeyringError::Directory { .. })));
}

#[test]
fn keyrings_are_shared_between_threads_and_print_no_secret() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let (_home, keyring) = keyring();
    shared(&keyring);
    let spec = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA".to_owned(), email: String::new() };
    let made = generate(&spec, &passphrase("secret")).unwrap();
    assert_eq!(format!("{made:?}"), format!("SecretCert({})", made.info().fingerprint));
}

#[test]
fn what_others_can_change_or_read_is_not_used() {
    let (_home, keyring) = keyring();
    let key = made(&keyring);
    let id = &key.info.fingerprint;
    let path = keyring.path(id);
    let spec = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "B".to_owned(), email: String::new() };
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(keyring.list().unwrap().damaged, []);
    set(&path, 0o640);
    let list = keyring.list().unwrap();
    let [DamagedKey { reason, .. }] = list.damaged.as_slice() else { panic!("{list:?}") };
    assert!(reason.ends_with(&format!("Make it yours alone: chmod go= {}", path.display())), "{reason}");
    let refused = keyring.sign(id, &passphrase("secret"), PAYLOAD).unwrap_err().to_string();
    assert!(refused.contains("may be read by others (mode 0640)"), "{refused}");
    set(&path, 0o600);
    assert_eq!(keyring.list().unwrap().keys.len(), 1);
    set(&keyring.directory, 0o770);
    let refused = keyring.export(id).unwrap_err().to_string();
    assert!(refused.contains("may be written by others (mode 0770)"), "{refused}");
    let other = generate(&spec, &passphrase("secret")).unwrap();
    assert!(keyring.list().is_err() && keyring.store(&other).is_err());
    set(&keyring.directory, 0o700);
    assert!(keyring.export(id).is_ok());
}
