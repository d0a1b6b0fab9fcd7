//! How parts of a report stand out on a terminal: the one writer of escape sequences for the subcommands.
//!
//! Uses `anstyle`, and of the domain what has a colour of its own in every report.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

use domain::admission::trace::Status;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const RED: Style = AnsiColor::Red.on_default();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const MAGENTA: Style = AnsiColor::Magenta.on_default();
pub(super) const CYAN: Style = AnsiColor::Cyan.on_default();

/// The style of a check in the tree behind a decision.
pub(super) fn of_status(status: Status) -> Style {
    match status {
        Status::Pass => GREEN,
        Status::Fail => RED,
        Status::Unknown => MAGENTA,
        Status::Skipped | Status::Note => FAINT,
    }
}

/// Whether the reader takes escape sequences.
#[derive(Debug, Clone, Copy)]
pub(super) enum Styles {
    Plain,
    Coloured,
}

impl Styles {
    /// Colours only on a terminal that takes them, and without `NO_COLOR` (no-color.org).
    pub(super) fn for_stream(stream: &impl IsTerminal) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        if stream.is_terminal() && !dumb && set("NO_COLOR").is_none() { Self::Coloured } else { Self::Plain }
    }

    /// The text in a style, as far as the reader takes it.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("{style}{text}{style:#}"),
        }
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.paint(FAINT, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_ends_with_its_text() {
        assert_eq!(Styles::Coloured.paint(RED.bold(), "DENY"), "\u{1b}[1m\u{1b}[31mDENY\u{1b}[0m");
        assert_eq!(Styles::Coloured.faint("more"), "\u{1b}[2mmore\u{1b}[0m");
        assert_eq!(Styles::Plain.paint(RED.bold(), "DENY"), "DENY");
    }
}
