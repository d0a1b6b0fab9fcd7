//! `countersign sandbox shell` and `sandbox env` in the real shells.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use countersign::sandbox::Running;

use crate::support::clients::{require, require_optional};
use crate::support::pty::{PROGRAM, Workbench};

/// Runs the shell with a start file of the user's that leads kubectl elsewhere and has a prompt of its own;
/// in `env` `FILE` and `DIRECTORY` stand for where it is.
fn says_where_one_is(shell: &str, file: &str, text: &str, env: &[(&str, &str)]) {
    if require(shell).is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let before = names(home.path());
    let place = |value: &str| match value {
        "FILE" => path.display().to_string(),
        _ => path.parent().unwrap().display().to_string(),
    };
    let env: Vec<(&str, String)> = env.iter().map(|(name, value)| (*name, place(value))).collect();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut terminal = Workbench::sandbox_shell(home.path(), shell, &env);
    terminal.wait_for("(countersign sandbox) mine> ");
    assert!(terminal.screen().contains("talk to the sandbox alone; `exit` leaves it"), "{}", terminal.screen());
    terminal.type_raw("echo at $KUBECONFIG of $COUNTERSIGN_SANDBOX\r");
    let kubeconfig = home.path().join("sandbox/kubeconfig-of-gcloud");
    terminal.wait_for(&format!("at {}", kubeconfig.display()));
    terminal.wait_for("of owner");
    terminal.type_raw("exit\r");
    assert!(terminal.end(), "{}", terminal.screen());
    assert_eq!(Running::find(&home.path().join("sandbox")).unwrap(), None, "its own sandbox ended with it");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let left: Vec<String> = names(home.path()).difference(&before).cloned().collect();
    // fish keeps a history there, whoever starts it.
    let own = ["sandbox", ".cache", ".local", ".config"];
    assert!(left.iter().all(|name| own.contains(&name.as_str())), "{left:?}");
}

fn names(directory: &Path) -> BTreeSet<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn bash_says_where_one_is() {
    says_where_one_is("bash", ".bashrc", "export KUBECONFIG=/mine; PS1='mine> '; unset HISTFILE\n", &[]);
}

/// As frameworks do it that draw the prompt anew each time.
#[test]
fn bash_says_it_in_a_prompt_that_is_made_anew() {
    let each = "PROMPT_COMMAND='PS1=\"mine> \"'; unset HISTFILE\n";
    says_where_one_is("bash", ".bashrc", each, &[]);
    says_where_one_is("bash", ".bashrc", &each.replace("='PS1", "=('PS1").replace("\"';", "\"');"), &[]);
}

#[test]
fn zsh_says_where_one_is() {
    says_where_one_is("zsh", ".zshrc", "export KUBECONFIG=/mine; PROMPT='mine> '\n", &[]);
    // In a directory of the user's choice.
    let own = ("ZDOTDIR", "DIRECTORY");
    says_where_one_is("zsh", "zsh/.zshrc", "export KUBECONFIG=/mine; PROMPT='mine> '\n", &[own]);
}

#[test]
fn fish_says_where_one_is() {
    let text = "set -gx KUBECONFIG /mine\nset -g fish_greeting\nfunction fish_prompt\n    echo -n 'mine> '\nend\n";
    says_where_one_is("fish", ".config/fish/config.fish", text, &[]);
}

#[test]
fn sh_says_where_one_is() {
    says_where_one_is("sh", ".shrc", "export KUBECONFIG=/mine; PS1='mine> '\n", &[("ENV", "FILE")]);
}

/// A script on standard input is run as by the shell itself.
#[test]
fn a_script_that_is_piped_in_gets_no_prompt() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["sh", "bash", "zsh", "fish"] {
        if require(shell).is_none() {
            continue;
        }
        let mut command = Command::new(PROGRAM);
        command.args(["sandbox", "shell"]).env("SHELL", shell).env("HOME", home.path());
        command.env("COUNTERSIGN_DATA_DIR", home.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"echo $COUNTERSIGN_SANDBOX\n").unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert_eq!((text(output.stdout), text(output.stderr)), ("owner\n".to_owned(), String::new()), "{shell}");
    }
}

/// What `sandbox env` prints for a shell, evaluated by it.
#[test]
fn each_shell_reads_what_is_printed_for_it() {
    let home = tempfile::tempdir().unwrap();
    // A name that each shell would take apart.
    let data = home.path().join("it's $HOME!");
    let program = |arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("COUNTERSIGN_DATA_DIR", &data);
        command
    };
    let mut server = program(&["sandbox", "serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let expected = format!("{}:", data.join("sandbox/kubeconfig-of-gcloud").display());
    let mut read = Vec::new();
    for (shell, syntax, source) in [
        ("sh", "posix", ". ./lines; printenv KUBECONFIG"),
        ("bash", "posix", ". ./lines; printenv KUBECONFIG"),
        ("zsh", "posix", ". ./lines; printenv KUBECONFIG"),
        ("fish", "fish", "source lines; printenv KUBECONFIG"),
        ("tcsh", "csh", "source lines; printenv KUBECONFIG"),
        ("pwsh", "powershell", "Get-Content lines | Out-String | Invoke-Expression; $env:KUBECONFIG"),
    ] {
        let found = if shell == "pwsh" { require_optional(shell) } else { require(shell) };
        let Some(mut command) = found else { continue };
        let lines = program(&["sandbox", "env", "--shell", syntax]).output().unwrap();
        fs::write(home.path().join("lines"), lines.stdout).unwrap();
        let output = command.args(["-c", source]).current_dir(home.path()).env("HOME", home.path()).output().unwrap();
        read.push((shell, String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap()));
    }
    server.kill().unwrap();
    server.wait().unwrap();
    for (shell, output, errors) in read {
        assert!(output.starts_with(&expected), "{shell}: {output}{errors}");
    }
}
