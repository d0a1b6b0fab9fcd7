//! Policy text and the policy in it, with a span for every key and value.
//!
//! [`Document::parse`] is total: any text gives a document, with a tree of what could be read and
//! the diagnostics of [`crate::domain::lint`]. Time and memory are linear in the text, within the
//! limits below.

mod emit;
mod locate;
mod node;
mod reader;
mod scalar;

use std::fmt;

pub use self::emit::emit;
pub(in crate::domain) use self::emit::{is_plain_in_flow, one_line};
pub use self::locate::{Spans, pattern_path, rule_path};
pub use self::node::{Bytes, Entry, Key, Node, Scalar, Value};
pub use self::scalar::Means;

use self::reader::Tree;
use self::scalar::Rules;
use crate::domain::lint::{self, Code, Decoder, Diagnostic, Problems};
use crate::domain::policy::Policy;
use crate::domain::span::LineIndex;

/// The longest text that is read; the largest policies known are a hundred times shorter.
pub const MAX_BYTES: usize = 4 << 20;

/// How deep lists and maps may be nested, aliases resolved. A policy is four levels deep.
pub const MAX_DEPTH: usize = 64;

/// How many values a text may have, aliases resolved; long texts count as several.
pub const MAX_NODES: usize = 500_000;

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// `gcloud container binauthz policy import`: a YAML or JSON file, fields in camel case.
    #[default]
    Gcloud,
    /// The body of a PUT: JSON, fields in camel case or snake case (proto3's JSON mapping).
    Rest,
}

/// How the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// By the rules of YAML 1.1, as gcloud reads it.
    #[default]
    Yaml,
    Json,
}

/// What the text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PolicyKind {
    /// The project-singleton policy.
    #[default]
    Singleton,
    /// A check-based platform policy, which is not read here.
    Platform,
}

/// A text that is a policy, or is going to be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub text: String,
    /// What could be read; `None` where there is nothing.
    pub root: Option<Node>,
    pub kind: PolicyKind,
    pub format: Format,
    pub dialect: Dialect,
    /// The policy, where no diagnostic is an error.
    pub policy: Option<Policy>,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are: of each severity the first thousand are listed.
    pub unlisted: usize,
    lines: LineIndex,
}

impl Document {
    /// Reads a text whose file name is not known: JSON if it is that, or else YAML. Bodies
    /// ([`Dialect::Rest`]) are always JSON.
    pub fn parse(text: &str, dialect: Dialect) -> Self {
        let format = match dialect {
            Dialect::Rest => Format::Json,
            Dialect::Gcloud => Format::of(text),
        };
        Self::parse_as(text, dialect, format)
    }

    /// Reads a text of a known format, which gcloud tells by the name of the file.
    pub fn parse_as(text: &str, dialect: Dialect, format: Format) -> Self {
        let lines = LineIndex::new(text);
        let mut problems = Problems::new(text, &lines);
        let tree = read(text, format, &mut problems);
        let kind = tree.root.as_ref().map_or(PolicyKind::Singleton, |root| kind_of(root, &mut problems));
        let decoded = tree.root.as_ref().filter(|_| kind == PolicyKind::Singleton).map(|root| {
            let complete = tree.complete;
            Decoder::new(&mut problems, dialect, format, complete).policy(root)
        });
        let policy = decoded.filter(|_| !problems.has_errors());
        let (unlisted, diagnostics) = (problems.unlisted(), problems.into_sorted());
        Self { text: text.to_owned(), root: tree.root, kind, format, dialect, policy, diagnostics, unlisted, lines }
    }

    /// Whether gcloud and the service would take it.
    pub fn is_valid(&self) -> bool {
        self.policy.is_some()
    }

    /// Lines and columns of the text.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }
}

/// The tree of a text of ours that is no policy, and what is wrong with it as YAML or JSON.
pub(in crate::domain) fn tree_of(text: &str) -> (Option<Node>, LineIndex, Vec<Diagnostic>) {
    let lines = LineIndex::new(text);
    let mut problems = Problems::new(text, &lines);
    let root = read(text, Format::of(text), &mut problems).root;
    let problems = problems.into_sorted();
    (root, lines, problems)
}

impl Format {
    /// JSON where the text is an object by the grammar of JSON; it may be a flow of YAML otherwise.
    pub(in crate::domain) fn of(text: &str) -> Self {
        let object = text.trim_start().starts_with('{');
        let json = object && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        if json { Self::Json } else { Self::Yaml }
    }
}

/// The tree of a text, and what is wrong with the text.
fn read(text: &str, format: Format, problems: &mut Problems<'_>) -> Tree {
    let nowhere = Bytes::new(0, 0);
    if text.len() > MAX_BYTES {
        let message = format!("the text has {} bytes, more than {MAX_BYTES}", text.len());
        problems.push(Code::TooLarge, nowhere, Path::default(), message);
        return Tree::default();
    }
    let rules = match format {
        Format::Yaml => Rules::Yaml11,
        Format::Json => Rules::Json,
    };
    if format == Format::Json {
        lint::check_json(text, problems);
    }
    if format == Format::Json && problems.has_errors() {
        // What the YAML parser makes of it serves only to find places in it.
        let lines = LineIndex::new(text);
        let mut unheard = Problems::new(text, &lines);
        return Tree { complete: false, ..reader::read(text, rules, &mut unheard) };
    }
    let tree = reader::read(text, rules, problems);
    if format == Format::Yaml {
        lint::check_characters(text, problems);
        lint::check_tabs(text, &tree.quoted, problems);
    }
    let empty = tree.root.as_ref().is_none_or(|root| root.is_null() || is_empty_collection(root));
    if empty && tree.complete {
        problems.push(Code::EmptyDocument, nowhere, Path::default(), "there is no policy in this text".to_owned());
        return Tree { root: None, ..tree };
    }
    tree
}

fn is_empty_collection(node: &Node) -> bool {
    match &node.value {
        Value::List(elements) => elements.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Scalar(_) => false,
    }
}

/// A platform policy is told by the fields that only it has.
fn kind_of(root: &Node, problems: &mut Problems<'_>) -> PolicyKind {
    let own = ["gkePolicy", "cloudRunPolicy", "gke_policy", "cloud_run_policy"];
    let Some(entry) = root.entries().iter().find(|entry| own.contains(&&*entry.key.text)) else {
        return PolicyKind::Singleton;
    };
    let message = format!("`{}` belongs to a platform policy, which this is then", entry.key.text);
    let path = Path(vec![Segment::Field(entry.key.text.to_string())]);
    problems.push(Code::PlatformPolicy, entry.key.at, path, message);
    PolicyKind::Platform
}

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A field of a message.
    Field(String),
    /// A key of a map.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// A place in a policy, printed as gcloud does:
/// `clusterAdmissionRules[us-central1-a.c].evaluationMode`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(pub Vec<Segment>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if at == 0 => f.write_str(name)?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Key(key) => write!(f, "[{key}]")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
