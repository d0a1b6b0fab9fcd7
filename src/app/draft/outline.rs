//! The outline of a policy's text: what is whole, also where the text is broken.
//!
//! The YAML parser stops at a mistake. What stands before it is in the document's tree; what stands
//! behind it is read anew from the next line that begins a field of the policy, so that one broken block
//! hides only itself.

use crate::draft::complete::line::Line;
use domain::diagnostic::{Code, Diagnostic, Severity};
use domain::document::{Dialect, Document, Format, Node, Value};
use domain::schema::{self, ValueKind};
use domain::span::Position;

/// One part of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineItem {
    /// How many parts it is in.
    pub depth: usize,
    pub label: String,
    /// What it says, in a few words.
    pub detail: String,
    pub at: Position,
    /// The last line that belongs to it.
    pub last: usize,
    /// The worst problem in it.
    pub worst: Option<Severity>,
}

/// The most parts that are listed.
const MOST: usize = 5_000;

/// How often the text behind a mistake is read anew.
const RESTARTS: usize = 16;

/// The parts of a document in the order of the text.
pub fn outline(document: &Document) -> Vec<OutlineItem> {
    let mut items = Vec::new();
    let (mut read, mut offset) = (None::<Document>, 0);
    for _ in 0..=RESTARTS {
        let part = read.as_ref().unwrap_or(document);
        let limit = next_start(part);
        collect(part, offset, limit, &mut items);
        let Some(line) = limit.filter(|_| items.len() < MOST) else { break };
        let start = part.lines().line_bytes(&part.text, line).start;
        let rest = part.text.get(start..).unwrap_or_default().to_owned();
        offset += line - 1;
        read = Some(Document::parse_as(&rest, Dialect::Gcloud, Format::Yaml));
    }
    items.truncate(MOST);
    mark(&mut items, &document.diagnostics);
    items
}

/// The line where the next field of the policy begins behind the one in which the parser met a mistake.
/// It may have noticed only much later, as with a bracket that is not closed.
fn next_start(document: &Document) -> Option<usize> {
    if document.format == Format::Json {
        return None;
    }
    let stops = |problem: &&Diagnostic| matches!(problem.code, Code::Syntax | Code::TooDeep | Code::Tab);
    document.diagnostics.iter().find(stops)?;
    let fields = document.root.iter().flat_map(Node::entries);
    let broken = fields.map(|entry| document.span(entry.key.at).start.line).max().unwrap_or(1);
    let begins = |line: &usize| {
        let text = document.text.get(document.lines().line_bytes(&document.text, *line)).unwrap_or_default();
        let line = Line::new(text);
        let known = |name: &str| {
            [schema::root(document.kind), schema::POLICY, schema::PLATFORM_POLICY]
                .iter()
                .any(|m| m.field(name).is_some())
        };
        line.content == 0 && line.dashes.is_empty() && line.key.is_some_and(|key| known(key.name))
    };
    (broken + 1..=document.lines().lines()).find(begins)
}

/// Adds the parts of one reading: those before the line where the next one begins.
fn collect(document: &Document, offset: usize, limit: Option<usize>, items: &mut Vec<OutlineItem>) {
    let Some(root) = &document.root else { return };
    let mut walk = Walk { document, offset, items: Vec::new() };
    walk.fields(root, ValueKind::Message(schema::root(document.kind)), 0);
    let before = |item: &OutlineItem| limit.is_none_or(|line| item.at.line < line + offset);
    items.extend(walk.items.into_iter().filter(before));
}

struct Walk<'a> {
    document: &'a Document,
    /// Lines of the text before this reading.
    offset: usize,
    items: Vec<OutlineItem>,
}

