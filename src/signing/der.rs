//! As much of DER (X.690) as keys need: elements of one-byte tags.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;

/// The contents of the element of this tag at the start, and what comes after it.
pub(super) fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (length, content) = match rest {
        [0x82, high, low, content @ ..] => (u16::from_be_bytes([*high, *low]), content),
        [0x81, length, content @ ..] | [length @ ..=0x7f, content @ ..] => (u16::from(*length), content),
        _ => return None,
    };
    (*found == tag).then(|| content.split_at_checked(usize::from(length))).flatten()
}

/// The contents of the element of this tag, which must be all there is.
pub(super) fn only(tag: u8, der: &[u8]) -> Option<&[u8]> {
    element(tag, der).and_then(|(content, rest)| rest.is_empty().then_some(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_to_their_end_and_no_further() {
        let long = [&[SEQUENCE, 0x82, 1, 0][..], &[7; 256], b"rest"].concat();
        assert_eq!(element(SEQUENCE, &long), Some((&[7; 256][..], b"rest".as_slice())));
        assert_eq!(element(INTEGER, b"\x02\x01ab"), Some((b"a".as_slice(), b"b".as_slice())));
        assert_eq!(element(INTEGER, b"\x02\x81\x01ab"), Some((b"a".as_slice(), b"b".as_slice())));
        assert_eq!(only(INTEGER, b"\x02\x01a"), Some(b"a".as_slice()));
        assert_eq!(only(INTEGER, b"\x02\x01ab"), None);
    }

    #[test]
    fn what_is_cut_off_or_another_element_is_none() {
        for der in
            [&b""[..], b"\x02", b"\x02\x02a", b"\x02\x82\x01", b"\x02\x80a\0\0", b"\x02\x84\0\0\0\x01a", b"\x04\x01a"]
        {
            assert_eq!(element(INTEGER, der), None, "{der:?}");
        }
    }
}
