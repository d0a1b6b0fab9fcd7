//! One theme file as written: TOML to palette and looks, with a warning for all that is not understood.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier};
use toml::{Table, Value};

use crate::theme::color::{ThemeColor, ansi_color};
use crate::theme::role;
use crate::theme::warning::Warning;

/// A colour where a role names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColorRef {
    /// One of the palette's, else what [`literal`] reads: so a palette may define its own `red`.
    Named(String),
    Literal(ThemeColor),
}

/// How something looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) fg: Option<ColorRef>,
    pub(super) bg: Option<ColorRef>,
    /// Sent only at true colour: terminals of fewer colours take the escape for blinking.
    pub(super) underline: Option<ColorRef>,
    pub(super) add: Modifier,
}

/// The look of a role, and what replaces it with 16 colours and with none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RoleLook {
    pub(super) usual: Look,
    pub(super) ansi: Option<Look>,
    pub(super) mono: Option<Look>,
}

/// A file's content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ThemeFile {
    pub(super) inherits: Option<String>,
    pub(super) palette: BTreeMap<String, ThemeColor>,
    pub(super) roles: BTreeMap<String, RoleLook>,
}

/// Reads `text`; what cannot be used is left out and warned of.
pub(super) fn parse(file: &str, text: &str, warnings: &mut Vec<Warning>) -> ThemeFile {
    let mut reader = Reader { file, warnings };
    let table = match text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            reader.warn("", format!("is no TOML: {}", error.to_string().trim_end()));
            return ThemeFile::default();
        }
    };
    let mut read = ThemeFile::default();
    for (key, value) in &table {
        match (key.as_str(), value) {
            ("inherits", Value::String(name)) => read.inherits = Some(name.clone()),
            ("palette", Value::Table(colors)) => read.palette = reader.palette(colors),
            ("roles", Value::Table(roles)) => read.roles = reader.roles(roles),
            ("inherits" | "palette" | "roles", _) => reader.warn(key, "has the wrong type".to_owned()),
            _ => reader.warn(key, "is not known: a theme has inherits, palette and roles".to_owned()),
        }
    }
    read
}

struct Reader<'a> {
    file: &'a str,
    warnings: &'a mut Vec<Warning>,
}

