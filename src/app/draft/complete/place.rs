//! Where in a policy a place of its text is, told by the text alone: also while it is half typed and
//! no parser could read it.
//!
//! Block YAML is told by indentation, from the cursor's line up to its parents; what is in brackets,
//! and JSON, by the brackets from where they begin.
//!
//! Not by the reader of `domain::document`: that reads a text from its start to its first error, and where a
//! text is half typed the error is at the cursor or above it. Below that error its tree has nothing, and of the
//! cursor's own line it says where the error is, not what was begun.

use crate::draft::complete::slot::{CursorPlace, Form, PlaceStep, Slot};
use std::ops::Range;

use crate::draft::complete::flow;
use crate::draft::complete::line::Line;

/// The place at a byte of the text; `None` in a comment, in running text, and where the structure
/// cannot be told.
pub fn place_at(text: &str, at: usize) -> Option<CursorPlace> {
    let body = text.trim_start_matches('\u{feff}').trim_start();
    if body.starts_with('{') {
        return flow::place(text, text.len() - body.len(), at, Form::Json, Vec::new());
    }
    let block = Block::new(text, at)?;
    match brackets_above(text, block.start, at) {
        Some((from, path)) => flow::place(text, from, at, Form::Flow, path),
        None => block.place(),
    }
}

/// How many lines up brackets that began there are looked for.
const LOOK_BACK: usize = 500;

/// Brackets that began on a line above and are open at the cursor: where, and the way to them.
fn brackets_above(text: &str, start: usize, at: usize) -> Option<(usize, Vec<PlaceStep>)> {
    lines_up(text, start).take(LOOK_BACK).find_map(|(start, line)| {
        let key = line.key.as_ref().filter(|_| line.value().starts_with(['{', '[']))?;
        let from = start + key.value;
        let path = || Block::new(text, start + key.colon)?.path(line.content, Some(key.name));
        if flow::is_open(text, from, at) { Some((from, path()?)) } else { None }
    })
}

/// The bytes of the line that a byte is on, without its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let end = after.find('\n').map_or(text.len(), |feed| at + feed);
    let line = text.get(start..end).unwrap_or_default();
    start..start + line.trim_end_matches('\r').len()
}

/// The lines before a byte that starts a line, from the last to the first, each with where it starts.
fn lines_up(text: &str, start: usize) -> impl Iterator<Item = (usize, Line<'_>)> {
    ranges_up(text, start).filter_map(|range| Some((range.start, Line::new(text.get(range)?))))
}

/// The bytes of the lines before a byte that starts a line, from the last to the first.
fn ranges_up(text: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    let mut end = start;
    std::iter::from_fn(move || {
        let line = line_at(text, end.checked_sub(1)?);
        end = line.start;
        Some(line)
    })
}

/// The lines after the one that ends at `end`.
fn lines_down(text: &str, end: usize) -> impl Iterator<Item = Line<'_>> {
    let rest = text.get(end..).unwrap_or_default();
    rest.split('\n').skip(1).map(|line| Line::new(line.trim_end_matches('\r')))
}

/// A place on the lines of block YAML.
struct Block<'a> {
    text: &'a str,
    /// Where the cursor's line starts and ends.
    start: usize,
    end: usize,
    line: Line<'a>,
    /// The cursor's column.
    column: usize,
}

/// What is known of the parents of a line.
struct Parents {
    /// The steps from the innermost to the outermost.
    steps: Vec<PlaceStep>,
    /// The keys beside the cursor's.
    present: Vec<String>,
}

impl<'a> Block<'a> {
    fn new(text: &'a str, at: usize) -> Option<Self> {
        let range = line_at(text, at);
        let line = Line::new(text.get(range.clone())?);
        let column = at.checked_sub(range.start)?.min(line.text.len());
        (column <= line.comment).then_some(Self { text, start: range.start, end: range.end, line, column })
    }

