//! Why an attestor refuses an image, as messages say it (`docs/binary-authorization.md`, "Attestation
//! reasons", with the ids that are used below).

use super::cursor::{Cursor, excerpt};
use super::text::{BREAK, WRAP};

/// What kind of reason a message gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReasonKind {
    /// The evaluation mode alone decided: `ALWAYS_DENY`.
    AlwaysDeny,
    /// R1 and R6: nothing that counts was found, for whatever cause.
    NoValidAttestation,
    /// R2 and R3: a tag where a digest is needed.
    NoDigest,
    /// R4: something else than a payload was signed.
    NotJson,
    /// R5: the key id of the attestation is none of the attestor's.
    UnknownKey(String),
    /// R7, of the open-source verifier.
    BadSignature,
    WrongName,
    WrongDigest,
    BadPayload,
    /// The message names the rule and stops there (W9), or says only that something refused.
    NotGiven,
    /// The message goes on with an attestor, and ends before it says which one, or why.
    AttestorCut,
    /// A check of continuous validation was not passed: set, check and explanation.
    Check,
    /// Continuous validation is set up with what is not there, or cannot be done.
    NotWatched,
    /// The enforcer could not be asked.
    Unreachable,
    /// The message is not Binary Authorization's, or not about an admission: the text says which.
    Other,
    /// A text that is none of those known.
    Unknown,
}

/// A reason as the message has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason {
    pub kind: ReasonKind,
    /// Word for word, in one line; where the message ends early, as far as it goes.
    pub text: String,
    /// The message ends in the middle of it.
    pub is_cut: bool,
}

impl Reason {
    /// Whether its words are those of a reason that Binary Authorization gives.
    pub(super) fn is_known(&self) -> bool {
        !matches!(self.kind, ReasonKind::Unknown | ReasonKind::Other)
    }

    pub(super) fn new(kind: ReasonKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), is_cut: false }
    }
}

/// Whole reasons, the longer of two that begin alike first.
const WHOLE: [(&str, ReasonKind); 8] = [
    (crate::attestation::NO_VALID_ATTESTATION, ReasonKind::NoValidAttestation),
    ("No attestations found", ReasonKind::NoValidAttestation),
    ("Expected digest with sha256 scheme, but got tag or malformed digest", ReasonKind::NoDigest),
    ("Attestor cannot attest to an image deployed by tag", ReasonKind::NoDigest),
    ("incorrect image name in Attestation payload", ReasonKind::WrongName),
    ("incorrect image digest in Attestation payload", ReasonKind::WrongDigest),
    ("error parsing attestation payload", ReasonKind::BadPayload),
    ("failed to validate: signature missing", ReasonKind::BadSignature),
];

/// Beginnings after which the reason goes on with what it found.
const BEGUN: [(&str, ReasonKind); 3] = [
    ("Signature verified, but unexpected message was signed", ReasonKind::NotJson),
    ("Attestation(s) found, but could not be verified", ReasonKind::UnknownKey(String::new())),
    ("error verifying signature", ReasonKind::BadSignature),
];

const KEY_ID: [&str; 2] = ["No key found for attestation with key id \"", "no public key with ID \""];
/// A reason that is longer is cut.
const LONGEST: usize = 600;
/// How much of a known reason has to be there to say how it began.
const ENOUGH: usize = 12;

/// The reason that stands here, and where it ends.
pub(super) fn read(at: Cursor<'_>) -> (Reason, Cursor<'_>) {
    if let Some((kind, end)) = WHOLE.iter().find_map(|(text, kind)| Some((kind, ended(at.eat(text)?)?))) {
        return (Reason::new(kind.clone(), shown_words(at, end)), end);
    }
    if let Some((key, end)) = KEY_ID.iter().find_map(|text| at.eat(text)).and_then(key_id) {
        return (Reason::new(ReasonKind::UnknownKey(key), excerpt(at.text_until(end.at))), end);
    }
    let (end, is_cut) = tail(at);
    let text = excerpt(at.text_until(end.at));
    let begun = BEGUN.iter().find(|(text, _)| at.eat(text).is_some()).map(|(_, kind)| kind.clone());
    match begun {
        Some(ReasonKind::UnknownKey(_)) => (Reason { kind: named_key(at, end), text, is_cut }, end),
        Some(kind) => (Reason { kind, text, is_cut }, end),
        None => (Reason { kind: cut(&text), is_cut: is_cut || cut(&text) != ReasonKind::Unknown, text }, end),
    }
}

/// The words of a whole reason are known, wherever their lines were broken.
fn shown_words(at: Cursor<'_>, end: Cursor<'_>) -> String {
    let known = WHOLE.iter().find(|(text, _)| at.eat(text).is_some_and(|found| found.at == end.at));
    known.map_or_else(|| excerpt(at.text_until(end.at)), |(text, _)| (*text).to_owned())
}

/// The reasons that nothing else gives, so that they are known without what stands before them.
const ALONE: [&str; 6] = [
    crate::attestation::NO_VALID_ATTESTATION,
    "Expected digest with sha256 scheme, but got tag or malformed digest",
    "Expected digest with sha256 scheme",
    "Attestor cannot attest to an image deployed by tag",
    "Signature verified, but unexpected message was signed",
    "Attestation(s) found, but could not be verified",
];

