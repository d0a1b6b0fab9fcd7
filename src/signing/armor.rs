//! ASCII armor (RFC 9580, section 6): which block a text holds, and the bytes in it.

mod strict;

use std::io::Read as _;

use sequoia_openpgp::armor::{Reader, ReaderMode};

pub(super) use self::strict::remark;
pub use self::strict::{ArmorFault, check_block};

/// What stands after `-----BEGIN `.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Message,
    Signature,
    ClearSigned,
    PublicKey,
    PrivateKey,
    Other,
}

impl Block {
    /// The kind in words, with an article.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Message => "an OpenPGP message",
            Self::Signature => "an OpenPGP signature",
            Self::ClearSigned => "a clear-signed text",
            Self::PublicKey => "an OpenPGP public key",
            Self::PrivateKey => "an OpenPGP private key",
            Self::Other => "an OpenPGP block of another kind",
        }
    }
}

/// The blocks that begin in a text, in its order. The first lines of blocks are the only thing
/// looked at; what is between them may be anything.
pub(super) fn blocks(text: &[u8]) -> impl Iterator<Item = Block> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let title = line.trim_ascii().strip_prefix(b"-----BEGIN PGP ")?.strip_suffix(b"-----")?;
        Some(match title {
            b"MESSAGE" => Block::Message,
            b"SIGNATURE" => Block::Signature,
            b"SIGNED MESSAGE" => Block::ClearSigned,
            b"PUBLIC KEY BLOCK" => Block::PublicKey,
            b"PRIVATE KEY BLOCK" => Block::PrivateKey,
            _ => Block::Other,
        })
    })
}

/// Whether the bytes begin as a binary OpenPGP packet does: the first bit of its header is set.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0x80 != 0)
}

/// The bytes in the first block. They are fewer than those of the text, so that bounding the text
/// bounds them. As RFC 9580 advises, the checksum is not looked at.
pub(super) fn decode(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Reader::from_bytes(text, ReaderMode::Tolerant(None)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_whatever_ends_the_line_and_stands_around() {
        let text = "my key\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n…\n  -----BEGIN PGP SIGNED MESSAGE-----  \n\
                    -----BEGIN PGP ARMORED FILE-----\n-----END PGP MESSAGE-----\nBEGIN PGP MESSAGE";
        let found: Vec<Block> = blocks(text.as_bytes()).collect();
        assert_eq!(found, [Block::PublicKey, Block::ClearSigned, Block::Other]);
    }
}