    fn place(&self) -> Option<CursorPlace> {
        if self.line.text.starts_with("---") {
            return None;
        }
        match &self.line.key {
            Some(key) if self.column > key.colon => self.value(key.value, key.name),
            _ => self.key_or_element(),
        }
    }

    /// After `key:`.
    fn value(&self, from: usize, name: &str) -> Option<CursorPlace> {
        if self.line.text.get(from..).is_some_and(|value| value.starts_with(['{', '['])) {
            return self.flow(from, self.path(self.line.content, Some(name))?);
        }
        if self.line.value().starts_with(['|', '>']) {
            return None;
        }
        let path = self.path(self.line.content, Some(name))?;
        let lead = if self.line.text.as_bytes().get(from.wrapping_sub(1)) == Some(&b':') { " " } else { "" };
        let indent = self.line.content;
        Some(self.word(path, Slot::Value, Form::Block { indent }, from.min(self.line.comment), lead))
    }

    /// Where a key may begin, or an element of a list.
    fn key_or_element(&self) -> Option<CursorPlace> {
        let blank = self.line.is_blank() && self.line.dashes.is_empty();
        let (indent, from) = if blank { (self.column, self.column) } else { (self.line.content, self.line.content) };
        if self.column < from && !self.line.dashes.iter().any(|dash| self.column > *dash) {
            return None;
        }
        let from = from.min(self.line.comment).max(if blank { self.column } else { 0 });
        if self.line.text.get(from..).is_some_and(|rest| rest.starts_with(['{', '['])) {
            return self.flow(from, self.path(indent, None)?);
        }
        let parents = self.parents(indent)?;
        let path = parents.steps.into_iter().rev().collect();
        let after_dash = self.line.dashes.last().is_some_and(|dash| from == dash + 1);
        let lead = if after_dash { " " } else { "" };
        let place = self.word(path, Slot::Key, Form::Block { indent: indent + lead.len() }, from, lead);
        Some(CursorPlace { present: parents.present, ..place })
    }

    /// The place in the brackets that begin at a column, if they are open at the cursor.
    fn flow(&self, from: usize, path: Vec<PlaceStep>) -> Option<CursorPlace> {
        let (from, at) = (self.start + from, self.start + self.column);
        if flow::is_open(self.text, from, at) { flow::place(self.text, from, at, Form::Flow, path) } else { None }
    }

    /// The place of the word that starts at a column.
    fn word(&self, path: Vec<PlaceStep>, slot: Slot, form: Form, from: usize, lead: &'static str) -> CursorPlace {
        let text = self.line.text;
        let colon = self.line.key.as_ref().filter(|_| slot == Slot::Key).map(|key| key.at.end);
        let end = colon.unwrap_or_else(|| {
            let rest = text.get(from..self.line.comment).unwrap_or_default();
            from + rest.trim_end().len()
        });
        let end = end.max(from);
        let quote = text.get(from..).and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '"' | '\''));
        let inside = from + usize::from(quote.is_some());
        let word = inside..end.max(inside);
        let before = text.get(inside..self.column.clamp(inside, word.end)).unwrap_or_default();
        let typed = quote.and_then(|quote| before.strip_suffix(quote)).unwrap_or(before);
        CursorPlace {
            path,
            slot,
            form,
            typed: typed.to_owned(),
            word: self.start + word.start..self.start + word.end,
            present: Vec::new(),
            lead: if word.is_empty() && quote.is_none() { lead } else { "" },
            has_colon: colon.is_some(),
            next: None,
            quote,
        }
    }

    fn path(&self, indent: usize, name: Option<&str>) -> Option<Vec<PlaceStep>> {
        let mut steps = self.parents(indent)?.steps;
        steps.reverse();
        steps.extend(name.map(|name| PlaceStep::Name(name.to_owned())));
        Some(steps)
    }

    /// Goes up from the cursor's line to the outermost parent, and down for keys of the same map.
    fn parents(&self, indent: usize) -> Option<Parents> {
        let mut climb = Climb { column: indent, list: false, first: true, steps: Vec::new(), present: Vec::new() };
        for dash in self.line.dashes.iter().rev() {
            climb.enter_list(*dash);
        }
        for range in ranges_up(self.text, self.start) {
            let text = self.text.get(range).unwrap_or_default();
            if text.starts_with("---") || climb.is_at_top() {
                break;
            }
            if climb.passes(text) {
                continue;
            }
            let line = Line::new(text);
            if !line.is_blank() {
                climb.line(&line)?;
            }
        }
        if self.line.dashes.is_empty() {
            self.keys_below(indent, &mut climb.present);
        } else {
            // Below a dash, the map goes on at the column of its first key.
            self.keys_below(self.line.content, &mut climb.present);
        }
        Some(Parents { steps: climb.steps, present: climb.present })
    }

    fn keys_below(&self, indent: usize, present: &mut Vec<String>) {
        let lines = lines_down(self.text, self.end).filter(|line| !line.is_blank());
        for line in lines.take_while(|line| line.first() >= indent && !line.text.starts_with("---")) {
            if line.first() == indent && line.dashes.is_empty() {
                present.extend(line.key.map(|key| key.name.to_owned()));
            }
        }
    }
}

