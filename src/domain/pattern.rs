//! Allowlist patterns (`admissionWhitelistPatterns[].namePattern`): their form, the plain matcher,
//! and an index that finds the first matching one of thousands.
//!
//! [`Pattern::matches`] is the reference implementation of `docs/binary-authorization.md`, "Allowlist
//! patterns", written to be compared with it line by line; [`PatternIndex`] is what decisions use, and
//! a property test holds the two together. Uses nothing but `std`.

mod index;
mod stop;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

pub use index::{Miss, MissReason, PatternIndex};
pub use stop::Stop;

/// A pattern of a form that the service accepts: `[registry/]path[:tag][@digest]`, at its end
/// optionally `*`, `**` or `[@:]*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: String,
    tail: Tail,
}

/// What follows the literal part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tail {
    /// Nothing: the image is exactly this.
    Exact,
    /// `*`: anything without a `/`.
    Star,
    /// `**`: anything.
    DoubleStar,
    /// `[@:]*`: any tag or digest of exactly this image.
    TagOrDigest,
}

impl Tail {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Star => "*",
            Self::DoubleStar => "**",
            Self::TagOrDigest => "[@:]*",
        }
    }
}

/// Why a text is no pattern, and which of its bytes are wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct PatternError {
    pub kind: PatternErrorKind,
    /// Byte offsets in the pattern, on character boundaries.
    pub range: Range<usize>,
}

/// What is wrong with a pattern. That the service refuses brackets and blanks elsewhere is inferred:
/// no image reference has them, so such a pattern could match nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PatternErrorKind {
    #[error("an allowlist pattern is empty: write an image, for example `gcr.io/my-project/app@*`")]
    Empty,
    #[error("a wildcard may stand only at the very end of a pattern")]
    WildcardNotAtEnd,
    #[error("a wildcard may not be in the registry part: put it after `registry/`, for example `gcr.io/my-project/*`")]
    WildcardInRegistry,
    #[error(
        "a wildcard wants a registry before it, so that an image without one is allowed by each of its names alone: \
             `nginx`, `nginx:1`"
    )]
    WildcardWithoutRegistry,
    #[error("more than two `*`: write `*` for anything without `/`, or `**` for anything")]
    TooManyStars,
    #[error("a bracket is read only in `[@:]*` at the very end of a pattern, for any tag or digest of one image")]
    Bracket,
    #[error("white space or a control character: no image reference contains one")]
    Blank,
}

impl Pattern {
    /// The pattern that `text` is; the first thing that is wrong with it otherwise.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if let Some((kind, range)) = fault(text) {
            return Err(PatternError { kind, range });
        }
        Ok(Self { text: text.to_owned(), tail: tail(text) })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn tail(&self) -> Tail {
        self.tail
    }

    /// What is before the wildcard (or the class and the wildcard).
    pub fn literal(&self) -> &str {
        self.text.strip_suffix(self.tail.as_str()).unwrap_or(&self.text)
    }

    /// Whether the image, as it stands in the pod spec, is covered. Case counts and nothing is
    /// normalised (inferred: `docs/binary-authorization.md`, "Allowlist patterns"); an empty rest
    /// matches a wildcard (inferred as well).
    pub fn matches(&self, image: &str) -> bool {
        if self.tail == Tail::Exact {
            return image == self.text;
        }
        let Some(rest) = image.strip_prefix(self.literal()) else { return false };
        match self.tail {
            Tail::Exact => rest.is_empty(),
            Tail::Star => !rest.contains('/'),
            Tail::DoubleStar => true,
            Tail::TagOrDigest => rest.starts_with(['@', ':']) && !rest.contains('/'),
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn tail(text: &str) -> Tail {
    if text.ends_with("**") {
        Tail::DoubleStar
    } else if text.ends_with("[@:]*") {
        Tail::TagOrDigest
    } else if text.ends_with('*') {
        Tail::Star
    } else {
        Tail::Exact
    }
}

fn fault(text: &str) -> Option<(PatternErrorKind, Range<usize>)> {
    if text.is_empty() {
        return Some((PatternErrorKind::Empty, 0..0));
    }
    if let Some((at, blank)) = text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        return Some((PatternErrorKind::Blank, at..at + blank.len_utf8()));
    }
    wildcard_fault(text).or_else(|| bracket_fault(text))
}

fn wildcard_fault(text: &str) -> Option<(PatternErrorKind, Range<usize>)> {
    let first = text.find('*')?;
    let end = text.len();
    let trailing = text.trim_end_matches('*').len();
    // The registry ends at the first `/`; without one there is nothing that a wildcard may follow.
    let registry = text.find('/').unwrap_or(end);
    if first < registry {
        let stars = text.get(first..).map_or(1, |rest| rest.len() - rest.trim_start_matches('*').len());
        // Text that no `/` follows is the registry's or a name's: only a tag or digest tells them apart.
        let is_name = registry == end && text.get(..first).is_some_and(|before| before.contains([':', '@']));
        let kind =
            if is_name { PatternErrorKind::WildcardWithoutRegistry } else { PatternErrorKind::WildcardInRegistry };
        Some((kind, first..first + stars))
    } else if first < trailing {
        let stars = text.get(first..).map_or(1, |rest| rest.len() - rest.trim_start_matches('*').len());
        Some((PatternErrorKind::WildcardNotAtEnd, first..first + stars))
    } else if end - trailing > 2 {
        Some((PatternErrorKind::TooManyStars, trailing..end))
    } else {
        None
    }
}

fn bracket_fault(text: &str) -> Option<(PatternErrorKind, Range<usize>)> {
    let literal = text.strip_suffix(Tail::TagOrDigest.as_str()).unwrap_or(text);
    let start = literal.find(['[', ']'])?;
    let end = literal.rfind(['[', ']']).map_or(start, |last| last) + 1;
    Some((PatternErrorKind::Bracket, start..end))
}

#[cfg(test)]
mod tests;
