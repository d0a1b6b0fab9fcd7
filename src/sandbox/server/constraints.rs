//! The name constraints of the sandbox's authority (RFC 5280, section 4.2.1.10): what its certificates may vouch for.
//!
//! Its own hosts, and this machine. Of e-mail addresses and URIs one host is permitted that does not exist, which
//! excludes all others: an empty list permits everything. By hand, because `rcgen` has no constraints of URIs. Names of
//! directories stay free: a critical constraint of them is refused by programs written in Go (kubectl, skopeo), and such a
//! name is no host's.

use std::net::Ipv6Addr;

use super::hosts;

/// `nameConstraints`.
pub(super) const OID: &[u64] = &[2, 5, 29, 30];

/// No host (RFC 2606, section 2), for the kinds of names that the sandbox never gives out.
const NOWHERE: &str = "countersign.invalid";

/// Tags of `GeneralName`.
const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;

const SEQUENCE: u8 = 0x30;
/// `permittedSubtrees`.
const PERMITTED: u8 = 0xa0;

/// The content of the extension.
pub(super) fn der() -> Vec<u8> {
    let loopback = [[127, 0, 0, 1], [255; 4]].concat();
    let loopback_v6 = [Ipv6Addr::LOCALHOST.octets(), [255; 16]].concat();
    let names = hosts::constraints().map(|name| (DNS, name.as_bytes()));
    let others = [
        (ADDRESS, loopback.as_slice()),
        (ADDRESS, loopback_v6.as_slice()),
        (EMAIL, NOWHERE.as_bytes()),
        (URI, NOWHERE.as_bytes()),
    ];
    let subtrees: Vec<u8> =
        names.chain(others).flat_map(|(tag, name)| element(SEQUENCE, &element(tag, name))).collect();
    element(SEQUENCE, &element(PERMITTED, &subtrees))
}

/// One element of DER (X.690), of less than 64 KiB.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, 0..=0x7f) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_der() {
        assert_eq!(element(DNS, b"ab"), [DNS, 2, b'a', b'b']);
        assert_eq!(element(DNS, &[0; 128])[..3], [DNS, 0x81, 128]);
        assert_eq!(element(DNS, &[0; 256])[..4], [DNS, 0x82, 1, 0]);
    }
}
