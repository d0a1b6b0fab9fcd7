//! `countersign` without a subcommand: the workbench.

use std::fmt;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use crate::cli::exit::Exit;
use crate::cli::terminal::{eprint, printable};
use crate::runtime::event_loop::{Ended, Unsaved};
use crate::runtime::{self, Options};
use crate::settings;
use domain::text::printable_lines;
use ui::theme::{ColorChoice, ColorEnv, Depth};

/// Options of the workbench.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// A policy to open as the draft
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// How many colours to use
    #[arg(long, value_enum, default_value_t = Colors::Auto)]
    color: Colors,
}

/// How many colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Colors {
    /// What `NO_COLOR`, `COLORTERM` and `TERM` say
    #[default]
    Auto,
    /// None: signs, words, bold and reverse only
    Never,
    #[value(name = "16")]
    Ansi16,
    #[value(name = "256")]
    X256,
    Truecolor,
}

impl From<Colors> for ColorChoice {
    fn from(colors: Colors) -> Self {
        match colors {
            Colors::Auto => Self::Auto,
            Colors::Never => Self::Never,
            Colors::Ansi16 => Self::Ansi16,
            Colors::X256 => Self::X256,
            Colors::Truecolor => Self::TrueColor,
        }
    }
}

pub(super) fn run(args: &Args) -> Exit {
    // A word that is no file is most likely a misspelt subcommand.
    if let Some(file) = args.file.as_ref().filter(|file| !file.is_file()) {
        let file = file.display();
        return refuse(&format_args!("'{file}' is neither a file nor a subcommand; `countersign --help` lists those"));
    }
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return refuse(&"the workbench needs a terminal; `countersign --help` lists what works without one");
    }
    let variable = |name: &str| std::env::var(name).ok();
    let (no_color, colorterm, term) = (variable("NO_COLOR"), variable("COLORTERM"), variable("TERM"));
    if !draws(term.as_deref()) {
        let says =
            term.filter(|term| !term.is_empty()).map_or("is not set".to_owned(), |term| format!("says `{term}`"));
        return refuse(&format_args!(
            "the workbench draws on the whole terminal, and TERM {says}: set it to what the terminal is \
             (TERM=xterm-256color, mostly), or use what works without it, which `countersign --help` lists"
        ));
    }
    let env = ColorEnv { no_color: no_color.as_deref(), colorterm: colorterm.as_deref(), term: term.as_deref() };
    let options = Options {
        draft: args.file.clone(),
        data: settings::data_dir(),
        themes: settings::config_dir().join("themes"),
        depth: Depth::detect(args.color.into(), env),
    };
    let Ended { outcome, unsaved, signal } = runtime::workbench(&options);
    if let Err(error) = &outcome {
        say(&format_args!("{error:#}"));
    }
    match (unsaved, outcome, signal) {
        (Some(unsaved), _, _) => {
            hand_over(&unsaved);
            Exit::Undecided
        }
        (None, Err(_), _) => Exit::Undecided,
        (None, Ok(()), Some(signal)) => Exit::Signal(signal),
        (None, Ok(()), None) => Exit::Yes,
    }
}

/// Hands over a draft that could not be saved: as a file where one can be written, else as it is on standard error.
fn hand_over(unsaved: &Unsaved) {
    say(&format_args!("the draft is not saved: {}", unsaved.why.title));
    if let Some(path) = runtime::rescue(&unsaved.text) {
        eprint(&format!("The draft was written to {}: move it to where it is to stay.\n", printable(&path)));
        return;
    }
    // To a file as it was typed; a terminal would obey what stands in it.
    let text = if std::io::stderr().is_terminal() { printable_lines(&unsaved.text) } else { unsaved.text.clone() };
    eprint(&format!("The draft, from the next line to the end:\n{text}\n"));
}

/// Whether a terminal of this name (`TERM`) moves its cursor: `dumb` is the name of those that do not (terminfo),
/// and of one without a name nothing is known.
fn draws(term: Option<&str>) -> bool {
    !matches!(term, None | Some("" | "dumb"))
}

fn refuse(why: &dyn fmt::Display) -> Exit {
    say(why);
    Exit::Unusable
}

fn say(what: &dyn fmt::Display) {
    eprint(&format!("error: {}\n", printable(&what.to_string())));
}
