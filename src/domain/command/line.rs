//! A line of a POSIX shell, from words to text: what a word means is kept apart from how it is written.

use std::fmt;

use super::shell::{Shell, is_visible};

/// One word of a command, of parts that are written without a space between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Means itself.
    Text(String),
    /// Means itself too, and is shown in double quotes, as documentation writes addresses and headers.
    Phrase(String),
    /// Language of the shell: a variable, a home directory.
    Shell(String),
    /// What commands print.
    Output(Line),
}

impl Word {
    /// A word that means this text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// A word that means this text, in double quotes.
    pub fn phrase(text: impl Into<String>) -> Self {
        Self(vec![Part::Phrase(text.into())])
    }

    /// What the shell makes of this: `"$HOME"`, `~/`, `$(date)`.
    pub fn shell(text: impl Into<String>) -> Self {
        Self(vec![Part::Shell(text.into())])
    }

    /// This word with the other one at its end.
    #[must_use]
    pub fn followed_by(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// The argument that a program gets; `None` where the shell has a part in it.
    pub fn argument(&self) -> Option<String> {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Phrase(text) => Some(text.as_str()),
                Part::Shell(_) | Part::Output(_) => None,
            })
            .collect()
    }
}

impl<T: Into<String>> From<T> for Word {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(&Shell::Posix.quoted(text)),
            // What double quotes would not keep.
            Part::Phrase(text) if !text.chars().all(keeps_in_double_quotes) => f.write_str(&Shell::Posix.quoted(text)),
            Part::Phrase(text) => write!(f, "\"{text}\""),
            Part::Shell(text) => f.write_str(text),
            Part::Output(line) => write!(f, "$({line})"),
        })
    }
}

fn keeps_in_double_quotes(c: char) -> bool {
    is_visible(c) && !matches!(c, '"' | '$' | '`' | '\\' | '!')
}

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(Vec<Word>);

impl Command {
    /// A command of words that are known, with a space between them: `gcloud services enable`.
    pub fn new(words: &str) -> Self {
        Self(words.split(' ').map(Word::text).collect())
    }

    /// A command of one word that the shell reads, as an assignment.
    pub(super) fn of(word: Word) -> Self {
        Self(vec![word])
    }

    /// One argument more.
    #[must_use]
    pub fn arg(mut self, word: impl Into<Word>) -> Self {
        self.0.push(word.into());
        self
    }

    /// Arguments more, each a text.
    #[must_use]
    pub fn args<T: AsRef<str>>(mut self, texts: &[T]) -> Self {
        self.0.extend(texts.iter().map(|text| Word::text(text.as_ref())));
        self
    }

    /// `NAME=VALUE` as one argument.
    #[must_use]
    pub fn flag(self, name: &str, value: impl Into<Word>) -> Self {
        self.arg(Word::text(format!("{name}=")).followed_by(value))
    }

    /// The flag, where there is a value for it.
    #[must_use]
    pub fn flag_if_some(self, name: &str, value: Option<impl Into<Word>>) -> Self {
        match value {
            Some(value) => self.flag(name, value),
            None => self,
        }
    }

    /// Options more, directly after the program's name.
    #[must_use]
    pub(super) fn with_options(mut self, words: &str) -> Self {
        let after = self.0.len().min(1);
        self.0.splice(after..after, words.split(' ').map(Word::text));
        self
    }

    /// What the program gets, its own name first; `None` stands for what the shell has a part in.
    pub fn arguments(&self) -> Vec<Option<String>> {
        self.0.iter().map(Word::argument).collect()
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, word) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{word}")?;
        }
        Ok(())
    }
}

/// Commands as they are typed together. It is one line but for line feeds within words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Command(Command),
    Operator(&'static str),
    File(Word),
    Comment(String),
}

impl Line {
    /// A remark, for what no command does.
    pub fn comment(text: &str) -> Self {
        Self(vec![Piece::Comment(text.to_owned())])
    }

    /// With a remark at its end.
    #[must_use]
    pub fn remark(self, text: &str) -> Self {
        self.with([Piece::Comment(text.to_owned())])
    }

    /// The other command reads what this one prints.
    #[must_use]
    pub fn pipe(self, next: Command) -> Self {
        self.with([Piece::Operator("|"), Piece::Command(next)])
    }

    /// What it prints becomes the file.
    #[must_use]
    pub fn into_file(self, file: Word) -> Self {
        self.with([Piece::Operator(">"), Piece::File(file)])
    }

