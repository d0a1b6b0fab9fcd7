//! Images that no rule looks at: the system policy's and the allowlist's.

use super::check::{ClosestPattern, ExemptionCheck};
use super::compiled::{CompiledPolicy, Patterns};
use super::outcome::Exemption;
use super::paths::policy_field;
use super::trace::{Check, Silent, Status, Tracer};
use crate::path::pattern_path;
use crate::pattern::{Pattern, PatternError};
use crate::policy::GlobalPolicyEvaluationMode;

/// Which list has a pattern for an image, and which pattern of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exempted {
    System(usize),
    Allowlist(usize),
}

impl CompiledPolicy {
    /// Whether no rule looks at this image: the system policy or the allowlist covers it.
    pub(crate) fn is_exempt(&self, image: &str) -> bool {
        self.exempts(image, &mut Silent).is_some()
    }

    /// The system policy first, then the allowlist, each in its order (`resources.proto`).
    pub(super) fn exempts(&self, image: &str, tracer: &mut impl Tracer) -> Option<Exempted> {
        let enabled = self.global_mode == GlobalPolicyEvaluationMode::Enable;
        let system = if enabled { self.system.index.first_match(image) } else { None };
        tracer.check(|| self.system_trace(system, image));
        if let Some(index) = system {
            tracer.check(|| Check::new(Status::Skipped, ExemptionCheck::AllowlistSkipped));
            return Some(Exempted::System(index));
        }
        let allowlist = self.allowlist.index.first_match(image);
        tracer.check(|| self.allowlist_trace(allowlist, image));
        allowlist.map(Exempted::Allowlist)
    }

    pub(super) fn exemption(&self, exempted: Exempted) -> Exemption {
        match exempted {
            Exempted::System(index) => Exemption::System { pattern: self.system.text(index).to_owned() },
            Exempted::Allowlist(index) => {
                Exemption::Allowlist { pattern: self.allowlist.text(index).to_owned(), index }
            }
        }
    }

    fn system_trace(&self, matched: Option<usize>, image: &str) -> Check {
        let pattern = |index| self.system.text(index).to_owned();
        if self.global_mode != GlobalPolicyEvaluationMode::Enable {
            let covered = self.system.index.first_match(image).map(|index| {
                Check::new(Status::Note, ExemptionCheck::SystemPolicyWouldExempt { pattern: pattern(index) })
            });
            return Check::new(Status::Skipped, ExemptionCheck::SystemPolicyOff)
                .children(covered.into_iter().collect());
        }
        let Some(index) = matched else {
            let patterns = self.system.texts.len();
            return Check::new(Status::Note, ExemptionCheck::SystemPolicyMisses { patterns })
                .children(near_system(&self.system, image));
        };
        Check::new(Status::Pass, ExemptionCheck::SystemPolicyExempts { pattern: pattern(index) })
            .with_path(policy_field("globalPolicyEvaluationMode"))
    }

    fn allowlist_trace(&self, matched: Option<usize>, image: &str) -> Check {
        let list = &self.allowlist;
        if let Some(index) = matched {
            let pattern = list.text(index).to_owned();
            return Check::new(Status::Pass, ExemptionCheck::AllowlistExempts { pattern })
                .with_path(pattern_path(index));
        }
        let mut children: Vec<Check> = list.invalid.iter().take(INVALID_SHOWN).map(invalid_trace).collect();
        let near = near_miss(list, image).map(|(index, check)| check.with_path(pattern_path(index)));
        children.extend(near.or_else(|| far_miss(list, image)));
        Check::new(Status::Note, ExemptionCheck::AllowlistMisses { patterns: list.texts.len() }).children(children)
    }
}

/// A trace stays readable, however many patterns are none.
const INVALID_SHOWN: usize = 3;

fn invalid_trace((index, error): &(usize, PatternError)) -> Check {
    Check::new(Status::Note, ExemptionCheck::Invalid(error.clone())).with_path(pattern_path(*index))
}

/// No pattern has even the first character of the image.
fn far_miss(list: &Patterns, image: &str) -> Option<Check> {
    let first = image.chars().next().filter(|_| list.texts.len() > list.invalid.len())?;
    Some(Check::new(Status::Note, ExemptionCheck::NothingNear { first }))
}

/// The pattern that comes closest, by its number, and where the image leaves it; `None` where not
/// even a first character agrees.
fn near_miss(list: &Patterns, image: &str) -> Option<(usize, Check)> {
    let miss = list.index.closest_miss(image).filter(|miss| miss.agreed > 0)?;
    let pattern = Pattern::parse(list.text(miss.index)).ok()?;
    let closest = ClosestPattern {
        stop: pattern.stop(image)?,
        pattern: pattern.as_str().to_owned(),
        image: image.to_owned(),
        reason: miss.reason,
        rest: image.get(miss.agreed..).unwrap_or_default().to_owned(),
    };
    Some((miss.index, Check::new(Status::Note, ExemptionCheck::Closest(closest))))
}

/// Checks of Google's own list only what is at least of the image's registry, which is worth a line: nobody here can
/// change it.
fn near_system(list: &Patterns, image: &str) -> Vec<Check> {
    let registry = image.find('/').map_or(image.len(), |at| at + 1);
    let near = list.index.closest_miss(image).is_some_and(|miss| miss.agreed >= registry);
    near.then(|| near_miss(list, image)).flatten().map(|(_, check)| check).into_iter().collect()
}
