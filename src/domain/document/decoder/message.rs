//! Any message by its schema: types, required fields and what a text must look like.
//!
//! Platform policies are read by this; the answer is JSON of what is right. What gcloud takes here
//! was executed against the decoder of SDK 528: one value stands for a list of one, a text of digits
//! for a number, nothing for an absent message or list.

use serde_json::{Map, Value as Json};

use super::{DecodeStep, Decoder, place};
use crate::diagnostic::Code;
use crate::document::format::Dialect;
use crate::document::node::{Entry, Node, Value};
use crate::document::scalar::Means;
use crate::lint;
use crate::platform_policy::PlatformPolicy;
use crate::schema::{self, Field, Message, Names, Presence, Role, ValueKind};
use crate::span::Bytes;

impl<'a> Decoder<'a, '_, '_> {
    /// The platform policy in a tree; `None` where something is wrong, which was reported.
    pub(in crate::document) fn platform_policy(&mut self, root: &'a Node) -> Option<PlatformPolicy> {
        let json = self.message(root.at, root, schema::PLATFORM_POLICY);
        serde_json::from_value(json.into()).ok()
    }

    /// What is right in a message; an empty object where it is none, which is reported.
    fn message(&mut self, key: Bytes, node: &'a Node, message: &'static Message) -> Map<String, Json> {
        let mut json = Map::new();
        let Value::Map(_) = &node.value else {
            self.wrong_type(key, node, &format!("{} (a map)", message.title));
            return json;
        };
        let fields = self.fields(node, message);
        for field in message.fields {
            let Some((_, entry)) = fields.get(field.name) else {
                if field.presence == Presence::Required {
                    self.report(Code::MissingField, key, format!("`{}` is missing", field.name));
                }
                continue;
            };
            let value = self.within(DecodeStep::Field(field.name), |this| this.field_value(field, entry));
            json.extend(value.map(|value| (field.name.to_owned(), value)));
        }
        self.check_message(message, &fields, node, key);
        json
    }

    fn field_value(&mut self, field: &'static Field, entry: &'a Entry) -> Option<Json> {
        let (key, node) = (entry.key.at, &entry.value);
        let absent = node.is_null() || (node.is_empty_list() && self.dialect == Dialect::Gcloud);
        let is_enum = matches!(field.kind, ValueKind::Enum(_));
        if absent && field.presence == Presence::Required && !is_enum {
            let text = format!("expected {}, found nothing", field.kind.expected());
            self.report(Code::NullValue, place(key, node), text);
            return None;
        }
        let nothing = absent && !matches!(field.kind, ValueKind::Text(_) | ValueKind::Timestamp | ValueKind::Enum(_));
        if nothing { None } else { self.value(entry, field.kind, field.presence) }
    }

    fn value(&mut self, entry: &'a Entry, kind: ValueKind, presence: Presence) -> Option<Json> {
        match kind {
            ValueKind::List(element) => Some(self.values(entry, *element)),
            ValueKind::Timestamp => self.timestamp(entry).map(Json::from),
            ValueKind::Enum(names) => self.enum_value(entry, names, presence),
            _ => self.element(entry.key.at, &entry.value, kind),
        }
    }

    /// The elements of a list; one value is taken for a list of it, as gcloud does.
    fn values(&mut self, entry: &'a Entry, element: ValueKind) -> Json {
        let node = &entry.value;
        let fits = match (&node.value, element) {
            (Value::Map(_), ValueKind::Message(_)) => true,
            (Value::Scalar(scalar), ValueKind::Text(_)) => scalar.means == Means::Text,
            _ => false,
        };
        let elements = if fits && self.dialect == Dialect::Gcloud {
            let text = "a single value, not a list: write it behind a `-`".to_owned();
            self.report(Code::NotAList, place(entry.key.at, node), text);
            std::slice::from_ref(node)
        } else {
            self.list(entry, element.expected_in_list()).unwrap_or_default()
        };
        let read = |(at, node): (usize, &'a Node)| {
            self.within(DecodeStep::Index(at), |this| this.element(node.at, node, element))
        };
        Json::Array(elements.iter().enumerate().filter_map(read).collect())
    }

    /// A value that is no list and no enum.
    fn element(&mut self, key: Bytes, node: &'a Node, kind: ValueKind) -> Option<Json> {
        match kind {
            ValueKind::Message(message) => Some(Json::Object(self.message(key, node, message))),
            ValueKind::Text(role) => {
                let text = self.scalar_text(key, node)?;
                self.check_text(role, text, node.at);
                Some(Json::from(text))
            }
            ValueKind::Bool => self.bool(key, node).map(Json::from),
            ValueKind::Int => self.int(key, node).map(Json::from),
            ValueKind::Timestamp | ValueKind::Enum(_) | ValueKind::List(_) | ValueKind::Map(..) => None,
        }
    }

    fn check_text(&mut self, role: Role, text: &str, at: Bytes) {
        if !matches!(role, Role::Free | Role::Pem | Role::Armored) {
            self.check_placeholder(text, at);
        }
        if let Some((code, message)) = lint::text::fault(role, text) {
            self.report(code, at, message);
        }
    }

    fn enum_value(&mut self, entry: &'a Entry, names: &'static Names, presence: Presence) -> Option<Json> {
        let number = self.number(entry, names)?;
        if presence == Presence::Required {
            self.check_specified(number, names, &entry.value);
        }
        names.all.get(number).map(|name| Json::from(*name))
    }
}
