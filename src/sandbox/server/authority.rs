//! The sandbox's certificate authority, and the certificates that it gives out by name.
//!
//! Only processes that are told to trust it do: it is in no system store, and it is constrained to the
//! names that the sandbox stands for (RFC 5280, section 4.2.1.10). A certificate is made when a name is
//! first asked for and is held in memory.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, SerialNumber,
};
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, ResolvesServerCert, VerifierBuilderError, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SigningKey};
use zeroize::Zeroizing;

use super::validity::{self, Unfit};
use super::{constraints, hosts};
use crate::clients::Client;

/// What a client shows for the issuer of the sandbox's certificates.
const COMMON_NAME: &str = "Countersign sandbox authority";

/// Certificates held at once; a client that asks for more names has them made again.
const MAX_LEAVES: usize = 256;

#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    #[error("making a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the stored key of the authority cannot be read: {0}")]
    Stored(#[from] rustls::pki_types::pem::Error),
    #[error("the key of the certificates: {0}")]
    Key(#[from] rustls::Error),
    #[error("the verifier of client certificates: {0}")]
    Verifier(#[from] VerifierBuilderError),
    #[error("a stored certificate does not stand in front of its key")]
    NoCertificate,
}

/// The authority: a self-signed certificate and its key.
pub(super) struct Authority {
    certificate_pem: String,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one as it is stored: the certificate, then the key, both PEM.
    pub(super) fn generate(now: Timestamp) -> Result<Zeroizing<String>, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = authority_params()?;
        set_validity(&mut params, 10, now);
        let certificate = params.self_signed(&key)?;
        Ok(Zeroizing::new(format!("{}{}", certificate.pem(), *Zeroizing::new(key.serialize_pem()))))
    }

    /// The one that was stored.
    pub(super) fn parse(stored: &str) -> Result<Self, AuthorityError> {
        let at = stored.find("-----BEGIN PRIVATE KEY-----").ok_or(AuthorityError::NoCertificate)?;
        let (certificate_pem, _) = stored.split_at(at);
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())?;
        let key = KeyPair::try_from(&PrivateKeyDer::from_pem_slice(stored.as_bytes())?)?;
        // The issuer's name and key id are all that a leaf takes from it, and both follow from this.
        let issuer = Issuer::new(authority_params()?, key);
        Ok(Self { certificate_pem: certificate_pem.to_owned(), certificate, issuer })
    }

    /// The certificate, PEM.
    pub(super) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Why it vouches for nothing at this time, if that is so: clients refuse what it signed.
    pub(super) fn unfit(&self, now: Timestamp) -> Option<Unfit> {
        validity::unfit(&self.certificate, now)
    }

    /// Whether it can vouch for every host that the sandbox stands for now: one that was made for fewer
    /// cannot, and one of fewer constraints vouches for what it should not. They stand in the certificate as they are.
    pub(super) fn covers_all_hosts(&self) -> bool {
        let constraints = constraints::der();
        self.certificate.windows(constraints.len()).any(|bytes| bytes == constraints)
    }
}

impl Authority {
    /// A new one as it is stored: the authority's certificate, the client's, its key, all PEM.
    pub(super) fn generate_client(&self, name: &str, now: Timestamp) -> Result<Zeroizing<String>, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = leaf_params("localhost", now)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.subject_alt_names = Vec::new();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        set_validity(&mut params, 10, now);
        let leaf = params.signed_by(&key, &self.issuer)?;
        let key = Zeroizing::new(key.serialize_pem());
        Ok(Zeroizing::new(format!("{}{}{}", self.certificate_pem, leaf.pem(), *key)))
    }

    /// The one that was stored; none where another authority made it, or where its time is over or has not come.
    pub(super) fn parse_client(&self, stored: &str, now: Timestamp) -> Result<Option<Client>, AuthorityError> {
        let Some(stored) = stored.strip_prefix(&self.certificate_pem) else { return Ok(None) };
        let at = stored.find("-----BEGIN PRIVATE KEY-----").ok_or(AuthorityError::NoCertificate)?;
        let (certificate, key) = stored.split_at(at);
        let der = CertificateDer::from_pem_slice(certificate.as_bytes())?;
        if validity::unfit(&der, now).is_some() {
            return Ok(None);
        }
        Ok(Some(Client { certificate_pem: certificate.to_owned(), key_pem: Zeroizing::new(key.to_owned()), der }))
    }

    /// Takes the client certificates of this authority; a client need not have one.
    pub(super) fn client_verifier(
        &self,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ClientCertVerifier>, AuthorityError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        Ok(verifier.allow_unauthenticated().build()?)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

fn authority_params() -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, COMMON_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let mut constraints = CustomExtension::from_oid_content(constraints::OID, constraints::der());
    constraints.set_criticality(true);
    params.custom_extensions = vec![constraints];
    Ok(params)
}

/// Makes a certificate valid for this many years, from yesterday on, because clocks differ.
fn set_validity(params: &mut CertificateParams, years: i64, now: Timestamp) {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let from = today.yesterday().unwrap_or(today);
    let until = today.saturating_add(jiff::Span::new().years(years));
    let part = |n: i8| u8::try_from(n).unwrap_or(1);
    params.not_before = rcgen::date_time_ymd(i32::from(from.year()), part(from.month()), part(from.day()));
    params.not_after = rcgen::date_time_ymd(i32::from(until.year()), part(until.month()), part(until.day()));
}

