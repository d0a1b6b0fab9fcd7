//! How a proposal is written where it goes: indented, in quotes, with the sign that follows it.

use crate::draft::complete::proposal::{Proposal, first_sentence};
use crate::draft::complete::slot::{CursorPlace, Form};
use domain::schema::{Field, Presence, ValueKind};

/// A text with the place of the cursor in it.
struct TextWithCursor {
    text: String,
    cursor: usize,
}

impl TextWithCursor {
    fn end(text: String) -> Self {
        Self { cursor: text.len(), text }
    }

    fn around(before: &str, after: &str) -> Self {
        Self { text: format!("{before}{after}"), cursor: before.len() }
    }

    fn prefix(self, lead: &str) -> Self {
        Self { text: format!("{lead}{}", self.text), cursor: self.cursor + lead.len() }
    }
}

/// A field of a message, with what its value begins with.
pub(crate) fn key(place: &CursorPlace, field: &Field) -> Proposal {
    let detail = match field.presence {
        Presence::Required => "required",
        Presence::Optional => "optional",
        Presence::Output => "set by the service",
    };
    proposal(place, field.name, detail, field.doc, field.kind)
}

/// An entry of a map of rules.
pub(crate) fn entry(place: &CursorPlace, name: &str, detail: &str, value: ValueKind) -> Proposal {
    proposal(place, name, detail, detail, value)
}

fn proposal(place: &CursorPlace, name: &str, detail: &str, doc: &str, kind: ValueKind) -> Proposal {
    let written = if place.has_colon {
        TextWithCursor::end(name_in(place, name))
    } else {
        match place.form {
            Form::Block { indent } => in_block(&name_in(place, name), indent, kind),
            Form::Flow | Form::Json => in_brackets(&name_in(place, name), kind, place),
        }
    };
    let TextWithCursor { text, cursor } = written.prefix(place.lead);
    let detail = if doc == detail { detail.to_owned() } else { format!("{detail} · {}", first_sentence(doc)) };
    Proposal { label: name.to_owned(), detail, doc: doc.to_owned(), insert: text, cursor, goes_on: !place.has_colon }
}

/// A text: a quote before the word is answered behind it, those of JSON are added.
fn name_in(place: &CursorPlace, name: &str) -> String {
    match (place.quote, place.form) {
        (Some(quote), _) => format!("{name}{quote}"),
        (None, Form::Json) => format!("\"{name}\""),
        (None, Form::Block { .. } | Form::Flow) => plain(name),
    }
}

/// `key: `, or `key:` and the next line as deep as its value belongs.
fn in_block(name: &str, indent: usize, kind: ValueKind) -> TextWithCursor {
    let line = |deeper: usize| format!("\n{}", " ".repeat(indent + deeper));
    match kind {
        ValueKind::Message(_) | ValueKind::Map(..) => TextWithCursor::end(format!("{name}:{}", line(2))),
        ValueKind::List(element) => TextWithCursor::end(format!("{name}:{}- {}", line(0), only_field(*element))),
        ValueKind::Text(_) | ValueKind::Timestamp | ValueKind::Bool | ValueKind::Int | ValueKind::Enum(_) => {
            TextWithCursor::end(format!("{name}: "))
        }
    }
}

/// The key of a message that has no other: there is nothing to choose.
fn only_field(kind: ValueKind) -> String {
    match kind {
        ValueKind::Message(message) => match message.fields {
            [field] => format!("{}: ", field.name),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// `"key": "…"`, with a comma where another key follows.
fn in_brackets(name: &str, kind: ValueKind, place: &CursorPlace) -> TextWithCursor {
    let json = place.form == Form::Json;
    let (open, close) = match kind {
        ValueKind::Message(_) | ValueKind::Map(..) => ("{", "}"),
        ValueKind::List(&ValueKind::Message(_)) => ("[{", "}]"),
        ValueKind::List(_) if json => ("[\"", "\"]"),
        ValueKind::List(_) => ("[", "]"),
        ValueKind::Text(_) | ValueKind::Timestamp | ValueKind::Enum(_) if json => ("\"", "\""),
        ValueKind::Text(_) | ValueKind::Timestamp | ValueKind::Enum(_) | ValueKind::Bool | ValueKind::Int => ("", ""),
    };
    let follows = place.next.is_some_and(|sign| !matches!(sign, '}' | ']' | ',' | ':'));
    let comma = if follows { "," } else { "" };
    TextWithCursor::around(&format!("{name}: {open}"), &format!("{close}{comma}"))
}

/// A value.
pub(crate) fn scalar(place: &CursorPlace, kind: ValueKind, text: &str, detail: &str, doc: &str) -> Proposal {
    let bare = place.quote.is_none() && matches!(kind, ValueKind::Bool | ValueKind::Int);
    let written = if bare { text.to_owned() } else { name_in(place, text) };
    let TextWithCursor { text: insert, cursor } = TextWithCursor::end(written).prefix(place.lead);
    let (detail, doc) = (detail.to_owned(), doc.to_owned());
    Proposal { label: text.to_owned(), detail, doc, insert, cursor, goes_on: false }
}

/// As a plain scalar, or in quotes where YAML 1.1 would read something else, as in `no` or `0123`.
fn plain(text: &str) -> String {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"];
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.chars().all(|c| c.is_ascii_hexdigit() || "+-._:xo".contains(c));
    let signs =
        text.starts_with(|c: char| "*&!|>'\"%@`#{}[],?".contains(c)) || text.contains(": ") || text.contains(" #");
    if words.contains(&text.to_lowercase().as_str()) || number || signs || text.is_empty() {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_would_read_otherwise_is_quoted() {
        for text in ["no", "On", "0123", "1:30", "*", "a: b"] {
            assert!(plain(text).starts_with('\''), "{text}");
        }
        for text in ["prod", "gcr.io/p/*", "us-central1-a.c", "prod:default", "ALWAYS_DENY", "n1"] {
            assert_eq!(plain(text), text);
        }
    }
}
