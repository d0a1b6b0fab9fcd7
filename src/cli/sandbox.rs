//! `countersign sandbox`: the embedded sandbox without the workbench, and how to point other clients
//! at a sandbox that is running.

mod environment;
mod failure;
mod instance;
mod people;
mod prompt;
mod reset;
mod serve;
mod shell;
mod syntax;

use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::cli::terminal::complain;
use environment::{Environment, Mode};
use failure::{Failure, say};
use instance::{directory, running, runtime};
use sandbox::people::{PEOPLE, Person};
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
        Person::from_name(&self.person).unwrap_or_else(Person::owner)
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
    say(&environment.lines(syntax.shell()))?;
    Ok(Exit::Yes)
}
