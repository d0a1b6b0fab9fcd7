//! Images that no rule looks at: the system policy's and the allowlist's.

use super::Exemption;
use super::compiled::{CompiledPolicy, Patterns};
use super::paths::policy_field;
use crate::domain::document::pattern_path;
use crate::domain::pattern::{Miss, MissReason};
use crate::domain::policy::GlobalPolicyEvaluationMode;
use crate::domain::trace::{Check, Status, Tracer, clipped};

/// Which list has a pattern for an image, and which pattern of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exempted {
    System(usize),
    Allowlist(usize),
}

impl CompiledPolicy {
    /// The system policy first, then the allowlist, each in its order (`resources.proto`).
    pub(super) fn exempts(&self, image: &str, tracer: &mut impl Tracer) -> Option<Exempted> {
        let enabled = self.global_mode == GlobalPolicyEvaluationMode::Enable;
        let system = if enabled { self.system.index.first_match(image) } else { None };
        tracer.check(|| self.system_trace(system, image));
        if let Some(index) = system {
            tracer.check(|| Check::new(Status::Skipped, "allowlist"));
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
        if self.global_mode != GlobalPolicyEvaluationMode::Enable {
            let covered = self.system.index.first_match(image).map(|index| {
                Check::new(Status::Note, "it would be exempt with globalPolicyEvaluationMode: ENABLE")
                    .found(self.system.text(index))
            });
            return Check::new(Status::Skipped, "system policy, as globalPolicyEvaluationMode is not ENABLE")
                .children(covered.into_iter().collect());
        }
        match matched {
            Some(index) => Check::new(Status::Pass, "exempt by the system policy")
                .found(self.system.text(index))
                .at(policy_field("globalPolicyEvaluationMode")),
            // Google does not publish the whole list, so others may be in it.
            None => Check::new(Status::Note, "system policy")
                .found(format!("none of the {} patterns known of it matches", self.system.texts.len())),
        }
    }

    fn allowlist_trace(&self, matched: Option<usize>, image: &str) -> Check {
        let list = &self.allowlist;
        if let Some(index) = matched {
            return Check::new(Status::Pass, "exempt by the allowlist").found(list.text(index)).at(pattern_path(index));
        }
        let found = match list.texts.len() {
            0 => "it is empty".to_owned(),
            1 => "its pattern does not match".to_owned(),
            count => format!("none of {count} patterns matches"),
        };
        let mut children: Vec<Check> = list.invalid.iter().take(INVALID_SHOWN).map(invalid_trace).collect();
        children.extend(
            list.index.closest_miss(image).filter(|miss| is_close(miss, image)).map(|m| miss_trace(list, m, image)),
        );
        Check::new(Status::Note, "allowlist").found(found).children(children)
    }
}

/// A trace stays readable, however many patterns are none.
const INVALID_SHOWN: usize = 3;

fn invalid_trace((index, error): &(usize, crate::domain::pattern::PatternError)) -> Check {
    Check::new(Status::Note, "not a pattern, so it matches nothing").found(error.to_string()).at(pattern_path(*index))
}

/// Whether the miss says something: the pattern is at least in the same registry.
fn is_close(miss: &Miss, image: &str) -> bool {
    let registry = image.find('/').map_or(image.len(), |at| at + 1);
    miss.agreed >= registry
}

fn miss_trace(list: &Patterns, miss: Miss, image: &str) -> Check {
    let rest = image.get(miss.agreed..).unwrap_or_default();
    let why = match miss.reason {
        MissReason::Slash => format!("`*` does not cross the `/` in `{}`; `**` would", clipped(rest)),
        MissReason::ImageGoesOn => {
            format!("without a wildcard it covers only exactly this, not `{}` after it", clipped(rest))
        }
        MissReason::NoTagOrDigest => format!("`[@:]*` covers only a tag or digest, not `{}`", clipped(rest)),
        MissReason::Differs if rest.is_empty() => "the image ends before the pattern does".to_owned(),
        MissReason::Differs => format!("it goes on otherwise than the image does from `{}` on", clipped(rest)),
    };
    Check::new(Status::Note, format!("closest pattern {}", clipped(list.text(miss.index))))
        .found(why)
        .at(pattern_path(miss.index))
}
