//! What a rule does to an image, in a form in which two rules that do the same are equal.

use std::collections::BTreeSet;

use crate::admission::CompiledRule;
use crate::name::AttestorName;
use crate::policy::{EnforcementMode, EvaluationMode};

/// What a rule does. Equal exactly where no image and no attestation is decided differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Behaviour {
    /// Everything is admitted, as exempt images are. Whether a rule that admits all is enforced makes no difference.
    Admits,
    Refuses {
        dry_run: bool,
    },
    /// Admits what each of these attested, and refuses the rest; never empty.
    Asks {
        attestors: BTreeSet<AttestorName>,
        dry_run: bool,
    },
}

impl Behaviour {
    pub(super) fn from_rule(rule: &CompiledRule) -> Self {
        let dry_run = rule.enforcement == EnforcementMode::DryRun;
        match rule.evaluation {
            EvaluationMode::AlwaysAllow => Self::Admits,
            EvaluationMode::AlwaysDeny => Self::Refuses { dry_run },
            EvaluationMode::RequireAttestation => {
                // A name that is none attests nothing, and neither does a rule that names nobody admit.
                let names: Option<BTreeSet<AttestorName>> = rule.attestors.iter().map(|a| a.name.clone()).collect();
                match names.filter(|names| !names.is_empty()) {
                    Some(attestors) => Self::Asks { attestors, dry_run },
                    None => Self::Refuses { dry_run },
                }
            }
        }
    }

    /// Who has to have attested an image by digest for two rules to decide it differently: the ways
    /// there are, none where they do the same.
    ///
    /// Two behaviours that are not equal differ for one of: nobody attested it; those did whom the one
    /// asks; those did whom the other asks. Nobody: all but `Admits` refuse, so only rules that refuse
    /// in the same mode are alike. Then, where one asks more than the other, what the other asks for
    /// passes there and fails here.
    pub(super) fn distinguishing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = BTreeSet<AttestorName>> + 'a {
        let candidates = [BTreeSet::new(), self.asked(), other.asked()];
        candidates.into_iter().filter(|attested| self.verdict(attested) != other.verdict(attested))
    }

    fn asked(&self) -> BTreeSet<AttestorName> {
        match self {
            Self::Asks { attestors, .. } => attestors.clone(),
            Self::Admits | Self::Refuses { .. } => BTreeSet::new(),
        }
    }

    fn verdict(&self, attested: &BTreeSet<AttestorName>) -> Verdict {
        match self {
            Self::Admits => Verdict::Passes,
            Self::Asks { attestors, .. } if attestors.is_subset(attested) => Verdict::Passes,
            Self::Asks { dry_run: true, .. } | Self::Refuses { dry_run: true } => Verdict::Logged,
            Self::Asks { dry_run: false, .. } | Self::Refuses { dry_run: false } => Verdict::Blocked,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passes,
    Logged,
    Blocked,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Behaviour> {
        let names: Vec<AttestorName> =
            ["a", "b", "c"].map(|id| format!("projects/p/attestors/{id}").parse().unwrap()).to_vec();
        let mut all = vec![Behaviour::Admits];
        for dry_run in [false, true] {
            all.push(Behaviour::Refuses { dry_run });
            for bits in 1..8usize {
                let attestors = (0..3).filter(|at| bits & (1 << at) != 0).map(|at| names[at].clone()).collect();
                all.push(Behaviour::Asks { attestors, dry_run });
            }
        }
        all
    }

    #[test]
    fn behaviours_differ_exactly_where_some_attestations_tell_them_apart() {
        for one in all() {
            for other in all() {
                assert_eq!(one != other, one.distinguishing(&other).next().is_some(), "{one:?} {other:?}");
            }
        }
    }
}
