//! The sentences that refusals are made of, each read at one place of a plain text.

use super::cursor::{Cursor, excerpt};
use super::reason::{self, Reason};
use super::refusal::RuleSaid;
use super::rule::{any_rule, rule};
use super::text::WRAP;
use super::{kind, relatives};

/// One sentence, or a part that has a meaning of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// `Error from server (REASON): `.
    Server { reason: String },
    /// `error when creating "FILE": `.
    File { name: String },
    /// `pods "X" is forbidden: `.
    Forbidden { pod: String },
    /// `admission webhook "X" denied the request: `; the name may be lost.
    Webhook { name: String },
    /// `failed calling webhook "X"`.
    WebhookFailed { name: String, why: String },
    /// `image policy webhook backend denied one or more images: `.
    Backend,
    /// `one or more images rejected by webhook backend`.
    BackendNoReason,
    /// `Service update rejected by Binary Authorization policy: `.
    ServiceUpdate,
    /// `Revision R uses unauthorized container image`.
    Revision { name: String },
    /// `Container image 'X' is not authorized by policy`.
    ContainerImage { image: String },
    /// Cloud Run's reason in one word, as conditions have it.
    RunReason,
    /// `Image X denied by Binary Authorization RULE.`
    ImageRule { image: Named, rule: Result<RuleSaid, String> },
    /// `denied by Binary Authorization policy`, as tools and people put it.
    Paraphrase { image: Named, reason: Option<Reason> },
    /// `Denied by RULE.`
    Rule { rule: RuleSaid },
    /// `Overridden by evaluation mode`, `Denied by always_deny admission rule`.
    AlwaysDeny { text: String },
    /// `Denied by Attestor. `
    DeniedByAttestor,
    /// `Image X denied by attestor A: REASON`; where people cut it, the reason alone.
    ImageAttestor { image: Named, attestor: Named, reason: Reason },
    /// `'X' : `, before the cause of an audit log entry.
    Cause { image: String },
    /// `Cannot monitor cluster 'L.N': …`, of continuous validation.
    NotWatched { description: String },
    /// What is known and is not a refusal of Binary Authorization's.
    Relative { known: &'static relatives::KnownMessage },
}

/// A name in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Name(String),
    /// What stands in its place: `...`, `IMAGE_NAME`.
    Elided(String),
    /// The part of the message that has it is not there.
    Missing,
}

impl Named {
    pub(super) fn new(name: String) -> Self {
        if is_elided(&name) { Self::Elided(name) } else { Self::Name(name) }
    }

    pub(super) fn name(&self) -> Option<&String> {
        match self {
            Self::Name(name) => Some(name),
            Self::Elided(_) | Self::Missing => None,
        }
    }
}

/// No name of an image or an attestor has these characters, and none is in capitals alone.
fn is_elided(name: &str) -> bool {
    let is_capital = |c: char| c.is_ascii_uppercase() || matches!(c, '_' | '-');
    name.contains("...")
        || name.contains(['\u{2026}', '<', '>', '{', '}', '$', '*', '%'])
        || name.chars().all(is_capital)
}

impl Statement {
    /// Whether it needs another one behind it.
    pub(super) fn wants_more(&self) -> bool {
        match self {
            Self::Webhook { name } => kind::is_binary_authorization(name),
            Self::Paraphrase { reason, .. } => reason.is_none(),
            Self::ServiceUpdate
            | Self::Revision { .. }
            | Self::ContainerImage { .. }
            | Self::ImageRule { .. }
            | Self::Rule { .. }
            | Self::DeniedByAttestor
            | Self::Cause { .. } => true,
            _ => false,
        }
    }

    /// Whether a message can end with it, or go on with another sentence.
    pub(super) fn can_be_last(&self) -> bool {
        matches!(self, Self::AlwaysDeny { .. } | Self::ImageAttestor { .. })
    }

    /// Parts that stand before others stand in this order: what comes before what it should follow
    /// begins another message.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Server { .. } => 0,
            Self::File { .. } => 1,
            Self::Forbidden { .. } => 2,
            Self::Webhook { .. } | Self::WebhookFailed { .. } | Self::BackendNoReason | Self::ServiceUpdate => 3,
            Self::Backend | Self::Revision { .. } => 4,
            _ => 5,
        }
    }
}

