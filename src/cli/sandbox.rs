//! `countersign sandbox`: the embedded sandbox without the workbench, and how to point other clients
//! at a sandbox that is running.

mod environment;
mod people;
mod prompt;
mod reset;
mod serve;
mod shell;
mod syntax;

use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::settings;
use environment::{Environment, Mode};
use sandbox::people::{PEOPLE, Person};
use sandbox::{Running, StartError};
use syntax::Syntax;

/// Run the embedded sandbox, or point gcloud, kubectl, curl and skopeo at it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the sandbox until interrupted; prints one line when it is ready
    Serve {
        /// The port of 127.0.0.1; 0 is any free one
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Print the exports that point a shell's clients at the running sandbox: eval "$(countersign sandbox env)"
    Env {
        #[command(flatten)]
        mode: ModeArgs,
        /// The shell that is to read it
        #[arg(long, value_enum, value_name = "SHELL", default_value_t)]
        shell: Syntax,
    },
    /// Run a shell, or a command, whose clients talk to the sandbox; serves it where none is running
    Shell {
        #[command(flatten)]
        mode: ModeArgs,
        /// The command and its arguments; without one, the shell of $SHELL
        #[arg(last = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// List the people of the sandbox and their roles, for --as
    People,
    /// Forget everything the sandbox holds: projects, clusters, images, policies, attestations
    Reset {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
struct ModeArgs {
    /// By gcloud's endpoint overrides alone, without a proxy: curl, skopeo and docker keep to the real hosts
    #[arg(long)]
    overrides: bool,
    /// As whom: what one of the sandbox's people may not do, is refused as the services refuse it
    #[arg(long = "as", value_name = "PERSON", default_value = Person::owner().name,
          value_parser = clap::builder::PossibleValuesParser::new(PEOPLE.iter().map(|person| person.name)))]
    person: String,
}

impl ModeArgs {
    fn mode(&self) -> Mode {
        if self.overrides { Mode::Overrides } else { Mode::Proxy }
    }

    fn person(&self) -> &'static Person {
        Person::named(&self.person).unwrap_or_else(Person::owner)
    }
}

/// Why a subcommand could not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no sandbox is running: start one with `countersign sandbox serve`, or open the workbench")]
    NotRunning,
    #[error("a sandbox is already running on port {port} of 127.0.0.1 (process {pid})")]
    AlreadyRunning { pid: u32, port: u16 },
    #[error("the sandbox is being served; stop it first")]
    InUse,
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the sandbox died: its log says why")]
    Died,
    #[error("{} cannot be run: {source}", command)]
    Command { command: String, source: io::Error },
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("the sandbox's clusters cannot be read: {0}")]
    Store(#[from] sandbox::store::StoreError),
    #[error("not asked, because there is no terminal: give --yes")]
    NoTerminal,
}

impl Failure {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Died | Self::Store(_) => Exit::Undecided,
            _ => Exit::Unusable,
        }
    }
}

pub(super) fn run(args: &Args) -> Exit {
    let done = match &args.command {
        Command::Serve { port } => serve::run(*port),
        Command::Env { mode, shell } => env(mode.mode(), mode.person(), *shell),
        Command::Shell { mode, command } => shell::run(mode.mode(), mode.person(), command),
        Command::People => people::run(),
        Command::Reset { yes } => reset::run(*yes),
    };
    done.unwrap_or_else(|failure| {
        complain(&failure);
        failure.exit()
    })
}

fn env(mode: Mode, person: &Person, syntax: Syntax) -> Result<Exit, Failure> {
    let running = running()?.ok_or(Failure::NotRunning)?;
    let environment = runtime()?.block_on(Environment::prepare(&directory(), running.port, mode, person))?;
    say(&environment.lines(syntax))?;
    Ok(Exit::Yes)
}

/// Where the sandbox is kept.
fn directory() -> PathBuf {
    settings::data_dir().join("sandbox")
}

fn running() -> Result<Option<Running>, Failure> {
    Running::find(&directory()).map_err(Failure::io("the sandbox's files"))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::io("the sandbox's threads"))
}

/// Prints a result; who does not want to read it is no failure.
fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::io("standard output")(error)),
        _ => Ok(()),
    }
}

fn complain(what: &dyn fmt::Display) {
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "countersign: {what}");
}
