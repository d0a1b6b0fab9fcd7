//! Images that no rule looks at: the system policy's and the allowlist's.

use super::check::{ClosestPattern, ExemptionCheck};
use super::compiled::{CompiledPolicy, Patterns};
use super::facts::{Fact, Facts};
use super::outcome::Exemption;
use super::paths::policy_field;
use super::trace::{Check, Silent, Status, Tracer};
use crate::image::Digest;
use crate::path::pattern_path;
use crate::pattern::{Pattern, PatternError, Tail};
use crate::policy::GlobalPolicyEvaluationMode;
use crate::system_policy::{GoogleImage, google_image};

/// Which list has a pattern for an image, and which pattern of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exempted {
    System(usize),
    Allowlist(usize),
}

/// Whether the images with one name and any digest are exempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DigestsExempt {
    /// All of them.
    Always(Exempted),
    Never,
    /// It hangs on these facts.
    Perhaps(Facts),
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

    /// Whether every image `NAME@DIGEST`, some, or none is exempt; `name` has neither tag nor digest.
    pub(super) fn exempts_digests(&self, name: &str) -> DigestsExempt {
        let enabled = self.global_mode == GlobalPolicyEvaluationMode::Enable;
        let system = if enabled { covered(&self.system, name) } else { Covered::None };
        let allowlist = covered(&self.allowlist, name);
        let mut open = Facts::NONE;
        match (system, allowlist) {
            (Covered::All(index), _) => return DigestsExempt::Always(Exempted::System(index)),
            (_, Covered::All(index)) => return DigestsExempt::Always(Exempted::Allowlist(index)),
            (Covered::None, Covered::None) => {}
            (Covered::Some, _) | (_, Covered::Some) => open.insert(Fact::Tag),
        }
        if self.may_be_of_system(name).is_some() {
            open.insert(Fact::SystemPolicy);
        }
        if open.is_empty() { DigestsExempt::Never } else { DigestsExempt::Perhaps(open) }
    }

    /// Whether an image that no known pattern covers may be in the part of the system policy that is not
    /// known, and why.
    pub(crate) fn may_be_of_system(&self, image: &str) -> Option<GoogleImage> {
        let counts = !self.system_is_whole && self.global_mode == GlobalPolicyEvaluationMode::Enable;
        google_image(image).filter(|_| counts)
    }

    /// The check of a list that exempts an image whatever its digest.
    pub(super) fn every_digest_trace(&self, exempted: Exempted) -> Check {
        let (check, path) = match self.exemption(exempted) {
            Exemption::System { pattern } => {
                (ExemptionCheck::SystemPolicyExempts { pattern }, policy_field("globalPolicyEvaluationMode"))
            }
            Exemption::Allowlist { pattern, index } => {
                (ExemptionCheck::AllowlistExempts { pattern }, pattern_path(index))
            }
        };
        Check::new(Status::Pass, check).with_path(path)
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
            if let Some(why) = self.may_be_of_system(image) {
                return Check::new(Status::Unknown, ExemptionCheck::SystemPolicyMayExempt { why });
            }
            let (patterns, whole) = (self.system.texts.len(), self.system_is_whole);
            return Check::new(Status::Note, ExemptionCheck::SystemPolicyMisses { patterns, whole })
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

/// Which images with one name and any digest a list covers.
enum Covered {
    /// All, by this pattern.
    All(usize),
    /// Those with certain digests.
    Some,
    None,
}

fn covered(list: &Patterns, name: &str) -> Covered {
    let head = format!("{name}@{DIGEST_HEAD}");
    let mut some = false;
    for (index, text) in list.texts.iter().enumerate() {
        // Only a pattern with the same beginning can cover one of them, and few have it.
        let common = text.bytes().zip(head.bytes()).take_while(|(a, b)| a == b).count();
        let Some(pattern) = is_near(text, &head, common).then(|| Pattern::parse(text).ok()).flatten() else { continue };
        let literal = pattern.literal();
        if head.starts_with(literal) {
            // A wildcard in the name or before the digest's digits: these digits have no `/`, so all or none match.
            if pattern.matches(&format!("{head}{}", "0".repeat(Digest::HEX_LENGTH))) {
                return Covered::All(index);
            }
        } else if let Some(digits) = literal.strip_prefix(&head) {
            let is_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let is_whole = digits.len() == Digest::HEX_LENGTH;
            some |= is_hex && digits.len() <= Digest::HEX_LENGTH && (is_whole || pattern.tail() != Tail::Exact);
        }
    }
    if some { Covered::Some } else { Covered::None }
}

/// Whether a pattern could cover a text that begins with `head`, of which it has the first `common` bytes: it has
/// the whole, or goes over into its wildcard.
fn is_near(pattern: &str, head: &str, common: usize) -> bool {
    common == head.len() || matches!(pattern.as_bytes().get(common), Some(b'*' | b'['))
}

/// How a digest begins.
const DIGEST_HEAD: &str = "sha256:";

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
