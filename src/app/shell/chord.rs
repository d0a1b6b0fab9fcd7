//! Keys as they are bound and shown: `ctrl-s`, `F3`, `?`, `shift-tab`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    pub code: KeyCode,
    pub modifiers: KeyModifiers,
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no key")]
pub struct ChordError(String);

/// The keys that have a name; every other one is a character or `F1` to `F12`.
const NAMED: &[(&str, KeyCode, &str)] = &[
    ("enter", KeyCode::Enter, "Enter"),
    ("esc", KeyCode::Esc, "Esc"),
    ("tab", KeyCode::Tab, "Tab"),
    ("shift-tab", KeyCode::BackTab, "S-Tab"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pageup", KeyCode::PageUp, "PgUp"),
    ("pagedown", KeyCode::PageDown, "PgDn"),
    ("delete", KeyCode::Delete, "Del"),
    ("backspace", KeyCode::Backspace, "Bksp"),
    ("space", KeyCode::Char(' '), "Space"),
];

const MODIFIERS: &[(&str, KeyModifiers, &str)] =
    &[("ctrl-", KeyModifiers::CONTROL, "^"), ("alt-", KeyModifiers::ALT, "M-"), ("shift-", KeyModifiers::SHIFT, "S-")];

impl Chord {
    /// The chord of a key event; shift is dropped where the character already tells it.
    pub fn from_event(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = event.code;
        if let KeyCode::Char(c) = code {
            modifiers.remove(KeyModifiers::SHIFT);
            if modifiers.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(c.to_ascii_lowercase());
            }
        }
        if code == KeyCode::BackTab {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        Self { code, modifiers }
    }

    /// Whether it types a character where text is entered.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// As the footer and the help show it: `^S`, `F3`, `S-Tab`.
    pub fn label(self) -> String {
        let mut label: String =
            MODIFIERS.iter().filter(|m| self.modifiers.contains(m.1)).map(|(_, _, shown)| *shown).collect();
        match NAMED.iter().find(|named| named.1 == self.code) {
            Some((_, _, shown)) => label.push_str(shown),
            None => match self.code {
                KeyCode::Char(c) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                    label.push(c.to_ascii_uppercase());
                }
                KeyCode::Char(c) => label.push(c),
                KeyCode::F(n) => label.push_str(&format!("F{n}")),
                other => label.push_str(&format!("{other:?}")),
            },
        }
        label
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        if let Some((_, code, _)) = NAMED.iter().find(|named| named.0 == text) {
            return Ok(Self { code: *code, modifiers: KeyModifiers::NONE });
        }
        for (prefix, modifier, _) in MODIFIERS {
            if let Some(rest) = text.strip_prefix(prefix) {
                let chord: Self = rest.parse()?;
                return Ok(Self { modifiers: chord.modifiers | *modifier, ..chord });
            }
        }
        if let Some(number) = text.strip_prefix('F').and_then(|n| n.parse::<u8>().ok())
            && (1..=12).contains(&number)
        {
            return Ok(Self { code: KeyCode::F(number), modifiers: KeyModifiers::NONE });
        }
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() => Ok(Self { code: KeyCode::Char(c), modifiers: KeyModifiers::NONE }),
            _ => Err(ChordError(text.to_owned())),
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("ctrl-s", "^S")]
    #[case("alt-1", "M-1")]
    #[case("F3", "F3")]
    #[case("shift-tab", "S-Tab")]
    #[case("shift-up", "S-↑")]
    #[case("?", "?")]
    #[case("-", "-")]
    #[case("F", "F")]
    fn labels(#[case] text: &str, #[case] label: &str) {
        assert_eq!(text.parse::<Chord>().unwrap().label(), label);
    }

    #[test]
    fn shift_is_in_the_character() {
        let event = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from_event(event), "D".parse().unwrap());
        let event = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_eq!(Chord::from_event(event), "ctrl-s".parse().unwrap());
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "ctrl-", "F13", "hyper-x", "two"] {
            assert!(text.parse::<Chord>().is_err(), "{text}");
        }
    }
}