/// Gives each name that a client asks for a certificate of the authority.
pub(super) struct Leaves {
    authority: Arc<Authority>,
    key: KeyPair,
    signing: Arc<dyn SigningKey>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Leaves {
    pub(super) fn new(authority: Arc<Authority>) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let signing = any_ecdsa_type(&PrivateKeyDer::Pkcs8(key.serialize_der().into()))?;
        Ok(Self { authority, key, signing, made: Mutex::new(HashMap::new()) })
    }

    fn certificate(&self, name: &str) -> Result<Arc<CertifiedKey>, AuthorityError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX);
        let is_fit = |leaf: &CertifiedKey| leaf.cert.first().is_some_and(|leaf| validity::unfit(leaf, now).is_none());
        if let Some(found) = made.get(name).filter(|found| is_fit(found)) {
            return Ok(Arc::clone(found));
        }
        let leaf = leaf_params(name, now)?.signed_by(&self.key, &self.authority.issuer)?;
        let chain = vec![leaf.der().clone(), self.authority.certificate.clone()];
        let certified = Arc::new(CertifiedKey::new(chain, Arc::clone(&self.signing)));
        if made.len() >= MAX_LEAVES {
            made.clear();
        }
        made.insert(name.to_owned(), Arc::clone(&certified));
        Ok(certified)
    }
}

fn leaf_params(name: &str, now: Timestamp) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.subject_alt_names = match name {
        "localhost" => vec![
            SanType::DnsName("localhost".try_into()?),
            SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        ],
        name => vec![SanType::DnsName(name.try_into()?)],
    };
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(SerialNumber::from_slice(uuid::Uuid::new_v4().as_bytes()));
    set_validity(&mut params, 1, now);
    Ok(params)
}

impl ResolvesServerCert for Leaves {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A client that connects to an address sends no name.
        let name = hello.server_name().unwrap_or("localhost");
        if !hosts::stands_for(name) {
            tracing::info!(name, "the sandbox does not stand for this name");
            return None;
        }
        self.certificate(name).inspect_err(|error| tracing::warn!(name, %error, "no certificate for this name")).ok()
    }
}

impl fmt::Debug for Leaves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaves").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-12-01.
    const NOW: Timestamp = Timestamp::constant(1_796_083_200, 0);

    /// Clocks stand anywhere, and no certificate makes them panic.
    #[rstest::rstest]
    #[case("1960-01-01T00:00:00Z")]
    #[case("2010-06-01T00:00:00Z")]
    #[case("2049-12-31T23:59:59Z")]
    #[case("9999-12-30T00:00:00Z")]
    fn it_is_made_at_any_time(#[case] now: &str) {
        let now: Timestamp = now.parse().unwrap();
        let authority = Authority::parse(&Authority::generate(now).unwrap()).unwrap();
        authority.generate_client("attestor", now).unwrap();
        assert!(!matches!(authority.unfit(now), Some(Unfit::Early | Unfit::Unreadable)), "{:?}", authority.unfit(now));
    }

    #[test]
    fn a_stored_authority_is_the_same_one() {
        let stored = Authority::generate(NOW).unwrap();
        let authority = Authority::parse(&stored).unwrap();
        assert!(authority.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(!authority.certificate_pem().contains("PRIVATE"));
        assert!(Authority::parse("nothing").is_err());
        assert!(authority.covers_all_hosts());
    }

    #[test]
    fn a_client_belongs_to_one_authority() {
        let authority = Authority::parse(&Authority::generate(NOW).unwrap()).unwrap();
        let stored = authority.generate_client("attestor", NOW).unwrap();
        let client = authority.parse_client(&stored, NOW).unwrap().unwrap();
        assert!(client.certificate_pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(client.key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(client.is(&CertificateDer::from_pem_slice(client.certificate_pem.as_bytes()).unwrap()));
        assert!(!client.is(&authority.certificate));
        let other = Authority::parse(&Authority::generate(NOW).unwrap()).unwrap();
        assert!(other.parse_client(&stored, NOW).unwrap().is_none());
        let later = "2040-01-01T00:00:00Z".parse().unwrap();
        assert!(authority.parse_client(&stored, later).unwrap().is_none());
        assert_eq!(format!("{client:?}"), "Client { .. }");
    }

    #[test]
    fn a_name_gets_one_certificate_and_the_cache_is_bounded() {
        let stored = Authority::generate(NOW).unwrap();
        let leaves = Leaves::new(Arc::new(Authority::parse(&stored).unwrap())).unwrap();
        let first = leaves.certificate("gcr.io").unwrap();
        assert!(Arc::ptr_eq(&first, &leaves.certificate("gcr.io").unwrap()));
        for n in 0..MAX_LEAVES {
            leaves.certificate(&format!("{n}.gcr.io")).unwrap();
        }
        assert!(leaves.made.lock().unwrap().len() <= MAX_LEAVES);
    }
}
