//! Fixes of keys, types and values.

use super::change::TextChange;
use super::edit::QuickFix;
use super::snippet::Snippet;
use super::spot::{Child, Spot, children};
use super::token;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Entry, Format, Means, Node, Scalar, Value};
use crate::path::{Path, Segment};
use crate::schema::{self, Message, Names, Role, ValueKind};
use crate::spelling::nearest;

pub(super) fn fixes<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    let delete = |title: &str| change.delete(spot).map(|edit| QuickFix::new(title, vec![edit])).into_iter().collect();
    match problem.code {
        Code::UnknownKey | Code::SnakeCase => key(change, spot, problem),
        Code::DuplicateKey => duplicate(change, spot),
        Code::BarePattern => bare_pattern(change, spot),
        Code::ScalarTrap | Code::UnquotedTimestamp | Code::KeyRead => quote(change, problem),
        Code::KeyNotText => match spot.child() {
            Child::Entry(entry) if entry.key.means == Some(Means::Timestamp) => quote(change, problem),
            _ => Vec::new(),
        },
        Code::BadTimestamp => delete("Delete it: the service sets the time itself"),
        Code::UnknownValue | Code::UnspecifiedValue => value(change, problem),
        Code::NumericValue => numeric(change, problem).into_iter().collect(),
        Code::MissingField => missing(change, spot, problem).into_iter().collect(),
        Code::NullValue => nothing(change, spot, problem),
        Code::WrongType => wrong_type(change, spot, problem).into_iter().collect(),
        Code::NotAList => {
            let text = change.slice(at.clone());
            let single = matches!(spot.child().value().value, Value::Scalar(_)) || text.starts_with('{');
            if single {
                vec![QuickFix::new("Write it as a list", vec![TextChange::replace(at, format!("[{text}]"))])]
            } else {
                block_list(change, spot)
            }
        }
        Code::WrappedPolicy => unwrap(change, spot),
        _ => Vec::new(),
    }
}

