//! A text as it was pasted, made plain: without colours, escapes and margins, and with its line ends
//! told apart from its spaces.
//!
//! What comes out has no control characters but two: [`WRAP`] where a line ended, which may stand for
//! a space or for nothing (terminals break lines in the middle of words), and [`BREAK`] where lines were
//! empty. What media put around names is [`medium`]'s. Uses `std` only; one pass over the text, whatever is in it.

use super::medium;

/// The end of a line: a space, or nothing at all.
pub(super) const WRAP: char = '\n';
/// One or more empty lines.
pub(super) const BREAK: char = '\u{1e}';

/// A sequence for the terminal that is longer than this is none.
const SEQUENCE: usize = 256;

/// The text without what tools put around and into it.
pub(super) fn plain(text: &str) -> String {
    let text = super::medium::unquoted(text);
    let mut reader = Reader { chars: text.chars().collect(), at: 0, out: String::with_capacity(text.len()) };
    while reader.at < reader.chars.len() {
        reader.step();
    }
    joined(&reader.out)
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    out: String,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn take(&mut self, count: usize, meaning: Option<char>) {
        self.at += count;
        self.out.extend(meaning);
    }

    fn step(&mut self) {
        let Some(c) = self.peek(0) else { return };
        match c {
            '\\' => self.escape(),
            '\u{1b}' => {
                self.at += 1;
                self.sequence();
            }
            // A colour whose escape character was lost on the way.
            '[' if self.colour(1).is_some() => self.at += self.colour(1).unwrap_or(1),
            '[' => self.markup(medium::link(self.ahead())),
            '<' => self.markup(medium::angle(self.ahead())),
            '&' => self.entity(),
            c if medium::is_hyphen(c) => self.take(1, Some('-')),
            '\u{2013}' | '\u{2014}' if self.is_within_a_word() => self.take(1, Some('-')),
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => self.take(1, Some('\'')),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' => self.take(1, Some('"')),
            // YAML writes a single quotation mark twice.
            '\'' if self.peek(1) == Some('\'') => self.take(2, Some('\'')),
            '\n' | '\r' => self.take(1, Some('\n')),
            '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => self.at += 1,
            c if c.is_whitespace() || c.is_control() => self.take(1, Some(' ')),
            c => self.take(1, Some(c)),
        }
    }

    fn ahead(&self) -> &[char] {
        self.chars.get(self.at..).unwrap_or_default()
    }

    /// A dash that an editor made of a hyphen.
    fn is_within_a_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at));
        before.is_some_and(|c| c.is_alphanumeric()) && self.peek(1).is_some_and(char::is_alphanumeric)
    }

    /// Takes what markup stands for, or the character itself.
    fn markup(&mut self, read: Option<medium::Markup>) {
        let Some(medium::Markup { length, means }) = read else {
            let own = self.peek(0);
            return self.take(1, own);
        };
        self.at += length;
        self.out.push_str(&means);
    }

    /// Escapes of JSON, YAML, Go and shells, however often they were escaped again. Messages have no
    /// backslashes of their own; one that escapes nothing is kept.
    fn escape(&mut self) {
        let run = self.chars.iter().skip(self.at).take_while(|c| **c == '\\').count();
        let at = self.at + run;
        let after = |ahead: usize| self.chars.get(at + ahead).copied();
        let (length, meaning) = match after(0) {
            Some(c @ ('"' | '\'' | '/')) => (1, Some(c)),
            // Markdown's. A pattern of a regular expression loses its backslash by that, and means no less to people.
            Some(c) if run == 1 && "._-*#[]()<>`~|:@!+{}=".contains(c) => (1, Some(c)),
            Some('n' | 'r' | '\n') => (1, Some('\n')),
            Some('t' | 'b' | 'f') => (1, Some(' ')),
            Some('e') if after(1) == Some('[') => (1, Some('\u{1b}')),
            Some('x') if after(1) == Some('1') && after(2) == Some('b') => (3, Some('\u{1b}')),
            Some('0') if after(1) == Some('3') && after(2) == Some('3') => (3, Some('\u{1b}')),
            Some('u') => match hex(&self.chars, at + 1, 4) {
                Some(c) => (5, Some(c)),
                None => (0, None),
            },
            _ => (0, None),
        };
        self.at = at + length;
        match meaning {
            Some('\u{1b}') => self.sequence(),
            Some(c) if c.is_control() && c != '\n' => self.out.push(' '),
            Some(c) => self.out.push(c),
            None => self.out.extend(std::iter::repeat_n('\\', run)),
        }
    }

    /// What follows an escape character (ECMA-48): a control sequence, a command of the operating
    /// system's, or one character.
    fn sequence(&mut self) {
        match self.peek(0) {
            Some('[') => {
                let end = self.within(1, |c| ('\u{40}'..='\u{7e}').contains(&c));
                self.at += end.map_or(1, |end| end + 1);
            }
            Some(']') => {
                let end = self.within(1, |c| matches!(c, '\u{7}' | '\u{1b}' | '\n'));
                self.at += end.unwrap_or(1);
            }
            Some(c) if c.is_ascii_graphic() => self.at += 1,
            _ => {}
        }
    }

    fn within(&self, from: usize, ends: impl Fn(char) -> bool) -> Option<usize> {
        let ahead = self.chars.iter().skip(self.at + from).take(SEQUENCE);
        ahead.clone().position(|c| ends(*c)).map(|at| at + from)
    }

    /// The length of `[0;31m`, of which `from` characters are already looked at.
    fn colour(&self, from: usize) -> Option<usize> {
        let digits =
            self.chars.iter().skip(self.at + from).take(12).take_while(|c| c.is_ascii_digit() || **c == ';').count();
        (digits > 0 && self.peek(from + digits) == Some('m')).then_some(from + digits + 1)
    }

    /// The few entities that web pages write into messages.
    fn entity(&mut self) {
        const ENTITIES: [(&str, char); 8] = [
            ("&quot;", '"'),
            ("&#34;", '"'),
            ("&#39;", '\''),
            ("&apos;", '\''),
            ("&lt;", '<'),
            ("&gt;", '>'),
            ("&nbsp;", ' '),
            ("&amp;", '&'),
        ];
        if let Some((length, meaning)) = medium::numeric_entity(self.ahead()) {
            return self.take(length, Some(meaning));
        }
        let is_here = |name: &str| name.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        let found = ENTITIES.into_iter().find(|(name, _)| is_here(name));
        match found {
            Some((name, meaning)) => self.take(name.len(), Some(meaning)),
            None => self.take(1, Some('&')),
        }
    }
}

