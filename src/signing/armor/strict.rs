//! An armored block alone (RFC 9580, section 6.2), as a file that is uploaded has to be: what stands around a block is
//! nobody's signature, and would be handed on with it.
//!
//! Verifying is less strict, as the service is: there each of these is a remark.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What is wrong with a text that is to be one armored message and nothing else. Lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArmorFault {
    #[error("line {line} holds a NUL, which no armor has")]
    Nul { line: usize },
    #[error("line {line} holds a control character or bytes that are no UTF-8, which no armor has")]
    Binary { line: usize },
    #[error("line {line} stands outside the armored block: only the block is signed")]
    Outside { line: usize },
    #[error("a second armored block begins in line {line}: an attestation has one signature")]
    Second { line: usize },
    #[error("it is no armored OpenPGP message (`gpg --armor --sign` makes one)")]
    NoBlock,
    #[error("its armored block has no end: it was cut off")]
    Unended,
    #[error("line {line} of the armored block is no base64")]
    Base64 { line: usize },
    #[error("the checksum of the armored block is wrong: it was changed or damaged on the way")]
    Checksum,
}

/// Says that the text is one armored block, whole, with the right checksum if it has one; white space may stand
/// around it.
pub fn check_block(bytes: &[u8]) -> Result<(), ArmorFault> {
    faults(bytes).map_or(Ok(()), Err)
}

/// The first fault of a text that is to be one armored block.
fn faults(bytes: &[u8]) -> Option<ArmorFault> {
    unprintable(bytes).or_else(|| read(std::str::from_utf8(bytes).ok()?).err())
}

/// RFC 9580, section 6.1: a reader goes on.
const CHECKSUM_REMARK: &str =
    "the armor's checksum is wrong, which does not count: it may have been changed on the way";

/// What of a text that was taken as an armored message does not count, in words.
pub(crate) fn remark(bytes: &[u8]) -> Option<String> {
    let said = match faults(bytes)? {
        ArmorFault::Checksum => CHECKSUM_REMARK.to_owned(),
        ArmorFault::Second { line } => format!("a second armored block begins in line {line}: it does not count"),
        ArmorFault::Outside { line } => format!("line {line} stands outside the armored block: it does not count"),
        fault @ (ArmorFault::Nul { .. } | ArmorFault::Binary { .. }) => fault.to_string(),
        ArmorFault::NoBlock | ArmorFault::Unended | ArmorFault::Base64 { .. } => return None,
    };
    Some(said)
}

fn unprintable(bytes: &[u8]) -> Option<ArmorFault> {
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line_number = at + 1;
        if line.contains(&0) {
            return Some(ArmorFault::Nul { line: line_number });
        }
        let text = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line));
        if text.is_ok_and(|text| text.chars().all(|c| c == '\t' || !c.is_control())) {
            continue;
        }
        return Some(ArmorFault::Binary { line: line_number });
    }
    None
}

/// Reads the block, line by line.
fn read(text: &str) -> Result<(), ArmorFault> {
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end())).peekable();
    while lines.next_if(|(_, line)| line.is_empty()).is_some() {}
    let (_, first) = lines.next().ok_or(ArmorFault::NoBlock)?;
    let Some(title) = title(first) else {
        let begins = text.lines().any(|line| title_of(line.trim_end()).is_some());
        return Err(if begins { ArmorFault::Outside { line: line_of_first(text) } } else { ArmorFault::NoBlock });
    };
    // Headers, to the empty line that ends them.
    while lines.next_if(|(_, line)| line.contains(": ")).is_some() {}
    lines.next_if(|(_, line)| line.is_empty());
    let end = format!("-----END PGP {title}-----");
    let (mut digits, mut checksum) = (String::new(), None);
    loop {
        let (number, line) = lines.next().ok_or(ArmorFault::Unended)?;
        match line.strip_prefix('=') {
            _ if line == end => break,
            _ if line.starts_with("-----") => return Err(ArmorFault::Unended),
            _ if checksum.is_some() => return Err(ArmorFault::Base64 { line: number }),
            Some(sum) if sum.len() == 4 => checksum = Some((number, sum)),
            _ => digits.push_str(line),
        }
    }
    if let Some((line, text)) = lines.find(|(_, line)| !line.is_empty()) {
        return Err(if title_of(text).is_some() { ArmorFault::Second { line } } else { ArmorFault::Outside { line } });
    }
    check_body(&digits, checksum)
}

