//! Themes: a palette, and a look for each role, in a TOML file.
//!
//! Three are built in. A file of the same form given by the user is a patch: it names what it
//! inherits (`dark` if nothing), and says only what differs, so that it keeps working when roles
//! are added. Nothing wrong in a theme ends the program: it is left out and warned of.
//!
//! ```toml
//! inherits = "dark"
//! [palette]
//! accent = { rgb = "#7fb4ff", x256 = 111, ansi = "light-blue" }   # or "#7fb4ff" alone
//! [roles]
//! "pane.border.focused" = { fg = "accent", add = ["bold"], mono = { add = ["bold"] } }
//! ```
//!
//! Reading files is the caller's: this module gets their text.

mod color;
mod file;
mod role;
mod warning;

pub use self::warning::Warning;
use std::collections::BTreeMap;

use ratatui::style::{Color, Style};

pub use crate::theme::color::{ColorChoice, ColorEnv, Depth, ThemeColor, UnknownChoice, contrast, xterm_rgb};
pub use crate::theme::role::Role;

use crate::theme::file::{ColorRef, Look, RoleLook, ThemeFile};

/// The theme that is taken where none, or none that exists, is asked for.
pub const DEFAULT: &str = "dark";

/// The themes that are built in: name and text.
pub const BUNDLED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
];

/// How many files may inherit from one another.
const MAX_CHAIN: usize = 8;

/// A palette and the looks of the roles, with all that was inherited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    name: String,
    palette: BTreeMap<String, ThemeColor>,
    roles: BTreeMap<String, RoleLook>,
}

impl Theme {
    /// The theme `name`: the user's text of that name if `user` has one, else the built-in one, else
    /// the default with a warning.
    pub fn load(name: &str, user: &dyn Fn(&str) -> Option<String>) -> (Self, Vec<Warning>) {
        let mut warnings = Vec::new();
        let mut theme = Self { name: name.to_owned(), palette: BTreeMap::new(), roles: BTreeMap::new() };
        for file in chain(name, user, &mut warnings).into_iter().rev() {
            theme.palette.extend(file.palette);
            theme.roles.extend(file.roles);
        }
        theme.warn_of_unknown_colors(&mut warnings);
        (theme, warnings)
    }

