//! From the model to a frame, and from a place on the screen to what is there.

use std::path::Path;

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Position;

use app::Model;
use app::msg::{Mouse, Target, TerminalEvent, Viewport};
use ui::styles::{Glyphs, Styles};
use ui::theme::{Depth, Theme};
use ui::{ViewState, view};

/// Rows that one turn of the wheel scrolls.
const WHEEL: i16 = 3;

/// The themes that can be chosen, resolved for this terminal.
#[derive(Debug)]
pub struct Themes {
    all: Vec<(String, Styles)>,
    /// What was wrong in a user's theme.
    pub warnings: Vec<String>,
}

impl Themes {
    /// The bundled ones, and those of the user's directory, which win over bundled ones of their name.
    pub fn load(directory: &Path, depth: Depth) -> Self {
        let user = |name: &str| std::fs::read_to_string(directory.join(format!("{name}.toml"))).ok();
        let mut names: Vec<String> = ui::theme::BUNDLED.iter().map(|(name, _)| (*name).to_owned()).collect();
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_toml = path.extension().is_some_and(|e| e == "toml");
            if let (true, Some(name)) = (is_toml, path.file_stem().and_then(|stem| stem.to_str()))
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        let glyphs = glyphs();
        let mut warnings = Vec::new();
        let all = names
            .into_iter()
            .map(|name| {
                let (theme, problems) = Theme::load(&name, &user);
                warnings.extend(problems.iter().map(ToString::to_string));
                (name, Styles::new(theme, depth, glyphs))
            })
            .collect();
        Self { all, warnings }
    }

    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|(name, _)| name.clone()).collect()
    }

    fn styles(&self, name: &str) -> Option<&Styles> {
        self.all.iter().find(|(known, _)| known == name).or(self.all.first()).map(|(_, styles)| styles)
    }
}

/// The signs that the terminal's locale has.
fn glyphs() -> &'static Glyphs {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    Glyphs::of_locale(["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).as_deref())
}

/// What the last frame showed, and how.
#[derive(Debug)]
pub struct Screen<'a> {
    themes: &'a Themes,
    state: ViewState,
}

impl<'a> Screen<'a> {
    pub fn new(themes: &'a Themes) -> Self {
        Self { themes, state: ViewState::default() }
    }

    /// Draws the model as a frame.
    pub fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>, model: &Model) -> Result<(), B::Error> {
        let Some(styles) = self.themes.styles(&model.ui.theme) else { return Ok(()) };
        terminal.draw(|frame| view(model, &mut self.state, styles, frame)).map(|_| ())
    }

    /// What an event of the terminal means; releases of keys mean nothing.
    pub fn event(&self, event: Event) -> Option<TerminalEvent> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(TerminalEvent::Key(key)),
            Event::Paste(text) => Some(TerminalEvent::Paste(text)),
            Event::Resize(columns, rows) => Some(TerminalEvent::Resize(columns, rows)),
            Event::Mouse(mouse) => self.mouse(mouse).map(TerminalEvent::Mouse),
            Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        }
    }

    fn mouse(&self, event: MouseEvent) -> Option<Mouse> {
        let target = self.target(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Click(target)),
            MouseEventKind::Drag(MouseButton::Left) => Some(Mouse::Drag(self.drag_target(event.column, event.row))),
            MouseEventKind::ScrollUp => Some(Mouse::Scroll(target, -WHEEL)),
            MouseEventKind::ScrollDown => Some(Mouse::Scroll(target, WHEEL)),
            MouseEventKind::Down(_)
            | MouseEventKind::Drag(_)
            | MouseEventKind::Up(_)
            | MouseEventKind::Moved
            | MouseEventKind::ScrollLeft
            | MouseEventKind::ScrollRight => None,
        }
    }

    /// The sizes of the last frame, if `update` does not know them yet.
    pub fn new_viewport(&self, model: &Model) -> Option<Viewport> {
        (self.state.viewport != model.ui.viewport).then(|| self.state.viewport.clone())
    }

    /// The place of the draft's text that is nearest, where it is shown at all.
    pub fn drag_target(&self, column: u16, row: u16) -> Target {
        self.state.drag_target(Position::new(column, row))
    }

    /// What is at this place of the last frame.
    pub fn target(&self, column: u16, row: u16) -> Target {
        self.state.target(Position::new(column, row))
    }
}