impl Walk<'_> {
    fn fields(&mut self, node: &Node, kind: ValueKind, depth: usize) {
        for entry in node.entries().iter().filter(|entry| !entry.merged) {
            let below = match kind {
                ValueKind::Map(_, value) => Some(*value),
                ValueKind::Message(message) => message.field(&entry.key.text).map(|field| field.kind),
                _ => None,
            };
            self.add(depth, entry.key.text.to_string(), &entry.value, entry.key.at, below);
        }
    }

    fn add(&mut self, depth: usize, label: String, node: &Node, at: domain::span::Bytes, kind: Option<ValueKind>) {
        if self.items.len() >= MOST {
            return;
        }
        let (start, end) = (self.document.span(at), self.document.span(node.at));
        let place = Position { line: start.start.line + self.offset, ..start.start };
        let last = end.end.line.max(start.end.line) + self.offset;
        self.items.push(OutlineItem { depth, label, detail: detail(node, kind), at: place, last, worst: None });
        match kind {
            Some(kind @ ValueKind::Map(..)) => self.fields(node, kind, depth + 1),
            Some(ValueKind::List(&element @ ValueKind::Message(message))) => {
                for (number, child) in node.elements().iter().enumerate() {
                    let label = name_of(child).unwrap_or_else(|| format!("{} {}", message.title, number + 1));
                    self.add(depth + 1, label, child, child.at, Some(element));
                }
            }
            // Within an element or a message, only what has parts of its own.
            Some(ValueKind::Message(message)) => {
                for entry in node.entries().iter().filter(|entry| !entry.merged) {
                    let below = message.field(&entry.key.text).map(|field| field.kind);
                    if matches!(below, Some(ValueKind::List(&ValueKind::Message(_)) | ValueKind::Map(..))) {
                        self.add(depth + 1, entry.key.text.to_string(), &entry.value, entry.key.at, below);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What an element of a list is called: by its own name, or by its first text.
fn name_of(node: &Node) -> Option<String> {
    let texts = || node.entries().iter().filter_map(|entry| Some((&entry.key.text, scalar(&entry.value)?)));
    let named = texts().find(|(key, _)| matches!(&***key, "displayName" | "namePattern")).or_else(|| texts().next());
    named.map(|(_, text)| text.to_owned())
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(scalar) if !scalar.text.is_empty() => Some(&scalar.text),
        _ => None,
    }
}

fn detail(node: &Node, kind: Option<ValueKind>) -> String {
    if let Some(text) = scalar(node) {
        return text.chars().take(60).collect();
    }
    match kind {
        Some(ValueKind::List(_)) => count(node.elements().len(), "entry", "entries"),
        Some(ValueKind::Map(..)) => count(node.entries().len(), "rule", "rules"),
        _ => {
            let modes = node.entries().iter().filter(|entry| entry.key.text.ends_with("Mode"));
            modes.filter_map(|entry| scalar(&entry.value)).collect::<Vec<_>>().join(", ")
        }
    }
}

fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Marks each part with the worst problem on its lines.
fn mark(items: &mut [OutlineItem], problems: &[Diagnostic]) {
    for item in items {
        let first = problems.partition_point(|problem| problem.span.start.line < item.at.line);
        let inside = problems.iter().skip(first).take_while(|problem| problem.span.start.line <= item.last);
        item.worst = inside.map(|problem| problem.severity).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let items = outline(&Document::parse(text, Dialect::Gcloud));
        let line = |item: &OutlineItem| {
            let worst = if item.worst == Some(Severity::Error) { " (error)" } else { "" };
            format!("{}{}:{} {}{worst}", "  ".repeat(item.depth), item.at.line, item.label, item.detail)
        };
        items.iter().map(line).collect()
    }

    const RULE: &str = "    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";

    #[test]
    fn a_whole_policy_is_listed_with_its_parts() {
        let text = format!(
            "globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/a/x\nclusterAdmissionRules:\n  us-east1-b.c:\n{RULE}defaultAdmissionRule:\n  evaluationMode: NONSENSE\n"
        );
        assert_eq!(
            read(&text),
            [
                "1:globalPolicyEvaluationMode ENABLE",
                "2:admissionWhitelistPatterns 1 entry",
                "  3:gcr.io/a/x ",
                "4:clusterAdmissionRules 1 rule",
                "  5:us-east1-b.c ALWAYS_DENY, ENFORCED_BLOCK_AND_AUDIT_LOG",
                "8:defaultAdmissionRule NONSENSE (error)",
            ]
        );
    }

    #[test]
    fn check_sets_and_their_checks_are_listed() {
        let text = "gkePolicy:\n  checkSets:\n  - displayName: prod\n    checks:\n    - displayName: signed\n      simpleSigningAttestationCheck: {}\n";
        let found: Vec<String> =
            read(text).iter().map(|line| line.trim().split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(found, ["1:gkePolicy", "2:checkSets", "3:prod", "4:checks", "5:signed"]);
    }

    #[test]
    fn a_broken_block_hides_only_itself() {
        let text = format!(
            "description: x\nclusterAdmissionRules:\n  us-east1-b.c:\n    evalu\n  broken: [\ndefaultAdmissionRule:\n{RULE}etag: abc\n"
        );
        let found = read(&text);
        for part in ["1:description", "2:clusterAdmissionRules", "6:defaultAdmissionRule", "9:etag"] {
            assert_eq!(found.iter().filter(|line| line.trim().starts_with(part)).count(), 1, "{part}: {found:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_outline_in_its_order(text in "([a-z]{0,3}|[-:{}\\[\\]\"'#|>\t \n]|\ndefaultAdmissionRule:|\nadmissionWhitelistPatterns:\n- ){0,20}") {
            let items = outline(&Document::parse(&text, Dialect::Gcloud));
            let lines = text.split('\n').count();
            proptest::prop_assert!(items.iter().all(|item| (1..=lines).contains(&item.at.line)));
        }
    }
}
