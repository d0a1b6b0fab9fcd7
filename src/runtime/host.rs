//! What only a real terminal can do, as a trait, so that the loop runs without one in tests.
//!
//! Uses nothing of the others.

use std::io;

/// The terminal as the process has it, beside what ratatui draws on it.
pub trait Host {
    /// A frame is about to be drawn.
    fn begin_frame(&mut self);

    /// The frame is complete: terminals that can show it at once.
    fn end_frame(&mut self);

    /// Gives the terminal to another program, or to the shell.
    fn leave(&mut self);

    /// Takes the terminal again after [`Host::leave`].
    fn come_back(&mut self) -> io::Result<()>;

    /// Stops the process, as Ctrl-Z does elsewhere, and returns when it is continued.
    fn suspend(&mut self);

    /// Sends a text to the clipboard of whoever sits at the terminal.
    fn copy(&mut self, text: &str);
}
