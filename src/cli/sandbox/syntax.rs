//! How each kind of shell sets a variable for the programs that it runs.

use clap::ValueEnum;

/// The language of a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Syntax {
    /// sh, bash, zsh, ksh
    #[default]
    Posix,
    /// fish: countersign sandbox env --shell fish | source
    Fish,
    /// csh, tcsh
    Csh,
    /// PowerShell: countersign sandbox env --shell powershell | Out-String | Invoke-Expression
    #[value(name = "powershell")]
    PowerShell,
}

impl Syntax {
    /// A line that sets the variable.
    pub(super) fn assignment(self, name: &str, value: &str) -> String {
        let value = self.quoted(value);
        match self {
            Self::Posix => format!("export {name}={value}\n"),
            Self::Fish => format!("set -gx {name} {value};\n"),
            Self::Csh => format!("setenv {name} {value};\n"),
            Self::PowerShell => format!("$env:{name} = {value}\n"),
        }
    }

    /// As one word.
    pub(super) fn quoted(self, value: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:,=@%+".contains(c);
        let is_plain = !value.is_empty() && value.chars().all(plain);
        match self {
            Self::PowerShell => format!("'{}'", value.replace('\'', "''")),
            _ if is_plain => value.to_owned(),
            Self::Posix => format!("'{}'", value.replace('\'', "'\\''")),
            Self::Fish => format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")),
            // csh replaces `!` within quotes too.
            Self::Csh => format!("'{}'", value.replace('\'', "'\\''").replace('!', "\\!")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(Syntax::Posix, "/tmp/a-b_c.d", "export A=/tmp/a-b_c.d\n")]
    #[case(Syntax::Posix, "", "export A=''\n")]
    #[case(Syntax::Posix, "it's $HOME", "export A='it'\\''s $HOME'\n")]
    #[case(Syntax::Fish, "/tmp/a", "set -gx A /tmp/a;\n")]
    #[case(Syntax::Fish, "it's \\$HOME", "set -gx A 'it\\'s \\\\$HOME';\n")]
    #[case(Syntax::Csh, "it's!", "setenv A 'it'\\''s\\!';\n")]
    #[case(Syntax::PowerShell, "/tmp/a", "$env:A = '/tmp/a'\n")]
    #[case(Syntax::PowerShell, "it's $HOME", "$env:A = 'it''s $HOME'\n")]
    fn a_value_stays_as_it_is(#[case] syntax: Syntax, #[case] value: &str, #[case] line: &str) {
        assert_eq!(syntax.assignment("A", value), line);
    }
}
