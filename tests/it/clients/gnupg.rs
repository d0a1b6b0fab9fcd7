//! The real GnuPG (2.2 or newer) against ours: each verifies what the other signs.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use countersign::domain::attestation::{SignatureFault, Verified, Verify as _, payload};
use countersign::domain::attestor::{KeyMaterial, PublicKey};
use countersign::domain::image::ImageRef;
use countersign::domain::key::{Fingerprint, KeyAlgorithm, KeySpec, Passphrase, SecretKey};
use countersign::signing::keyring::{Keyring, KeyringChange, KeyringError, SignError};
use countersign::signing::openpgp::Verifier;
use countersign::signing::{self, public_key};
use rstest::rstest;
use tempfile::TempDir;

use crate::support::clients::require;

const PASSPHRASE: &str = "correct horse";

/// A GnuPG with a home of its own, which nothing outside the test sees.
struct Gnupg {
    home: TempDir,
}

impl Gnupg {
    /// Nothing where GnuPG is not installed.
    fn start() -> Option<Self> {
        require("gpg")?;
        let home = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
        // Otherwise the agent measures how slow it can make passphrases, for seconds on a busy machine.
        fs::write(home.path().join("gpg-agent.conf"), "s2k-count 65536\n").unwrap();
        Some(Self { home })
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.home.path()).args(["--batch", "--yes", "--no-tty", "--trust-model", "always"]);
        command.args(["--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]);
        command
    }

    fn output(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What gpg prints, which must end well.
    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.output(arguments, input);
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.run(arguments, b"")).unwrap()
    }

    /// Makes a key as the codelab does.
    fn generate(&self, name: &str, algorithm: &str, usage: &str) -> PublicKey {
        self.run(&["--quick-generate-key", &format!("{name} <{name}@example.org>"), algorithm, usage, "never"], b"");
        self.key(name)
    }

    /// The public key as an attestor holds it, under the id that gpg prints.
    fn key(&self, name: &str) -> PublicKey {
        PublicKey {
            id: self.fingerprint(name),
            comment: String::new(),
            material: KeyMaterial::Pgp { armor: self.text(&["--armor", "--export", name]) },
        }
    }

    fn fingerprint(&self, name: &str) -> String {
        let listing = self.text(&["--with-colons", "--list-keys", name]);
        let line = listing.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        // The agent that gpg started would outlive its home.
        let _ = Command::new("gpgconf").env("GNUPGHOME", self.home.path()).args(["--kill", "all"]).output();
    }
}

/// The payload that the codelab signs.
fn codelab_payload() -> Vec<u8> {
    let image = format!("us.gcr.io/codelab/hello-world@sha256:{}", "ab".repeat(32));
    let image: ImageRef = image.parse().unwrap();
    payload(&image, image.digest().unwrap())
}

fn verify(key: &PublicKey, signature: &[u8]) -> Result<Verified, SignatureFault> {
    Verifier::new().verify(key, signature, &codelab_payload())
}

fn armor(key: &PublicKey) -> &str {
    match &key.material {
        KeyMaterial::Pgp { armor } => armor,
        KeyMaterial::Pkix { .. } => unreachable!("gpg makes no PKIX keys"),
    }
}

#[rstest]
#[case("rsa2048", "RSA 2048")]
#[case("rsa3072", "RSA 3072")]
#[case("rsa4096", "RSA 4096")]
#[case("ed25519", "Ed25519")]
#[case("nistp256", "ECDSA P-256")]
fn we_verify_what_gpg_signs(#[case] algorithm: &str, #[case] words: &str) {
    let Some(gpg) = Gnupg::start() else { return };
    let key = gpg.generate("qa", algorithm, "sign");

    let info = public_key::read(armor(&key)).unwrap();
    assert_eq!((info.fingerprint.as_str(), info.algorithm.as_str()), (key.id.as_str(), words));
    assert_eq!((info.user_ids.as_slice(), info.can_sign), (["qa <qa@example.org>".to_owned()].as_slice(), true));

    for options in [
        &["--armor"][..],
        &["--armor", "-z", "0"],
        &["--armor", "--compress-level", "0"],
        &["--armor", "--compress-algo", "zlib"],
        &["--armor", "--compress-algo", "bzip2"],
        &["--armor", "--textmode"],
        &["--armor", "--digest-algo", "SHA512"],
        &[],
    ] {
        let arguments = [options, &["--local-user", "qa", "--sign"]].concat();
        let verified = verify(&key, &gpg.run(&arguments, &codelab_payload())).unwrap();
        assert_eq!(lf(&verified.message), codelab_payload(), "{options:?}");
        assert!(verified.warnings.is_empty(), "{options:?}: {:?}", verified.warnings);
    }
}

