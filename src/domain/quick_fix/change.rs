//! Changes of the text that keep its layout: delete, add and replace entries and elements.

use std::ops::Range;

use super::edit::Edit;
use super::snippet::Snippet;
use super::spot::{Child, Spot, children};
use super::token;
use crate::document::{Document, Format, Node};

/// Makes edits of one document.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextChange<'d> {
    pub(super) document: &'d Document,
}

impl<'d> TextChange<'d> {
    pub(super) fn text(self) -> &'d str {
        &self.document.text
    }

    pub(super) fn slice(self, bytes: Range<usize>) -> &'d str {
        self.text().get(bytes).unwrap_or_default()
    }

    pub(super) fn format(self) -> Format {
        self.document.format
    }

    /// The line break that the text has.
    pub(super) fn newline(self) -> &'static str {
        if self.text().contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// Whether a collection is written in brackets.
    pub(super) fn is_flow(self, node: &Node) -> bool {
        self.format() == Format::Json || self.slice(node.at.range()).starts_with(['{', '['])
    }

    pub(super) fn replace(bytes: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { bytes, text: text.into() }
    }

    pub(super) fn insert(at: usize, text: impl Into<String>) -> Edit {
        Edit { bytes: at..at, text: text.into() }
    }

    /// The scalar at `bytes` with another text, in the same kind of quotes.
    pub(super) fn scalar(self, bytes: Range<usize>, text: &str) -> Edit {
        token::replace(self.document, bytes, text)
    }

    /// Takes out an entry or an element; with the last of a collection goes the collection.
    pub(super) fn delete(self, spot: &Spot<'d>) -> Option<Edit> {
        self.deletion(spot).filter(|edit| !self.holds_used_anchor(edit.bytes.clone()))
    }

    /// Whether an anchor (`&name`) stands in these bytes that an alias elsewhere names.
    fn holds_used_anchor(self, bytes: Range<usize>) -> bool {
        let (before, after) = (self.slice(0..bytes.start), self.slice(bytes.end..self.text().len()));
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
        self.format() == Format::Yaml
            && self.slice(bytes).split('&').skip(1).any(|rest| {
                let alias = format!("*{}", rest.split(ends).next().unwrap_or_default());
                alias.len() > 1 && (before.contains(&alias) || after.contains(&alias))
            })
    }

    fn deletion(self, spot: &Spot<'d>) -> Option<Edit> {
        let siblings = spot.siblings();
        let at = siblings.iter().position(|child| child.start() == spot.child().start())?;
        if siblings.len() == 1 {
            return self.deletion(&spot.up()?);
        }
        let (child, before) = (siblings.get(at)?, at.checked_sub(1).and_then(|before| siblings.get(before)));
        let after = siblings.get(at + 1);
        if self.is_flow(spot.parent()) {
            return Some(Self::replace(
                match (before, after) {
                    (_, Some(after)) => child.start()..after.start(),
                    (Some(before), None) => before.end()..child.end(),
                    (None, None) => child.start()..child.end(),
                },
                "",
            ));
        }
        let line = self.line_start(child.start());
        let prefix = self.slice(line..child.start());
        let starts_line = match child {
            Child::Entry(_) => prefix.trim_start_matches(' ').is_empty(),
            Child::Element(_) => prefix.trim_matches(' ') == "-",
        };
        if starts_line {
            return Some(Self::replace(line..self.next_line(child.end()), ""));
        }
        // The first key behind a dash: the next one takes its place.
        let follows_dash = matches!(child, Child::Entry(_)) && prefix.trim_matches([' ', '-']).is_empty();
        after.filter(|_| follows_dash).map(|after| Self::replace(child.start()..after.start(), ""))
    }

    /// Adds an entry behind the others of a map.
    pub(super) fn append(self, map: &'d Node, key: &str, value: &Snippet<'_>) -> Option<Edit> {
        if map.is_alias {
            return None;
        }
        let own = children(map);
        if self.is_flow(map) {
            let entry = value.flow_entry(self.format(), key);
            return Some(match (own.first(), own.last()) {
                (Some(first), Some(last)) => {
                    let gap = self.slice(map.at.start() + 1..first.start());
                    let gap = if gap.contains('\n') { gap } else { " " };
                    Self::insert(last.end(), format!(",{gap}{entry}"))
                }
                // Nothing but what is merged in: a comma would have to go with it.
                _ if !self.slice(map.at.range()).trim_matches(['{', '}']).trim().is_empty() => return None,
                _ => Self::insert(map.at.start() + 1, entry),
            });
        }
        let (first, last) = (own.first()?, own.last()?);
        let indent = self.column(first.start());
        let entry = value.block_entry(key, indent, self.newline());
        Some(self.insert_line(self.next_line(last.end()), &format!("{:indent$}{entry}", "")))
    }

    /// Adds an entry before the others of a map.
    pub(super) fn prepend(self, map: &'d Node, key: &str, value: &Snippet<'_>) -> Option<Edit> {
        let first = *children(map).first().filter(|_| !map.is_alias)?;
        if self.is_flow(map) {
            let gap = self.slice(map.at.start() + 1..first.start());
            let gap = if gap.contains('\n') { gap } else { " " };
            return Some(Self::insert(first.start(), format!("{},{gap}", value.flow_entry(self.format(), key))));
        }
        let indent = self.column(first.start());
        let entry = value.block_entry(key, indent, self.newline());
        Some(Self::insert(first.start(), format!("{entry}{}{:indent$}", self.newline(), "")))
    }

    /// Adds an element behind the others of a list, which is not empty.
    pub(super) fn append_element(self, list: &'d Node, value: &Snippet<'_>) -> Option<Edit> {
        let own = children(list);
        let (first, last) = (own.first()?, own.last()?);
        if self.is_flow(list) {
            let gap = self.slice(list.at.start() + 1..first.start());
            let gap = if gap.contains('\n') { gap } else { " " };
            return Some(Self::insert(last.end(), format!(",{gap}{}", value.flow(self.format()))));
        }
        let indent = self.column(list.at.start());
        let element = value.block_element(indent, self.newline());
        Some(self.insert_line(self.next_line(last.end()), &format!("{:indent$}{element}", "")))
    }

    /// Gives an entry a value: in place of the one it has, or where there is none.
    pub(super) fn give(self, spot: &Spot<'d>, value: &Snippet<'_>) -> Option<Edit> {
        let Child::Entry(entry) = spot.child() else { return None };
        let flow = self.is_flow(spot.parent());
        let key_end = entry.key.at.end();
        let text = if flow || value.is_scalar() {
            format!(" {}", value.flow(self.format()))
        } else {
            value.block_value(self.column(entry.key.at.start()), self.newline())
        };
        let colon = key_end + self.text().get(key_end..)?.find(':')? + 1;
        let end = entry.value.at.end().max(colon);
        Some(Self::replace(colon..end, text))
    }

    /// A whole line, its break excluded, before the line that begins at `at`.
    fn insert_line(self, at: usize, line: &str) -> Edit {
        let newline = self.newline();
        let open = at == self.text().len() && !self.text().is_empty() && !self.text().ends_with('\n');
        let text = if open { format!("{newline}{line}") } else { format!("{line}{newline}") };
        Self::insert(at, text)
    }

    pub(super) fn line_start(self, at: usize) -> usize {
        self.slice(0..at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line behind the one of the byte `at` begins.
    pub(super) fn next_line(self, at: usize) -> usize {
        self.text().get(at..).and_then(|rest| rest.find('\n')).map_or(self.text().len(), |newline| at + newline + 1)
    }

    /// How many characters stand before a byte in its line.
    pub(super) fn column(self, at: usize) -> usize {
        self.slice(self.line_start(at)..at).chars().count()
    }
}