    /// A theme of [`BUNDLED`].
    pub fn bundled(name: &str) -> Self {
        Self::load(name, &|_| None).0
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// How `role` looks at `depth`; with [`Depth::Mono`] there is no colour in it, not even where the
    /// terminal is asked for its own.
    pub fn style(&self, role: Role, depth: Depth) -> Style {
        let Some(look) = self.look(role) else { return Style::new() };
        let at_depth = match depth {
            Depth::Mono => look.mono.as_ref().or(look.ansi.as_ref()),
            Depth::Ansi16 => look.ansi.as_ref(),
            Depth::X256 | Depth::TrueColor => None,
        };
        self.resolve(at_depth.unwrap_or(&look.usual), depth)
    }

    /// Whether this theme, or what it inherits, says how `role` looks.
    pub fn has(&self, role: Role) -> bool {
        self.look(role).is_some()
    }

    /// The palette's name for a colour as it is at `depth`, for debugging and snapshots.
    pub fn palette_name(&self, color: Color, depth: Depth) -> Option<&str> {
        self.palette.iter().find(|(_, known)| known.at_depth(depth) == color).map(|(name, _)| name.as_str())
    }

    fn look(&self, role: Role) -> Option<&RoleLook> {
        role::with_parents(role.name()).find_map(|name| self.roles.get(name))
    }

    fn resolve(&self, look: &Look, depth: Depth) -> Style {
        let mut style = Style::new().add_modifier(look.add);
        if depth == Depth::Mono {
            return style;
        }
        let color = |wanted: &Option<ColorRef>| {
            wanted.as_ref().and_then(|wanted| self.color(wanted)).map(|c| c.at_depth(depth))
        };
        style.fg = color(&look.fg);
        style.bg = color(&look.bg);
        if depth == Depth::TrueColor {
            style.underline_color = color(&look.underline);
        }
        style
    }

    fn color(&self, wanted: &ColorRef) -> Option<ThemeColor> {
        match wanted {
            ColorRef::Literal(color) => Some(*color),
            ColorRef::Named(name) => self.palette.get(name).copied().or_else(|| file::literal(name)),
        }
    }

    fn warn_of_unknown_colors(&self, warnings: &mut Vec<Warning>) {
        for (name, role) in &self.roles {
            let looks = [Some(&role.usual), role.ansi.as_ref(), role.mono.as_ref()];
            for wanted in looks.into_iter().flatten().flat_map(|look| [&look.fg, &look.bg, &look.underline]).flatten() {
                if let ColorRef::Named(color) = wanted
                    && self.color(wanted).is_none()
                {
                    let (key, problem) = (format!("roles.{name:?}"), format!("the palette has no colour {color:?}"));
                    warnings.push(Warning { file: self.name.clone(), key, problem });
                }
            }
        }
    }
}

/// The file and all that it inherits, the most specific first.
fn chain(name: &str, user: &dyn Fn(&str) -> Option<String>, warnings: &mut Vec<Warning>) -> Vec<ThemeFile> {
    let mut files = Vec::new();
    let mut next = Some((name.to_owned(), Source::UserFirst));
    while let Some((name, source)) = next.take() {
        let Some((text, by_user)) = text_of(&name, source, user) else {
            let problem = format!("there is no theme of this name; {DEFAULT} is used");
            warnings.push(Warning { file: name, key: String::new(), problem });
            next = Some((DEFAULT.to_owned(), Source::Bundled));
            continue;
        };
        let file = file::parse(&name, &text, warnings);
        next = parent(&name, &file, by_user);
        files.push(file);
        if files.len() == MAX_CHAIN && next.is_some() {
            let problem = format!("inherits through more than {MAX_CHAIN} themes; the rest is left out");
            warnings.push(Warning { file: name, key: "inherits".to_owned(), problem });
            files.push(bundled_file(warnings));
            break;
        }
    }
    files
}

/// Where a theme's text may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    UserFirst,
    /// The built-in one, where a user's theme inherits its own name.
    Bundled,
}

fn text_of(name: &str, source: Source, user: &dyn Fn(&str) -> Option<String>) -> Option<(String, bool)> {
    let users = if source == Source::UserFirst { user(name) } else { None };
    users
        .map(|text| (text, true))
        .or_else(|| BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| ((*text).to_owned(), false)))
}

fn parent(name: &str, file: &ThemeFile, by_user: bool) -> Option<(String, Source)> {
    match &file.inherits {
        Some(own) if own == name => Some((own.clone(), Source::Bundled)),
        Some(other) => Some((other.clone(), Source::UserFirst)),
        None if by_user => Some((DEFAULT.to_owned(), Source::Bundled)),
        None => None,
    }
}

