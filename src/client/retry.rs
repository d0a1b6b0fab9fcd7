//! When to send a request again: only what is safe to repeat, only where it may help, after a pause
//! that grows and is not the same for everyone.

use std::time::Duration;

use super::connection::Limits;
use super::error::Fault;

/// The longest pause before the first repetition; it doubles with each.
const FIRST: Duration = Duration::from_millis(200);

/// How long to wait before attempt `attempt + 1` (the first is 1), if it is worth one.
pub(super) fn pause(fault: &Fault, attempt: u32, limits: &Limits, random: f64) -> Option<Duration> {
    if attempt >= limits.attempts || !may_pass(fault) {
        return None;
    }
    let asked = match fault {
        Fault::Status(refusal) => refusal.retry_after,
        _ => None,
    };
    match asked {
        // A server that wants more time than we give gets no second request; the error says its wish.
        Some(asked) => (asked <= limits.pause).then_some(asked),
        None => Some(backoff(attempt, random).min(limits.pause)),
    }
}

/// Between half and the whole of `FIRST` doubled for each attempt; `random` is from 0 to 1.
pub(super) fn backoff(attempt: u32, random: f64) -> Duration {
    let whole = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    whole.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

/// Whether the same request may succeed a moment later.
fn may_pass(fault: &Fault) -> bool {
    match fault {
        Fault::Connect { .. } | Fault::CutOff { .. } => true,
        Fault::Status(refusal) => matches!(refusal.code, 429 | 502 | 503 | 504),
        _ => false,
    }
}

/// Evenly from 0 to 1.
pub(super) fn random() -> f64 {
    let mut bytes = [0; 4];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        // Without randomness the pauses are merely the same for everyone.
        Err(_) => 0.5,
    }
}

/// The value of `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
pub(super) fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusal;

    fn status(code: u16, retry_after: Option<u64>) -> Fault {
        let mut refusal = Refusal::read(code, b"");
        refusal.retry_after = retry_after.map(Duration::from_secs);
        Fault::Status(Box::new(refusal))
    }

    #[test]
    fn pauses_grow_and_end() {
        let limits = Limits::default();
        let pauses: Vec<_> = (1..=4).map(|attempt| pause(&status(503, None), attempt, &limits, 1.0)).collect();
        let millis = |n| Some(Duration::from_millis(n));
        assert_eq!(pauses, [millis(200), millis(400), millis(800), None]);
        assert_eq!(pause(&status(503, None), 1, &limits, 0.0), millis(100));
    }

    #[rstest::rstest]
    #[case(400)]
    #[case(401)]
    #[case(403)]
    #[case(404)]
    #[case(409)]
    #[case(500)]
    #[case(501)]
    fn a_final_no_is_not_asked_again(#[case] code: u16) {
        assert_eq!(pause(&status(code, None), 1, &Limits::default(), 0.5), None);
    }

    #[test]
    fn retry_after_is_honoured_up_to_the_limit() {
        let limits = Limits::default();
        assert_eq!(pause(&status(429, Some(3)), 1, &limits, 0.0), Some(Duration::from_secs(3)));
        assert_eq!(pause(&status(429, Some(3600)), 1, &limits, 0.0), None);
    }

    proptest::proptest! {
        #[test]
        fn any_retry_after_is_read_or_not(text in "\\PC*", seconds: u64, attempt: u32) {
            retry_after(&text, jiff::Timestamp::UNIX_EPOCH);
            let asked = retry_after(&seconds.to_string(), jiff::Timestamp::UNIX_EPOCH);
            assert_eq!(asked, Some(Duration::from_secs(seconds)));
            assert!(backoff(attempt, 1.0) <= FIRST * 1024);
        }
    }

    #[test]
    fn retry_after_as_seconds_or_date() {
        let now: jiff::Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Fri, 02 Jan 2026 03:04:15 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Fri, 02 Jan 2026 03:04:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
