//! `countersign sandbox reset`.

use std::io::{self, IsTerminal as _, Write as _};

use super::failure::{Failure, say};
use super::instance::directory;
use crate::cli::exit::Exit;
use crate::cli::terminal::printable;
use sandbox::Idle;

pub(super) fn run(yes: bool) -> Result<Exit, Failure> {
    let directory = directory();
    if !directory.exists() {
        say("there is no sandbox yet\n")?;
        return Ok(Exit::Yes);
    }
    if !yes && !confirmed(&printable(&directory.display().to_string()))? {
        say("nothing was changed\n")?;
        return Ok(Exit::No);
    }
    // Looked at only now: it may have been started while the question stood.
    let idle = Idle::look_up(&directory).map_err(Failure::io("the sandbox's files"))?.ok_or(Failure::InUse)?;
    idle.reset().map_err(Failure::io("the sandbox's store"))?;
    say("the sandbox is empty\n")?;
    Ok(Exit::Yes)
}

fn confirmed(directory: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::NoTerminal);
    }
    let question = format!(
        "Forget all projects, clusters, images, policies and attestations of the sandbox in {directory}? [y/N] "
    );
    let mut stderr = io::stderr().lock();
    stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush()).map_err(Failure::io("standard error"))?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(Failure::io("standard input"))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
