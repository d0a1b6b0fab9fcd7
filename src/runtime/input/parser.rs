//! From the bytes of a terminal to its events: control sequences as ECMA-48 (5th edition, section 5.4) and xterm
//! (its "Control Sequences") have them.
//!
//! Not crossterm's own parser, which cannot be called without its reader, and which panics, or waits for ever, on
//! some bytes. Here any bytes give the same events however they are cut into pieces; what no terminal sends is
//! dropped; and nothing grows with what is sent but a paste, up to [`MAX_PASTE`].
//!
//! Pure; uses `csi` below it.

mod csi;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// Bytes of the longest paste that is taken: as much as a draft holds.
pub(super) const MAX_PASTE: usize = 16 << 20;

/// Bytes of the longest control sequence that means something here; longer ones are passed over.
const MAX_SEQUENCE: usize = 64;

/// What ends a paste in brackets.
const PASTE_END: &[u8] = b"\x1b[201~";

/// How a paste was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It was longer than what is taken; the rest is passed over.
    TooLong,
    /// Its end never came.
    NoEnd,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Output {
    pub(super) events: Vec<Event>,
    pub(super) cut: Option<Cut>,
}

/// Where in a sequence the bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After ESC O.
    Ss3,
    /// After ESC [, with what follows.
    Csi(Vec<u8>),
    /// After ESC [ M: three bytes of the mouse, as terminals send it that do not know the mode with numbers.
    OldMouse(u8),
    /// After ESC [ [: one byte, F1 to F5 of the Linux console.
    Console,
    /// In a character of several bytes; after ESC or not.
    Character {
        bytes: Vec<u8>,
        alt: bool,
    },
    Paste(Vec<u8>),
    /// In a paste that was too long; how much of its end was seen.
    PassedOver(Vec<u8>),
    /// After a paste whose end did not come in time: it may only have stalled.
    Stalled,
}

/// What a pause in the bytes would decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    /// Whether an ESC is the key, or begins a sequence.
    Sequence,
    /// Whether a paste goes on.
    Paste,
}

/// Reads bytes as they come.
#[derive(Debug, Default)]
pub(super) struct Parser {
    state: State,
}

impl Parser {
    /// Takes more bytes.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Output) {
        if self.state == State::Stalled {
            self.state = if is_one_key(bytes) { State::Ground } else { State::Paste(Vec::new()) };
        }
        for byte in bytes {
            self.byte(*byte, out);
        }
    }

    /// What is under way, if anything is.
    pub(super) fn pending(&self) -> Option<Pending> {
        match self.state {
            State::Ground | State::Stalled => None,
            State::Paste(_) | State::PassedOver(_) => Some(Pending::Paste),
            _ => Some(Pending::Sequence),
        }
    }

    /// No more bytes came for a while: what is under way was all there is of it.
    pub(super) fn pause(&mut self, out: &mut Output) {
        match std::mem::take(&mut self.state) {
            State::Escape => out.key(KeyCode::Esc, KeyModifiers::NONE),
            State::Ss3 => out.character('O', true),
            State::Csi(parameters) if parameters.is_empty() => out.character('[', true),
            State::Paste(text) => {
                out.paste(&text);
                out.cut = Some(Cut::NoEnd);
                self.state = State::Stalled;
            }
            State::Ground
            | State::Stalled
            | State::Csi(_)
            | State::OldMouse(_)
            | State::Console
            | State::Character { .. }
            | State::PassedOver(_) => {}
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Output) {
        self.state = match std::mem::take(&mut self.state) {
            State::Ground | State::Stalled => begin(byte, false, out),
            State::Escape => match byte {
                b'[' => State::Csi(Vec::new()),
                b'O' => State::Ss3,
                0x1b => {
                    out.key(KeyCode::Esc, KeyModifiers::NONE);
                    State::Escape
                }
                _ => begin(byte, true, out),
            },
            State::Ss3 => ss3(byte, out),
            State::Csi(parameters) => sequence(parameters, byte, out),
            State::OldMouse(left) if left > 1 => State::OldMouse(left - 1),
            State::OldMouse(_) => State::Ground,
            State::Console => {
                out.extend(csi::console(byte));
                State::Ground
            }
            State::Character { bytes, alt } => character(bytes, alt, byte, out),
            State::Paste(text) => paste(text, byte, out),
            State::PassedOver(end) => passed_over(end, byte),
        };
    }
}

