//! The search of the draft: what is looked for, what replaces it, and where it was found.
//!
//! Pure; drawn as a bar below the text. The text is looked through once for each change of the text
//! or of the query, not for each frame.

use std::ops::Range;

use crate::shell::editor::{Direction, EditOutcome, Editor, MAX_MATCHES, Query, Search};
use crate::shell::field::{Field, FieldCommand};

/// What the places that were found belong to.
type Basis = (u64, Query);

/// What counts as a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    pub case: bool,
    pub regex: bool,
}

/// The rows of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Find,
    FindAndReplace,
}

#[derive(Debug, Default)]
pub struct Finder {
    /// The bar is shown and takes keys.
    pub open: bool,
    pub find: Field,
    pub replace: Field,
    /// The second row is shown.
    pub replacing: bool,
    /// The second row takes the keys.
    pub in_replace: bool,
    pub options: Options,
    /// What was last replaced, for the bar.
    pub replaced: Option<usize>,
    basis: Option<Basis>,
    search: Option<Search>,
    error: Option<String>,
    places: Vec<Range<usize>>,
    /// The byte where the cursor was when the bar was opened: typing looks on from there.
    origin: usize,
}

impl Finder {
    /// Shows the bar; what is selected on one line becomes the query.
    pub fn start(&mut self, editor: &Editor, rows: Rows) {
        let replacing = rows == Rows::FindAndReplace;
        let selected = editor.selected_text().filter(|text| !text.contains('\n'));
        if let Some(text) = selected.filter(|_| !self.open) {
            self.find.set(&text);
        }
        self.in_replace = replacing && !self.find.text().is_empty();
        (self.open, self.replacing, self.replaced) = (true, replacing, None);
        self.origin = editor.selected_bytes().start;
        self.refresh(editor);
    }

    pub fn close(&mut self) {
        self.open = false;
    }

    /// Goes to the other row; shows it where it is not.
    pub fn switch(&mut self) {
        self.in_replace = !self.in_replace;
        self.replacing |= self.in_replace;
    }

    /// Types into the row that takes keys; typing the query goes to the first place from where the
    /// search began.
    pub fn input(&mut self, command: FieldCommand, editor: &mut Editor) {
        self.replaced = None;
        if self.in_replace {
            self.replace.input(command);
        } else if self.find.input(command) {
            self.look_on(editor);
        }
    }

    /// Looks from where the search began.
    pub fn look_on(&mut self, editor: &mut Editor) {
        self.refresh(editor);
        let at = self.places.partition_point(|place| place.start < self.origin);
        match self.places.get(at).or(self.places.first()) {
            Some(place) => editor.select_bytes(place.clone()),
            None => editor.go_to_byte(self.origin),
        };
    }

    /// Looks for the places again if the text or the query is another.
    pub fn refresh(&mut self, editor: &Editor) {
        let query = Query { text: self.find.text().to_owned(), case: self.options.case, regex: self.options.regex };
        let basis = (editor.revision(), query);
        if self.basis.as_ref() == Some(&basis) {
            return;
        }
        let compiled = basis.1.compile();
        self.basis = Some(basis);
        self.error = compiled.as_ref().err().map(ToString::to_string);
        self.search = compiled.ok().flatten();
        self.places = self.search.as_ref().map(|search| search.places(&editor.text())).unwrap_or_default();
    }

    /// Selects the next place; false where there is none.
    pub fn go(&mut self, editor: &mut Editor, direction: Direction) -> bool {
        self.refresh(editor);
        self.replaced = None;
        editor.find(&self.places, direction);
        self.origin = editor.selected_bytes().start;
        !self.places.is_empty()
    }

    /// Replaces the selected place and goes to the next.
    pub fn replace_one(&mut self, editor: &mut Editor) -> EditOutcome {
        self.refresh(editor);
        let with = self.replace.text().to_owned();
        let outcome =
            self.search.as_ref().map_or(EditOutcome::Nothing, |search| editor.replace_selected(search, &with));
        if matches!(outcome, EditOutcome::TooLarge | EditOutcome::Nul { .. }) {
            return outcome;
        }
        self.go(editor, Direction::Forward);
        outcome
    }

