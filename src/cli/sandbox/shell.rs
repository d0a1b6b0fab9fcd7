//! `countersign sandbox shell`: a shell or a command whose clients talk to the sandbox.
//!
//! Where no sandbox is running, this process serves it for as long as the command runs.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitStatus;

use tokio::process::Command;

use super::environment::{Environment, Mode};
use super::failure::Failure;
use super::instance::{directory, running, runtime};
use super::prompt::{self, Start};
use super::serve::stop_signal;
use crate::cli::exit::Exit;
use crate::runtime::secrecy;
use sandbox::people::Person;
use sandbox::{Files, Sandbox};

pub(super) fn run(mode: Mode, person: &Person, command: &[String]) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let status = runtime.block_on(with_sandbox(mode, person, command))?;
    drop(runtime);
    // The command's own code is passed on, which the four of this program could not say.
    match code(status) {
        0 => Ok(Exit::Yes),
        code => std::process::exit(code),
    }
}

async fn with_sandbox(mode: Mode, person: &Person, command: &[String]) -> Result<ExitStatus, Failure> {
    let (own, port) = if let Some(running) = running()? {
        (None, running.port)
    } else {
        let sandbox = Sandbox::start(&directory(), None).await?;
        let port = sandbox.addr().port();
        (Some(sandbox), port)
    };
    let environment = Environment::prepare(&directory(), port, mode, person).await?;
    let status = run_with(&environment, (mode, person), command).await;
    if let Some(sandbox) = own {
        let _ = sandbox.shutdown().await;
    }
    status
}

async fn run_with(
    environment: &Environment,
    (mode, person): (Mode, &Person),
    command: &[String],
) -> Result<ExitStatus, Failure> {
    let shell = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty()).unwrap_or_else(default_shell);
    let (program, start) = if let Some((program, arguments)) = command.split_first() {
        let arguments = arguments.iter().map(OsString::from).collect();
        (program.clone(), Start { arguments, variables: Vec::new() })
    } else {
        let files = Files::new(&directory());
        let start = prompt::prepare(&shell, &files, environment, person).map_err(Failure::io("the shell's start"))?;
        if io::stdin().is_terminal() {
            greet(mode, person);
        }
        (shell, start)
    };
    let failed = |source| Failure::Command { command: program.clone(), source };
    // A terminal's interrupt goes to the command as well, which decides what it means.
    let _held = stop_signal()?;
    let mut child = Command::new(&program)
        .args(start.arguments)
        .envs(environment.variables())
        .envs(start.variables)
        .spawn()
        .map_err(failed)?;
    if let Some(id) = child.id() {
        secrecy::give_limits_back(id);
    }
    child.wait().await.map_err(|source| Failure::Command { command: program.clone(), source })
}

/// Says where one is, for a shell whose prompt cannot.
fn greet(mode: Mode, person: &Person) {
    let whom = if person.is_owner() { String::new() } else { format!(", as {}", person.name) };
    let clients = match mode {
        Mode::Proxy => "gcloud, kubectl, curl and skopeo talk to the sandbox alone",
        Mode::Overrides => "gcloud and kubectl talk to the sandbox, curl and skopeo to whom they are told to",
    };
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "countersign: a shell of the sandbox{whom}: {clients}; `exit` leaves it");
}

fn default_shell() -> String {
    if cfg!(windows) { "cmd".to_owned() } else { "/bin/sh".to_owned() }
}

/// As shells have it: 128 and the signal's number for a command that a signal ended.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
