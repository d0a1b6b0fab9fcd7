//! An interactive shell that says in its prompt that it is the sandbox's.
//!
//! A shell reads the user's own start files, which may set what leads clients elsewhere (`KUBECONFIG`, a
//! proxy): so what leads them here is set again behind them, by start files of the sandbox's.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::environment::Environment;
use domain::command::shell::Shell;
use sandbox::Files;
use sandbox::people::Person;

/// What a shell is started with beside the environment.
#[derive(Debug, Default)]
pub(super) struct Start {
    pub(super) arguments: Vec<OsString>,
    pub(super) variables: Vec<(&'static str, OsString)>,
}

/// Shells by what they read at their start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bash,
    Zsh,
    Fish,
    /// The file that `ENV` names (POSIX, Shell and Utilities, 2.5.3): sh, dash, ksh.
    Posix,
    /// Windows' cmd.
    Cmd,
    /// A shell that is told the environment alone.
    Other,
}

impl Kind {
    fn from_program(program: &str) -> Self {
        let name = Path::new(program).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        match name {
            "bash" => Self::Bash,
            "zsh" => Self::Zsh,
            "fish" => Self::Fish,
            "sh" | "dash" | "ash" | "ksh" | "mksh" => Self::Posix,
            "cmd" => Self::Cmd,
            _ => Self::Other,
        }
    }
}

/// Writes the start files of this shell.
pub(super) fn prepare(
    program: &str,
    files: &Files,
    environment: &Environment,
    person: &Person,
) -> Result<Start, io::Error> {
    let mark = mark(person);
    let directory = if person.is_owner() { "shell".to_owned() } else { format!("shell-{}", person.name) };
    let write = |name: &str, text: &str| files.write_for_clients(&format!("{directory}/{name}"), text);
    let mut start = Start::default();
    match Kind::from_program(program) {
        Kind::Bash => {
            let file = write("bashrc", &bashrc(environment, &mark))?;
            start.arguments = vec!["--rcfile".into(), file.into()];
        }
        Kind::Zsh => {
            write(".zshrc", &zshrc(environment, &mark))?;
            let first = write(".zshenv", &zshenv(&files.directory().join(&directory)))?;
            start.variables.extend(std::env::var_os("ZDOTDIR").map(|own| ("COUNTERSIGN_ZDOTDIR", own)));
            start.variables.push(("ZDOTDIR", first.parent().map(Path::as_os_str).unwrap_or_default().into()));
        }
        Kind::Fish => start.arguments = vec!["--init-command".into(), fish(environment, &mark).into()],
        Kind::Posix => {
            let file = write("env", &posix(environment, &mark))?;
            start.variables.extend(std::env::var_os("ENV").map(|own| ("COUNTERSIGN_ENV", own)));
            start.variables.push(("ENV", file.into()));
        }
        Kind::Cmd => start.variables.push(("PROMPT", format!("{mark}$P$G").into())),
        Kind::Other => {}
    }
    Ok(start)
}

/// What stands in front of the user's prompt.
fn mark(person: &Person) -> String {
    if person.is_owner() { "(countersign sandbox) ".to_owned() } else { format!("(countersign: {}) ", person.name) }
}

/// Prompts that are made anew each time (`PROMPT_COMMAND`) get it each time.
fn bashrc(environment: &Environment, mark: &str) -> String {
    let exports = environment.lines(Shell::Posix);
    format!(
        r"[ -r ~/.bashrc ] && . ~/.bashrc
{exports}__countersign_prompt() {{
    case ${{PS1-}} in '{mark}'*) ;; *) PS1='{mark}'${{PS1-}} ;; esac
}}
if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
    PROMPT_COMMAND+=(__countersign_prompt)
else
    PROMPT_COMMAND=${{PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}}__countersign_prompt
fi
"
    )
}

/// The first file that zsh reads: the user's, and then the next one of ours.
fn zshenv(directory: &Path) -> String {
    let own = Shell::Posix.quoted(&directory.display().to_string());
    format!(
        r"if [[ -n ${{COUNTERSIGN_ZDOTDIR-}} ]]; then ZDOTDIR=$COUNTERSIGN_ZDOTDIR; else unset ZDOTDIR; fi
[[ -r ${{ZDOTDIR:-$HOME}}/.zshenv ]] && . ${{ZDOTDIR:-$HOME}}/.zshenv
COUNTERSIGN_ZDOTDIR=${{ZDOTDIR-}}
ZDOTDIR={own}
"
    )
}

fn zshrc(environment: &Environment, mark: &str) -> String {
    let exports = environment.lines(Shell::Posix);
    format!(
        r"if [[ -n $COUNTERSIGN_ZDOTDIR ]]; then ZDOTDIR=$COUNTERSIGN_ZDOTDIR; else unset ZDOTDIR; fi
unset COUNTERSIGN_ZDOTDIR
[[ -r ${{ZDOTDIR:-$HOME}}/.zshrc ]] && . ${{ZDOTDIR:-$HOME}}/.zshrc
{exports}__countersign_prompt() {{
    [[ $PROMPT == '{mark}'* ]] || PROMPT='{mark}'$PROMPT
}}
autoload -Uz add-zsh-hook
add-zsh-hook precmd __countersign_prompt
"
    )
}

/// fish has read its configuration when it runs this.
fn fish(environment: &Environment, mark: &str) -> String {
    let exports = environment.lines(Shell::Fish);
    format!(
        "{exports}functions --copy fish_prompt __countersign_prompt
function fish_prompt
    printf '%s' '{mark}'
    __countersign_prompt
end
"
    )
}

fn posix(environment: &Environment, mark: &str) -> String {
    let exports = environment.lines(Shell::Posix);
    format!(
        r#"[ -n "${{COUNTERSIGN_ENV-}}" ] && [ -r "$COUNTERSIGN_ENV" ] && . "$COUNTERSIGN_ENV"
{exports}case ${{PS1-}} in '{mark}'*) ;; *) PS1='{mark}'${{PS1:-'$ '}} ;; esac
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("/bin/bash", Kind::Bash)]
    #[case("zsh", Kind::Zsh)]
    #[case("/usr/bin/fish", Kind::Fish)]
    #[case("/bin/sh", Kind::Posix)]
    #[case("dash", Kind::Posix)]
    #[case("cmd.exe", Kind::Cmd)]
    #[case("/usr/bin/nu", Kind::Other)]
    #[case("", Kind::Other)]
    fn shells_are_told_by_their_names(#[case] program: &str, #[case] kind: Kind) {
        assert_eq!(Kind::from_program(program), kind);
    }
}
