//! A value that lives elsewhere: what is known of it, how old that is, and whether it is on its way.

use jiff::Timestamp;

use crate::shell::report::Report;

/// Which request a reply belongs to: only the latest one of a resource counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticket(pub u64);

/// How things stand with a remote value, apart from the value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// Never asked for.
    #[default]
    Idle,
    Loading(Ticket),
    Ready,
    Failed(Report),
}

/// A remote value; the last good one stays while it is loaded again, and when that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote<T> {
    standing: Standing,
    last: Option<(T, Timestamp)>,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self { standing: Standing::Idle, last: None }
    }
}

impl<T> Remote<T> {
    /// A value that is known now.
    pub fn ready(value: T, at: Timestamp) -> Self {
        Self { standing: Standing::Ready, last: Some((value, at)) }
    }

    pub fn start(&mut self, ticket: Ticket) {
        self.standing = Standing::Loading(ticket);
    }

    /// Takes the answer to `ticket`; false if a later request is under way and this one is stale.
    pub fn finish(&mut self, ticket: Ticket, answer: Result<T, Report>, at: Timestamp) -> bool {
        if self.standing != Standing::Loading(ticket) {
            return false;
        }
        match answer {
            Ok(value) => *self = Self::ready(value, at),
            Err(report) => self.standing = Standing::Failed(report),
        }
        true
    }

    /// Takes a value that came by itself, whatever is under way.
    pub fn tell(&mut self, value: T, at: Timestamp) {
        *self = Self::ready(value, at);
    }

    /// Nobody tells the value any more; the last one was true at least until then.
    pub fn lose(&mut self, report: Report, until: Option<Timestamp>) {
        if let (Some((_, at)), Some(until)) = (&mut self.last, until) {
            *at = until;
        }
        self.standing = Standing::Failed(report);
    }

    /// The value is told again, and nothing happened to it meanwhile.
    pub fn regain(&mut self, at: Timestamp) {
        if let (Standing::Failed(_), Some((_, last))) = (&self.standing, &mut self.last) {
            *last = at;
            self.standing = Standing::Ready;
        }
    }

    /// Forgets everything, as when another project is chosen.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The last good value.
    pub fn value(&self) -> Option<&T> {
        self.last.as_ref().map(|(value, _)| value)
    }

    /// When the last good value came.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.last.as_ref().map(|(_, at)| *at)
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub fn is_loading(&self) -> bool {
        matches!(self.standing, Standing::Loading(_))
    }

    pub fn failure(&self) -> Option<&Report> {
        match &self.standing {
            Standing::Failed(report) => Some(report),
            Standing::Idle | Standing::Loading(_) | Standing::Ready => None,
        }
    }
}

impl<T> Remote<Vec<T>> {
    /// The last good list, or nothing.
    pub fn items(&self) -> &[T] {
        self.value().map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_stale_reply_is_dropped() {
        let mut remote = Remote::default();
        remote.start(Ticket(1));
        remote.start(Ticket(2));
        assert!(!remote.finish(Ticket(1), Ok("old"), at(1)));
        assert!(remote.finish(Ticket(2), Ok("new"), at(2)));
        assert!(!remote.finish(Ticket(1), Ok("old"), at(3)));
        assert_eq!(remote.value(), Some(&"new"));
    }

    #[test]
    fn a_value_that_nobody_tells_any_more_was_true_until_then() {
        let mut remote = Remote::default();
        remote.tell("good", at(1));
        remote.lose(Report::new("cut off"), Some(at(9)));
        remote.lose(Report::new("still"), None);
        assert_eq!((remote.value(), remote.read_at()), (Some(&"good"), Some(at(9))));
        assert!(remote.failure().is_some());
        remote.regain(at(12));
        assert_eq!((remote.read_at(), remote.standing()), (Some(at(12)), &Standing::Ready));
    }

    #[test]
    fn a_failure_keeps_the_last_good_value() {
        let mut remote = Remote::ready("good", at(1));
        remote.start(Ticket(3));
        assert_eq!(remote.value(), Some(&"good"));
        remote.finish(Ticket(3), Err(Report::new("no answer")), at(2));
        assert_eq!((remote.value(), remote.read_at()), (Some(&"good"), Some(at(1))));
        assert!(remote.failure().is_some());
    }
}