/// The way up.
struct Climb {
    /// The column of the outermost thing that is known to be around the cursor.
    column: usize,
    /// Whether that thing is an element of a list; its dash is at the column.
    list: bool,
    /// Still among the keys beside the cursor's.
    first: bool,
    steps: Vec<PlaceStep>,
    present: Vec<String>,
}

impl Climb {
    fn is_at_top(&self) -> bool {
        // At the first level the keys of the whole text are beside the cursor's.
        self.column == 0 && !self.list && !self.first
    }

    fn enter_list(&mut self, dash: usize) {
        self.steps.push(PlaceStep::Index(0));
        (self.column, self.list, self.first) = (dash, true, false);
    }

    /// Takes a line that is only passed, without reading it: one that is deeper, or the element before
    /// in the same list. A policy has lists of thousands.
    fn passes(&mut self, text: &str) -> bool {
        let indent = text.bytes().take_while(|byte| *byte == b' ').count();
        let rest = text.get(indent..).unwrap_or_default();
        if indent == self.column && self.list && rest.starts_with("- ") {
            if let Some(PlaceStep::Index(index)) = self.steps.last_mut() {
                *index += 1;
            }
            return true;
        }
        indent > self.column || rest.is_empty()
    }

    /// Takes a line above; `None` where the cursor is in a running text.
    fn line(&mut self, line: &Line<'_>) -> Option<()> {
        if line.first() > self.column {
            return Some(());
        }
        self.key(line)?;
        for dash in line.dashes.iter().rev() {
            if *dash < self.column {
                self.enter_list(*dash);
            } else if *dash == self.column
                && self.list
                && let Some(PlaceStep::Index(index)) = self.steps.last_mut()
            {
                *index += 1;
            }
        }
        Some(())
    }

    fn key(&mut self, line: &Line<'_>) -> Option<()> {
        let Some(key) = &line.key else {
            // A line without a key that is less deep: the text of a scalar over several lines, or a
            // mistake. Below it nothing can be told.
            let element = line.content == self.column && !line.dashes.is_empty();
            let scalar = !self.list && line.content < line.comment && (line.content < self.column || element);
            return (!scalar).then_some(());
        };
        let is_sibling = line.content == self.column && !self.list;
        let is_parent =
            line.content < self.column || (line.content == self.column && self.list && line.dashes.is_empty());
        if is_sibling && self.first {
            self.present.push(key.name.to_owned());
        } else if is_parent {
            let value = line.value();
            // Anchors and tags stand before a map too.
            if !(value.is_empty() || value.starts_with(['&', '!'])) {
                return None;
            }
            self.steps.push(PlaceStep::Name(key.name.to_owned()));
            (self.column, self.list, self.first) = (line.content, false, false);
        }
        Some(())
    }
}
