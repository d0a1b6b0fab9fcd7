//! `countersign` without a subcommand: the workbench.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use crate::cli::exit::Exit;
use crate::runtime::{self, Options};
use crate::settings;
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
    let mut stderr = std::io::stderr();
    // A word that is no file is most likely a misspelt subcommand.
    if let Some(file) = args.file.as_ref().filter(|file| !file.is_file()) {
        let file = file.display();
        let _ =
            writeln!(stderr, "error: '{file}' is neither a file nor a subcommand; `countersign --help` lists those");
        return Exit::Unusable;
    }
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        let _ = writeln!(
            stderr,
            "error: the workbench needs a terminal; `countersign --help` lists what works without one"
        );
        return Exit::Unusable;
    }
    let variable = |name: &str| std::env::var(name).ok();
    let (no_color, colorterm, term) = (variable("NO_COLOR"), variable("COLORTERM"), variable("TERM"));
    let env = ColorEnv { no_color: no_color.as_deref(), colorterm: colorterm.as_deref(), term: term.as_deref() };
    let options = Options {
        draft: args.file.clone(),
        data: settings::data_dir(),
        themes: settings::config_dir().join("themes"),
        depth: Depth::detect(args.color.into(), env),
    };
    match runtime::workbench(&options) {
        Ok(()) => Exit::Yes,
        Err(error) => {
            let _ = writeln!(stderr, "error: {error:#}");
            Exit::Undecided
        }
    }
}
