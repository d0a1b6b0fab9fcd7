//! Images that no rule looks at: the system policy's and the allowlist's.

use super::compiled::{CompiledPolicy, Patterns};
use super::outcome::Exemption;
use super::paths::policy_field;
use crate::document::pattern_path;
use crate::pattern::{MissReason, Pattern, Stop};
use crate::policy::GlobalPolicyEvaluationMode;
use crate::trace::{Check, Status, Tracer, clipped};

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
                .found(format!("none of the {} patterns known of it matches", self.system.texts.len()))
                .children(near_system(&self.system, image)),
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
        let near = near_miss(list, image).map(|(index, check)| check.at(pattern_path(index)));
        children.extend(near.or_else(|| far_miss(list, image)));
        Check::new(Status::Note, "allowlist").found(found).children(children)
    }
}

/// A trace stays readable, however many patterns are none.
const INVALID_SHOWN: usize = 3;

fn invalid_trace((index, error): &(usize, crate::pattern::PatternError)) -> Check {
    Check::new(Status::Note, "not a pattern, so it matches nothing").found(error.to_string()).at(pattern_path(*index))
}

/// No pattern has even the first character of the image.
fn far_miss(list: &Patterns, image: &str) -> Option<Check> {
    let first = image.chars().next().filter(|_| list.texts.len() > list.invalid.len())?;
    Some(Check::new(Status::Note, "closest pattern").found(format!("none begins with `{first}`, as the image does")))
}

/// The pattern that comes closest, by its number, and where the image leaves it; `None` where not
/// even a first character agrees.
fn near_miss(list: &Patterns, image: &str) -> Option<(usize, Check)> {
    let miss = list.index.closest_miss(image).filter(|miss| miss.agreed > 0)?;
    let pattern = Pattern::parse(list.text(miss.index)).ok()?;
    let stop = pattern.stop(image)?;
    let check = Check::new(Status::Note, format!("closest pattern {}", clipped(pattern.as_str())));
    let why = why(miss.reason, image.get(miss.agreed..).unwrap_or_default());
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    Some((miss.index, check.found(format!("{}{why}", place(stop, image)))))
}

/// Of Google's own list only what is at least of the image's registry is worth a line: nobody here
/// can change it.
fn near_system(list: &Patterns, image: &str) -> Vec<Check> {
    let registry = image.find('/').map_or(image.len(), |at| at + 1);
    let near = list.index.closest_miss(image).is_some_and(|miss| miss.agreed >= registry);
    near.then(|| near_miss(list, image)).flatten().map(|(_, check)| check).into_iter().collect()
}

/// Counted from 1, as people do.
fn place(stop: Stop, image: &str) -> String {
    let at = stop.agreed + 1;
    let agreed: String = image.chars().take(stop.agreed).collect();
    match (stop.found, stop.expected) {
        (Some(found), Some(expected)) => format!(
            "it stops matching at character {at}, after `{}`: the image has `{found}` and the pattern `{expected}`",
            clipped(&agreed)
        ),
        (Some(found), None) => format!("it stops matching at character {at} of the image, `{found}`"),
        (None, _) => format!("it stops matching after character {}, where the image ends", stop.agreed),
    }
}

/// What the characters do not say.
fn why(reason: MissReason, rest: &str) -> Option<String> {
    match reason {
        MissReason::Slash => Some(format!("`*` does not cross the `/` in `{}`; `**` would", clipped(rest))),
        MissReason::ImageGoesOn => {
            Some(format!("without a wildcard it covers only exactly this, not `{}` after it", clipped(rest)))
        }
        MissReason::NoTagOrDigest if rest.is_empty() => Some("`[@:]*` covers only a tag or digest".to_owned()),
        MissReason::NoTagOrDigest => Some(format!("`[@:]*` covers only a tag or digest, not `{}`", clipped(rest))),
        MissReason::Differs => None,
    }
}
