//! The terminal: made ours on entry, and given back however the program ends.
//!
//! Our own guard rather than ratatui's: bracketed paste and the mouse have to be undone too, and its
//! panic hook would restore the terminal for a panic in any task while the program goes on.
//!
//! Uses `host` alone.

use std::fmt;
use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{Command, execute};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::process::{Signal, getpid, kill_process};

use super::host::Host;

/// Whether the terminal is ours now, so that it is given back once only.
static OURS: AtomicBool = AtomicBool::new(false);

/// What ratatui draws on.
pub fn screen() -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    Terminal::new(CrosstermBackend::new(io::stdout()))
}

/// Whether the terminal is ours now, and no other program's.
pub fn is_ours() -> bool {
    OURS.load(Ordering::SeqCst)
}

/// The terminal while it is ours.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal, and makes sure that a panic gives it back before its message is printed. The signals are
    /// to be taken over before.
    pub fn enter() -> io::Result<Self> {
        install_panic_hook();
        // Made before: what fails half-way is undone.
        let guard = Self(());
        take()?;
        Ok(guard)
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
        give_back();
    }

    fn come_back(&mut self) -> io::Result<()> {
        take()
    }

    fn suspend(&mut self) {
        stop();
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

/// Buttons, the wheel, and motion while a button is held (modes 1000 and 1002 of xterm), with numbers for the place
/// (1006). Motion without a button is not asked for: nothing here follows it.
struct EnableMouse;

impl Command for EnableMouse {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1000h\x1b[?1002h\x1b[?1006h")
    }
}

/// All modes of the mouse off, whoever has set them.
struct DisableMouse;

impl Command for DisableMouse {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l")
    }
}

fn take() -> io::Result<()> {
    OURS.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableMouse)
}

/// Gives the terminal back, if it is ours. A terminal that is gone is no reason to fail.
pub fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, DisableMouse, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}

/// Stops the process, as its default does for SIGTSTP, which is handled here; returns when it is continued.
pub fn stop() {
    // As for that default: where nobody could continue it, it does not stop (POSIX, 11.1.4).
    if can_be_continued() {
        let _ = kill_process(getpid(), Signal::STOP);
    }
}

/// Whether the process group has somebody outside of it who watches over its jobs: a parent in the same session. Of a
/// parent in the same group only the leader of the session is known to have nobody above it.
///
/// A parent, session or group that is 0 lies outside of our namespace of processes (credentials(7), a container):
/// nothing is known of it, and nobody continues us from there.
fn can_be_continued() -> bool {
    let seen = |pid: nix::Result<Pid>| pid.ok().filter(|pid| pid.as_raw() > 0);
    // As an argument 0 would mean this process.
    let Some(parent) = seen(Ok(getppid())) else { return false };
    let (Some(session), Some(parents_session), Some(parents_group)) =
        (seen(getsid(None)), seen(getsid(Some(parent))), seen(getpgid(Some(parent))))
    else {
        return false;
    };
    session == parents_session && (parents_group != getpgrp() || parent != session)
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
