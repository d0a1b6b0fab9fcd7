//! The sentences that refusals are made of, each read at one place of a plain text.

use super::cursor::{Cursor, excerpt};
use super::reason::{self, Reason};
use super::refusal::RuleSaid;
use super::text::{BREAK, WRAP};
use super::{kind, relatives};
use crate::policy::RuleKind;

/// One sentence, or a part that has a meaning of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// `Error from server (REASON): `.
    Server { reason: String },
    /// `error when creating "FILE": `.
    File { name: String },
    /// `pods "X" is forbidden: `.
    Forbidden { pod: String },
    /// `admission webhook "X" denied the request: `.
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
    /// `Image X denied by Binary Authorization RULE.`
    ImageRule { image: String, rule: Result<RuleSaid, String> },
    /// `Denied by RULE.`
    Rule { rule: RuleSaid },
    /// `Overridden by evaluation mode`, `Denied by always_deny admission rule`.
    AlwaysDeny { text: String },
    /// `Denied by Attestor. `
    DeniedByAttestor,
    /// `Image X denied by attestor A: REASON`.
    ImageAttestor { image: String, attestor: String, reason: Reason },
    /// `'X' : `, before the cause of an audit log entry.
    Cause { image: String },
    /// What is known and is not a refusal of Binary Authorization's.
    Relative { known: &'static relatives::KnownMessage },
}

impl Statement {
    /// Whether it needs another one behind it.
    pub(super) fn wants_more(&self) -> bool {
        match self {
            Self::Webhook { name } => kind::is_binary_authorization(name),
            Self::Backend
            | Self::ServiceUpdate
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
            Self::Webhook { .. }
            | Self::WebhookFailed { .. }
            | Self::Backend
            | Self::BackendNoReason
            | Self::ServiceUpdate => 3,
            Self::Revision { .. } => 4,
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
    let end = end.eat(" denied by ")?;
    if let Some(rule) = end.eat("Binary Authorization ") {
        let (rule, end) = any_rule(rule)?;
        return Some((Statement::ImageRule { image, rule }, end));
    }
    let is_bare = end.eat("projects/").is_some();
    let name = end.eat("attestor ").or(is_bare.then_some(end))?;
    let (attestor, end) = name.token(is_whole_attestor)?;
    let attestor = attestor.strip_suffix(':')?.to_owned();
    let reason = end.eat(" ").or_else(|| (end.peek() == Some(WRAP)).then(|| end.next()));
    let (reason, end) = match reason {
        Some(at) => reason::read(at),
        None => (Reason { kind: reason::ReasonKind::Unknown, text: String::new(), is_cut: true }, end),
    };
    Some((Statement::ImageAttestor { image, attestor, reason }, end))
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

/// The rule's name, or the words that stand for one that is not known.
fn any_rule(at: Cursor<'_>) -> Option<(Result<RuleSaid, String>, Cursor<'_>)> {
    if let Some((rule, end)) = rule(at) {
        return Some((Ok(rule), end));
    }
    let (line, _) = at.line(200);
    let length = line.find(" admission rule")? + " admission rule".len();
    let words = line.get(..length)?;
    let end = Cursor { at: at.at + length, ..at };
    let (key, end) = match end.eat(" for ") {
        Some(key) => {
            let (key, end) = key.token(|_, _| true)?;
            (format!(" for {}", key.trim_end_matches('.')), end)
        }
        None => (String::new(), end.eat(".").unwrap_or(end)),
    };
    Some((Err(format!("{}{key}", excerpt(words))), end))
}

fn rule(at: Cursor<'_>) -> Option<(RuleSaid, Cursor<'_>)> {
    // The words of the last three were never seen; these are inferred (W8 of
    // `docs/binary-authorization.md`, "GKE denials, webhook").
    const RULES: [(&str, RuleKind); 8] = [
        ("default admission rule", RuleKind::Default),
        ("cluster admission rule for ", RuleKind::Cluster),
        ("kubernetes namespace admission rule for ", RuleKind::Namespace),
        ("namespace admission rule for ", RuleKind::Namespace),
        ("kubernetes service account admission rule for ", RuleKind::ServiceAccount),
        ("service account admission rule for ", RuleKind::ServiceAccount),
        ("istio service identity admission rule for ", RuleKind::ServiceIdentity),
        ("service identity admission rule for ", RuleKind::ServiceIdentity),
    ];
    let (kind, end) = at.eat_one(&RULES)?;
    if kind == RuleKind::Default {
        let end = end.eat(".").or_else(|| ends_here(end).then_some(end))?;
        return Some((RuleSaid { kind, key: String::new() }, end));
    }
    let whole = |word: &str, _: Cursor<'_>| word.strip_suffix('.').is_some_and(|key| is_whole_key(kind, key));
    let (key, end) = end.token(whole)?;
    let key = key.trim_end_matches(['"', '\'', '`']);
    let key = match key.strip_suffix('.') {
        Some(key) => key,
        // Only what ends the text, and not a part of it, can do without.
        None if is_whole_key(kind, key) && end.is_at_end() => key,
        None => return None,
    };
    is_whole_key(kind, key).then(|| (RuleSaid { kind, key: key.to_owned() }, end))
}

/// Nothing that could belong to the word before it.
fn ends_here(at: Cursor<'_>) -> bool {
    at.peek().is_none_or(|c| matches!(c, WRAP | BREAK | '"' | '\''))
}

/// Whether a rule of the kind can have this key, so that it is not a part of one.
fn is_whole_key(kind: RuleKind, key: &str) -> bool {
    match kind {
        RuleKind::Default => key.is_empty(),
        RuleKind::Cluster => {
            key.split_once('.').is_some_and(|(location, cluster)| !location.is_empty() && !cluster.is_empty())
        }
        RuleKind::Namespace => !key.is_empty(),
        RuleKind::ServiceAccount => {
            key.split_once(':').is_some_and(|(namespace, account)| !namespace.is_empty() && !account.is_empty())
        }
        RuleKind::ServiceIdentity => key.parse::<crate::name::ServiceIdentity>().is_ok(),
    }
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
    if let Some(end) = at.eat("Service update rejected by Binary Authorization policy:") {
        return Some((Statement::ServiceUpdate, end));
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
