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
            Self::Posix => format!("'{}'", text.replace('\'', r"'\''")),
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
