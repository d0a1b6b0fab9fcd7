//! Kubernetes' protobuf, as far as kubectl sends it: `kubectl create deployment` and the like, and
//! `kubectl auth`, from 1.32 on.
//!
//! The messages are declared as tables of field numbers (kubernetes, `generated.proto` of the API
//! groups) and translated to JSON. A field with content that is in no table is an error, so that
//! nothing gets lost unseen.

mod messages;

use std::cell::Cell;

use serde_json::{Map, Value};

use crate::values::MAX_VALUES;
use messages::{Count, KINDS, Message, OBJECT_META, Type, UNKNOWN};

/// Messages within messages; Kubernetes' own nest less deep.
const MAX_DEPTH: usize = 24;

/// What is left of the values that a body may have: each takes many times its bytes in memory.
type Left = Cell<usize>;

/// Why a body could not be translated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProtobufError {
    #[error("the body is not Kubernetes' protobuf: it does not begin with k8s and a zero byte")]
    Magic,
    #[error("the body's protobuf is cut off or damaged")]
    Damaged,
    #[error("the body has more than {MAX_VALUES} values")]
    TooMany,
    #[error("the body's protobuf nests deeper than {MAX_DEPTH} messages")]
    TooDeep,
    #[error("{0:?} is not taken as protobuf here; send it as JSON")]
    Kind(String),
    #[error("field {number} of {message} is not taken as protobuf here; send the object as JSON")]
    Field { message: &'static str, number: u64 },
}

/// The JSON of an object in Kubernetes' protobuf.
pub(super) fn decode(body: &[u8]) -> Result<Value, ProtobufError> {
    let envelope = body.strip_prefix(b"k8s\0").ok_or(ProtobufError::Magic)?;
    let left = Cell::new(MAX_VALUES);
    let kind = translate(envelope, &UNKNOWN, 0, &left)?;
    let (version, name) = (&kind["typeMeta"]["apiVersion"], &kind["typeMeta"]["kind"]);
    let row = KINDS.iter().find(|row| version == row.0 && name == row.1);
    let row = row.ok_or_else(|| ProtobufError::Kind(name.as_str().unwrap_or_default().to_owned()))?;
    let raw = Records(envelope).find_map(|record| match record {
        Ok((2, Wire::Bytes(raw))) => Some(raw),
        _ => None,
    });
    let mut object = self::object(raw.unwrap_or_default(), row, &left)?;
    object["apiVersion"] = row.0.into();
    object["kind"] = row.1.into();
    Ok(object)
}

/// An object's three parts.
fn object(
    bytes: &[u8],
    (_, kind, spec): &(&str, &'static str, Option<Type>),
    left: &Left,
) -> Result<Value, ProtobufError> {
    let mut object = Map::new();
    for record in Records(bytes) {
        let (number, wire) = record?;
        let (name, type_) = match (number, spec) {
            (1, _) => ("metadata", Type::Message(&OBJECT_META)),
            (2, Some(spec)) => ("spec", *spec),
            // `status`, which is the server's to say.
            (3, Some(_)) => continue,
            _ if wire.is_empty() => continue,
            _ => return Err(ProtobufError::Field { message: kind, number }),
        };
        if let Some(value) = value(type_, wire, 0, left)? {
            object.insert(name.to_owned(), value);
        }
    }
    Ok(Value::Object(object))
}

fn translate(bytes: &[u8], message: &'static Message, depth: usize, left: &Left) -> Result<Value, ProtobufError> {
    if depth > MAX_DEPTH {
        return Err(ProtobufError::TooDeep);
    }
    let mut object = Map::new();
    for record in Records(bytes) {
        let (number, wire) = record?;
        let Some(field) = message.fields.iter().find(|field| field.number == number) else {
            if wire.is_empty() {
                continue;
            }
            return Err(ProtobufError::Field { message: message.name, number });
        };
        let Some(value) = value(field.type_, wire, depth, left)? else { continue };
        match (field.type_, field.count) {
            (Type::Texts, _) => {
                let map = object.entry(field.name).or_insert_with(|| Value::Object(Map::new()));
                if let (Value::Object(map), Value::Object(entry)) = (map, value) {
                    map.extend(entry);
                }
            }
            (_, Count::Many) => {
                let list = object.entry(field.name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(value);
                }
            }
            (_, Count::One) => {
                object.insert(field.name.to_owned(), value);
            }
        }
    }
    Ok(Value::Object(object))
}

/// A field's value; `None` for what Go writes where nothing was set.
fn value(type_: Type, wire: Wire<'_>, depth: usize, left: &Left) -> Result<Option<Value>, ProtobufError> {
    left.set(left.get().checked_sub(1).ok_or(ProtobufError::TooMany)?);
    match (type_, wire) {
        (Type::Ignored, _) => Ok(None),
        (Type::Text, Wire::Bytes(bytes)) => Ok((!bytes.is_empty()).then(|| text(bytes)).transpose()?),
        (Type::Integer, Wire::Varint(number)) => Ok(Some(number.cast_signed().into())),
        (Type::Flag, Wire::Varint(number)) => Ok((number != 0).then_some(true.into())),
        (Type::Message(message), Wire::Bytes(bytes)) => translate(bytes, message, depth + 1, left).map(Some),
        (Type::Texts, Wire::Bytes(bytes)) => entry(bytes).map(Some),
        (Type::IntOrText, Wire::Bytes(bytes)) => int_or_text(bytes).map(Some),
        _ => Err(ProtobufError::Damaged),
    }
}

fn text(bytes: &[u8]) -> Result<Value, ProtobufError> {
    std::str::from_utf8(bytes).map(Value::from).ok().ok_or(ProtobufError::Damaged)
}

fn entry(bytes: &[u8]) -> Result<Value, ProtobufError> {
    let (mut key, mut value) = (String::new(), Value::from(""));
    for record in Records(bytes) {
        match record? {
            (1, Wire::Bytes(bytes)) => text(bytes)?.as_str().unwrap_or_default().clone_into(&mut key),
            (2, Wire::Bytes(bytes)) => value = text(bytes)?,
            _ => return Err(ProtobufError::Damaged),
        }
    }
    Ok(Value::Object(Map::from_iter([(key, value)])))
}

/// `type` 0 means the number in field 2, 1 the text in field 3.
fn int_or_text(bytes: &[u8]) -> Result<Value, ProtobufError> {
    let (mut is_text, mut number, mut words) = (false, Value::from(0), Value::from(""));
    for record in Records(bytes) {
        match record? {
            (1, Wire::Varint(kind)) => is_text = kind == 1,
            (2, Wire::Varint(value)) => number = value.cast_signed().into(),
            (3, Wire::Bytes(bytes)) => words = text(bytes)?,
            _ => return Err(ProtobufError::Damaged),
        }
    }
    Ok(if is_text { words } else { number })
}

/// A field as it is encoded.
#[derive(Debug, Clone, Copy)]
enum Wire<'b> {
    Varint(u64),
    Bytes(&'b [u8]),
    /// Four or eight bytes, which no field here has.
    Fixed,
}

impl Wire<'_> {
    /// Whether this is how Go writes a field that was not set: zero, nothing, or a message of such.
    fn is_empty(self) -> bool {
        match self {
            Self::Varint(number) => number == 0,
            Self::Bytes(bytes) => {
                bytes.is_empty() || Records(bytes).all(|record| matches!(record, Ok((_, Wire::Varint(0)))))
            }
            Self::Fixed => false,
        }
    }
}

