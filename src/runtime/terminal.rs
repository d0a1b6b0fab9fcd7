//! The terminal: made ours on entry, and given back however the program ends.
//!
//! Our own guard rather than ratatui's: bracketed paste and the mouse have to be undone too, and its
//! panic hook would restore the terminal for a panic in any task while the program goes on.

use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

/// Whether the terminal is ours now, so that it is given back once only.
static OURS: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
#[derive(Debug)]
pub struct Guard {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Guard {
    /// Takes the terminal, and makes sure that a panic gives it back before its message is printed.
    pub fn enter() -> io::Result<Self> {
        install_panic_hook();
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(Self { terminal })
    }

    /// Draws one frame, at once on terminals that can.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let _ = execute!(io::stdout(), BeginSynchronizedUpdate);
        let result = self.terminal.draw(draw).map(|_| ());
        let _ = execute!(io::stdout(), EndSynchronizedUpdate);
        result
    }

    /// Gives the terminal back for a while.
    pub fn leave(&mut self) {
        give_back();
    }

    /// Takes it again. Everything is painted anew; `Terminal::clear` would ask the terminal where its
    /// cursor is, which races with the events that we read.
    pub fn come_back(&mut self) -> io::Result<()> {
        take()?;
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture)
}

/// Gives the terminal back, if it is ours. A terminal that is gone is no reason to fail.
pub fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}

/// A panic on the screen's thread ends the program: its message must be readable. A panic in a task
/// is caught and reported by the effects, so the screen stays.
fn install_panic_hook() {
    let screen = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        tracing::error!("panic: {info}");
        if std::thread::current().id() == screen {
            give_back();
            before(info);
        }
    }));
}