fn hex(chars: &[char], from: usize, digits: usize) -> Option<char> {
    let text: String = chars.get(from..from + digits)?.iter().collect();
    u32::from_str_radix(&text, 16).ok().and_then(char::from_u32)
}

/// Lines without margins and indentation, with one [`WRAP`] or [`BREAK`] between them.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut between = None;
    for line in text.split('\n') {
        let line = line.trim_start_matches(is_margin).trim_end_matches(is_frame);
        if line.is_empty() {
            between = between.map(|_| BREAK);
            continue;
        }
        out.extend(between);
        let mut words = line.split(' ').filter(|word| !word.is_empty()).map(medium::recognised);
        out.extend(words.next());
        for word in words {
            out.push(' ');
            out.push_str(word);
        }
        between = Some(WRAP);
    }
    out
}

/// What mail, chats, Terraform and comments put before a line.
fn is_margin(c: char) -> bool {
    is_frame(c) || matches!(c, '>' | '#')
}

/// What boxes put around a line.
fn is_frame(c: char) -> bool {
    c == ' ' || c == '|' || ('\u{2500}'..='\u{257f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("a  b\tc\r\n", "a b c")]
    #[case("one\n  two\n\n\nthree", "one\ntwo\u{1e}three")]
    #[case("\u{1b}[0;31mred\u{1b}[0m and [1mbold[0m", "red and bold")]
    #[case("\\033[31mred\\x1b[0m \\u001b[1mbold\\e[0m", "red bold")]
    #[case("\u{1b}]0;title\u{7}text", "\u{7}text".trim_start_matches('\u{7}'))]
    #[case(r#"{\"a\": \\\"b\\\"}\n"#, r#"{"a": "b"}"#)]
    #[case("say &quot;x&quot; &amp; \u{201c}y\u{201d}", "say \"x\" & \"y\"")]
    #[case("╷\n│ Error: a\n│   b\n╵", "Error: a\nb")]
    #[case("> quoted\n> lines", "quoted\nlines")]
    #[case("'it''s'", "'it's'")]
    #[case(r"C:\dir \u12", r"C:\dir \u12")]
    #[case("", "")]
    fn plain_texts(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(plain(text), expected);
    }
}