fn bundled_file(warnings: &mut Vec<Warning>) -> ThemeFile {
    BUNDLED.first().map(|(name, text)| file::parse(name, text, warnings)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Modifier;

    use super::*;

    fn load(name: &str, files: &[(&str, &str)]) -> (Theme, Vec<String>) {
        let user = |wanted: &str| files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| (*text).to_owned());
        let (theme, warnings) = Theme::load(name, &user);
        (theme, warnings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_user_theme_is_a_patch_over_dark() {
        let (theme, warnings) = load("mine", &[("mine", "[palette]\naccent = \"#010203\"")]);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(theme.style(Role::Key, Depth::TrueColor).fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(
            theme.style(Role::Text, Depth::TrueColor),
            Theme::bundled("dark").style(Role::Text, Depth::TrueColor)
        );
    }

    #[test]
    fn a_theme_may_patch_the_bundled_one_of_its_own_name() {
        let (theme, warnings) =
            load("light", &[("light", "inherits = \"light\"\n[roles]\nkey = { fg = \"magenta\" }")]);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(theme.style(Role::Key, Depth::TrueColor).fg, Some(Color::Magenta));
        assert_eq!(theme.style(Role::Text, Depth::X256), Theme::bundled("light").style(Role::Text, Depth::X256));
    }

    #[test]
    fn what_is_not_known_is_warned_of_with_file_and_key() {
        let text = "colour = 1\n[palette]\nx = \"#12345\"\ny = { rgb = \"red\", hue = 3 }\n[roles]\nnothing = {}\n\
                    key = { fg = \"nowhere\", add = [\"blinking\"], back = 1 }";
        let (_, warnings) = load("odd", &[("odd", text)]);
        for wanted in [
            "theme odd: colour: ",
            "theme odd: palette.x: ",
            "theme odd: palette.y.rgb: ",
            "theme odd: palette.y.hue: ",
            "theme odd: roles.\"nothing\": ",
            "theme odd: roles.\"key\".add: ",
            "theme odd: roles.\"key\".back: ",
            "theme odd: roles.\"key\": the palette has no colour \"nowhere\"",
        ] {
            assert!(warnings.iter().any(|w| w.starts_with(wanted)), "{wanted} is not in {warnings:#?}");
        }
        assert_eq!(warnings.len(), 8, "{warnings:#?}");
    }

    #[test]
    fn a_missing_theme_and_bad_toml_fall_back_to_dark() {
        let dark = Theme::bundled("dark").style(Role::VerdictDeny, Depth::TrueColor);
        let (theme, warnings) = load("none", &[]);
        assert_eq!((theme.style(Role::VerdictDeny, Depth::TrueColor), warnings.len()), (dark, 1));
        let (theme, warnings) = load("bad", &[("bad", "[roles")]);
        assert_eq!((theme.style(Role::VerdictDeny, Depth::TrueColor), warnings.len()), (dark, 1));
    }

    #[test]
    fn a_circle_of_themes_ends() {
        let (theme, warnings) = load("a", &[("a", "inherits = \"b\""), ("b", "inherits = \"a\"")]);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(theme.has(Role::Text));
    }

    #[test]
    fn a_depth_may_have_a_look_of_its_own() {
        let text =
            "[roles]\nselection = { bg = \"#222222\", ansi = { add = [\"reversed\"] }, mono = { add = [\"bold\"] } }";
        let (theme, _) = load("mine", &[("mine", text)]);
        let at = |depth| theme.style(Role::Selection, depth);
        assert_eq!(at(Depth::TrueColor), Style::new().bg(Color::Rgb(0x22, 0x22, 0x22)));
        assert_eq!(at(Depth::Ansi16), Style::new().add_modifier(Modifier::REVERSED));
        assert_eq!(at(Depth::Mono), Style::new().add_modifier(Modifier::BOLD));
    }

    /// Pieces of theme files, right and wrong.
    fn odd_theme() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "inherits = \"odd\"\n",
            "inherits = 3\n",
            "[palette]\n",
            "[roles]\n",
            "accent = 300\n",
            "accent = \"#7fb4ff\"\n",
            "red = { rgb = 7, ansi = { x = 1 } }\n",
            "key = { fg = \"accent\", add = [1, \"bold\"] }\n",
            "\"pane.border\" = 1\n",
            "\"pane\" = { mono = { bg = [] }, ansi = 2 }\n",
            "x = \n",
            "\u{0}",
            "# é\n",
        ]);
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_file_gives_a_theme_that_looks_after_every_role(text in prop_oneof![odd_theme(), any::<String>()]) {
            let (theme, _) = Theme::load("odd", &|name| (name == "odd").then(|| text.clone()));
            for role in Role::ALL {
                prop_assert!(theme.has(*role));
                theme.style(*role, Depth::TrueColor);
            }
        }
    }
}
