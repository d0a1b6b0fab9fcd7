//! Texts as programs of other systems write them: compressed, in UTF-16 (what PowerShell's `>` writes), or in one byte
//! a character; made UTF-8 as they are read. Holds no more than a piece of what it reads.

use std::io::{self, BufRead as _, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// What is read at a time.
const CHUNK: usize = 64 << 10;

/// What a file that gzip made begins with (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The text of what is read, whatever it is written in.
pub fn text<'r>(reader: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut reader = BufReader::with_capacity(CHUNK, reader);
    let is_compressed = filled(&mut reader)?.starts_with(&GZIP);
    if is_compressed {
        return Ok(Box::new(Text::new(MultiGzDecoder::new(reader))));
    }
    Ok(Box::new(Text::new(reader)))
}

fn filled<R: Read>(reader: &mut BufReader<R>) -> io::Result<&[u8]> {
    loop {
        match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(reader.buffer()),
        }
    }
}

/// How characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Where a byte is none of UTF-8, it is one of Windows-1252.
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A reader of UTF-8.
struct Text<R> {
    inner: R,
    encoding: Option<Encoding>,
    /// What came and is not whole yet.
    rest: Vec<u8>,
    out: Vec<u8>,
    /// How much of `out` was taken.
    taken: usize,
    has_ended: bool,
}

impl<R: Read> Text<R> {
    fn new(inner: R) -> Self {
        Self { inner, encoding: None, rest: Vec::new(), out: Vec::new(), taken: 0, has_ended: false }
    }

    /// Reads more, and makes UTF-8 of what is whole.
    fn fill(&mut self) -> io::Result<()> {
        let held = self.rest.len();
        self.rest.resize(held + CHUNK, 0);
        let count = loop {
            match self.inner.read(self.rest.get_mut(held..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.rest.truncate(held);
                    return Err(error);
                }
                Ok(count) => break count,
            }
        };
        self.rest.truncate(held + count);
        self.has_ended = count == 0;
        self.out.clear();
        self.taken = 0;
        if self.encoding.is_none() && self.rest.len() < 4 && !self.has_ended {
            return Ok(());
        }
        let encoding = *self.encoding.get_or_insert_with(|| encoding(&self.rest));
        let used = match encoding {
            Encoding::Utf8 => utf8(&self.rest, &mut self.out),
            Encoding::Utf16Le => utf16(&self.rest, &mut self.out, u16::from_le_bytes),
            Encoding::Utf16Be => utf16(&self.rest, &mut self.out, u16::from_be_bytes),
        };
        self.rest.drain(..used);
        Ok(())
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.out.len() && !self.has_ended {
            self.fill()?;
        }
        let ready = self.out.get(self.taken..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        Ok(count)
    }
}

/// By its mark, or by where the zeros are that characters of ASCII have in UTF-16.
fn encoding(start: &[u8]) -> Encoding {
    match start {
        [0xff, 0xfe, ..] => Encoding::Utf16Le,
        [0xfe, 0xff, ..] => Encoding::Utf16Be,
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Encoding::Utf16Le,
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    }
}

/// How many bytes were used: a character that is cut in two waits for its rest.
fn utf8(mut bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let whole = bytes.len();
    loop {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => {
                out.extend_from_slice(text.as_bytes());
                return whole;
            }
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        out.extend_from_slice(valid);
        let (Some(_), Some((first, behind))) = (error.error_len(), rest.split_first()) else {
            return whole - rest.len();
        };
        out.extend(windows_1252(*first).encode_utf8(&mut [0; 4]).bytes());
        bytes = behind;
    }
}

fn utf16(bytes: &[u8], out: &mut Vec<u8>, unit: fn([u8; 2]) -> u16) -> usize {
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    // The first half of a pair waits for the second.
    if units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
        units.pop();
    }
    for c in char::decode_utf16(units.iter().copied()) {
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        if c != '\u{feff}' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
        }
    }
    units.len() * 2
}

/// A byte as Windows writes it in the west; Latin-1 is the same but for these.
fn windows_1252(byte: u8) -> char {
    const OWN: [char; 32] = [
        '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}',
        '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}',
        '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}',
        '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
    ];
    let own = byte.checked_sub(0x80).and_then(|at| OWN.get(usize::from(at)));
    own.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// Gives one byte at a time.
    struct Slow<'b>(&'b [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let take = self.0.len().min(buffer.len()).min(1);
            buffer[..take].copy_from_slice(&self.0[..take]);
            self.0 = &self.0[take..];
            Ok(take)
        }
    }

    fn read(bytes: &[u8]) -> String {
        let mut whole = String::new();
        text(bytes).unwrap().read_to_string(&mut whole).unwrap();
        let mut slow = String::new();
        Text::new(Slow(bytes)).read_to_string(&mut slow).unwrap();
        if !bytes.starts_with(&GZIP) {
            assert_eq!(slow, whole);
        }
        whole
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_is_the_same_text() {
        let told = "Image \u{fc}ber \u{1f512} denied";
        assert_eq!(read(told.as_bytes()), told);
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(read(&utf16(told, bytes)), told, "without a mark");
            assert_eq!(read(&utf16(&format!("\u{feff}{told}"), bytes)), told);
        }
        assert_eq!(read(b"caf\xe9 \x93quoted\x94 Image"), "caf\u{e9} \u{201c}quoted\u{201d} Image");
        assert_eq!(read(b"whole \xe2\x80"), "whole ", "a character that is cut at the end");
        assert_eq!(read(b""), "");
    }

    #[test]
    fn compressed_files_are_read_member_after_member() {
        let packed = |text: &str| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!(read(&[packed("one "), packed("two")].concat()), "one two");
        assert!(text(&packed("one")[..12]).unwrap().read_to_string(&mut String::new()).is_err(), "it is cut off");
    }
}
