//! The times of a `CronJob`, as cron writes them: minute, hour, day of the month, month, day of the
//! week (kubernetes uses `robfig/cron`, whose grammar this is).

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// A time that does not come within this many days never comes (30 February).
const MAX_DAYS: usize = 366 * 5;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ScheduleError {
    #[error("expected exactly 5 fields, found {found}: {text}")]
    Fields { found: usize, text: String },
    #[error("failed to parse {field:?}: it must be within {min} to {max}")]
    Field { field: String, min: u8, max: u8 },
    #[error("unrecognized descriptor: {0}")]
    Descriptor(String),
}

/// A schedule; each field is a set of numbers, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    /// Sunday is 0.
    weekdays: u64,
    /// Where both days are restricted either will do.
    any_day: bool,
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let text = match text.trim() {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            other if other.starts_with('@') => return Err(ScheduleError::Descriptor(other.to_owned())),
            other => other,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(ScheduleError::Fields { found: fields.len(), text: text.to_owned() });
        };
        let is_restricted = |field: &str| !field.starts_with(['*', '?']);
        let weekdays = field(weekday, 0, 7, &WEEKDAYS, 0)?;
        Ok(Self {
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 0)?,
            months: field(month, 1, 12, &MONTHS, 1)?,
            // Seven is a Sunday too.
            weekdays: weekdays | (weekdays >> 7 & 1),
            any_day: is_restricted(day) && is_restricted(weekday),
        })
    }
}

/// The numbers that a field means: `*`, `*/5`, `1-5`, `1-10/2`, `1,2`, `mon`.
fn field(text: &str, min: u8, max: u8, names: &[&str], first: u8) -> Result<u64, ScheduleError> {
    let error = || ScheduleError::Field { field: text.to_owned(), min, max };
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let named = names.iter().position(|name| *name == lower).and_then(|at| u8::try_from(at).ok());
        let number = named.map(|at| at + first).or_else(|| text.parse().ok());
        number.filter(|number| (min..=max).contains(number)).ok_or_else(error)
    };
    let mut set = 0_u64;
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (min, max),
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(range)?, if step.is_some() { max } else { number(range)? }),
        };
        let step: u8 = step.map_or(Ok(1), |step| step.parse().ok().filter(|step| *step > 0).ok_or_else(error))?;
        if from > to {
            return Err(error());
        }
        set |= (from..=to).step_by(usize::from(step)).fold(0, |set, number| set | 1 << number);
    }
    Ok(set)
}

impl Schedule {
    /// The first time after `after`, by the clocks of a zone; `None` where there is none.
    pub(super) fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = zone.to_datetime(after);
        let mut date = start.date();
        for _ in 0..MAX_DAYS {
            if self.means_day(date) {
                let times = self.times(date);
                let next = times.filter_map(|time| zone.to_timestamp(time).ok()).find(|time| *time > after);
                if next.is_some() {
                    return next;
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    fn means_day(&self, date: jiff::civil::Date) -> bool {
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        has(self.months, date.month()) && if self.any_day { day || weekday } else { day && weekday }
    }

    fn times(&self, date: jiff::civil::Date) -> impl Iterator<Item = DateTime> {
        let (hours, minutes) = (self.hours, self.minutes);
        (0..24_i8).filter(move |hour| has(hours, *hour)).flat_map(move |hour| {
            (0..60_i8).filter(move |minute| has(minutes, *minute)).map(move |minute| date.at(hour, minute, 0, 0))
        })
    }
}

fn has(set: u64, number: i8) -> bool {
    set >> number & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("* * * * *", "2026-11-23T21:48:00Z")]
    #[case("*/15 * * * *", "2026-11-23T22:00:00Z")]
    #[case("@hourly", "2026-11-23T22:00:00Z")]
    #[case("30 4 * * *", "2026-11-24T04:30:00Z")]
    #[case("0 9-17/4 * * mon-fri", "2026-11-24T09:00:00Z")]
    #[case("0 0 1 jan *", "2027-01-01T00:00:00Z")]
    #[case("0 0 29 2 *", "2028-02-29T00:00:00Z")]
    // Either the thirteenth or a Friday.
    #[case("0 0 13 * 5", "2026-11-27T00:00:00Z")]
    #[case("0 0 * * 7", "2026-11-29T00:00:00Z")]
    fn the_next_time(#[case] text: &str, #[case] next: &str) {
        let now: Timestamp = "2026-11-23T21:47:30Z".parse().unwrap();
        let schedule: Schedule = text.parse().unwrap();
        assert_eq!(schedule.next(now, &TimeZone::UTC), Some(next.parse().unwrap()));
    }

    #[test]
    fn a_day_that_does_not_exist_never_comes() {
        let schedule: Schedule = "0 0 30 2 *".parse().unwrap();
        assert_eq!(schedule.next(Timestamp::UNIX_EPOCH, &TimeZone::UTC), None);
    }

    #[rstest::rstest]
    #[case("* * * *")]
    #[case("60 * * * *")]
    #[case("* 5-1 * * *")]
    #[case("*/0 * * * *")]
    #[case("a * * * *")]
    #[case("@reboot")]
    fn no_schedules(#[case] text: &str) {
        assert!(text.parse::<Schedule>().is_err());
    }
}
