//! The form of a signed message: exactly one-pass signature, literal data, signature, compressed or
//! not, as `gpg --sign` makes it (RFC 9580, section 10.3; which forms verify:
//! `docs/binary-authorization.md`, "OpenPGP signatures").
//!
//! Every other form has its own [`SignatureFault`]. Nothing is decompressed beyond
//! [`MAX_MESSAGE_BYTES`], and the first packet that does not belong ends the reading.

use std::io::Read as _;

use sequoia_openpgp::Packet;
use sequoia_openpgp::packet::{OnePassSig, Signature, Tag};
use sequoia_openpgp::parse::{Dearmor, PacketParser, PacketParserBuilder, PacketParserResult, Parse as _};
use sequoia_openpgp::types::CompressionAlgorithm;

use super::armor::{self, Block};
use super::certificate::error_words;
use domain::attestation::SignatureFault;

/// The largest signature that is read, armored or not, in bytes.
pub const MAX_SIGNATURE_BYTES: usize = 256 * 1024;

/// The largest message that is taken out of a signature, in bytes. A payload has about 300.
pub const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// The most compressed packets in each other; gpg makes one.
const MAX_DEPTH: usize = 3;

/// The most packets; a message of one signature has four, with its compression.
const MAX_PACKETS: usize = 16;

/// A message of the one form that counts, not yet verified.
#[derive(Debug)]
pub(super) struct SignedMessage {
    pub(super) literal: Vec<u8>,
    pub(super) one_pass: OnePassSig,
    pub(super) signature: Signature,
}

impl SignedMessage {
    /// Reads an attached message, armored or binary.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, SignatureFault> {
        if bytes.trim_ascii().is_empty() {
            return Err(SignatureFault::Empty);
        }
        if bytes.len() > MAX_SIGNATURE_BYTES {
            return Err(SignatureFault::TooLarge { limit: MAX_SIGNATURE_BYTES });
        }
        Parts::read(&binary(bytes)?)?.into_message()
    }
}

/// The message without its armor.
fn binary(bytes: &[u8]) -> Result<Vec<u8>, SignatureFault> {
    if armor::is_binary(bytes) {
        return Ok(bytes.to_vec());
    }
    match armor::blocks(bytes).next() {
        // The reference library does not look at the kind of the armor either.
        Some(Block::Message | Block::Signature) => {}
        Some(Block::ClearSigned) => return Err(SignatureFault::ClearSigned),
        Some(other) => return Err(not_openpgp(format!("this is {}", other.words()))),
        None => return Err(not_openpgp("there is no ASCII armor and no packet".to_owned())),
    }
    armor::decode(bytes).map_err(|error| not_openpgp(format!("the armor is damaged: {error}")))
}

fn not_openpgp(detail: String) -> SignatureFault {
    SignatureFault::NotOpenPgp { detail }
}

/// What was met on the way through the packets.
#[derive(Debug, Default)]
struct Parts {
    one_pass: Vec<OnePassSig>,
    literal: Option<Vec<u8>>,
    signatures: Vec<Signature>,
}

impl Parts {
    fn read(bytes: &[u8]) -> Result<Self, SignatureFault> {
        let mut parts = Self::default();
        let mut parser = PacketParserBuilder::from_bytes(bytes)
            .and_then(|builder| builder.dearmor(Dearmor::Disabled).automatic_hashing(false).build())
            .map_err(|error| not_openpgp(error_words(&error)))?;
        for _ in 0..MAX_PACKETS {
            let PacketParserResult::Some(mut packet) = parser else { return Ok(parts) };
            parts.add_packet(&mut packet)?;
            let (_, next) = packet.recurse().map_err(|error| not_openpgp(error_words(&error)))?;
            parser = next;
        }
        Err(not_openpgp(format!("more than {MAX_PACKETS} packets")))
    }

    fn add_packet(&mut self, parser: &mut PacketParser<'_>) -> Result<(), SignatureFault> {
        match &parser.packet {
            Packet::Marker(_) => Ok(()),
            Packet::CompressedData(data) => open_container(parser, data.algo()),
            Packet::OnePassSig(one_pass) if self.literal.is_none() => {
                self.one_pass.push(one_pass.clone());
                Ok(())
            }
            Packet::Literal(_) if self.literal.is_none() => {
                self.literal = Some(read_literal(parser)?);
                Ok(())
            }
            Packet::Signature(signature) => {
                self.signatures.push(signature.clone());
                Ok(())
            }
            Packet::PKESK(_) | Packet::SKESK(_) | Packet::SEIP(_) => Err(SignatureFault::Encrypted),
            other => Err(unexpected(other)),
        }
    }

    fn into_message(self) -> Result<SignedMessage, SignatureFault> {
        let Some(literal) = self.literal else {
            return Err(match (self.signatures.is_empty(), self.one_pass.is_empty()) {
                (false, true) => SignatureFault::Detached,
                _ => not_openpgp("it holds no data".to_owned()),
            });
        };
        if self.one_pass.len() > 1 || self.signatures.len() > 1 {
            return Err(SignatureFault::Nested);
        }
        match (self.one_pass.into_iter().next(), self.signatures.into_iter().next()) {
            (Some(one_pass), Some(signature)) => Ok(SignedMessage { literal, one_pass, signature }),
            (None, None) => Err(SignatureFault::Unsigned),
            (Some(_), None) => Err(not_openpgp("its signature is missing: it was cut off".to_owned())),
            (None, Some(_)) => Err(SignatureFault::Unsupported {
                detail: "a signature without its one-pass packet, a form that GnuPG no longer makes".to_owned(),
            }),
        }
    }
}

fn open_container(parser: &PacketParser<'_>, algorithm: CompressionAlgorithm) -> Result<(), SignatureFault> {
    if !parser.processed() {
        let detail = format!("compression {}", u8::from(algorithm));
        return Err(SignatureFault::Unsupported { detail });
    }
    if parser.path().len() > MAX_DEPTH {
        return Err(not_openpgp(format!("compressed more than {MAX_DEPTH} times")));
    }
    Ok(())
}

fn read_literal(parser: &mut PacketParser<'_>) -> Result<Vec<u8>, SignatureFault> {
    let mut literal = Vec::new();
    let limit = u64::try_from(MAX_MESSAGE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = parser.by_ref().take(limit).read_to_end(&mut literal);
    read.map_err(|error| not_openpgp(format!("its data is damaged: {error}")))?;
    if literal.len() > MAX_MESSAGE_BYTES {
        return Err(SignatureFault::MessageTooLarge { limit: MAX_MESSAGE_BYTES });
    }
    Ok(literal)
}

fn unexpected(packet: &Packet) -> SignatureFault {
    match packet {
        Packet::PublicKey(_) | Packet::PublicSubkey(_) => not_openpgp("this is an OpenPGP public key".to_owned()),
        Packet::SecretKey(_) | Packet::SecretSubkey(_) => not_openpgp("this is an OpenPGP private key".to_owned()),
        Packet::Unknown(unknown) if matches!(unknown.tag(), Tag::SED | Tag::AED) => SignatureFault::Encrypted,
        Packet::Unknown(unknown) => not_openpgp(error_words(unknown.error())),
        other => not_openpgp(format!("it has a packet that does not belong (tag {})", u8::from(other.tag()))),
    }
}