    /// Nothing that it prints is shown.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.with([Piece::Operator(">/dev/null 2>&1")])
    }

    /// The other command runs if this one succeeds.
    #[must_use]
    pub fn and(self, next: Command) -> Self {
        self.with([Piece::Operator("&&"), Piece::Command(next)])
    }

    /// The other command runs if this one fails.
    #[must_use]
    pub fn or(self, next: Command) -> Self {
        self.with([Piece::Operator("||"), Piece::Command(next)])
    }

    /// What it prints, as a word.
    pub(super) fn output(self) -> Word {
        Word(vec![Part::Output(self)])
    }

    /// Its commands, in order.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Command(command) => Some(command),
            Piece::Operator(_) | Piece::File(_) | Piece::Comment(_) => None,
        })
    }

    /// What the shell knows by a variable in place of a text, wherever that is a part of a word by itself.
    #[must_use]
    pub fn with_variable(mut self, text: &str, variable: &str) -> Self {
        self.put_variable(text, variable);
        self
    }

    fn put_variable(&mut self, text: &str, variable: &str) {
        let words = self.0.iter_mut().flat_map(|piece| match piece {
            Piece::Command(command) => command.0.as_mut_slice(),
            Piece::File(word) => std::slice::from_mut(word),
            Piece::Operator(_) | Piece::Comment(_) => &mut [],
        });
        for part in words.flat_map(|word| &mut word.0) {
            match part {
                Part::Text(own) | Part::Phrase(own) if own == text => *part = Part::Shell(format!("${variable}")),
                Part::Output(line) => line.put_variable(text, variable),
                Part::Text(_) | Part::Phrase(_) | Part::Shell(_) => {}
            }
        }
    }

    /// Its first command, changed.
    #[must_use]
    pub(super) fn with_first(mut self, change: impl FnOnce(Command) -> Command) -> Self {
        if let Some(Piece::Command(command)) = self.0.first_mut() {
            *command = change(std::mem::replace(command, Command(Vec::new())));
        }
        self
    }

    fn with<const N: usize>(mut self, pieces: [Piece; N]) -> Self {
        self.0.extend(pieces);
        self
    }
}

impl From<Command> for Line {
    fn from(command: Command) -> Self {
        Self(vec![Piece::Command(command)])
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, piece) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " " })?;
            match piece {
                Piece::Command(command) => command.fmt(f)?,
                Piece::Operator(text) => f.write_str(text)?,
                Piece::File(word) => word.fmt(f)?,
                Piece::Comment(text) => write!(f, "# {}", one_line(text))?,
            }
        }
        Ok(())
    }
}

/// A text for a comment, which the end of the line ends.
fn one_line(text: &str) -> String {
    let shown = |c| match c {
        '\n' | '\t' => ' ',
        c if is_visible(c) => c,
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_what_it_is_made_of_unless_the_shell_has_a_part_in_it() {
        let text = Word::text("--description=").followed_by("it's").followed_by(Word::phrase(" a b"));
        assert_eq!(text.to_string(), r#"--description='it'\''s'" a b""#);
        assert_eq!(text.argument().as_deref(), Some("--description=it's a b"));
        assert_eq!(Word::shell("~/").followed_by("d e").argument(), None);
    }

    #[rstest::rstest]
    #[case("Content-Type: application/json", "\"Content-Type: application/json\"")]
    #[case("a`b", "'a`b'")]
    #[case("$HOME", "'$HOME'")]
    #[case("", "\"\"")]
    fn a_phrase_is_in_double_quotes_where_they_keep_it(#[case] text: &str, #[case] word: &str) {
        assert_eq!(Word::phrase(text).to_string(), word);
    }

    #[test]
    fn a_variable_stands_for_a_part_by_itself_and_never_within_a_text() {
        let command = Command::new("gpg -u").arg("KEY").flag("--key", "KEY").arg("a KEY").arg(Word::shell("\"KEY\""));
        let line = Line::from(command).into_file("KEY".into()).with_variable("KEY", "KEY_1");
        assert_eq!(line.to_string(), "gpg -u $KEY_1 --key=$KEY_1 'a KEY' \"KEY\" > $KEY_1");
        let found = Line::from(Command::new("find").arg("KEY")).pipe(Command::new("grep KEY")).output();
        let line = Line::from(Command::of(Word::shell("NAME=").followed_by(found))).with_variable("KEY", "KEY_1");
        assert_eq!(line.to_string(), "NAME=$(find $KEY_1 | grep $KEY_1)");
    }

    #[test]
    fn a_comment_is_one_line() {
        assert_eq!(Line::comment("a\nrm b\0\u{1b}[2J\r").to_string(), "# a rm b\u{fffd}\u{fffd}[2J\u{fffd}");
        let line = Line::from(Command::new("true")).remark("a\nrm b");
        assert_eq!(line.to_string(), "true # a rm b");
    }
}