/// Whether what came at once is a key that somebody presses, rather than more of a paste that stalled, which comes in
/// bursts: as keys it would be commands.
fn is_one_key(bytes: &[u8]) -> bool {
    let is_sequence = bytes.first() == Some(&0x1b) && !bytes.starts_with(PASTE_END);
    is_sequence || std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() <= 1)
}

/// A byte that begins something.
fn begin(byte: u8, alt: bool, out: &mut Output) -> State {
    let modifiers = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    let control = |first: u8, offset: u8| KeyCode::Char(char::from(first + offset));
    match byte {
        0x1b => return State::Escape,
        b'\r' => out.key(KeyCode::Enter, modifiers),
        b'\t' => out.key(KeyCode::Tab, modifiers),
        0x7f => out.key(KeyCode::Backspace, modifiers),
        0 => out.key(KeyCode::Char(' '), modifiers | KeyModifiers::CONTROL),
        0x01..=0x1a => out.key(control(b'a', byte - 1), modifiers | KeyModifiers::CONTROL),
        // As terminals have it: ^\ to ^_ lie on these digits.
        0x1c..=0x1f => out.key(control(b'4', byte - 0x1c), modifiers | KeyModifiers::CONTROL),
        b' '..=b'~' => out.character(char::from(byte), alt),
        0xc2..=0xf4 => return State::Character { bytes: vec![byte], alt },
        // No character begins so (RFC 3629).
        0x80..=0xc1 | 0xf5..=0xff => {}
    }
    State::Ground
}

/// A further byte of a character.
fn character(mut bytes: Vec<u8>, alt: bool, byte: u8, out: &mut Output) -> State {
    if !(0x80..=0xbf).contains(&byte) {
        // The character was cut; this byte begins something else.
        return begin(byte, false, out);
    }
    bytes.push(byte);
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        _ => 4,
    };
    if bytes.len() < length {
        return State::Character { bytes, alt };
    }
    if let Some(c) = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
        out.character(c, alt);
    }
    State::Ground
}

fn ss3(byte: u8, out: &mut Output) -> State {
    let code = match byte {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(1 + byte - b'P'),
        0x1b => return State::Escape,
        _ => return State::Ground,
    };
    out.key(code, KeyModifiers::NONE);
    State::Ground
}

/// A further byte of a sequence after ESC [.
fn sequence(mut parameters: Vec<u8>, byte: u8, out: &mut Output) -> State {
    match byte {
        b'[' if parameters.is_empty() => State::Console,
        b'M' if parameters.is_empty() => State::OldMouse(3),
        // One too many is kept, so that the sequence is known for too long.
        b' '..=b'?' => {
            if parameters.len() <= MAX_SEQUENCE {
                parameters.push(byte);
            }
            State::Csi(parameters)
        }
        b'~' if parameters == b"200" => State::Paste(Vec::new()),
        b'@'..=b'~' => {
            if parameters.len() <= MAX_SEQUENCE {
                out.extend(csi::event(&parameters, byte));
            }
            State::Ground
        }
        // No sequence goes on so; this byte begins something else.
        _ => begin(byte, false, out),
    }
}

fn paste(mut text: Vec<u8>, byte: u8, out: &mut Output) -> State {
    text.push(byte);
    if text.ends_with(PASTE_END) {
        text.truncate(text.len() - PASTE_END.len());
        out.paste(&text);
        return State::Ground;
    }
    // Its end may lie across the limit.
    if text.len() < MAX_PASTE + PASTE_END.len() {
        return State::Paste(text);
    }
    let end = text.split_off(MAX_PASTE);
    out.paste(&text);
    out.cut = Some(Cut::TooLong);
    State::PassedOver(end)
}

fn passed_over(mut end: Vec<u8>, byte: u8) -> State {
    if end.len() == PASTE_END.len() {
        end.remove(0);
    }
    end.push(byte);
    if end == PASTE_END { State::Ground } else { State::PassedOver(end) }
}

impl Output {
    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.events.push(Event::Key(KeyEvent::new(code, modifiers)));
    }

    fn character(&mut self, c: char, alt: bool) {
        let mut modifiers = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
        modifiers.set(KeyModifiers::ALT, alt);
        self.key(KeyCode::Char(c), modifiers);
    }

    fn paste(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        self.events.push(Event::Paste(String::from_utf8_lossy(text).into_owned()));
    }

    fn extend(&mut self, event: Option<Event>) {
        self.events.extend(event);
    }
}

#[cfg(test)]
mod tests;
