//! From when until when a certificate is valid: the two times of X.509 (RFC 5280, section 4.1.2.5), and nothing else of
//! it. The verifiers do not look at the times of what they trust by itself, and the sandbox's authority is that.
//!
//! Pure; uses nothing of the others.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How long before its end a certificate is made anew: longer than a sandbox is served at a stretch.
const BEFORE_THE_END: SignedDuration = SignedDuration::from_hours(30 * 24);

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version, which comes first where there is one.
const VERSION: u8 = 0xa0;

/// When a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    from: Timestamp,
    until: Timestamp,
}

/// Why a certificate is not to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    Early,
    Ended,
    EndsSoon,
    Unreadable,
}

impl Unfit {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Early => "is not valid yet: the clock went back, or stood ahead",
            Self::Ended => "has expired",
            Self::EndsSoon => "expires soon",
            Self::Unreadable => "cannot be read",
        }
    }
}

/// Why the certificate, DER, is not to be used at this time and for a while after; none, where it may be.
pub(super) fn unfit(certificate: &[u8], now: Timestamp) -> Option<Unfit> {
    let Some(Validity { from, until }) = read(certificate) else { return Some(Unfit::Unreadable) };
    match now {
        now if now < from => Some(Unfit::Early),
        now if now >= until => Some(Unfit::Ended),
        now if now.saturating_add(BEFORE_THE_END).is_ok_and(|soon| soon >= until) => Some(Unfit::EndsSoon),
        _ => None,
    }
}

/// `Certificate` holds `tbsCertificate`, and that version, serial number, algorithm, issuer and then the times.
fn read(certificate: &[u8]) -> Option<Validity> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if let Some((_, after)) = element(rest, VERSION) {
        rest = after;
    }
    for _ in 0..3 {
        let (_, _, after) = any_element(rest)?;
        rest = after;
    }
    let (times, _) = element(rest, SEQUENCE)?;
    let (from, times) = time(times)?;
    let (until, _) = time(times)?;
    Some(Validity { from, until })
}

fn time(times: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (tag, text, rest) = any_element(times)?;
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        // Of two digits, those from 50 are of the century before (RFC 5280, section 4.1.2.5.1).
        UTC_TIME if *text.as_bytes().first()? < b'5' => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    // The last day that X.509 has, for what never expires, is later than any that the clock has.
    Some((civil.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |time| time.timestamp()), rest))
}

/// The content of the element that the bytes begin with, if it has this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    any_element(bytes).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// Tag, content and what follows (X.690, sections 8.1.2 and 8.1.3).
fn any_element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&short, mut rest) = rest.split_first()?;
    let mut length = usize::from(short);
    if short >= 0x80 {
        let (long, after) = rest.split_at_checked(usize::from(short & 0x7f)).filter(|(long, _)| long.len() <= 4)?;
        length = long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[rstest::rstest]
    #[case("2026-12-01T00:00:00Z", None)]
    #[case("2026-11-02T00:00:00Z", None)]
    #[case("2026-11-01T23:59:59Z", Some(Unfit::Early))]
    #[case("1960-01-01T00:00:00Z", Some(Unfit::Early))]
    #[case("2036-10-02T00:00:00Z", None)]
    #[case("2036-10-15T00:00:00Z", Some(Unfit::EndsSoon))]
    #[case("2036-11-02T00:00:00Z", Some(Unfit::Ended))]
    #[case("9999-12-30T00:00:00Z", Some(Unfit::Ended))]
    fn its_times_are_read(#[case] now: &str, #[case] expected: Option<Unfit>) {
        let certificate = certificate((2026, 11, 2), (2036, 11, 2));
        assert_eq!(unfit(&certificate, now.parse().unwrap()), expected);
    }

    #[test]
    fn both_kinds_of_time_are_read() {
        let certificate = certificate((1970, 1, 1), (2099, 1, 2));
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let expected = Validity { from: time("1970-01-01T00:00:00Z"), until: time("2099-01-02T00:00:00Z") };
        assert_eq!(read(&certificate), Some(expected));
    }

    proptest! {
        #[test]
        fn no_damage_panics(place in 0_usize..400, byte in any::<u8>(), length in 0_usize..400) {
            let mut damaged = certificate((2026, 11, 2), (2036, 11, 2));
            let place = place % damaged.len();
            damaged[place] = byte;
            let _ = read(&damaged);
            damaged.truncate(length);
            let _ = read(&damaged);
        }
    }
}
