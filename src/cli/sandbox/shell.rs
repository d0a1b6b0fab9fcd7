//! `countersign sandbox shell`: a shell or a command whose clients talk to the sandbox.
//!
//! Where no sandbox is running, this process serves it for as long as the command runs.

use std::process::ExitStatus;

use tokio::process::Command;

use super::serve::stop_signal;
use super::{Environment, Exit, Failure, Mode, directory, running, runtime};
use crate::sandbox::Sandbox;
use crate::sandbox::people::Person;

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
    let status = run_with(&environment, person, command).await;
    if let Some(sandbox) = own {
        let _ = sandbox.shutdown().await;
    }
    status
}

async fn run_with(environment: &Environment, person: &Person, command: &[String]) -> Result<ExitStatus, Failure> {
    let shell = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty()).unwrap_or_else(default_shell);
    let (program, arguments) = match command.split_first() {
        Some((program, arguments)) => (program.clone(), arguments),
        None => (shell, [].as_slice()),
    };
    let failed = |source| Failure::Command { command: program.clone(), source };
    // A terminal's interrupt goes to the command as well, which decides what it means.
    let _held = stop_signal()?;
    let mut child = Command::new(&program)
        .args(arguments)
        .envs(environment.variables())
        .env("COUNTERSIGN_SANDBOX", person.name)
        .spawn()
        .map_err(failed)?;
    child.wait().await.map_err(|source| Failure::Command { command: program.clone(), source })
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