/// `--textmode` stores CRLF.
fn lf(message: &[u8]) -> Vec<u8> {
    String::from_utf8(message.to_vec()).unwrap().replace("\r\n", "\n").into_bytes()
}

#[test]
fn each_form_that_does_not_count_has_its_own_reason() {
    let Some(gpg) = Gnupg::start() else { return };
    let (qa, prod) = (gpg.generate("qa", "ed25519", "sign"), gpg.generate("prod", "rsa2048", "sign"));
    let make =
        |arguments: &[&str]| gpg.run(&[&["--armor", "--local-user", "qa"], arguments].concat(), &codelab_payload());

    assert_eq!(verify(&qa, &make(&["--detach-sign"])), Err(SignatureFault::Detached));
    assert_eq!(verify(&qa, &make(&["--clearsign"])), Err(SignatureFault::ClearSigned));
    assert_eq!(verify(&qa, &make(&["--store"])), Err(SignatureFault::Unsigned));
    assert_eq!(verify(&qa, &make(&["--symmetric"])), Err(SignatureFault::Encrypted));
    assert_eq!(verify(&qa, &make(&["--sign", "--symmetric"])), Err(SignatureFault::Encrypted));
    assert_eq!(verify(&qa, &make(&["--local-user", "prod", "--sign"])), Err(SignatureFault::Nested));
    let wrong = SignatureFault::WrongKey { expected: prod.id.clone(), found: qa.id.clone() };
    assert_eq!(verify(&prod, &make(&["--sign"])), Err(wrong));

    // Not compressed, so that the payload can be found in the message and changed.
    let mut tampered = gpg.run(&["--local-user", "qa", "-z", "0", "--sign"], &codelab_payload());
    let at = tampered.windows(4).position(|window| window == b"abab").unwrap();
    tampered[at] = b'c';
    assert_eq!(verify(&qa, &tampered), Err(SignatureFault::Bad));

    let sha1 = make(&["--allow-weak-digest-algos", "--digest-algo", "SHA1", "--sign"]);
    assert!(verify(&qa, &sha1).unwrap().warnings.iter().any(|warning| warning.contains("SHA-1")));
}

#[test]
fn subkeys_sign_until_they_are_revoked() {
    let Some(gpg) = Gnupg::start() else { return };
    let primary = gpg.generate("qa", "rsa2048", "cert");
    gpg.run(&["--quick-add-key", &primary.id, "ed25519", "sign", "never"], b"");
    let key = gpg.key("qa");
    let signature = gpg.run(&["--armor", "--local-user", "qa", "--sign"], &codelab_payload());
    assert_eq!(verify(&key, &signature).unwrap().message, codelab_payload());
    assert!(matches!(verify(&primary, &signature), Err(SignatureFault::WrongKey { .. })), "without the subkey");

    let edit = ["--no-batch", "--command-fd", "0", "--edit-key", &primary.id];
    gpg.run(&edit, b"key 1\nrevkey\ny\n3\nlost\n\ny\nsave\n");
    let Err(SignatureFault::Revoked { key: subkey, reason, .. }) = verify(&gpg.key("qa"), &signature) else {
        panic!("a revoked subkey still signs");
    };
    assert_ne!(subkey, primary.id);
    assert_eq!(reason, "no longer used: lost");
}