/// The reason that stands here with nothing before it.
pub(super) fn alone(at: Cursor<'_>) -> Option<(Reason, Cursor<'_>)> {
    ALONE.iter().find_map(|text| at.eat(text))?;
    Some(read(at)).filter(|(reason, _)| reason.is_known())
}

/// The reason that stands here, also in words that only mean it.
pub(super) fn read_loosely(at: Cursor<'_>) -> (Reason, Cursor<'_>) {
    const MEANT: [&str; 3] = ["no valid attestation", "no attestation", "missing attestation"];
    match MEANT.iter().find_map(|text| Some((*text, at.eat(text)?))) {
        Some((text, end)) => {
            (Reason::new(ReasonKind::NoValidAttestation, text), at.eat("no valid attestations").unwrap_or(end))
        }
        None => read(at),
    }
}

/// How much of a reason's end has to be there to know it.
const ENOUGH_OF_END: usize = 20;

/// A reason whose beginning is cut off.
pub(super) fn end_of_one(at: Cursor<'_>) -> Option<(Reason, Cursor<'_>)> {
    let ends = ALONE.iter().filter_map(|text| {
        let (_, kind) = WHOLE.iter().find(|(known, _)| known == text)?;
        let longest = text.len().checked_sub(ENOUGH_OF_END)?;
        let end = (1..=longest).filter_map(|from| text.get(from..)).find_map(|end| at.eat(end))?;
        let reason = Reason { kind: kind.clone(), text: excerpt(at.text_until(end.at)), is_cut: false };
        Some((reason, end))
    });
    ends.into_iter().next()
}

/// What begins the next message behind a reason.
const NEXT: [&str; 7] = [
    " admission webhook \"",
    " pods \"",
    " pod \"",
    " image policy we",
    " one or more images rejected",
    " error when ",
    " failed calling webhook",
];

/// A whole reason has nothing behind it but the end of a sentence or of the text.
fn ended(end: Cursor<'_>) -> Option<Cursor<'_>> {
    let follows = end.peek();
    follows
        .is_none_or(|c| !c.is_alphanumeric() && c != ' ' && c != '\u{2026}')
        .then_some(end)
        .or_else(|| NEXT.iter().any(|words| end.eat(words).is_some()).then_some(end))
        .or_else(|| (follows == Some(' ') && !end.next().peek().is_some_and(char::is_lowercase)).then_some(end))
}

fn key_id(at: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    at.quoted('\'').or_else(|| at.quoted('"'))
}

/// The key that a longer reason names somewhere in it.
fn named_key(at: Cursor<'_>, end: Cursor<'_>) -> ReasonKind {
    let text = at.text_until(end.at);
    let mut place = Cursor::new(text);
    while !place.is_at_end() {
        if let Some((key, _)) = KEY_ID.iter().find_map(|text| place.eat(text)).and_then(key_id) {
            return ReasonKind::UnknownKey(key);
        }
        place = place.next();
    }
    ReasonKind::Unknown
}

/// Where a reason ends that has no known end: at the next sentence about an image, at a paragraph, or
/// at the end of its line if what follows is not its continuation. True where the text ends before.
fn tail(at: Cursor<'_>) -> (Cursor<'_>, bool) {
    let mut place = at;
    while place.at - at.at < LONGEST {
        match place.peek() {
            Some('\u{2026}') => return (place, true),
            None | Some(BREAK) => return (place, false),
            Some('.') if place.eat("...").is_some() => return (place, true),
            Some('.') if place.eat(". Image ").is_some() || place.eat(". Container image ").is_some() => {
                return (place, false);
            }
            Some(' ') if is_next(place) => return (place, false),
            Some('"') if place.next().peek().is_none_or(|c| matches!(c, ',' | '}' | ']' | WRAP)) => {
                return (place, false);
            }
            // R4 goes on in a second line.
            Some(WRAP) if place.next().eat("Syntax error").is_none() && !goes_on(at, place) => {
                return (place, false);
            }
            Some(_) => place = place.next(),
        }
    }
    (place, true)
}

/// Whether another message begins behind this space.
fn is_next(at: Cursor<'_>) -> bool {
    const HEADS: [&str; 4] =
        [" Error creating: ", " Error from server (", " admission webhook \"imagepolicywebhook", " pods \""];
    HEADS.iter().any(|words| at.eat(words).is_some())
}

/// Whether a known reason goes on behind this line's end.
fn goes_on(at: Cursor<'_>, line_end: Cursor<'_>) -> bool {
    let begins = |text: &str| {
        let read: String = at.text_until(line_end.at).chars().filter(|c| !matches!(c, ' ' | '\n')).collect();
        let known: String = text.chars().filter(|c| *c != ' ').collect();
        read.len() < known.len() && known.starts_with(&read)
    };
    WHOLE.iter().any(|(text, _)| begins(text))
        || BEGUN.iter().any(|(text, _)| at.eat(text).is_some()) && !ends_sentence(at.text_until(line_end.at))
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with("expected.") || text.ends_with('\'')
}

/// What a reason that ends early begins like, if all that begin so are of one kind.
fn cut(text: &str) -> ReasonKind {
    let text = text.trim_end_matches(['\u{2026}', '.', ' ']);
    let mut kinds = WHOLE.iter().filter(|(known, _)| text.len() >= ENOUGH && known.starts_with(text));
    match (kinds.next(), kinds.next_back()) {
        (Some((_, first)), last) if last.is_none_or(|(_, last)| last == first) => first.clone(),
        _ => ReasonKind::Unknown,
    }
}
