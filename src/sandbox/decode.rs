//! Requests of the Google APIs: JSON by the rules of proto3, and query parameters.
//!
//! A [`Message`] is a table of the fields that an API knows. A body is checked against it and comes out
//! in one form: names in lowerCamelCase, bytes in the standard alphabet, no nulls. Unknown fields and
//! wrong types are refused with Google's words and the field's path, old names of a field become the
//! current one (`docs/binary-authorization.md`, "Old names"), and fields that the sandbox only keeps
//! are kept.

use axum::extract::Query;
use axum::http::Uri;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;
use super::values;
use wire::base64_bytes;

mod names;
mod place;
mod relaxed;

pub(super) use names::{camel, snake};
use place::Place;

/// The fields of a message: each with its names (the current one first) and its kind.
#[derive(Debug)]
pub(super) struct Message(pub(super) &'static [(&'static [&'static str], FieldKind)]);

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum FieldKind {
    Text,
    /// Base64 in either alphabet.
    Bytes,
    Bool,
    /// An integer, as a number or as a decimal string.
    Integer,
    /// One of these names, or its index.
    Enum(&'static [&'static str]),
    /// Anything: a field that the sandbox keeps and never reads.
    Any,
    Message(&'static Message),
    /// A message with more fields than the sandbox knows: those that it does not are kept as they are.
    Open(&'static Message),
    List(&'static FieldKind),
    /// An object whose keys are the client's.
    Map(&'static FieldKind),
}

/// A request's body as a value that has only what `message` knows. `at` is the name of the body in
/// the API's definition, which errors name (empty where the body is the whole request).
pub(super) fn value(body: &[u8], message: &Message, at: &str) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(body).map_err(|error| payload(&format!("Invalid UTF-8: {error}.")))?;
    let value = if text.trim().is_empty() { Value::Object(Map::new()) } else { parse(text)? };
    match value {
        Value::Object(fields) => object(fields, message, false, &Place::Body(at)).map(Value::Object),
        _ => Err(payload("Unknown name \"\": Root element must be a message.")),
    }
}

/// A decoded [`value`] as one of the wire's types.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_json::from_value(value).map_err(|error| payload(&error.to_string()))
}

/// JSON, or what the services also take for it: the 2018 codelab posts single quotes.
fn parse(text: &str) -> Result<Value, ApiError> {
    let check = |text: &str| {
        let many = || payload(&format!("It has more than {} values.", values::MAX_VALUES));
        if values::are_few(text.as_bytes()) { Ok(()) } else { Err(many()) }
    };
    check(text)?;
    serde_json::from_str(text).or_else(|error| {
        let json = relaxed::to_json(text);
        check(&json)?;
        // The first error is the one at the place where the text stops being JSON.
        let value = serde_json::from_str(&json).map_err(|_again| payload(&format!("{error}.")))?;
        tracing::warn!("a request's body was no JSON ({error}), and was read leniently");
        Ok(value)
    })
}

fn payload(what: &str) -> ApiError {
    ApiError::invalid(format!("Invalid JSON payload received. {what}"))
}

fn object(
    fields: Map<String, Value>,
    message: &Message,
    is_open: bool,
    at: &Place<'_>,
) -> Result<Map<String, Value>, ApiError> {
    let mut known = Map::new();
    for (key, value) in fields {
        let camel = camel(&key);
        let (name, kind) = match message.0.iter().find(|(names, _)| names.contains(&camel.as_str())) {
            Some((names, kind)) => (names.first().map_or(camel.clone(), |name| (*name).to_owned()), *kind),
            None if is_open => (camel.clone(), FieldKind::Any),
            None => {
                let at = at.to_string();
                let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
                let what = format!("Invalid JSON payload received. Unknown name \"{key}\"{place}: Cannot find field.");
                return Err(ApiError::invalid_field(&at, what));
            }
        };
        // A null is a field that is not there (proto3 JSON).
        let path = Place::Field(at, &camel);
        if !value.is_null() && known.insert(name, field(value, kind, &path)?).is_some() {
            // Two spellings, of which one reader would take the first and another the last.
            let path = path.to_string();
            let what = format!("Invalid JSON payload received. The field '{path}' is given more than once.");
            return Err(ApiError::invalid_field(&path, what));
        }
    }
    Ok(known)
}

fn field(value: Value, kind: FieldKind, at: &Place<'_>) -> Result<Value, ApiError> {
    match (kind, value) {
        (FieldKind::Any, value)
        | (FieldKind::Text, value @ Value::String(_))
        | (FieldKind::Bool, value @ Value::Bool(_)) => Ok(value),
        (FieldKind::Bytes, Value::String(text)) => match base64_bytes::decode(&text) {
            Ok(bytes) => Ok(Value::String(base64_bytes::encode(&bytes))),
            Err(error) => Err(wrong(at, "TYPE_BYTES", &format!("Base64 decoding failed for \"{text:.60}\": {error}"))),
        },
        (FieldKind::Integer, value) => integer(&value, at),
        (FieldKind::Enum(names), value) => named(&value, names, at),
        (FieldKind::Message(message), Value::Object(fields)) => object(fields, message, false, at).map(Value::Object),
        (FieldKind::Open(message), Value::Object(fields)) => object(fields, message, true, at).map(Value::Object),
        (FieldKind::Map(kind), Value::Object(fields)) => {
            let entry = |(key, value)| field(value, *kind, at).map(|value| (key, value));
            fields.into_iter().map(entry).collect::<Result<_, _>>().map(Value::Object)
        }
        (FieldKind::List(kind), Value::Array(items)) => {
            let element = |(n, item)| field(item, *kind, &Place::Element(at, n));
            items.into_iter().enumerate().map(element).collect::<Result<_, _>>().map(Value::Array)
        }
        (kind, value) => Err(wrong(at, kind.type_name(), &shown(&value))),
    }
}

fn integer(value: &Value, at: &Place<'_>) -> Result<Value, ApiError> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.map(Value::from).ok_or_else(|| wrong(at, "TYPE_INT64", &shown(value)))
}

fn named(value: &Value, names: &[&str], at: &Place<'_>) -> Result<Value, ApiError> {
    let by_index = || names.get(usize::try_from(value.as_u64()?).ok()?);
    let by_name = |text| names.iter().find(|name| **name == text);
    let found = value.as_str().map_or_else(by_index, by_name);
    found.map(|name| Value::from(*name)).ok_or_else(|| wrong(at, "TYPE_ENUM", &shown(value)))
}

fn wrong(at: &Place<'_>, type_name: &str, found: &str) -> ApiError {
    ApiError::invalid_field(&at.to_string(), format!("Invalid value at '{at}' ({type_name}), {found}"))
}

/// A value in few words.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) => format!("\"{text:.60}\""),
        other => other.to_string(),
    }
}

impl FieldKind {
    fn type_name(self) -> &'static str {
        match self {
            Self::Text => "TYPE_STRING",
            Self::Bytes => "TYPE_BYTES",
            Self::Bool => "TYPE_BOOL",
            Self::Integer => "TYPE_INT64",
            Self::Enum(_) => "TYPE_ENUM",
            Self::Any => "TYPE_ANY",
            Self::Message(_) | Self::Open(_) | Self::Map(_) => "TYPE_MESSAGE",
            Self::List(_) => "a list",
        }
    }
}

