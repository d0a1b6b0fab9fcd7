//! Events of the YAML parser to a tree, within limits.
//!
//! Everything that is wrong with the text itself is reported here; what the tree says, the decoder
//! looks at. After an error of the parser the tree holds what stood before it.
//!
//! The reader of every text of which places are asked for: the draft, its outline and its merge, quick fixes, and
//! the files of policy tests. Others read YAML besides, each with its reason in its first lines: completion and
//! colours, which go on behind an error; and by serde `files::manifest`, the objects of an explanation and what
//! kubectl sends to the sandbox, which want values and no places.

mod fault;
mod frame;
mod merge;

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Mark, StructureStyle, Tag, YamlVersion};

use self::fault::{explained, is_tab_error};
use self::frame::{Anchored, Frame, Items};
use super::node::{Entry, Key, Node, Scalar, Value};
use super::scalar::{self, Means, Rules};
use super::syntax::is_unprintable;
use crate::diagnostic::{Code, Problems, excerpt};
use crate::path::Path;
use crate::span::Bytes;

/// How deep lists and maps may be nested, aliases resolved. A policy is four levels deep.
pub const MAX_DEPTH: usize = 64;

/// How many values a text may have, aliases resolved; long texts count as several.
pub const MAX_NODES: usize = 500_000;

/// What was read of a text.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The first document of the stream.
    pub(super) root: Option<Node>,
    /// Whether the text was read to its end.
    pub(super) complete: bool,
    /// The bytes of quoted and block scalars, where a tab is text.
    pub(super) quoted: Vec<Bytes>,
}

/// Reads `text`; plain scalars are told apart by `rules`.
pub(super) fn read(text: &str, rules: Rules, problems: &mut Problems<'_>) -> Tree {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        // As gcloud's reader does.
        bom_inside_document_as_content: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut reader = Reader::new(text, rules, problems);
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, mark)) => reader.event(event, &mark),
            Err(error) => reader.syntax(&error),
        };
        if step.is_err() {
            return reader.finish(false);
        }
    }
    reader.finish(true)
}

/// A longer scalar counts as several nodes, so that aliases cannot multiply it.
const BYTES_OF_A_NODE: usize = 32;

/// Nothing after this can be read.
struct Stop;

struct Reader<'a, 'p, 't> {
    text: &'a str,
    rules: Rules,
    problems: &'p mut Problems<'t>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    documents: usize,
    tree: Tree,
}

impl<'a, 'p, 't> Reader<'a, 'p, 't> {
    fn new(text: &'a str, rules: Rules, problems: &'p mut Problems<'t>) -> Self {
        let (frames, anchors) = (Vec::new(), HashMap::new());
        Self { text, rules, problems, frames, anchors, nodes: 0, documents: 0, tree: Tree::default() }
    }

