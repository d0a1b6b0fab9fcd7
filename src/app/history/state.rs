//! Every policy that was live, as far as the workbench saw it: when, whose, and what it changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::policy::Policy;
use domain::policy_change::Dated;
use domain::policy_change::changes;

/// One version of a project's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// When it was recorded.
    pub at: Timestamp,
    pub author: Author,
    pub policy: Policy,
}

/// Who made a version live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Author {
    /// The version was imported here, by this account.
    Here(String),
    /// The version was found when the policy was read.
    Unknown,
    /// The project had none of its own.
    Default,
}

impl Author {
    pub fn text(&self) -> String {
        match self {
            Self::Here(account) => account.clone(),
            Self::Unknown => "unknown (changed outside)".to_owned(),
            Self::Default => "nobody (the default)".to_owned(),
        }
    }
}

impl From<&Version> for Dated {
    fn from(version: &Version) -> Self {
        let author = match &version.author {
            Author::Here(account) => Some(account.clone()),
            Author::Unknown | Author::Default => None,
        };
        Self { since: version.live_since(), author, policy: version.policy.clone() }
    }
}

impl Version {
    /// A version that was read, not imported here.
    pub fn from_read(policy: Policy, at: Timestamp) -> Self {
        let stored = policy.etag.is_some() || policy.update_time.is_some();
        Self { at, author: if stored { Author::Unknown } else { Author::Default }, policy }
    }

    /// When it became live, by the service's own time where it says one.
    pub fn live_since(&self) -> Timestamp {
        self.policy.update_time.as_ref().and_then(|time| time.parse().ok()).unwrap_or(self.at)
    }

    /// When it became live, as titles name it.
    pub fn stamp(&self) -> String {
        self.live_since().strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Whether it is the same version, not only the same text.
    pub fn is(&self, policy: &Policy) -> bool {
        self.policy.etag == policy.etag
            && self.policy.update_time == policy.update_time
            && self.policy.says_the_same_as(policy)
    }
}

/// What is kept of one project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    pub project: String,
    /// The oldest first.
    pub versions: Vec<Version>,
    /// Records that cannot be read; they are left where they are.
    pub damaged: usize,
    /// Why the last version could not be kept, or the file not be read.
    pub failure: Option<String>,
}

impl History {
    /// The version of this number, counted from the newest.
    pub fn newest(&self, number: usize) -> Option<&Version> {
        self.versions.iter().rev().nth(number)
    }

    /// The version that was live at this time; `None` where none is known that early.
    pub fn live_at(&self, time: Timestamp) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.live_since() <= time)
    }

    /// The policy that had this etag.
    pub fn by_etag(&self, etag: &str) -> Option<&Policy> {
        let mut versions = self.versions.iter().rev().map(|version| &version.policy);
        versions.find(|policy| policy.etag.as_deref() == Some(etag))
    }

    /// The damaged records in words, such as `2 records that cannot be read; they are left out`.
    pub fn damage(&self) -> String {
        match self.damaged {
            1 => "1 record that cannot be read; it is left out".to_owned(),
            count => format!("{count} records that cannot be read; they are left out"),
        }
    }

    /// What a version changed, in a line; counted from the newest.
    pub fn changes(&self, number: usize) -> String {
        match (self.newest(number), self.newest(number + 1)) {
            (Some(version), Some(before)) => changes(&before.policy, &version.policy),
            (Some(_), None) => "the first that was seen".to_owned(),
            (None, _) => String::new(),
        }
    }
}

/// The box with the list of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryBox {
    /// Counted from the newest.
    pub selected: usize,
    /// The one to compare with, counted from the newest.
    pub marked: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::document::{Dialect, Document};

    fn policy(text: &str) -> Policy {
        Document::parse(text, Dialect::Gcloud).policy.unwrap()
    }

    const DENY: &str =
        "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}";

    #[test]
    fn a_version_is_told_by_its_etag_too() {
        let now = Timestamp::UNIX_EPOCH;
        let mut first = policy(DENY);
        assert_eq!(Version::from_read(first.clone(), now).author, Author::Default);
        first.etag = Some("1".into());
        let version = Version::from_read(first.clone(), now);
        assert_eq!(version.author, Author::Unknown);
        assert!(version.is(&first) && !version.is(&policy(DENY)));
        let history = History { versions: vec![version], ..History::default() };
        assert_eq!(history.by_etag("1"), Some(&first));
        assert_eq!(history.changes(0), "the first that was seen");
    }
}