/// The statement at this place, and where it ends.
pub(super) fn read(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let own = match at.peek()? {
        'E' | 'e' => error(at),
        'p' => forbidden(at),
        'a' | 'f' | 'i' | 'o' => webhook(at),
        'I' => image(at),
        'D' | 'O' => denied(at),
        'S' | 'R' | 'C' => cloud_run(at),
        '\'' => cause(at),
        _ => None,
    };
    own.or_else(|| {
        let (known, end) = relatives::read(at)?;
        Some((Statement::Relative { known }, end))
    })
}

fn error(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    if let Some(reason) = at.eat("Error from server (") {
        let (reason, end) = reason.quoted(')')?;
        return Some((Statement::Server { reason }, end.eat(": ").or_else(|| end.eat(":")).unwrap_or(end)));
    }
    let verbs =
        [("error when creating \"", ()), ("error when applying patch to \"", ()), ("error when replacing \"", ())];
    let ((), file) = at.eat_one(&verbs)?;
    let (name, end) = file.quoted('"')?;
    Some((Statement::File { name }, end.eat(": ").unwrap_or(end)))
}

/// The name of the pod may have lost its quotation marks.
fn forbidden(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let name = at.eat("pods \"").or_else(|| at.eat("pod \""))?;
    let (pod, end) = name.token(|_, end| end.eat(" is forbidden").is_some() || end.eat("\" is forbidden").is_some())?;
    let end = end.eat(" is forbidden")?;
    let pod = pod.trim_matches(['"', '\'', '`']).to_owned();
    Some((Statement::Forbidden { pod }, end.eat(": ").unwrap_or(end)))
}

fn webhook(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    if let Some(end) = at.eat("admission webhook denied the request") {
        let name = String::new();
        return Some((Statement::Webhook { name }, end.eat(": ").or_else(|| end.eat(":")).unwrap_or(end)));
    }
    if let Some(name) = at.eat("admission webhook \"") {
        let (name, end) = webhook_name(name, " denied the request")?;
        let end = end.eat(" denied the request")?;
        return Some((Statement::Webhook { name }, end.eat(": ").or_else(|| end.eat(":")).unwrap_or(end)));
    }
    if let Some(name) = at.eat("failed calling webhook \"") {
        let (name, end) = webhook_name(name, ": ")?;
        let (why, behind) = end.eat(": ").unwrap_or(end).line(300);
        return Some((Statement::WebhookFailed { name, why: excerpt(why) }, behind));
    }
    // The second is a slip of old upstream (G7 of `docs/binary-authorization.md`, "GKE denials, legacy
    // path").
    let backend = ["image policy webhook backend denied", "image policy webook backend denied"];
    if let Some(end) = backend.iter().find_map(|text| at.eat(text)) {
        let end = end.eat(" one or more images")?;
        return Some((Statement::Backend, end.eat(": ").or_else(|| end.eat(":")).unwrap_or(end)));
    }
    let end = at.eat("one or more images rejected by webhook backend")?;
    Some((Statement::BackendNoReason, end))
}

fn webhook_name<'t>(at: Cursor<'t>, follows: &str) -> Option<(String, Cursor<'t>)> {
    let (name, end) = at.token(|_, end| end.eat(follows).is_some())?;
    // `failed calling webhook "x": why` has the colon right behind the name.
    let bare = name.trim_end_matches(':');
    let end = Cursor { at: end.at - (name.len() - bare.len()), ..end };
    Some((bare.trim_matches(['"', '\'', '`']).to_owned(), end))
}

fn image(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let (image, end) = named(at.eat("Image \"")?, " denied by")?;
    let image = Named::new(image);
    let end = end.eat(" denied by ")?;
    if let Some(rule) = end.eat("Binary Authorization ") {
        return by_binary_authorization(rule, image);
    }
    let is_bare = end.eat("projects/").is_some();
    let name = end.eat("attestor").or(is_bare.then_some(end))?;
    by_attestor(name, image)
}

/// The rule behind `denied by Binary Authorization `, or what stands for the whole policy.
pub(super) fn by_binary_authorization(at: Cursor<'_>, image: Named) -> Option<(Statement, Cursor<'_>)> {
    if let Some((rule, end)) = any_rule(at) {
        return Some((Statement::ImageRule { image, rule }, end));
    }
    let end = at.eat("policy")?;
    let reason = end.eat(": ").map(reason::read).filter(|(reason, _)| reason.is_known());
    let (reason, end) = reason.map_or((None, end), |(reason, end)| (Some(reason), end));
    Some((Statement::Paraphrase { image, reason }, end))
}

