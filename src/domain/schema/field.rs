//! Messages, their fields and the types of values.

use crate::policy::RuleKind;

/// A message of the API.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// The name in the API's definition, for example `AdmissionRule`.
    pub name: &'static str,
    /// What a person calls it, with its article.
    pub title: &'static str,
    pub fields: &'static [Field],
}

#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in camel case, as gcloud wants it.
    pub name: &'static str,
    pub kind: ValueKind,
    pub presence: Presence,
    /// What it does, in our words.
    pub doc: &'static str,
}

/// Whether a message needs a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Required,
    Optional,
    /// The service sets it, and ignores what a file says.
    Output,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    Text(Role),
    /// RFC 3339.
    Timestamp,
    Bool,
    /// 32 bits.
    Int,
    Enum(&'static Names),
    Message(&'static Message),
    /// A list of values of one kind.
    List(&'static Self),
    /// A map from keys of a form to values of one kind.
    Map(RuleKind, &'static Self),
}

/// What a text says, which decides how it is checked and what can be proposed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Words for people, or something that only the service reads.
    Free,
    /// `projects/P/attestors/A`.
    Attestor,
    /// `projects/P/notes/N`.
    Note,
    /// `projects/ID`.
    Project,
    /// An allowlist pattern of the project's policy, or of a Cloud Run policy.
    Pattern,
    /// A pattern of an `imageAllowlist`: another dialect.
    AllowPattern,
    /// A directory of a registry.
    Directory,
    /// A repository of source code, without the scheme.
    SourceRepository,
    Namespace,
    /// `NAMESPACE:SERVICE_ACCOUNT`.
    ServiceAccount,
    /// An id of a vulnerability, for example `CVE-2021-20305`.
    Vulnerability,
    /// A public key in PEM.
    Pem,
    /// A public key of OpenPGP, armored.
    Armored,
}

/// The names of an enum by their number; the first is the one that means "not set".
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    pub all: &'static [&'static str],
    /// What each is for, in the same order.
    pub docs: &'static [&'static str],
}

impl Names {
    /// The values that may be written, each with what it does.
    pub fn choices(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.all.iter().copied().zip(self.docs.iter().copied()).skip(1)
    }
}

impl Message {
    /// The field with this name in camel case.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field with this name in snake case, as in the proto.
    pub fn field_in_snake_case(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name != name && is_snake_case_of(name, field.name))
    }
}

impl ValueKind {
    /// The message of the value, or of the values in the list or map.
    pub fn message(self) -> Option<&'static Message> {
        match self {
            Self::Message(message) => Some(message),
            Self::List(value) | Self::Map(_, value) => value.message(),
            Self::Text(_) | Self::Timestamp | Self::Bool | Self::Int | Self::Enum(_) => None,
        }
    }

    /// What a value of this kind looks like, in a few words.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text(_) | Self::Timestamp => "a text",
            Self::Bool => "`true` or `false`",
            Self::Int => "a whole number",
            Self::Enum(_) => "one of the field's names",
            Self::Message(message) => message.title,
            Self::List(element) => element.expected_in_list(),
            Self::Map(..) => "a map of rules",
        }
    }

    /// What a list of values of this kind looks like.
    pub(crate) fn expected_in_list(self) -> &'static str {
        match self {
            Self::Message(_) => "a list of maps",
            _ => "a list of texts",
        }
    }
}

/// `default_admission_rule` is the snake case of `defaultAdmissionRule`.
pub fn is_snake_case_of(snake: &str, camel: &str) -> bool {
    let mut snake = snake.chars();
    let mut follows = |c: char| snake.next() == Some(c);
    let matches = camel
        .chars()
        .all(|c| if c.is_ascii_uppercase() { follows('_') && follows(c.to_ascii_lowercase()) } else { follows(c) });
    matches && snake.next().is_none()
}

/// The row of a field that may be left out.
pub(super) const fn optional(name: &'static str, kind: ValueKind, doc: &'static str) -> Field {
    Field { name, kind, presence: Presence::Optional, doc }
}

/// The row of a field that must be there.
pub(super) const fn required(name: &'static str, kind: ValueKind, doc: &'static str) -> Field {
    Field { name, kind, presence: Presence::Required, doc }
}

/// The row of a field that the service sets.
pub(super) const fn output(name: &'static str, kind: ValueKind, doc: &'static str) -> Field {
    Field { name, kind, presence: Presence::Output, doc }
}