fn message_at(change: TextChange<'_>, path: &Path) -> Option<&'static Message> {
    schema::kind_at(schema::root(change.document.kind), path)?.message()
}

fn names_at(change: TextChange<'_>, path: &Path) -> Option<&'static Names> {
    match schema::kind_at(schema::root(change.document.kind), path)? {
        ValueKind::Enum(names) => Some(names),
        _ => None,
    }
}

fn written(change: TextChange<'_>, problem: &Diagnostic, text: &str) -> QuickFix {
    QuickFix::new(format!("Write `{text}`"), vec![change.scalar(problem.span.bytes.clone(), text)])
}

/// The key that was meant in place of the one that is not known, or without that.
fn key<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Vec<QuickFix> {
    let Some((Segment::Field(typed), parents)) = problem.path.0.split_last() else { return Vec::new() };
    let Some(message) = message_at(change, &Path(parents.to_vec())) else { return Vec::new() };
    let meant = match message.field_in_snake_case(typed) {
        Some(field) => Some(field.name),
        None => nearest(typed, message.fields.iter().map(|field| field.name)),
    };
    let taken = |name: &str| spot.parent().entries().iter().any(|entry| &*entry.key.text == name);
    let rename = meant.filter(|name| !taken(name)).map(|name| written(change, problem, name));
    let alone = spot.siblings().len() == 1;
    let delete = change.delete(spot).filter(|_| !alone && problem.code == Code::UnknownKey);
    rename.into_iter().chain(delete.map(|edit| QuickFix::new(format!("Delete `{typed}`"), vec![edit]))).collect()
}

/// Deletes the one that does not count: the second in YAML, the first in JSON.
fn duplicate<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Vec<QuickFix> {
    let Child::Entry(entry) = spot.child() else { return Vec::new() };
    let unused = match change.format() {
        Format::Yaml => Some(spot.clone()),
        Format::Json => {
            let first = spot.parent().entries().iter().find(|other| other.key.text == entry.key.text);
            first.and_then(|first| Spot::find(change.document, &first.key.at.range()))
        }
    };
    let edit = unused.and_then(|unused| change.delete(&unused));
    edit.map(|edit| QuickFix::new("Delete the one that does not count", vec![edit])).into_iter().collect()
}

fn bare_pattern<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Vec<QuickFix> {
    let node = spot.child().value();
    let token = change.slice(node.at.range());
    let text = if change.is_flow(spot.parent()) {
        format!("{{{}: {token}}}", token::scalar(change.format(), "namePattern"))
    } else {
        format!("namePattern: {token}")
    };
    vec![QuickFix::new("Write `namePattern:` in front of it", vec![TextChange::replace(node.at.range(), text)])]
}

fn quote(change: TextChange<'_>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    let text = token::quote(change.format(), change.slice(at.clone()));
    vec![QuickFix::new("Quote it", vec![TextChange::replace(at, text)])]
}

/// The value that was meant; where that is not clear, the safe one.
fn value(change: TextChange<'_>, problem: &Diagnostic) -> Vec<QuickFix> {
    let Some(names) = names_at(change, &problem.path) else { return Vec::new() };
    let typed = token::content(change.slice(problem.span.bytes.clone()));
    let known = names.all.iter().skip(1).copied();
    let number =
        typed.parse().ok().filter(|number| *number > 0).and_then(|number: usize| names.all.get(number).copied());
    let unspecified = problem.code == Code::UnspecifiedValue;
    let meant = number.or_else(|| nearest(typed, known).filter(|_| !unspecified)).or_else(|| safe(names));
    meant.map(|name| written(change, problem, name)).into_iter().collect()
}

fn numeric(change: TextChange<'_>, problem: &Diagnostic) -> Option<QuickFix> {
    let names = names_at(change, &problem.path)?;
    let spot = Spot::find(change.document, &problem.span.bytes)?;
    let Value::Scalar(scalar) = &spot.child().value().value else { return None };
    let number = match scalar.means {
        Means::Int(Some(number)) => usize::try_from(number).ok()?,
        Means::Bool(value) => usize::from(value),
        _ => return None,
    };
    Some(written(change, problem, names.all.get(number)?))
}

/// The value of an enum that lets the least pass.
fn safe(names: &Names) -> Option<&'static str> {
    const SAFE: [&str; 6] = [
        "ALWAYS_DENY",
        "ENFORCED_BLOCK_AND_AUDIT_LOG",
        "ENABLE",
        "BLOCK_ALL",
        "GOOGLE_CLOUD_BUILD",
        "ECDSA_P256_SHA256",
    ];
    SAFE.into_iter().find(|name| names.all.contains(name))
}

/// A field that is missing, where there is a safe value for it.
fn missing<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Option<QuickFix> {
    let map = match spot.child().value() {
        // A problem of the whole policy stands at its first key.
        _ if problem.path.0.is_empty() => change.document.root.as_ref()?,
        value => value,
    };
    let message = message_at(change, &problem.path)?;
    let said = |name: &str| problem.message.contains(&format!("`{name}`"));
    if message.name == "Check" {
        let edit = change.append(map, "alwaysDeny", &Snippet::True)?;
        return Some(QuickFix::new("Add `alwaysDeny: true`", vec![edit]));
    }
    let field = message.fields.iter().find(|field| said(field.name))?;
    let value = match field.kind {
        ValueKind::Enum(names) => Snippet::Text(safe(names)?),
        ValueKind::Message(message) if message.field("evaluationMode").is_some() => Snippet::deny(),
        _ => return None,
    };
    let edit = change.append(map, field.name, &value)?;
    Some(QuickFix::new(format!("Add `{}`", field.name), vec![edit]))
}

/// A key without a value: the safe value, or away with it.
fn nothing<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Vec<QuickFix> {
    let kind = schema::kind_at(schema::root(change.document.kind), &problem.path);
    let value = match kind {
        Some(ValueKind::Enum(names)) => safe(names).map(Snippet::Text),
        Some(ValueKind::Message(message)) if message.field("evaluationMode").is_some() => Some(Snippet::deny()),
        _ => None,
    };
    let given = value.and_then(|value| change.give(spot, &value));
    let give = given.map(|edit| QuickFix::new("Write the safe value", vec![edit]));
    let alone = spot.element().filter(|_| !matches!(kind, Some(ValueKind::Enum(_) | ValueKind::List(_))));
    let delete = alone.filter(|_| give.is_none()).and_then(|element| change.delete(&element));
    give.into_iter().chain(delete.map(|edit| QuickFix::new("Delete it", vec![edit]))).collect()
}

fn wrong_type<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Option<QuickFix> {
    let kind = schema::kind_at(schema::root(change.document.kind), &problem.path)?;
    let node = spot.child().value();
    let at = node.at.range();
    let text = change.slice(at.clone());
    match (kind, &node.value) {
        (ValueKind::Text(Role::Free), Value::Scalar(_)) => {
            Some(QuickFix::new("Quote it", vec![TextChange::replace(at, token::quote(change.format(), text))]))
        }
        (ValueKind::Text(_), Value::List(elements)) => match elements.as_slice() {
            [only] if matches!(&only.value, Value::Scalar(scalar) if scalar.means == Means::Text && !only.is_alias) => {
                let edit = TextChange::replace(at, change.slice(only.at.range()));
                Some(QuickFix::new("Take it out of the list", vec![edit]))
            }
            _ => None,
        },
        (ValueKind::Bool, Value::Scalar(scalar)) => {
            let meant = match scalar.text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => "true",
                "false" | "no" | "0" => "false",
                _ => return None,
            };
            Some(QuickFix::new(format!("Write `{meant}`"), vec![TextChange::replace(at, meant)]))
        }
        (ValueKind::List(ValueKind::Message(message)), Value::Scalar(Scalar { means: Means::Text, text }))
            if !text.is_empty() =>
        {
            let name = message.fields.iter().find(|field| matches!(field.kind, ValueKind::Text(Role::Pattern)))?.name;
            let value = Snippet::List(vec![Snippet::Map(vec![(name, Snippet::Text(text))])]);
            Some(QuickFix::new("Write it as a list of patterns", vec![change.give(spot, &value)?]))
        }
        (ValueKind::Message(message), Value::Scalar(Scalar { means: Means::Text, text }))
            if message.field("evaluationMode").is_some() =>
        {
            let mode = matches!(&**text, "ALWAYS_DENY" | "ALWAYS_ALLOW").then_some(&**text)?;
            let rule = Snippet::Map(vec![
                ("evaluationMode", Snippet::Text(mode)),
                ("enforcementMode", Snippet::Text("ENFORCED_BLOCK_AND_AUDIT_LOG")),
            ]);
            Some(QuickFix::new("Write it as a rule", vec![change.give(spot, &rule)?]))
        }
        _ => None,
    }
}

