//! The fields of forms: each has its words and an error, and reads what was filled in as what is wanted.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::shell::editor::Editor;
use crate::shell::field::{Field, SecretField};
use domain::key::Passphrase;

/// Says that a field refused what was filled in: it shows why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(());

/// A field of a form, of a type of its own by what is filled in.
#[derive(Debug)]
pub struct FormField<I> {
    label: &'static str,
    help: &'static str,
    error: Option<String>,
    input: I,
}

/// A text of one line.
pub type TextField = FormField<Field>;

/// A secret of one line, which is wiped.
pub type PassphraseField = FormField<SecretField>;

/// Several lines, for what is pasted.
pub type PasteField = FormField<Box<Editor>>;

/// One of some values.
pub type ChoiceField<T> = FormField<Choice<T>>;

impl<I> FormField<I> {
    fn of(label: &'static str, help: &'static str, input: I) -> Self {
        Self { label, help, error: None, input }
    }

    /// Shows what is wrong with it.
    pub fn refuse(&mut self, why: impl Into<String>) -> Refused {
        self.error = Some(why.into());
        Refused(())
    }
}

impl TextField {
    pub fn new(label: &'static str, value: &str, help: &'static str) -> Self {
        Self::of(label, help, Field::new(value))
    }

    /// What it says, without the white space around it.
    pub fn text(&self) -> &str {
        self.input.text().trim()
    }

    /// What it says, where it has to say something.
    pub fn required(&mut self, why: &str) -> Result<String, Refused> {
        match self.text() {
            "" => Err(self.refuse(why)),
            text => Ok(text.to_owned()),
        }
    }

    /// What it says, as what it is to be.
    pub fn parse<T: FromStr<Err: Display>>(&mut self) -> Result<T, Refused> {
        self.read(str::parse)
    }

    /// What it says, as what it is to be; `None` where nothing is filled in.
    pub fn parse_unless_empty<T: FromStr<Err: Display>>(&mut self) -> Result<Option<T>, Refused> {
        if self.text().is_empty() { Ok(None) } else { self.parse().map(Some) }
    }

    /// What `read` makes of the text; what it says against it is shown.
    pub fn read<T, E: Display>(&mut self, read: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Refused> {
        read(self.text()).map_err(|error| self.refuse(error.to_string()))
    }
}

impl PassphraseField {
    pub fn new(label: &'static str, help: &'static str) -> Self {
        Self::of(label, help, SecretField::default())
    }

    pub fn passphrase(&self) -> Passphrase {
        Passphrase::new(self.input.expose().to_owned())
    }
}

impl PasteField {
    pub fn new(label: &'static str, value: &str, help: &'static str) -> Self {
        let mut field = Self::of(label, help, Box::default());
        field.input.set_text(value);
        field
    }

    /// Every line, as it was pasted.
    pub fn text(&self) -> String {
        self.input.text()
    }
}

impl<T: Copy> ChoiceField<T> {
    /// A choice of these values, each with how it is called; `value` is taken first.
    pub fn new<L: Into<String>>(
        label: &'static str,
        value: T,
        options: impl IntoIterator<Item = (T, L)>,
        help: &'static str,
    ) -> Self
    where
        T: PartialEq,
    {
        let options: Vec<(T, String)> = options.into_iter().map(|(value, label)| (value, label.into())).collect();
        let at = options.iter().position(|(option, _)| *option == value).unwrap_or_default();
        Self::of(label, help, Choice { options, at, value })
    }

    pub fn value(&self) -> T {
        self.input.value
    }
}

/// Values to choose from, and the one that is taken.
#[derive(Debug)]
pub struct Choice<T> {
    options: Vec<(T, String)>,
    at: usize,
    value: T,
}

/// A choice, whatever it is between.
pub trait Turn {
    /// Takes the value that is `by` further, around the ends.
    fn turn(&mut self, by: isize);
}

impl<T: Copy> Turn for Choice<T> {
    fn turn(&mut self, by: isize) {
        let count = self.options.len().max(1);
        self.at = (self.at + count).saturating_add_signed(by) % count;
        self.value = self.options.get(self.at).map_or(self.value, |(value, _)| *value);
    }
}

/// What is filled in, to be drawn.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    Text(&'a Field),
    Secret(&'a SecretField),
    Paste(&'a Editor),
    /// What is chosen.
    Choice(&'a str),
}

/// What is filled in, to be changed by keys.
pub enum Input<'a> {
    Text(&'a mut Field),
    Secret(&'a mut SecretField),
    Paste(&'a mut Editor),
    Choice(&'a mut dyn Turn),
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Input(..)")
    }
}

/// What can be filled in.
pub trait Fill: fmt::Debug {
    fn shown(&self) -> Shown<'_>;
    fn input(&mut self) -> Input<'_>;
}

impl Fill for Field {
    fn shown(&self) -> Shown<'_> {
        Shown::Text(self)
    }

    fn input(&mut self) -> Input<'_> {
        Input::Text(self)
    }
}

impl Fill for SecretField {
    fn shown(&self) -> Shown<'_> {
        Shown::Secret(self)
    }

    fn input(&mut self) -> Input<'_> {
        Input::Secret(self)
    }
}

impl Fill for Box<Editor> {
    fn shown(&self) -> Shown<'_> {
        Shown::Paste(self)
    }

    fn input(&mut self) -> Input<'_> {
        Input::Paste(self)
    }
}

impl<T: Copy + fmt::Debug> Fill for Choice<T> {
    fn shown(&self) -> Shown<'_> {
        Shown::Choice(self.options.get(self.at).map_or("", |(_, label)| label))
    }

    fn input(&mut self) -> Input<'_> {
        Input::Choice(self)
    }
}

/// A field, whatever is filled in: as the box of its form sees it.
pub trait AnyField: fmt::Debug {
    /// Shows what is wrong with what came in.
    fn show_error(&mut self, why: String);
    fn label(&self) -> &'static str;
    fn help(&self) -> &'static str;
    fn error(&self) -> Option<&str>;
    fn clear_error(&mut self);
    fn shown(&self) -> Shown<'_>;
    fn input(&mut self) -> Input<'_>;
}

impl<I: Fill> AnyField for FormField<I> {
    fn show_error(&mut self, why: String) {
        self.error = Some(why);
    }

    fn label(&self) -> &'static str {
        self.label
    }

    fn help(&self) -> &'static str {
        self.help
    }

    fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    fn clear_error(&mut self) {
        self.error = None;
    }

    fn shown(&self) -> Shown<'_> {
        self.input.shown()
    }

    fn input(&mut self) -> Input<'_> {
        self.input.input()
    }
}
