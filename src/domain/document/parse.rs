//! Makes a [`Document`] of a text: the tree, the policy in it, and what is wrong with it.

use super::decoder::Decoder;
use super::format::{Dialect, Format};
use super::node::{Key, Node, Value};
use super::reader::{self, Tree};
use super::scalar::Rules;
use super::{foreign, syntax};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::path::{Path, Segment};
use crate::platform_policy::PlatformPolicy;
use crate::policy::{Policy, PolicyKind};
use crate::schema;
use crate::span::{Bytes, LineIndex};
use crate::spelling::nearest;

/// The longest text that is read; the largest policies known are a hundred times shorter.
pub const MAX_BYTES: usize = 4 << 20;

/// A longer text is worth a warning; no limit is published (`docs/binary-authorization.md`, "Limits and
/// quotas").
const LARGE_BYTES: usize = 1 << 20;

/// A text that is a policy, or is going to be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub text: String,
    /// What could be read; `None` where there is nothing.
    pub root: Option<Node>,
    pub kind: PolicyKind,
    pub format: Format,
    pub dialect: Dialect,
    /// The policy of a project, where no diagnostic is an error.
    pub policy: Option<Policy>,
    /// The platform policy, where no diagnostic is an error.
    pub platform_policy: Option<Box<PlatformPolicy>>,
    /// The problems in the order of the text.
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
            Dialect::Gcloud => Format::detect(text),
        };
        Self::parse_as(text, dialect, format)
    }

    /// Reads a text of a known format, which gcloud tells by the name of the file. Which kind of
    /// policy it is, its fields say; a body ([`Dialect::Rest`]) is always the project's policy.
    pub fn parse_as(text: &str, dialect: Dialect, format: Format) -> Self {
        let kind = (dialect == Dialect::Rest).then_some(PolicyKind::Singleton);
        Self::parse_kind(text, dialect, format, kind)
    }

    /// Reads a text that has to be of a kind, if one is given; the other kind is then an error.
    pub fn parse_kind(text: &str, dialect: Dialect, format: Format, wanted: Option<PolicyKind>) -> Self {
        let lines = LineIndex::new(text);
        let mut problems = Problems::new(text, &lines);
        let other_language = foreign::check_text(text, &mut problems);
        let tree = if other_language { Tree::default() } else { read(text, format, &mut problems) };
        let foreign = tree.root.as_ref().is_some_and(|root| foreign::check_tree(root, &mut problems));
        let found = tree.root.as_ref().and_then(kind_of);
        let kind = wanted.or(found.map(|(kind, _)| kind)).unwrap_or_default();
        let other = found.filter(|(found, _)| *found != kind);
        let mut document = Self { kind, format, dialect, ..Self::empty(text) };
        match (tree.root.as_ref().filter(|_| !foreign), other) {
            (Some(_), Some((_, key))) => report_kind(kind, key, &mut problems),
            (Some(root), None) => {
                let decoder = Decoder::new(&mut problems, dialect, format, tree.complete);
                document.decode(root, decoder);
            }
            (None, _) => {}
        }
        if problems.has_errors() {
            (document.policy, document.platform_policy) = (None, None);
        }
        document.unlisted = problems.unlisted();
        document.diagnostics = problems.into_sorted();
        Self { root: tree.root, lines, ..document }
    }

    fn empty(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            root: None,
            kind: PolicyKind::default(),
            format: Format::default(),
            dialect: Dialect::default(),
            policy: None,
            platform_policy: None,
            diagnostics: Vec::new(),
            unlisted: 0,
            lines: LineIndex::default(),
        }
    }

    fn decode<'a>(&mut self, root: &'a Node, mut decoder: Decoder<'a, '_, '_>) {
        match self.kind {
            PolicyKind::Singleton => self.policy = Some(decoder.policy(root)),
            PolicyKind::Platform => self.platform_policy = decoder.platform_policy(root).map(Box::new),
        }
    }

    /// Whether gcloud and the service would take it.
    pub fn is_valid(&self) -> bool {
        self.policy.is_some() || self.platform_policy.is_some()
    }

    /// Whether it is the policy of a project, and not a platform policy.
    pub fn policy_is_of_project(&self) -> bool {
        self.kind == PolicyKind::Singleton
    }

    /// Lines and columns of the text.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }
}

/// The tree of a text of ours that is no policy, and what is wrong with it as YAML or JSON.
pub(crate) fn tree_of(text: &str) -> (Option<Node>, LineIndex, Vec<Diagnostic>) {
    let lines = LineIndex::new(text);
    let mut problems = Problems::new(text, &lines);
    let root = read(text, Format::detect(text), &mut problems).root;
    let problems = problems.into_sorted();
    (root, lines, problems)
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
        syntax::check_json(text, problems);
    }
    if format == Format::Json && problems.has_errors() {
        // What the YAML parser makes of it serves only to find places in it.
        let lines = LineIndex::new(text);
        let mut unheard = Problems::new(text, &lines);
        return Tree { complete: false, ..reader::read(text, rules, &mut unheard) };
    }
    let tree = reader::read(text, rules, problems);
    if format == Format::Yaml {
        syntax::check_characters(text, problems);
        syntax::check_tabs(text, &tree.quoted, problems);
    }
    let empty = tree.root.as_ref().is_none_or(|root| root.is_null() || is_empty_collection(root));
    if text.len() > LARGE_BYTES {
        let message = format!("the text has {} bytes: no person can review that", text.len());
        problems.push(Code::LargePolicy, nowhere, Path::default(), message);
    }
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

/// Fields that only a platform policy has.
const PLATFORM_FIELDS: [&str; 5] = ["gkePolicy", "cloudRunPolicy", "gke_policy", "cloud_run_policy", "checkSets"];

/// The kind of a policy, told by a field that only this kind has, and the field.
fn kind_of(root: &Node) -> Option<(PolicyKind, &Key)> {
    let find = |own: &dyn Fn(&str) -> bool| root.entries().iter().find(|entry| own(&entry.key.text));
    let of_platform = find(&|key| PLATFORM_FIELDS.contains(&key)).map(|entry| (PolicyKind::Platform, &entry.key));
    of_platform
        .or_else(|| {
            let shared = |key: &str| schema::PLATFORM_POLICY.field(key).is_some();
            let of_project = |key: &str| schema::POLICY.field(key).is_some() && !shared(key);
            find(&of_project).map(|entry| (PolicyKind::Singleton, &entry.key))
        })
        .or_else(|| {
            let meant = |key: &str| nearest(key, ["gkePolicy", "cloudRunPolicy"]).is_some();
            find(&meant).map(|entry| (PolicyKind::Platform, &entry.key))
        })
}

/// The policy is not of the kind that was asked for.
fn report_kind(wanted: PolicyKind, key: &Key, problems: &mut Problems<'_>) {
    let (code, other) = match wanted {
        PolicyKind::Singleton => (Code::PlatformPolicy, "a platform policy"),
        PolicyKind::Platform => (Code::ProjectPolicy, "the policy of a project"),
    };
    let message = format!("`{}` belongs to {other}, which this is then", key.text);
    problems.push(code, key.at, Path(vec![Segment::Field(key.text.to_string())]), message);
}
