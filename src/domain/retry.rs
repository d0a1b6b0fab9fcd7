//! When a controller tries again what failed.
//!
//! The queues of kube-controller-manager wait 5 ms after the first failure, and after each further one twice as
//! long, up to 1,000 s (client-go, `util/workqueue`, `DefaultTypedControllerRateLimiter`). All pauses before the
//! last failure together are so about as long as the one after it.

use jiff::{SignedDuration, Timestamp};

/// The longest pause.
const LONGEST: SignedDuration = SignedDuration::from_secs(1_000);

/// About when the next try is, of what failed for the first time at `first` and lately at `last` (RFC 3339).
pub fn next_try(first: &str, last: &str) -> Option<Timestamp> {
    let (first, last) = (first.parse::<Timestamp>().ok()?, last.parse::<Timestamp>().ok()?);
    // The times have whole seconds.
    let passed = last.duration_since(first).max(SignedDuration::from_secs(1));
    last.checked_add(passed.min(LONGEST)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z", Some("2026-12-01T09:00:01Z"))]
    #[case("2026-12-01T09:00:00Z", "2026-12-01T09:00:41Z", Some("2026-12-01T09:01:22Z"))]
    #[case("2026-12-01T09:00:00Z", "2026-12-01T12:00:00Z", Some("2026-12-01T12:16:40Z"))]
    #[case("", "2026-12-01T12:00:00Z", None)]
    #[case("9999-12-30T00:00:00Z", "9999-12-30T22:00:00Z", None)]
    fn the_pause_is_as_long_as_all_before_it(#[case] first: &str, #[case] last: &str, #[case] next: Option<&str>) {
        assert_eq!(next_try(first, last).map(|at| at.to_string()).as_deref(), next);
    }
}