impl Reader<'_> {
    fn warn(&mut self, key: &str, problem: String) {
        self.warnings.push(Warning { file: self.file.to_owned(), key: key.to_owned(), problem });
    }

    fn palette(&mut self, colors: &Table) -> BTreeMap<String, ThemeColor> {
        let mut palette = BTreeMap::new();
        for (name, value) in colors {
            if let Some(color) = self.color(&format!("palette.{name}"), value) {
                palette.insert(name.clone(), color);
            }
        }
        palette
    }

    fn color(&mut self, key: &str, value: &Value) -> Option<ThemeColor> {
        match value {
            Value::Table(depths) => Some(self.color_by_depth(key, depths)),
            Value::String(text) => literal(text).or_else(|| {
                self.warn(key, format!("{text:?} is no colour: write \"#rrggbb\", an ANSI name or 0 to 255"));
                None
            }),
            Value::Integer(index) => index_color(*index).or_else(|| {
                self.warn(key, format!("{index} is not between 0 and 255"));
                None
            }),
            _ => {
                self.warn(key, "is no colour".to_owned());
                None
            }
        }
    }

    fn color_by_depth(&mut self, key: &str, depths: &Table) -> ThemeColor {
        let mut color = ThemeColor::default();
        for (depth, value) in depths {
            let path = format!("{key}.{depth}");
            if !["rgb", "x256", "ansi"].contains(&depth.as_str()) {
                self.warn(&path, "is not known: a colour has rgb, x256 and ansi".to_owned());
                continue;
            }
            let Some(part) = (match value {
                Value::Table(_) => None,
                value => self.color(&path, value),
            }) else {
                continue;
            };
            match depth.as_str() {
                "rgb" if part.rgb.is_some() => color.rgb = part.rgb,
                "x256" if part.x256.is_some() => color.x256 = part.x256,
                "ansi" if part.ansi.is_some() => color.ansi = part.ansi,
                _ => self.warn(&path, "is not a colour of this depth".to_owned()),
            }
        }
        color
    }

    fn roles(&mut self, roles: &Table) -> BTreeMap<String, RoleLook> {
        let mut looks = BTreeMap::new();
        for (name, value) in roles {
            let key = format!("roles.{name:?}");
            if !role::is_known(name) {
                self.warn(&key, "is not a role".to_owned());
            } else if let Value::Table(parts) = value {
                looks.insert(name.clone(), self.role(&key, parts));
            } else {
                self.warn(&key, "is no table: write { fg = …, bg = …, add = […] }".to_owned());
            }
        }
        looks
    }

    fn role(&mut self, key: &str, parts: &Table) -> RoleLook {
        let mut usual = parts.clone();
        let mut depth = |name: &str| match usual.remove(name) {
            Some(Value::Table(parts)) => Some(self.look(&format!("{key}.{name}"), &parts)),
            Some(_) => {
                self.warn(&format!("{key}.{name}"), "is no table".to_owned());
                None
            }
            None => None,
        };
        let (ansi, mono) = (depth("ansi"), depth("mono"));
        RoleLook { usual: self.look(key, &usual), ansi, mono }
    }

    fn look(&mut self, key: &str, parts: &Table) -> Look {
        let mut look = Look::default();
        for (part, value) in parts {
            let path = format!("{key}.{part}");
            match part.as_str() {
                "fg" => look.fg = self.color_ref(&path, value),
                "bg" => look.bg = self.color_ref(&path, value),
                "underline" => look.underline = self.color_ref(&path, value),
                "add" => look.add = self.modifiers(&path, value),
                _ => self.warn(&path, "is not known: a look has fg, bg, underline, add, ansi and mono".to_owned()),
            }
        }
        look
    }

    fn color_ref(&mut self, key: &str, value: &Value) -> Option<ColorRef> {
        match value {
            Value::String(text) => Some(ColorRef::Named(text.clone())),
            value => self.color(key, value).map(ColorRef::Literal),
        }
    }

    fn modifiers(&mut self, key: &str, value: &Value) -> Modifier {
        let mut add = Modifier::empty();
        let Value::Array(names) = value else {
            self.warn(key, "is no list".to_owned());
            return add;
        };
        for name in names {
            match name.as_str().and_then(modifier) {
                Some(modifier) => add |= modifier,
                None => self
                    .warn(key, format!("{name} is no modifier: bold, dim, italic, underlined, reversed, crossed-out")),
            }
        }
        add
    }
}

fn modifier(name: &str) -> Option<Modifier> {
    Some(match name {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        "crossed-out" => Modifier::CROSSED_OUT,
        _ => return None,
    })
}

/// `#rrggbb`, an ANSI name, `default` for the terminal's own colour, or an index as text.
pub(super) fn literal(text: &str) -> Option<ThemeColor> {
    if text == "default" {
        return Some(ThemeColor { ansi: Some(Color::Reset), ..ThemeColor::default() });
    }
    match Color::from_str(text).ok()? {
        Color::Rgb(r, g, b) => Some(ThemeColor { rgb: Some((r, g, b)), ..ThemeColor::default() }),
        Color::Indexed(index) => index_color(i64::from(index)),
        ansi => Some(ThemeColor { ansi: Some(ansi), ..ThemeColor::default() }),
    }
}

/// Below 16 an index means the terminal's own ANSI colour, at every depth.
fn index_color(index: i64) -> Option<ThemeColor> {
    let index = u8::try_from(index).ok()?;
    Some(if index < 16 {
        ThemeColor { ansi: Some(ansi_color(index)), ..ThemeColor::default() }
    } else {
        ThemeColor { x256: Some(index), ..ThemeColor::default() }
    })
}