#[test]
fn a_revoked_key_signs_no_more() {
    let Some(gpg) = Gnupg::start() else { return };
    let key = gpg.generate("qa", "ed25519", "sign");
    let signature = gpg.run(&["--armor", "--local-user", "qa", "--sign"], &codelab_payload());
    let certificate = gpg.home.path().join("openpgp-revocs.d").join(format!("{}.rev", key.id));
    let certificate = fs::read_to_string(certificate).unwrap().replace(":-----", "-----");
    gpg.run(&["--import"], certificate.as_bytes());
    let revoked = gpg.key("qa");
    assert!(matches!(verify(&revoked, &signature), Err(SignatureFault::Revoked { key: of, .. }) if of == key.id));
    assert!(public_key::read(armor(&revoked)).unwrap().revoked.is_some());
}

#[test]
fn an_expired_key_and_signature_only_warn() {
    let Some(gpg) = Gnupg::start() else { return };
    // Frozen: a slow machine makes no key a second later.
    // Frozen: on a slow machine nothing is made a second later.
    let then = ["--faked-system-time", "20180701T000000!"];
    let at_that_time = |arguments: &[&str], input: &[u8]| gpg.run(&[&then, arguments].concat(), input);
    at_that_time(&["--quick-generate-key", "qa", "ed25519", "sign", "1d"], b"");
    let sign = ["--armor", "--default-sig-expire", "1d", "--local-user", "qa", "--sign"];
    let signature = at_that_time(&sign, &codelab_payload());
    let verified = verify(&gpg.key("qa"), &signature).unwrap();
    assert_eq!(verified.message, codelab_payload());
    assert_eq!(
        verified.warnings,
        [
            "the key expired at 2018-07-02T00:00:00Z".to_owned(),
            "the signature expired at 2018-07-02T00:00:00Z".to_owned(),
        ]
    );
}

#[test]
fn what_gpg_exports_wrongly_for_an_attestor_is_refused() {
    let Some(gpg) = Gnupg::start() else { return };
    gpg.generate("qa", "ed25519", "sign");
    gpg.generate("prod", "ed25519", "sign");
    let read = |arguments: &[&str]| public_key::read(&gpg.text(arguments)).unwrap_err();
    assert_eq!(read(&["--armor", "--export"]), public_key::KeyError::Several { count: 2 });
    assert_eq!(read(&["--armor", "--export", "nobody"]), public_key::KeyError::Empty);
    assert_eq!(read(&["--armor", "--export-secret-keys", "qa"]), public_key::KeyError::Private);
    let signature = String::from_utf8(gpg.run(&["--armor", "--sign"], b"x")).unwrap();
    assert_eq!(public_key::read(&signature), Err(public_key::KeyError::NotAKey { found: "an OpenPGP message" }));
}

fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned())
}

/// A keyring in the home of this GnuPG, and a key in it.
fn keyring(gpg: &Gnupg, algorithm: KeyAlgorithm) -> (Keyring, Fingerprint) {
    let keyring = Keyring::open(gpg.home.path().join("countersign")).unwrap();
    let spec = KeySpec { algorithm, name: "QA Müller".to_owned(), email: "qa@example.org".to_owned() };
    let key = keyring.store(&signing::generate(&spec, &passphrase()).unwrap()).unwrap();
    (keyring, key.info.fingerprint)
}

#[rstest]
#[case(KeyAlgorithm::Rsa2048)]
#[case(KeyAlgorithm::Rsa3072)]
#[case(KeyAlgorithm::Rsa4096)]
#[case(KeyAlgorithm::Ed25519)]
fn gpg_imports_what_we_export_and_verifies_what_we_sign(#[case] algorithm: KeyAlgorithm) {
    let Some(gpg) = Gnupg::start() else { return };
    let (keyring, fingerprint) = keyring(&gpg, algorithm);
    gpg.run(&["--import"], keyring.export(&fingerprint).unwrap().as_bytes());
    assert_eq!(gpg.fingerprint("qa@example.org"), fingerprint.as_str());
    assert!(gpg.text(&["--list-keys", "--with-colons"]).contains(":QA Müller <qa@example.org>:"));

    let signature = keyring.sign(&fingerprint, &passphrase(), &codelab_payload()).unwrap();
    let output = gpg.output(&["--status-fd", "2", "--verify"], signature.as_bytes());
    let status = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && status.contains(&format!("VALIDSIG {fingerprint} ")), "{status}");
    assert_eq!(gpg.run(&["--decrypt"], signature.as_bytes()), codelab_payload());
    assert_eq!(verify(&gpg.key("qa@example.org"), signature.as_bytes()).unwrap().message, codelab_payload());

    let mut tampered = signature.into_bytes();
    let at = tampered.len() / 2;
    tampered[at] = if tampered[at] == b'A' { b'B' } else { b'A' };
    assert!(!gpg.output(&["--verify"], &tampered).status.success());
    verify(&gpg.key("qa@example.org"), &tampered).unwrap_err();
}

