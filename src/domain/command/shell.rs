//! Shells: how each quotes a word, and sets a variable for the programs that it runs.
//!
//! By hand and not by `shlex`, which knows POSIX shells alone (`docs/dependencies.md`).

/// The language of a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// sh, bash, zsh, ksh.
    Posix,
    Fish,
    /// csh and tcsh.
    Csh,
    PowerShell,
}

impl Shell {
    /// The text as one word, in quotes only where the shell would read something into it.
    pub fn quoted(self, text: &str) -> String {
        match self {
            Self::PowerShell => format!("'{}'", text.replace('\'', "''")),
            Self::Posix | Self::Fish | Self::Csh if is_plain(text) => text.to_owned(),
            Self::Posix => posix(text),
            Self::Fish => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
            // csh replaces `!` within quotes too.
            Self::Csh => format!("'{}'", text.replace('\'', r"'\''").replace('!', r"\!")),
        }
    }

    /// A line that sets the variable.
    pub fn assignment(self, name: &str, value: &str) -> String {
        let value = self.quoted(value);
        match self {
            Self::Posix => format!("export {name}={value}\n"),
            Self::Fish => format!("set -gx {name} {value};\n"),
            Self::Csh => format!("setenv {name} {value};\n"),
            Self::PowerShell => format!("$env:{name} = {value}\n"),
        }
    }
}

/// The text as a word of a POSIX shell, in characters that neither a terminal obeys nor an eye overlooks: all others
/// are spelled out for `printf`. No argument of a program holds a NUL (POSIX, `exec`); a replacement character stands
/// for one.
fn posix(text: &str) -> String {
    if text.chars().all(is_visible) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let visible = rest.find(|c| !is_visible(c)).unwrap_or(rest.len());
        let (plain, after) = rest.split_at(visible);
        let (hidden, after) = after.split_at(after.find(is_visible).unwrap_or(after.len()));
        if !plain.is_empty() {
            word.push_str(&posix(plain));
        }
        if !hidden.is_empty() {
            let bytes: String = hidden.replace('\0', "\u{fffd}").bytes().map(|byte| format!("\\{byte:03o}")).collect();
            word.push_str(&format!("\"$(printf '{bytes}')\""));
        }
        rest = after;
    }
    word
}

/// Whether a text of this character can be shown, copied and pasted: a terminal obeys control characters but the line
/// feed and the tab, and an eye sees nothing of characters that change direction (UAX 9), have no width, or are tags.
pub(super) fn is_visible(c: char) -> bool {
    !matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether no shell but PowerShell reads anything into it. zsh reads a path into a word that begins with `=`.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:,=@%+".contains(c);
    !text.is_empty() && !text.starts_with('=') && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("gcr.io/p/i@sha256:0", "gcr.io/p/i@sha256:0")]
    #[case("it's", r"'it'\''s'")]
    #[case("", "''")]
    #[case("=ls", "'=ls'")]
    #[case("a\nb", "'a\nb'")]
    #[case("a\u{1b}[2J'", r#"'a'"$(printf '\033')"'[2J'\'''"#)]
    #[case("\0", r#""$(printf '\357\277\275')""#)]
    #[case("a\u{202e}\r", r#"'a'"$(printf '\342\200\256\015')""#)]
    fn a_word_is_quoted_where_it_has_to_be(#[case] text: &str, #[case] word: &str) {
        assert_eq!(Shell::Posix.quoted(text), word);
    }

    #[rstest::rstest]
    #[case(Shell::Posix, "/tmp/a-b_c.d", "export A=/tmp/a-b_c.d\n")]
    #[case(Shell::Posix, "", "export A=''\n")]
    #[case(Shell::Posix, "it's $HOME", "export A='it'\\''s $HOME'\n")]
    #[case(Shell::Fish, "/tmp/a", "set -gx A /tmp/a;\n")]
    #[case(Shell::Fish, "it's \\$HOME", "set -gx A 'it\\'s \\\\$HOME';\n")]
    #[case(Shell::Csh, "it's!", "setenv A 'it'\\''s\\!';\n")]
    #[case(Shell::PowerShell, "/tmp/a", "$env:A = '/tmp/a'\n")]
    #[case(Shell::PowerShell, "it's $HOME", "$env:A = 'it''s $HOME'\n")]
    fn a_value_stays_as_it_is(#[case] shell: Shell, #[case] value: &str, #[case] line: &str) {
        assert_eq!(shell.assignment("A", value), line);
    }
}
