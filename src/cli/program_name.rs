//! Under which name the program was called: `kubectl countersign` finds it as `kubectl-countersign` in
//! `PATH` (Kubernetes, "Extend kubectl with plugins").

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, FromArgMatches};

use super::terminal::{complain, printable};

/// Reads a command line, with the program's own path in front; ends the process where it is help or wrong.
pub(super) fn read<Line: CommandFactory + FromArgMatches>(args: &[OsString]) -> Line {
    let mut command = Line::command();
    if let Some(name) = args.first().and_then(|path| plugin_name(path.as_ref())) {
        command = command.bin_name(name);
    }
    let matches = command.clone().try_get_matches_from(args).unwrap_or_else(|_| refuse(&command, args));
    Line::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
}

/// Ends the process with help, or with what is wrong with the arguments. A message quotes them, so that it is made
/// anew from arguments that a terminal may be shown.
fn refuse(command: &clap::Command, args: &[OsString]) -> ! {
    let shown = args.iter().map(|arg| OsString::from(printable(&arg.to_string_lossy())));
    if let Err(error) = command.clone().try_get_matches_from(shown) {
        error.exit()
    }
    // What was replaced was all that was wrong.
    complain(&"an argument holds characters that do something to a terminal");
    std::process::exit(2)
}

/// What a person types to call the plugin: kubectl takes a hyphen in a file's name for a blank, and an
/// underscore for a hyphen.
fn plugin_name(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let plugin = stem.strip_prefix("kubectl-").filter(|name| !name.is_empty())?;
    Some(format!("kubectl {}", plugin.replace('-', " ").replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_called_as_kubectl_calls_it() {
        let name = |path: &str| plugin_name(Path::new(path));
        assert_eq!(name("/usr/bin/kubectl-countersign").as_deref(), Some("kubectl countersign"));
        assert_eq!(name("kubectl-counter_sign.exe").as_deref(), Some("kubectl counter-sign"));
        assert_eq!(name("/usr/bin/countersign"), None);
        assert_eq!(name("kubectl-"), None);
    }
}