    fn event(&mut self, event: Event<'_>, mark: &Mark) -> Result<(), Stop> {
        let at = bytes(mark);
        match event {
            Event::DocumentStart(_, version) => self.document(version, at),
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), mark),
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Items::List(Vec::new()), style, anchor, tag.as_deref(), mark)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Items::Map { entries: Vec::new(), key: None }, style, anchor, tag.as_deref(), mark)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::UnresolvedAlias(name) => self.unresolved(&name, at),
            // The start and the end of the stream, the end of a document; nothing else was asked for.
            _ => Ok(()),
        }
    }

    /// Reads only the first document: gcloud refuses a stream of several.
    fn document(&mut self, version: Option<YamlVersion>, at: Bytes) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents > 1 {
            self.report(Code::SeveralDocuments, at, "a second document begins here, and a policy file has only one");
            return Err(Stop);
        }
        if self.rules == Rules::Yaml11 && version.is_some_and(|version| (version.major, version.minor) >= (1, 2)) {
            self.rules = Rules::Yaml12;
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mark: &Mark,
    ) -> Result<(), Stop> {
        let mut at = bytes(mark);
        if style != ScalarStyle::Plain {
            self.tree.quoted.push(at);
        }
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            at = self.without_trailing_space(at);
        }
        // The parser says `~` where there is nothing.
        let text = if at.is_empty() && style == ScalarStyle::Plain { Cow::Borrowed("") } else { text };
        let means = self.meaning(&text, style, tag, mark);
        let node = Node { at, value: Value::Scalar(Scalar { text: text.into(), means }), is_alias: false };
        let weight = 1 + at.len() / BYTES_OF_A_NODE;
        self.count(weight, at)?;
        self.anchor(anchor, &node, weight, 0)?;
        self.place(node);
        Ok(())
    }

    fn meaning(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, mark: &Mark) -> Means {
        match tag.map(|tag| (tag.handle(), tag.suffix())) {
            None if style == ScalarStyle::Plain => scalar::plain(text, self.rules),
            None | Some(("tag:yaml.org,2002:", "str") | ("", "!")) => Means::Text,
            Some(("tag:yaml.org,2002:", "null" | "bool" | "int" | "float" | "timestamp")) => {
                scalar::plain(text, self.rules)
            }
            Some(_) => {
                self.unsupported_tag(mark);
                Means::Text
            }
        }
    }

    fn unsupported_tag(&mut self, mark: &Mark) {
        let at = mark.tag_span().map_or_else(|| bytes(mark), |tag| bytes(&tag));
        let tag = self.text.get(at.range()).unwrap_or_default().to_owned();
        self.report(Code::UnsupportedTag, at, &format!("the tag `{}` has no meaning in a policy", excerpt(&tag)));
    }

    fn open(
        &mut self,
        items: Items,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mark: &Mark,
    ) -> Result<(), Stop> {
        let expected = if matches!(items, Items::List(_)) { "seq" } else { "map" };
        if tag.is_some_and(|tag| (tag.handle(), tag.suffix()) != ("tag:yaml.org,2002:", expected)) {
            self.unsupported_tag(mark);
        }
        let at = bytes(mark);
        // The parser's own limits count blocks and flows apart.
        if self.frames.len() >= MAX_DEPTH {
            return self.too_deep(at);
        }
        self.count(1, at)?;
        let at = match (style, &items) {
            (StructureStyle::Flow, _) => at,
            (StructureStyle::Block, Items::Map { .. }) => Bytes::new(at.start(), at.start()),
            (StructureStyle::Block, Items::List(_)) => self.first_dash(at.start()),
        };
        self.frames.push(Frame { at, anchor, items, nodes_before: self.nodes - 1, depth: 0 });
        Ok(())
    }

    /// Where the dash is: of a list that is not indented the parser says where the first element begins.
    fn first_dash(&self, at: usize) -> Bytes {
        let (before, after) = self.text.as_bytes().split_at_checked(at).unwrap_or_default();
        let is_dash = matches!(after, [b'-', b' ' | b'\n' | b'\r', ..] | [b'-']);
        let spaces = before.iter().rev().take_while(|byte| **byte == b' ').count();
        let dash = at.saturating_sub(spaces + 1);
        let start = if !is_dash && before.get(dash) == Some(&b'-') { dash } else { at };
        Bytes::new(start, start)
    }

    fn close(&mut self, at: Bytes) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let (nodes, depth, anchor) = (self.nodes - frame.nodes_before, frame.depth + 1, frame.anchor);
        let node = frame.into_node(at, self.problems);
        self.anchor(anchor, &node, nodes, depth)?;
        if let Some(parent) = self.frames.last_mut() {
            parent.depth = parent.depth.max(depth);
        }
        self.place(node);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, at: Bytes) -> Result<(), Stop> {
        let Some(Anchored { node, nodes, depth }) = self.anchors.get(&anchor) else {
            self.report(Code::BadAlias, at, "this alias stands inside the value that it names");
            self.place(Node::unread(at));
            return Ok(());
        };
        let (nodes, depth) = (*nodes, *depth);
        if self.frames.len() + depth > MAX_DEPTH {
            return self.too_deep(at);
        }
        let node = Node { at, is_alias: true, value: node.value.clone() };
        self.count(nodes, at)?;
        if let Some(parent) = self.frames.last_mut() {
            parent.depth = parent.depth.max(depth);
        }
        self.place(node);
        Ok(())
    }

    fn unresolved(&mut self, name: &str, at: Bytes) -> Result<(), Stop> {
        self.report(Code::BadAlias, at, &format!("no anchor `&{}` stands before this alias", excerpt(name)));
        self.count(1, at)?;
        self.place(Node::unread(at));
        Ok(())
    }

    /// Remembers a node for the aliases to come; the copy counts as nodes too.
    fn anchor(&mut self, anchor: usize, node: &Node, nodes: usize, depth: usize) -> Result<(), Stop> {
        if anchor != 0 {
            self.count(nodes, node.at)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, depth });
        }
        Ok(())
    }

    /// Puts a whole node where it belongs.
    fn place(&mut self, node: Node) {
        let Some(frame) = self.frames.last_mut() else {
            self.tree.root.get_or_insert(node);
            return;
        };
        match &mut frame.items {
            Items::List(elements) => elements.push(node),
            Items::Map { entries, key } => match key.take() {
                None => *key = Some(Key::from_node(node)),
                Some(key) => entries.push(Entry { key, value: node, merged: false }),
            },
        }
    }

    fn count(&mut self, nodes: usize, at: Bytes) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let message = format!("the policy has more than {MAX_NODES} values, aliases resolved");
        self.report(Code::TooLarge, at, &message);
        Err(Stop)
    }

    fn too_deep(&mut self, at: Bytes) -> Result<(), Stop> {
        self.report(Code::TooDeep, at, &format!("nested more than {MAX_DEPTH} deep"));
        Err(Stop)
    }

    fn syntax(&mut self, error: &ScanError) -> Result<(), Stop> {
        let start = error.marker().byte_offset().unwrap_or(self.text.len());
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return self.too_deep(Bytes::new(start, start + 1));
        }
        let tab = self.text.as_bytes().get(start) == Some(&b'\t') || is_tab_error(error.kind());
        let unprintable =
            matches!(error.kind(), ErrorKind::UnexpectedCharacter { character } if is_unprintable(*character));
        // These are looked for in the whole text of YAML, by the stricter rules of gcloud's reader.
        if self.rules == Rules::Json || !(tab || unprintable) {
            self.report(Code::Syntax, Bytes::new(start, start + 1), &explained(error));
        }
        Err(Stop)
    }

    fn report(&mut self, code: Code, at: Bytes, message: &str) {
        self.problems.push(code, at, Path::default(), message.to_owned());
    }

    fn without_trailing_space(&self, at: Bytes) -> Bytes {
        let text = self.text.get(at.range()).unwrap_or_default().trim_end();
        Bytes::new(at.start(), at.start() + text.len())
    }

    /// Closes what is open, so that what was read is kept.
    fn finish(mut self, complete: bool) -> Tree {
        let end = Bytes::new(self.text.len(), self.text.len());
        while let Some(frame) = self.frames.pop() {
            let node = frame.into_node(end, self.problems);
            self.place(node);
        }
        Tree { complete, ..self.tree }
    }
}

fn bytes(mark: &Mark) -> Bytes {
    let start = mark.start.byte_offset().unwrap_or(0);
    Bytes::new(start, mark.end.byte_offset().unwrap_or(start))
}
