//! The kinds of shells that people may name on the command line.

use clap::ValueEnum;
use domain::command::shell::Shell;

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
    /// How it quotes and sets variables.
    pub(super) fn shell(self) -> Shell {
        match self {
            Self::Posix => Shell::Posix,
            Self::Fish => Shell::Fish,
            Self::Csh => Shell::Csh,
            Self::PowerShell => Shell::PowerShell,
        }
    }
}