/// A dash in front of a map in block style.
fn block_list<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Vec<QuickFix> {
    let Child::Entry(Entry { value, .. }) = spot.child() else { return Vec::new() };
    let Some(first) = children(value).first().map(|child| child.start()) else { return Vec::new() };
    let mut edits = vec![TextChange::insert(first, "- ")];
    edits.extend(lines_behind(change, first, value).map(|line| TextChange::insert(line, "  ")));
    vec![QuickFix::new("Write it as a list", edits)]
}

/// Where the lines of a value behind its first one begin.
fn lines_behind<'d>(change: TextChange<'d>, first: usize, value: &'d Node) -> impl Iterator<Item = usize> + 'd {
    let breaks = change.slice(first..value.at.end()).match_indices('\n');
    breaks.map(move |(at, _)| first + at + 1)
}

/// A policy that stands in a list, or under a single key: without what is around it.
fn unwrap<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Vec<QuickFix> {
    let Some(root) = change.document.root.as_ref() else { return Vec::new() };
    let inner = match children(root).as_slice() {
        [Child::Element(element)] => *element,
        [Child::Entry(entry)] => &entry.value,
        _ => return Vec::new(),
    };
    let own = ["defaultAdmissionRule", "gkePolicy", "cloudRunPolicy"];
    let known = inner.entries().iter().any(|entry| own.contains(&&*entry.key.text));
    if !known || inner.is_alias || spot.up().is_some() && !matches!(spot.parent().value, Value::List(_) | Value::Map(_))
    {
        return Vec::new();
    }
    let text = change.text();
    if change.is_flow(inner) {
        let (before, after) = (0..inner.at.start(), inner.at.end()..text.len());
        let comments = [before.clone(), after.clone()].iter().any(|part| change.slice(part.clone()).contains('#'));
        let edits = vec![TextChange::replace(before, ""), TextChange::replace(after, change.newline())];
        return if comments { Vec::new() } else { vec![QuickFix::new("Take the policy out", edits)] };
    }
    let Some(first) = children(inner).first().map(|child| child.start()) else { return Vec::new() };
    let indent = change.column(first);
    let mut edits = vec![TextChange::replace(root.at.start()..first, "")];
    let deeper = |line: &usize| change.slice(*line..text.len()).bytes().take(indent).all(|byte| byte == b' ');
    edits.extend(
        lines_behind(change, first, inner).filter(deeper).map(|line| TextChange::replace(line..line + indent, "")),
    );
    vec![QuickFix::new("Take the policy out", edits)]
}