/// The fields of a message, one after the other; after a damaged one there is none.
struct Records<'b>(&'b [u8]);

impl<'b> Iterator for Records<'b> {
    type Item = Result<(u64, Wire<'b>), ProtobufError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or(ProtobufError::Damaged))
    }
}

impl<'b> Records<'b> {
    fn record(&mut self) -> Option<(u64, Wire<'b>)> {
        let tag = self.varint()?;
        let wire = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => self.take(8).map(|_| Wire::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Wire::Fixed)?,
            _ => return None,
        };
        Some((tag >> 3, wire))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    use super::*;

    /// What kubectl 1.33 sent for `create deployment hello --image=gcr.io/binauthz-lab/hello-world`.
    const CREATE: &str = "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EtUBCiMKBWhlbGxvEgAaACIAKgAyADgAQgBaDAoDYXBwEgVoZWxsbxKf\
        AQgBEg4KDAoDYXBwEgVoZWxsbxqCAQoeCgASABoAIgAqADIAOABCAFoMCgNhcHASBWhlbGxvEmASQgoLaGVsbG8td29ybGQSH2djci5pby9i\
        aW5hdXRoei1sYWIvaGVsbG8td29ybGQqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoM\
        CAAQABgAIAAoADgAGgAiAA==";

    #[test]
    fn a_deployment_of_kubectl() {
        let object = decode(&STANDARD.decode(CREATE).unwrap()).unwrap();
        assert_eq!(
            object,
            json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": { "name": "hello", "labels": { "app": "hello" } },
                "spec": {
                    "replicas": 1,
                    "selector": { "matchLabels": { "app": "hello" } },
                    "template": {
                        "metadata": { "labels": { "app": "hello" } },
                        "spec": { "containers": [
                            { "name": "hello-world", "image": "gcr.io/binauthz-lab/hello-world" }
                        ] },
                    },
                    "strategy": {},
                    "minReadySeconds": 0,
                },
            })
        );
    }

    #[test]
    fn a_field_that_is_in_no_table_is_told() {
        let mut body = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x06".to_vec();
        body.extend(b"\x0a\x04\x72\x02xy");
        assert_eq!(decode(&body), Err(ProtobufError::Field { message: "ObjectMeta", number: 14 }));
        assert_eq!(decode(b"k8s\0\x0a\x04\x12\x02Xy"), Err(ProtobufError::Kind("Xy".to_owned())));
        assert_eq!(decode(b"{}"), Err(ProtobufError::Magic));
        assert_eq!(decode(b"k8s\0\x0a"), Err(ProtobufError::Damaged));
    }

    /// Two bytes each, which would be a hundred in memory.
    #[test]
    fn a_body_of_nothing_but_empty_messages_is_refused() {
        let spec = b"\x0a\x00".repeat(200_000);
        let length = |bytes: &[u8]| {
            let (mut rest, mut out) = (bytes.len(), Vec::new());
            while rest >= 0x80 {
                out.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
                rest >>= 7;
            }
            out.push(u8::try_from(rest).unwrap());
            out
        };
        let part = |tag: u8, bytes: &[u8]| [&[tag][..], &length(bytes), bytes].concat();
        let mut body = b"k8s\0\x0a\x0d\x0a\x02v1\x12\x07Service".to_vec();
        body.extend(part(0x12, &part(0x12, &spec)));
        assert_eq!(decode(&body), Err(ProtobufError::TooMany));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = decode(&[b"k8s\0", &bytes[..]].concat());
            let mut deployment = STANDARD.decode(CREATE).unwrap();
            for (i, byte) in bytes.iter().enumerate().filter(|(i, _)| i % 7 == 0) {
                let at = (i * 31 + usize::from(*byte)) % deployment.len();
                deployment[at] ^= byte;
            }
            let _ = decode(&deployment);
        }
    }
}