/// The private key of our file, so that a person can take it along.
#[test]
fn gpg_signs_with_the_private_key_of_our_file() {
    let Some(gpg) = Gnupg::start() else { return };
    let (keyring, fingerprint) = keyring(&gpg, KeyAlgorithm::Ed25519);
    let file = gpg.home.path().join("countersign").join(format!("{fingerprint}.asc"));
    gpg.run(&["--import"], &fs::read(file).unwrap());
    let signature = gpg.run(&["--armor", "--local-user", fingerprint.as_str(), "--sign"], &codelab_payload());
    let armor = keyring.export(&fingerprint).unwrap();
    let key = PublicKey { id: fingerprint.to_string(), comment: String::new(), material: KeyMaterial::Pgp { armor } };
    assert_eq!(verify(&key, &signature).unwrap().message, codelab_payload());
}

#[rstest]
#[case("rsa2048")]
#[case("rsa4096")]
#[case("ed25519")]
#[case("nistp256")]
fn we_sign_with_the_private_key_that_gpg_exports(#[case] algorithm: &str) {
    let Some(gpg) = Gnupg::start() else { return };
    let key = gpg.generate("qa", algorithm, "sign");
    let exported = gpg.text(&["--armor", "--export-secret-keys", "qa"]);
    let keyring = Keyring::open(gpg.home.path().join("countersign")).unwrap();
    let wrong = Passphrase::new("wrong".to_owned());
    assert!(matches!(keyring.import(&exported, Some(&wrong)), Err(KeyringError::WrongPassphrase)));

    let imported = keyring.import(&exported, Some(&passphrase())).unwrap();
    assert_eq!((imported.change, imported.key.secret), (KeyringChange::Added, SecretKey::Encrypted));
    let fingerprint = imported.key.info.fingerprint;
    assert_eq!(fingerprint.as_str(), key.id);
    let signature = keyring.sign(&fingerprint, &passphrase(), &codelab_payload()).unwrap();
    assert_eq!(gpg.run(&["--decrypt"], signature.as_bytes()), codelab_payload());
    assert!(matches!(keyring.sign(&fingerprint, &wrong, b""), Err(SignError::WrongPassphrase)));
}

#[test]
fn a_private_key_that_gpg_keeps_elsewhere_is_a_stub() {
    let Some(gpg) = Gnupg::start() else { return };
    let primary = gpg.generate("qa", "ed25519", "sign");
    let offline = gpg.generate("offline", "ed25519", "cert");
    gpg.run(&["--quick-add-key", &offline.id, "rsa2048", "sign", "never"], b"");
    let keyring = Keyring::open(gpg.home.path().join("countersign")).unwrap();
    let import = |name: &str| {
        let stub = gpg.text(&["--armor", "--export-secret-subkeys", name]);
        keyring.import(&stub, Some(&passphrase())).unwrap().key
    };
    // Without its private primary key, one can sign by its subkey and the other not at all.
    let signer = import("offline");
    assert_eq!(signer.secret, SecretKey::Encrypted);
    let signature = keyring.sign(&signer.info.fingerprint, &passphrase(), &codelab_payload()).unwrap();
    assert_eq!(gpg.run(&["--decrypt"], signature.as_bytes()), codelab_payload());

    gpg.run(&["--quick-add-key", &primary.id, "cv25519", "encr", "never"], b"");
    let stub = import("qa");
    assert_eq!(stub.secret, SecretKey::Absent);
    assert!(matches!(keyring.sign(&stub.info.fingerprint, &passphrase(), b""), Err(SignError::NoSecretKey)));
}