    /// Replaces every place.
    pub fn replace_all(&mut self, editor: &mut Editor) -> EditOutcome {
        let with = self.replace.text().to_owned();
        self.refresh(editor);
        let Some(search) = &self.search else { return EditOutcome::Nothing };
        let (count, outcome) = editor.replace_all(search, &with);
        self.replaced = (!matches!(outcome, EditOutcome::TooLarge | EditOutcome::Nul { .. })).then_some(count);
        self.refresh(editor);
        outcome
    }

    /// The places that were found, in bytes and in order.
    pub fn places(&self) -> &[Range<usize>] {
        if self.open { &self.places } else { &[] }
    }

    /// How the search stands, in a few words; whether it is an error.
    pub fn status(&self, editor: &Editor) -> (String, bool) {
        if let Some(error) = &self.error {
            return (error.clone(), true);
        }
        if let Some(count) = self.replaced {
            return (format!("{count} replaced"), false);
        }
        if self.find.text().is_empty() {
            return (String::new(), false);
        }
        let count = match self.places.len() {
            0 => return ("not found".to_owned(), true),
            count @ MAX_MATCHES.. => format!("{count} or more"),
            count => count.to_string(),
        };
        let here = editor.selected_bytes();
        let at = self.places.partition_point(|place| place.start < here.start);
        let is_here = self.places.get(at).is_some_and(|place| *place == here);
        (if is_here { format!("{} of {count}", at + 1) } else { count }, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::editor::EditorCommand;

    fn type_text(finder: &mut Finder, editor: &mut Editor, text: &str) {
        text.chars().for_each(|c| finder.input(FieldCommand::Insert(c), editor));
    }

    #[test]
    fn typing_goes_to_the_first_place_from_the_cursor_on() {
        let mut editor = Editor::new("deny\nallow\ndeny all\n");
        editor.go_to_byte(5);
        let mut finder = Finder::default();
        finder.start(&editor, Rows::Find);
        type_text(&mut finder, &mut editor, "deny");
        assert_eq!((editor.selected_bytes(), finder.status(&editor).0.as_str()), (11..15, "2 of 2"));
        finder.go(&mut editor, Direction::Forward);
        assert_eq!(finder.status(&editor).0, "1 of 2");
        finder.go(&mut editor, Direction::Backward);
        type_text(&mut finder, &mut editor, "x");
        assert_eq!((editor.selected_bytes(), finder.status(&editor)), (11..11, ("not found".to_owned(), true)));
    }

    #[test]
    fn one_is_replaced_after_the_other_or_all_in_one_step() {
        let mut editor = Editor::new("a b a b a");
        let mut finder = Finder::default();
        finder.start(&editor, Rows::FindAndReplace);
        type_text(&mut finder, &mut editor, "a");
        finder.switch();
        type_text(&mut finder, &mut editor, "xa");
        finder.replace_one(&mut editor);
        assert_eq!((editor.text().as_str(), finder.status(&editor).0.as_str()), ("xa b a b a", "2 of 3"));
        finder.replace_all(&mut editor);
        assert_eq!((editor.text().as_str(), finder.status(&editor).0.as_str()), ("xxa b xa b xa", "3 replaced"));
        editor.input(EditorCommand::Undo);
        assert_eq!(editor.text(), "xa b a b a");
    }

    #[test]
    fn what_is_selected_is_looked_for() {
        let mut editor = Editor::new("one two one");
        editor.select_bytes(0..3);
        let mut finder = Finder::default();
        finder.start(&editor, Rows::Find);
        assert_eq!((finder.find.text(), finder.status(&editor).0.as_str()), ("one", "1 of 2"));
        finder.options.regex = true;
        finder.find.set("(");
        finder.refresh(&editor);
        assert_eq!(finder.status(&editor), ("unclosed group".to_owned(), true));
        assert_eq!(finder.places(), Vec::<Range<usize>>::new());
    }
}
