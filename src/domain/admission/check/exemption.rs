//! Whether a list exempts an image, and how near its closest pattern comes.

use super::Words;
use crate::pattern::{MissReason, PatternError, Stop};
use crate::system_policy::GoogleImage;
use crate::text::clip;

/// A check about the system policy or the allowlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExemptionCheck {
    /// The policy does not ask for the system policy.
    SystemPolicyOff,
    /// This pattern of the system policy would exempt the image, if the policy asked for it.
    SystemPolicyWouldExempt {
        pattern: String,
    },
    SystemPolicyExempts {
        pattern: String,
    },
    /// None of the system policy's patterns matches; `whole`: those of the service, not the documented
    /// part alone.
    SystemPolicyMisses {
        patterns: usize,
        whole: bool,
    },
    /// None of the documented patterns matches, and the image may be in the rest, which Google does not
    /// publish.
    SystemPolicyMayExempt {
        why: GoogleImage,
    },
    /// The system policy exempted the image, so the allowlist was not looked at.
    AllowlistSkipped,
    AllowlistExempts {
        pattern: String,
    },
    AllowlistMisses {
        patterns: usize,
    },
    /// A text in the allowlist that is no pattern.
    Invalid(PatternError),
    /// No pattern has even the first character of the image.
    NothingNear {
        first: char,
    },
    /// The pattern that comes closest to the image.
    Closest(ClosestPattern),
}

/// The pattern of a list that comes closest to an image, and where the image leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosestPattern {
    pub pattern: String,
    pub image: String,
    /// The character at which they part.
    pub stop: Stop,
    pub reason: MissReason,
    /// The part of the image that the pattern's form does not take, from where the index left it.
    pub rest: String,
}

impl ExemptionCheck {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::SystemPolicyOff => Words::new("system policy, as globalPolicyEvaluationMode is not ENABLE"),
            Self::SystemPolicyWouldExempt { pattern } => {
                Words::new("it would be exempt with globalPolicyEvaluationMode: ENABLE").with_found(pattern.clone())
            }
            Self::SystemPolicyExempts { pattern } => {
                Words::new("exempt by the system policy").with_found(pattern.clone())
            }
            Self::SystemPolicyMisses { patterns, whole: true } => {
                Words::new("system policy").with_found(format!("none of its {patterns} patterns matches"))
            }
            Self::SystemPolicyMisses { patterns, whole: false } => {
                Words::new("system policy").with_found(format!("none of its {patterns} documented patterns matches"))
            }
            Self::SystemPolicyMayExempt { why: GoogleImage::Seen(pattern) } => Words::new("system policy").with_found(
                format!("not known: {pattern} is not documented, and was seen in the list of a location in 2024"),
            ),
            Self::SystemPolicyMayExempt { why: GoogleImage::Path } => Words::new("system policy").with_found(
                "not known: the image is on a path of Google's own, and only a part of the list is documented",
            ),
            Self::AllowlistSkipped => Words::new("allowlist"),
            Self::AllowlistExempts { pattern } => Words::new("exempt by the allowlist").with_found(pattern.clone()),
            Self::AllowlistMisses { patterns: 0 } => Words::new("allowlist").with_found("it is empty"),
            Self::AllowlistMisses { patterns: 1 } => Words::new("allowlist").with_found("its pattern does not match"),
            Self::AllowlistMisses { patterns } => {
                Words::new("allowlist").with_found(format!("none of {patterns} patterns matches"))
            }
            Self::Invalid(error) => Words::new("not a pattern, so it matches nothing").with_found(error.to_string()),
            Self::NothingNear { first } => {
                Words::new("closest pattern").with_found(format!("none begins with `{first}`, as the image does"))
            }
            Self::Closest(closest) => {
                Words::new(format!("closest pattern {}", clip(&closest.pattern))).with_found(closest.text())
            }
        }
    }
}

impl ClosestPattern {
    /// Whether the pattern has other text where the image leaves it, so that they may be about different
    /// things; otherwise only the pattern's form does not take the rest of the image.
    pub fn differs(&self) -> bool {
        match (self.stop.found, self.stop.expected) {
            (Some(_), expected) => expected.is_some(),
            (None, _) => self.reason == MissReason::Differs,
        }
    }

    fn text(&self) -> String {
        let why = self.why().map(|why| format!("; {why}")).unwrap_or_default();
        format!("{}{why}", self.place())
    }

    /// Where the image leaves the pattern, counted from 1, as people do.
    fn place(&self) -> String {
        let Stop { agreed, found, expected } = self.stop;
        let at = agreed + 1;
        match (found, expected) {
            (Some(found), Some(expected)) => {
                let before: String = self.image.chars().take(agreed).collect();
                let before = clip(&before);
                format!(
                    "it stops matching at character {at}, after `{before}`: the image has `{found}` and the pattern `{expected}`"
                )
            }
            (Some(found), None) => format!("it stops matching at character {at} of the image, `{found}`"),
            (None, _) => format!("it stops matching after character {agreed}, where the image ends"),
        }
    }

    /// What the characters do not say.
    fn why(&self) -> Option<String> {
        let rest = clip(&self.rest);
        match self.reason {
            MissReason::Slash => Some(format!("`*` does not cross the `/` in `{rest}`; `**` would")),
            MissReason::ImageGoesOn => {
                Some(format!("without a wildcard it covers only exactly this, not `{rest}` after it"))
            }
            MissReason::NoTagOrDigest if rest.is_empty() => Some("`[@:]*` covers only a tag or digest".to_owned()),
            MissReason::NoTagOrDigest => Some(format!("`[@:]*` covers only a tag or digest, not `{rest}`")),
            MissReason::Differs => None,
        }
    }
}
