//! Whether the machine's clock stands where the program can go by it.
//!
//! Pure; uses nothing of the others.

use std::time::SystemTime;

use jiff::Timestamp;

/// 9990-01-01: no calendar here goes far beyond it.
const LAST: Timestamp = Timestamp::constant(253_086_768_000, 0);

/// Refuses a time at which nothing sensible can be done: whatever asks for the time would panic. One before 1970 is
/// not among them; the sandbox says of it why it does not start.
pub(super) fn check(time: SystemTime) -> anyhow::Result<()> {
    match Timestamp::try_from(time) {
        Ok(now) if now < LAST => Ok(()),
        Ok(_) | Err(_) => anyhow::bail!(
            "the clock of this machine stands beyond the year 9989: set it (`date` shows it), then start again"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_clock_that_no_calendar_has_is_refused() {
        let years = |years: u64| Duration::from_secs(years * 31_556_952);
        let epoch = SystemTime::UNIX_EPOCH;
        for time in [epoch - years(10), epoch + years(41), epoch + years(8000)] {
            check(time).unwrap();
        }
        for time in [epoch + years(8025), epoch + years(8530)] {
            assert!(check(time).unwrap_err().to_string().contains("set it"));
        }
    }
}
