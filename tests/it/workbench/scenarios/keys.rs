//! OpenPGP keys as the years leave them: revoked, or about to expire.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::CertBuilder;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::serialize::stream::{Armorer, LiteralWriter, Message, Signer};
use sequoia_openpgp::types::KeyFlags;

/// A key of somebody else, with its private half.
pub(super) struct OldKey {
    cert: Cert,
}

impl OldKey {
    /// Made an hour ago; it expires so long after.
    fn made(validity: Option<Duration>) -> (Self, sequoia_openpgp::packet::Signature) {
        let mut builder = CertBuilder::new()
            .add_userid("Old <old@example.com>")
            .set_creation_time(SystemTime::now() - Duration::from_secs(3600))
            .set_primary_key_flags(KeyFlags::empty().set_certification().set_signing());
        if let Some(validity) = validity {
            builder = builder.set_validity_period(validity);
        }
        let (cert, revocation) = builder.generate().unwrap();
        (Self { cert }, revocation)
    }

    /// Its owner revoked it.
    pub(super) fn revoked() -> Self {
        let (key, revocation) = Self::made(None);
        Self { cert: key.cert.insert_packets(revocation).unwrap().0 }
    }

    pub(super) fn expiring(validity: Duration) -> Self {
        Self::made(Some(validity)).0
    }

    pub(super) fn id(&self) -> String {
        self.cert.fingerprint().to_hex()
    }

    /// The public half.
    pub(super) fn armor(&self) -> String {
        String::from_utf8(self.cert.armored().to_vec().unwrap()).unwrap()
    }

    /// As `gpg --armor --sign` does.
    pub(super) fn sign(&self, payload: &[u8]) -> Vec<u8> {
        let key = self.cert.primary_key().key().clone().parts_into_secret().unwrap().role_into_unspecified();
        let mut bytes = Vec::new();
        let armor = Armorer::new(Message::new(&mut bytes)).build().unwrap();
        let signer = Signer::new(armor, key.into_keypair().unwrap()).unwrap().build().unwrap();
        let mut literal = LiteralWriter::new(signer).build().unwrap();
        literal.write_all(payload).unwrap();
        literal.finalize().unwrap();
        bytes
    }
}