/// The name of an attestor and its reason, behind `denied by attestor`; people leave out the name, or put `...` there.
pub(super) fn by_attestor(at: Cursor<'_>, image: Named) -> Option<(Statement, Cursor<'_>)> {
    let (attestor, end) = match (at.eat(":"), at.eat(" ").or(at.eat("projects/").map(|_| at))) {
        (Some(end), _) => (Named::Missing, end),
        (None, Some(name)) => {
            let (name, end) = name.token(is_whole_attestor)?;
            let name = name.strip_suffix(':').or_else(|| stands_for_all(&name, end))?;
            (Named::new(name.to_owned()), end)
        }
        (None, None) => return None,
    };
    let reason = end.eat(" ").or_else(|| (end.peek() == Some(WRAP)).then(|| end.next()));
    let (reason, end) = match reason {
        Some(at) => reason::read(at),
        None => (Reason { kind: reason::ReasonKind::Unknown, text: String::new(), is_cut: true }, end),
    };
    Some((Statement::ImageAttestor { image, attestor, reason }, end))
}

/// `denied by attestor ...`, where nothing more is quoted.
fn stands_for_all<'n>(name: &'n str, end: Cursor<'_>) -> Option<&'n str> {
    let is_last = end.peek().is_none_or(|c| c != ' ');
    (is_last && name.chars().all(|c| matches!(c, '.' | '\u{2026}'))).then_some(name)
}

/// An image, quoted or not, before a literal.
fn named<'t>(at: Cursor<'t>, follows: &str) -> Option<(String, Cursor<'t>)> {
    let (name, end) = at.token(|_, end| end.eat(follows).is_some())?;
    let name = name.trim_end_matches(['"', '\'', '`']).to_owned();
    (!name.is_empty()).then_some((name, end))
}

/// A name that ends its line is whole if it has all its parts; the id of a project may have a colon.
fn is_whole_attestor(word: &str, _: Cursor<'_>) -> bool {
    let Some(name) = word.strip_suffix(':') else { return false };
    !name.starts_with("projects/") || name.parse::<crate::name::AttestorName>().is_ok()
}

fn denied(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    const MODES: [&str; 3] = [
        "Denied by always_deny admission rule",
        "Denied by an ALWAYS_DENY admission rule",
        "Overridden by evaluation mode",
    ];
    if let Some((text, end)) = MODES.iter().find_map(|text| Some((*text, at.eat(text)?))) {
        return Some((Statement::AlwaysDeny { text: text.to_owned() }, end));
    }
    if let Some(end) = at.eat("Denied by Attestor").and_then(|end| end.eat(".")) {
        return Some((Statement::DeniedByAttestor, end));
    }
    let (rule, end) = rule(at.eat("Denied by ")?)?;
    Some((Statement::Rule { rule }, end))
}

fn cloud_run(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    const REASONS: [&str; 2] = ["ContainerImageUnauthorized", "CONTAINER_IMAGE_UNAUTHORIZED"];
    if let Some(end) = at.eat("Service update rejected by Binary Authorization policy:") {
        return Some((Statement::ServiceUpdate, end));
    }
    if let Some(end) = REASONS.iter().find_map(|text| at.eat(text)) {
        return Some((Statement::RunReason, end));
    }
    if let Some(rest) = at.eat("Cannot monitor cluster ") {
        let end = rest.line(600).1;
        return Some((Statement::NotWatched { description: excerpt(at.text_until(end.at)) }, end));
    }
    if let Some(name) = at.eat("Revision \"") {
        let (name, end) = named(name, " uses")?;
        let uses = [(" uses unauthorized container image", ()), (" uses an unauthorized container image", ())];
        let ((), end) = end.eat_one(&uses)?;
        return Some((Statement::Revision { name }, end.eat(".").unwrap_or(end)));
    }
    let (image, end) = named(at.eat("Container image \"")?, " is not authorized")?;
    let end = end.eat(" is not authorized by policy")?;
    Some((Statement::ContainerImage { image }, end.eat(".").unwrap_or(end)))
}

/// Reads the image in single quotes and then its cause, as an audit log entry has them.
fn cause(at: Cursor<'_>) -> Option<(Statement, Cursor<'_>)> {
    let (image, end) = at.next().quoted('\'')?;
    let end = end.eat(" : ").or_else(|| end.eat(": "))?;
    let is_cause = end.eat("Image ").is_some() || end.eat("Denied by ").is_some();
    is_cause.then_some((Statement::Cause { image }, end))
}