/// The query of a request; names may be in either case.
#[derive(Debug, Clone, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads what stands behind `?`.
    pub(super) fn read(uri: &Uri) -> Result<Self, ApiError> {
        match Query::<Vec<(String, String)>>::try_from_uri(uri) {
            Ok(Query(params)) => Ok(Self(params.into_iter().map(|(name, value)| (camel(&name), value)).collect())),
            Err(error) => Err(ApiError::invalid(format!("The query of the request cannot be read: {error}."))),
        }
    }

    /// The parameter's value, where it is there and not empty; of several the last.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HINT: Message = Message(&[(&["humanReadableName"], FieldKind::Text)]);
    const NOTE: Message = Message(&[
        (&["name"], FieldKind::Text),
        (
            &["attestation", "attestationAuthority"],
            FieldKind::Message(&Message(&[(&["hint"], FieldKind::Message(&HINT))])),
        ),
        (&["payload"], FieldKind::Bytes),
        (&["count"], FieldKind::Integer),
        (&["mode"], FieldKind::Enum(&["MODE_UNSPECIFIED", "ON"])),
        (&["list"], FieldKind::List(&FieldKind::Text)),
        (&["kept"], FieldKind::Any),
    ]);

    fn read(text: &str) -> Result<Value, String> {
        value(text.as_bytes(), &NOTE, "note").map_err(|error| error.message().to_owned())
    }

    #[test]
    fn one_form_comes_out() {
        let body = r#"{"attestation_authority": {"hint": {"human_readable_name": "x"}}, "payload": "-_8",
                       "count": "3", "mode": 1, "list": ["a"], "kept": {"any_thing": [1]}, "name": null}"#;
        let expected = json!({"attestation": {"hint": {"humanReadableName": "x"}}, "payload": "+/8=",
                              "count": 3, "mode": "ON", "list": ["a"], "kept": {"any_thing": [1]}});
        assert_eq!(read(body).unwrap(), expected);
        assert_eq!(read("").unwrap(), json!({}));
    }

    #[rstest::rstest]
    #[case(r#"{"foo": 1}"#, r#"Invalid JSON payload received. Unknown name "foo" at 'note': Cannot find field."#)]
    #[case(
        r#"{"attestation": {"hint": {"humanName": 1}}}"#,
        r#"Invalid JSON payload received. Unknown name "humanName" at 'note.attestation.hint': Cannot find field."#
    )]
    #[case(r#"{"name": 3}"#, "Invalid value at 'note.name' (TYPE_STRING), 3")]
    #[case(r#"{"attestation": "x"}"#, "Invalid value at 'note.attestation' (TYPE_MESSAGE), \"x\"")]
    #[case(r#"{"mode": "OFF"}"#, "Invalid value at 'note.mode' (TYPE_ENUM), \"OFF\"")]
    #[case(r#"{"list": ["a", 1]}"#, "Invalid value at 'note.list[1]' (TYPE_STRING), 1")]
    #[case("[]", "Invalid JSON payload received. Unknown name \"\": Root element must be a message.")]
    fn refused(#[case] body: &str, #[case] message: &str) {
        assert_eq!(read(body).unwrap_err(), message);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = format!("{{\"kept\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&deep).unwrap_err().starts_with("Invalid JSON payload received."));
    }

    #[test]
    fn the_codelabs_single_quotes_are_read() {
        assert_eq!(read("{ 'name': 'it\"s', }").unwrap(), json!({"name": "it\"s"}));
    }
}
