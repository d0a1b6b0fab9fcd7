//! A place in a policy, as a list of fields, keys and indexes.
//!
//! May use [`crate::policy`] only.

use std::fmt;

use crate::policy::RuleKind;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A field of a message.
    Field(String),
    /// A key of a map.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// A place in a policy, printed as gcloud does:
/// `clusterAdmissionRules[us-central1-a.c].evaluationMode`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(pub Vec<Segment>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if at == 0 => f.write_str(name)?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Key(key) => write!(f, "[{key}]")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The place of a rule.
pub fn rule_path(kind: RuleKind, key: &str) -> Path {
    let field = Segment::Field(kind.field().to_owned());
    match kind {
        RuleKind::Default => Path(vec![field]),
        _ => Path(vec![field, Segment::Key(key.to_owned())]),
    }
}

/// The place of an allowlist pattern.
pub fn pattern_path(index: usize) -> Path {
    let field = |name: &str| Segment::Field(name.to_owned());
    Path(vec![field("admissionWhitelistPatterns"), Segment::Index(index), field("namePattern")])
}
