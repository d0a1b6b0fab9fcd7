//! What is known to have changed around an incident: the policy, an attestor, who may read a note, an image. Uses
//! nothing of the rest.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

/// A time as people read it; always UTC.
pub fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// What a change was of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    Policy,
    /// An attestor, or its keys: the log does not tell which.
    Attestor,
    Note,
    /// Who may do what with a note, an attestor or a policy.
    Access,
    Attestation,
    /// A version of a key that signs.
    Key,
    /// An image or one of its tags.
    Image,
}

impl ChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Attestor => "attestor",
            Self::Note => "note",
            Self::Access => "access",
            Self::Attestation => "attestation",
            Self::Key => "key",
            Self::Image => "image",
        }
    }
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: Timestamp,
    pub kind: ChangeKind,
    /// What was changed, and what was done with it, as its source tells.
    pub what: String,
    /// Who did it, where that is known.
    pub author: Option<String>,
}

impl Change {
    /// The change in a line; `since` is when the first was refused.
    pub fn text(&self, since: Option<Timestamp>) -> String {
        let by = self.author.as_deref().map_or_else(String::new, |author| format!(" by {author}"));
        let what = if self.what.is_empty() { String::new() } else { format!(": {}", self.what) };
        let when = since.map_or_else(String::new, |since| format!(", {}", distance(self.at, since)));
        format!("{} {}{by}{when}{what}", self.kind.as_str(), stamp(self.at))
    }
}

/// How long before or after the first refusal something was.
fn distance(at: Timestamp, since: Timestamp) -> String {
    let (word, between) =
        if at <= since { ("before", since.duration_since(at)) } else { ("after", at.duration_since(since)) };
    format!("{} {word} the first refusal", long(between))
}

/// A duration in its largest unit.
fn long(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How many changes of each side are told.
const TOLD: usize = 3;
/// How many changes of one text are kept; a log may have any number.
pub const MAX_CHANGES: usize = 1_000;

/// What is known to have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The last ones before the first refusal, the latest first; where the time of that is not known, the latest of all.
    pub before: Vec<Change>,
    /// Those since, the latest first.
    pub after: Vec<Change>,
    /// What was looked at: where it is nothing, nobody knows what changed.
    pub looked_at: Vec<&'static str>,
}

impl Changes {
    pub fn new(all: Vec<Change>, looked_at: Vec<&'static str>) -> Self {
        Self { before: all, after: Vec::new(), looked_at }
    }

    /// Those that are nearest to a time.
    pub(in crate::explain) fn around(self, since: Option<Timestamp>) -> Self {
        let all = self.before.into_iter().chain(self.after);
        let (mut before, mut after): (Vec<Change>, Vec<Change>) =
            all.partition(|change| since.is_none_or(|since| change.at <= since));
        before.sort_by_key(|change| Reverse(change.at));
        after.sort_by_key(|change| Reverse(change.at));
        before.dedup();
        after.dedup();
        before.truncate(TOLD);
        after.truncate(TOLD);
        Self { before, after, looked_at: self.looked_at }
    }

    /// Whether no change at all is known.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}