fn check_body(digits: &str, checksum: Option<(usize, &str)>) -> Result<(), ArmorFault> {
    let body = STANDARD.decode(digits).map_err(|_damaged| ArmorFault::Base64 { line: 1 })?;
    let Some((line, sum)) = checksum else { return Ok(()) };
    let sum = STANDARD.decode(sum).map_err(|_damaged| ArmorFault::Base64 { line })?;
    if sum == crc24(&body) { Ok(()) } else { Err(ArmorFault::Checksum) }
}

/// The kinds of armor that a signed message may be in: the reference library looks at neither.
fn title(line: &str) -> Option<&str> {
    title_of(line).filter(|title| ["MESSAGE", "SIGNATURE"].contains(title))
}

fn title_of(line: &str) -> Option<&str> {
    line.strip_prefix("-----BEGIN PGP ")?.strip_suffix("-----")
}

/// The first line that says something.
fn line_of_first(text: &str) -> usize {
    text.lines().position(|line| !line.trim().is_empty()).map_or(1, |at| at + 1)
}

/// CRC-24 of RFC 9580, section 6.1.
fn crc24(bytes: &[u8]) -> [u8; 3] {
    const INIT: u32 = 0x00b7_04ce;
    const POLYNOMIAL: u32 = 0x0186_4cfb;
    let crc = bytes.iter().fold(INIT, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 16), |crc, _| {
            let shifted = crc << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ POLYNOMIAL }
        })
    });
    let [_, high, middle, low] = crc.to_be_bytes();
    [high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::armor_message;

    /// What GnuPG's documentation has as an example of the sum: RFC 9580 gives none.
    #[test]
    fn the_sum_of_the_standard_check_is_right() {
        assert_eq!(crc24(b"123456789"), [0x21, 0xcf, 0x02]);
    }

    fn block() -> String {
        let body = STANDARD.encode(b"123456789");
        format!("-----BEGIN PGP MESSAGE-----\nComment: a\n\n{body}\n=Ic8C\n-----END PGP MESSAGE-----\n")
    }

    #[test]
    fn one_block_alone_is_taken() {
        let block = block();
        let bare = block.replace("Comment: a\n", "").replace("=Ic8C\n", "");
        let signature = block.replace("MESSAGE", "SIGNATURE");
        for good in [block.replace('\n', "\r\n"), format!("\n \n{block}\n\n"), block, bare, signature] {
            assert_eq!(check_block(good.as_bytes()), Ok(()), "{good}");
            assert_eq!(remark(good.as_bytes()), None);
        }
        assert_eq!(check_block(&armor_message(&[0xca, 1, 2, 3])), Ok(()));
    }

    #[test]
    fn what_is_more_or_less_is_named_with_its_line() {
        let block = block();
        for (text, fault) in [
            (String::new(), ArmorFault::NoBlock),
            ("abc\n".to_owned(), ArmorFault::NoBlock),
            (block.replace("MESSAGE", "PUBLIC KEY BLOCK"), ArmorFault::Outside { line: 1 }),
            (format!("hello\n{block}"), ArmorFault::Outside { line: 1 }),
            (format!("{block}\nE\nOF\n"), ArmorFault::Outside { line: 8 }),
            (format!("{block}E\0OF\ntouch x\n"), ArmorFault::Nul { line: 7 }),
            (format!("{block}\u{1b}]0;x\u{7}"), ArmorFault::Binary { line: 7 }),
            (format!("{block}{block}"), ArmorFault::Second { line: 7 }),
            (block.replace("=Ic8C", "=Ic8D"), ArmorFault::Checksum),
            (block.replace("=Ic8C\n", "=Ic8C\nAAAA\n"), ArmorFault::Base64 { line: 6 }),
            (block.replace("-----END PGP MESSAGE-----\n", ""), ArmorFault::Unended),
            (block.replace("END PGP MESSAGE", "END PGP SIGNATURE"), ArmorFault::Unended),
            (block.replace("=Ic8C\n", "$(touch x)\n"), ArmorFault::Base64 { line: 1 }),
        ] {
            assert_eq!(check_block(text.as_bytes()), Err(fault), "{text}");
        }
        assert_eq!(check_block(b"\xff\n"), Err(ArmorFault::Binary { line: 1 }));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = check_block(&bytes);
            let _ = check_block(&[block().as_bytes(), &bytes].concat());
        }
    }
}
