//! Control sequences that begin with ESC [: keys with what is held beside them, and the mouse.
//!
//! Pure; uses nothing of the others.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What a sequence means, if it means something: its parameters and its last byte.
pub(super) fn event(parameters: &[u8], last: u8) -> Option<Event> {
    // Only digits and what divides them are left.
    let text = std::str::from_utf8(parameters).ok()?;
    if let Some(text) = text.strip_prefix('<') {
        return mouse(text, last);
    }
    let mut numbers = text.split(';');
    let first = numbers.next().unwrap_or_default();
    let held = Held::of(numbers.next().unwrap_or_default())?;
    let code = match last {
        b'~' => by_number(first.parse().ok()?)?,
        b'u' => return by_character(first, held),
        b'Z' => return Some(key(KeyCode::BackTab, Held { modifiers: held.modifiers | KeyModifiers::SHIFT, ..held })),
        // Where the cursor is, for whoever asked.
        b'R' if !matches!(first, "" | "1") => return None,
        // Without a second number the first says what is held, as some terminals have it.
        letter => {
            let code = by_letter(letter)?;
            let alone = !text.contains(';') && !first.is_empty();
            return Some(key(code, if alone { Held::of(first)? } else { held }));
        }
    };
    Some(key(code, held))
}

/// F1 to F5 of the Linux console.
pub(super) fn console(letter: u8) -> Option<Event> {
    let number = letter.checked_sub(b'A').filter(|number| *number < 5)?;
    Some(key(KeyCode::F(1 + number), Held::default()))
}

/// What is held beside a key, and whether it goes down.
#[derive(Debug, Clone, Copy)]
struct Held {
    modifiers: KeyModifiers,
    kind: KeyEventKind,
}

impl Default for Held {
    fn default() -> Self {
        Self { modifiers: KeyModifiers::NONE, kind: KeyEventKind::Press }
    }
}

impl Held {
    /// One more than a sum of bits, and behind a colon what happens to the key; nothing is nothing.
    fn of(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let (mask, kind) = text.split_once(':').unwrap_or((text, "1"));
        let mask = mask.parse::<u8>().ok()?.saturating_sub(1);
        let bits = [
            KeyModifiers::SHIFT,
            KeyModifiers::ALT,
            KeyModifiers::CONTROL,
            KeyModifiers::SUPER,
            KeyModifiers::HYPER,
            KeyModifiers::META,
        ];
        let held = bits.into_iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0);
        let kind = match kind {
            "2" => KeyEventKind::Repeat,
            "3" => KeyEventKind::Release,
            _ => KeyEventKind::Press,
        };
        Some(Self { modifiers: held.map(|(_, modifier)| modifier).collect(), kind })
    }
}

fn key(code: KeyCode, held: Held) -> Event {
    Event::Key(KeyEvent::new_with_kind(code, held.modifiers, held.kind))
}

fn by_letter(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(1 + letter - b'P'),
        _ => return None,
    })
}

fn by_number(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28..=29 => KeyCode::F(number - 15),
        31..=34 => KeyCode::F(number - 17),
        _ => return None,
    })
}

/// A key by its character, with what other layouts have there behind colons.
fn by_character(first: &str, held: Held) -> Option<Event> {
    let number = first.split(':').next().unwrap_or_default().parse::<u32>().ok()?;
    let code = match char::from_u32(number)? {
        '\u{1b}' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' if held.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\u{7f}' => KeyCode::Backspace,
        c if c.is_control() => return None,
        c => KeyCode::Char(c),
    };
    Some(key(code, held))
}

/// The mouse with numbers (mode 1006): what happened, column and row from 1; a small last letter where a button is
/// let go. Motion without a button means nothing here.
fn mouse(text: &str, last: u8) -> Option<Event> {
    let mut numbers = text.split(';');
    let mut next = || numbers.next()?.parse::<u16>().ok();
    let (what, column, row) = (next()?, next()?.checked_sub(1)?, next()?.checked_sub(1)?);
    let what = u8::try_from(what).ok()?;
    let (button, moves) = ((what & 0b11) | ((what & 0b1100_0000) >> 4), what & 0b10_0000 != 0);
    let pressed = match (button, last) {
        (_, b'M') => MouseEventKind::Down as fn(MouseButton) -> MouseEventKind,
        (_, b'm') => MouseEventKind::Up,
        _ => return None,
    };
    let kind = match (button, moves) {
        (0, false) => pressed(MouseButton::Left),
        (1, false) => pressed(MouseButton::Middle),
        (2, false) => pressed(MouseButton::Right),
        (0, true) => MouseEventKind::Drag(MouseButton::Left),
        (1, true) => MouseEventKind::Drag(MouseButton::Middle),
        (2, true) => MouseEventKind::Drag(MouseButton::Right),
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let held = [(0b100, KeyModifiers::SHIFT), (0b1000, KeyModifiers::ALT), (0b1_0000, KeyModifiers::CONTROL)];
    let modifiers = held.into_iter().filter(|(bit, _)| what & bit != 0).map(|(_, modifier)| modifier).collect();
    Some(Event::Mouse(MouseEvent { kind, column, row, modifiers }))
}
