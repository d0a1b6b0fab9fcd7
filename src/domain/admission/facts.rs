//! What a decision can hang on, and which of it is not known.
//!
//! What nobody said is not known; it is never taken for *does not apply*. A request names the facts about
//! itself that are not known, a decision those that could turn it. Uses the kinds of
//! rules of [`crate::policy`] alone.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use crate::policy::RuleKind;

/// Something that a decision can hang on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Which cluster the pod would run in.
    Cluster,
    /// Which namespace the pod is in.
    Namespace,
    /// As which service account it runs.
    ServiceAccount,
    /// Which identity it has in a mesh, if any.
    ServiceIdentity,
    /// Whether Binary Authorization is asked there at all: of a cluster its setting, of a Cloud Run
    /// service its own choice or that of the organisation.
    Enforcement,
    /// The digest that Cloud Run resolves a tag to.
    Tag,
    /// Who has attested an image.
    Attestations,
    /// What Google's own list of system images has besides the documented part.
    SystemPolicy,
}

impl Fact {
    pub const ALL: [Self; 8] = [
        Self::Cluster,
        Self::Namespace,
        Self::ServiceAccount,
        Self::ServiceIdentity,
        Self::Enforcement,
        Self::Tag,
        Self::Attestations,
        Self::SystemPolicy,
    ];

    /// The name in camel case, for exports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Namespace => "namespace",
            Self::ServiceAccount => "serviceAccount",
            Self::ServiceIdentity => "serviceIdentity",
            Self::Enforcement => "enforcement",
            Self::Tag => "tag",
            Self::Attestations => "attestations",
            Self::SystemPolicy => "systemPolicy",
        }
    }

    /// The fact with this name, as [`Fact::id`] gives it.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.id() == id)
    }

    /// What it is, in words that follow "not known is".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "the cluster",
            Self::Namespace => "the namespace",
            Self::ServiceAccount => "the service account",
            Self::ServiceIdentity => "the service identity",
            Self::Enforcement => "whether Binary Authorization is asked there",
            Self::Tag => "the digest that the tag means",
            Self::Attestations => "who attested it",
            Self::SystemPolicy => "the system policy of the service",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of facts, in the order of [`Fact::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Facts(u16);

impl Facts {
    pub const NONE: Self = Self(0);

    /// What is not known of a pod of which only the images are: where it would run, and as whom.
    pub const fn of_bare_images() -> Self {
        Self(Fact::Cluster.bit() | Fact::Namespace.bit() | Fact::ServiceAccount.bit() | Fact::ServiceIdentity.bit())
    }

    /// What can be found out about an image: the digest that its tag means, and who attested it.
    pub const fn of_evidence() -> Self {
        Self(Fact::Tag.bit() | Fact::Attestations.bit())
    }

    /// The facts by which a rule of this kind is chosen.
    pub(crate) const fn of_rule(kind: RuleKind) -> Self {
        match kind {
            RuleKind::Default => Self::NONE,
            RuleKind::Cluster => Self(Fact::Cluster.bit()),
            RuleKind::Namespace => Self(Fact::Namespace.bit()),
            RuleKind::ServiceAccount => Self(Fact::Namespace.bit() | Fact::ServiceAccount.bit()),
            // A workload of the mesh has the identity of its namespace and its account.
            RuleKind::ServiceIdentity => {
                Self(Fact::Namespace.bit() | Fact::ServiceAccount.bit() | Fact::ServiceIdentity.bit())
            }
        }
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn contains(self, fact: Fact) -> bool {
        self.0 & fact.bit() != 0
    }

    /// The facts that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The facts of this set that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn insert(&mut self, fact: Fact) {
        self.0 |= fact.bit();
    }

    pub fn remove(&mut self, fact: Fact) {
        self.0 &= !fact.bit();
    }

    pub fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL.into_iter().filter(move |fact| self.contains(*fact))
    }
}

impl From<Fact> for Facts {
    fn from(fact: Fact) -> Self {
        Self(fact.bit())
    }
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        facts.into_iter().fold(Self::NONE, |all, fact| all | fact.into())
    }
}

impl BitOr for Facts {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Facts {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The facts in words: `the cluster, the namespace and who attested it`.
impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Fact::as_str).collect();
        match words.as_slice() {
            [] => f.write_str("nothing"),
            [one] => f.write_str(one),
            [most @ .., last] => write!(f, "{} and {last}", most.join(", ")),
        }
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in_and_reads_as_a_list() {
        let mut facts = Facts::of_bare_images();
        assert!(facts.contains(Fact::Cluster) && !facts.contains(Fact::Tag));
        facts.remove(Fact::ServiceIdentity);
        facts.remove(Fact::ServiceAccount);
        facts.insert(Fact::Attestations);
        assert_eq!(facts.to_string(), "the cluster, the namespace and who attested it");
        assert_eq!(facts.without(facts), Facts::NONE);
    }

    #[test]
    fn each_fact_has_an_id_of_its_own() {
        for fact in Fact::ALL {
            assert_eq!(Fact::from_id(fact.id()), Some(fact));
        }
        assert_eq!(Fact::from_id("weather"), None);
    }
}
