//! Keys and messages for the tests of this module, made by the library.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use sequoia_openpgp::Cert;
use sequoia_openpgp::armor::{Kind, Writer};
use sequoia_openpgp::cert::CertBuilder;
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{SecretParts, UnspecifiedRole};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::stream::{Armorer, Compressor, LiteralWriter, Message, Signer};
use sequoia_openpgp::serialize::{Marshal as _, SerializeInto as _};
use sequoia_openpgp::types::{CompressionAlgorithm, DataFormat, HashAlgorithm, KeyFlags, SignatureType};

use domain::attestor::{KeyMaterial, PublicKey};

pub(super) const PAYLOAD: &[u8] = b"{\n  \"critical\": {}\n}\n";

/// An hour ago, so that what is made now is younger than the keys.
pub(super) fn past() -> SystemTime {
    SystemTime::now() - Duration::from_secs(3600)
}

pub(super) fn builder(name: &str) -> CertBuilder<'static> {
    CertBuilder::new()
        .add_userid(format!("{name} <{name}@example.org>"))
        .set_creation_time(past())
        .set_primary_key_flags(KeyFlags::empty().set_certification().set_signing())
}

/// A primary Ed25519 key that signs.
pub(super) fn cert(name: &str) -> Cert {
    builder(name).generate().unwrap().0
}

pub(super) fn armored(cert: &Cert) -> String {
    String::from_utf8(cert.armored().to_vec().unwrap()).unwrap()
}

/// The public key as an attestor holds it.
pub(super) fn attestor_key(cert: &Cert) -> PublicKey {
    PublicKey {
        id: cert.fingerprint().to_hex(),
        comment: String::new(),
        material: KeyMaterial::Pgp { armor: armored(cert) },
    }
}

/// The pair of the key at this place in the certificate; 0 is the primary key.
pub(super) fn pair(cert: &Cert, index: usize) -> KeyPair {
    let key: Key<SecretParts, UnspecifiedRole> =
        cert.keys().secret().nth(index).unwrap().key().clone().role_into_unspecified();
    key.into_keypair().unwrap()
}

/// How a message is made. The default is what `gpg --armor --sign` makes.
pub(super) struct Recipe {
    pub(super) signers: Vec<KeyPair>,
    pub(super) template: SignatureBuilder,
    pub(super) hash: HashAlgorithm,
    pub(super) made: SystemTime,
    pub(super) compressed: usize,
    pub(super) armor: bool,
    pub(super) detached: bool,
    pub(super) clear: bool,
    pub(super) payload: Vec<u8>,
}

impl Recipe {
    pub(super) fn by(signer: KeyPair) -> Self {
        Self {
            signers: vec![signer],
            template: SignatureBuilder::new(SignatureType::Binary),
            hash: HashAlgorithm::SHA512,
            made: SystemTime::now(),
            compressed: 1,
            armor: true,
            detached: false,
            clear: false,
            payload: PAYLOAD.to_vec(),
        }
    }

    pub(super) fn make(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut message = Message::new(&mut bytes);
        if self.armor && !self.clear {
            let kind = if self.detached { Kind::Signature } else { Kind::Message };
            message = Armorer::new(message).kind(kind).build().unwrap();
        }
        for _ in 0..self.compressed {
            if !self.clear && !self.detached {
                message = Compressor::new(message).algo(CompressionAlgorithm::Zip).build().unwrap();
            }
        }
        let text = self.template.typ() == SignatureType::Text;
        let mut signers = self.signers.into_iter();
        if let Some(first) = signers.next() {
            let mut signer = Signer::with_template(message, first, self.template)
                .unwrap()
                .hash_algo(self.hash)
                .unwrap()
                .creation_time(self.made);
            for more in signers {
                signer = signer.add_signer(more).unwrap();
            }
            if self.detached {
                signer = signer.detached();
            }
            if self.clear {
                signer = signer.cleartext();
            }
            message = signer.build().unwrap();
        }
        if !self.detached && !self.clear {
            let format = if text { DataFormat::Unicode } else { DataFormat::Binary };
            message = LiteralWriter::new(message).format(format).build().unwrap();
        }
        message.write_all(&self.payload).unwrap();
        message.finalize().unwrap();
        bytes
    }
}

/// Bytes in the armor of a message.
pub(super) fn armor_message(bytes: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), Kind::Message).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finalize().unwrap()
}

/// Several certificates in one armor.
pub(super) fn armored_together(certs: &[&Cert]) -> String {
    let mut writer = Writer::new(Vec::new(), Kind::PublicKey).unwrap();
    for cert in certs {
        cert.serialize(&mut writer).unwrap();
    }
    String::from_utf8(writer.finalize().unwrap()).unwrap()
}
