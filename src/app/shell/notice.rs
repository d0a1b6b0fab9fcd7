//! Short notices in the status line.

use jiff::{SignedDuration, Timestamp};

/// How much attention a notice wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Info,
    Success,
    Warning,
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub weight: Weight,
    pub text: String,
    pub at: Timestamp,
}

/// The latest notice; errors stay longer.
#[derive(Debug, Default)]
pub struct Notices {
    latest: Option<Notice>,
}

impl Notices {
    pub fn say(&mut self, weight: Weight, text: impl Into<String>, at: Timestamp) {
        self.latest = Some(Notice { weight, text: text.into(), at });
    }

    /// The notice to show now.
    pub fn current(&self, now: Timestamp) -> Option<&Notice> {
        self.latest.as_ref().filter(|notice| {
            let seconds = match notice.weight {
                Weight::Info | Weight::Success => 6,
                Weight::Warning | Weight::Error => 20,
            };
            now.duration_since(notice.at) < SignedDuration::from_secs(seconds)
        })
    }

    pub fn clear(&mut self) {
        self.latest = None;
    }
}
