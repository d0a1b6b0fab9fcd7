//! The terminal: made ours on entry, and given back however the program ends.
//!
//! Our own guard rather than ratatui's: bracketed paste and the mouse have to be undone too, and its
//! panic hook would restore the terminal for a panic in any task while the program goes on.

use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::process::{Signal as ProcessSignal, getpid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::host::Host;

/// Whether the terminal is ours now, so that it is given back once only.
static OURS: AtomicBool = AtomicBool::new(false);

/// What ratatui draws on.
pub fn screen() -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    Terminal::new(CrosstermBackend::new(io::stdout()))
}

/// The terminal while it is ours.
#[derive(Debug)]
pub struct Guard {
    /// Ctrl-C goes to every process of the terminal, and while another program has it is meant for that one:
    /// once somebody listens, it does not end this process.
    interrupt: Option<Signal>,
}

impl Guard {
    /// Takes the terminal, and makes sure that a panic gives it back before its message is printed.
    pub fn enter() -> io::Result<Self> {
        install_panic_hook();
        take()?;
        Ok(Self { interrupt: None })
    }
}

impl Host for Guard {
    fn begin_frame(&mut self) {
        let _ = execute!(io::stdout(), BeginSynchronizedUpdate);
    }

    fn end_frame(&mut self) {
        let _ = execute!(io::stdout(), EndSynchronizedUpdate);
    }

    fn leave(&mut self) {
        self.interrupt = signal(SignalKind::interrupt()).ok();
        give_back();
    }

    fn come_back(&mut self) -> io::Result<()> {
        self.interrupt = None;
        take()
    }

    fn suspend(&mut self) {
        let _ = kill_process(getpid(), ProcessSignal::TSTP);
    }

    /// Copies by OSC 52, which the terminal may or may not take.
    fn copy(&mut self, text: &str) {
        let _ = execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text));
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Resolves when the process is asked to end, or its terminal is gone (SIGTERM, SIGHUP).
pub async fn asked_to_end(mut terminate: Signal, mut hang_up: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
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
