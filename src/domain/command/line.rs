//! A line of a POSIX shell, from words to text: what a word means is kept apart from how it is written.

use std::fmt;

use super::shell::Shell;

/// One word of a command, of parts that are written without a space between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Means itself.
    Text(String),
    /// Means itself too, and is shown in double quotes, as documentation writes addresses and headers.
    Phrase(String),
    /// Language of the shell: a variable, a substitution, a home directory.
    Shell(String),
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
                Part::Shell(_) => None,
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
            Part::Phrase(text) if text.contains(['"', '$', '`', '\\', '!']) => f.write_str(&Shell::Posix.quoted(text)),
            Part::Phrase(text) => write!(f, "\"{text}\""),
            Part::Shell(text) => f.write_str(text),
        })
    }
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

/// Commands as they are typed together. It is one line but for what a file is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Command(Command),
    Operator(&'static str),
    File(Word),
    /// A comment, or the text that `<<` introduces.
    Verbatim(String),
}

impl Line {
    /// A remark, for what no command does.
    pub fn comment(text: &str) -> Self {
        Self(vec![Piece::Verbatim(format!("# {}", text.replace('\n', " ")))])
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

    /// The lines are what its command reads; they end with a line feed.
    #[must_use]
    pub(super) fn here(self, lines: &str) -> Self {
        let mut end = "EOF".to_owned();
        while lines.lines().any(|line| line == end) {
            end.push('_');
        }
        self.with([Piece::Verbatim(format!("<<'{end}'\n{lines}{end}"))])
    }

    /// What it prints, as a word.
    pub(super) fn output(&self) -> Word {
        Word::shell(format!("$({self})"))
    }

    /// Its commands, in order.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Command(command) => Some(command),
            Piece::Operator(_) | Piece::File(_) | Piece::Verbatim(_) => None,
        })
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
                Piece::Verbatim(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
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
    fn the_end_of_the_lines_that_a_file_gets_is_none_of_them() {
        let line = Line::from(Command::new("cat")).into_file("a b".into()).here("EOF\nx\n");
        assert_eq!(line.to_string(), "cat > 'a b' <<'EOF_'\nEOF\nx\nEOF_");
    }

    #[test]
    fn a_comment_is_one_line() {
        assert_eq!(Line::comment("a\nrm b").to_string(), "# a rm b");
    }
}
