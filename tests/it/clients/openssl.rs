//! openssl and the sandbox's authority: not even with its key does it vouch for what it should not.

use std::fs;

use countersign::sandbox::Sandbox;
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, SanType};

use crate::support::clients::require;

#[tokio::test]
async fn the_authority_vouches_for_its_own_names_alone() {
    let Some(openssl) = require("openssl") else { return };
    drop(openssl);
    let dir = tempfile::tempdir().unwrap();
    drop(Sandbox::start(dir.path(), None).await.unwrap());
    let stored = fs::read_to_string(dir.path().join("authority.pem")).unwrap();
    let (_, key) = stored.split_at(stored.find("-----BEGIN PRIVATE KEY-----").unwrap());
    // The authority's name is all that a certificate takes from it.
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name = rcgen::DistinguishedName::new();
    authority.distinguished_name.push(DnType::CommonName, "Countersign sandbox authority");
    let issuer = Issuer::new(authority, KeyPair::from_pem(key).unwrap());
    let uri = |text: &str| SanType::URI(text.try_into().unwrap());
    let dns = |text: &str| SanType::DnsName(text.try_into().unwrap());
    let email = |text: &str| SanType::Rfc822Name(text.try_into().unwrap());
    let mut verified = Vec::new();
    for (name, good) in [
        (dns("us.gcr.io"), true),
        (dns("binaryauthorization.googleapis.com"), true),
        (dns("localhost"), true),
        (SanType::IpAddress("127.0.0.1".parse().unwrap()), true),
        (dns("evil.example"), false),
        (dns("storage.googleapis.com"), false),
        (SanType::IpAddress("10.0.0.1".parse().unwrap()), false),
        (email("a@evil.example"), false),
        (email("root@gcr.io"), false),
        (uri("spiffe://evil.example/workload"), false),
        (uri("https://gcr.io/"), false),
    ] {
        let leaf = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "stolen");
        params.subject_alt_names = vec![name.clone()];
        let certificate = params.signed_by(&leaf, &issuer).unwrap();
        let path = dir.path().join("leaf.pem");
        fs::write(&path, certificate.pem()).unwrap();
        let mut command = require("openssl").unwrap();
        let output = command.args(["verify", "-CAfile"]).arg(dir.path().join("ca.pem")).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), good, "{name:?}: {said}");
        assert!(good || said.contains("permitted subtree violation"), "{name:?}: {said}");
        verified.push(name);
    }
    assert_eq!(verified.len(), 11);
}
