//! The first line: the program, its tabs, and where we are.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::styles::{Focus, Styles};
use crate::text::{Cut, clip, fill, fit, line_width, narrow, put, put_line};
use crate::theme::Role;
use app::shell::text::width;

/// The tabs, the active one painted full, and a note at the right that goes where it does not fit.
///
/// ```text
///  countersign   1 Deployer   2 Policy Creator   3 Attestor             sandbox · codelab
/// ```
#[derive(Debug, Clone)]
pub struct TabBar<'a> {
    pub styles: &'a Styles,
    pub app: &'a str,
    pub tabs: &'a [&'a str],
    pub active: usize,
    pub note: Line<'a>,
}

impl TabBar<'_> {
    /// Where each tab stands: first cell and width, a blank at each side included. Without the
    /// program's name where it is narrow.
    fn layout(&self, area: Rect) -> (Option<u16>, Vec<(u16, usize)>) {
        let tabs: usize = self.tabs.iter().map(|tab| tab_width(tab)).sum();
        let app = width(self.app) + 3;
        let with_app = app + tabs <= usize::from(area.width);
        let mut x = if with_app { app } else { 0 };
        let mut places = Vec::new();
        for tab in self.tabs {
            places.push((area.x.saturating_add(narrow(x)), tab_width(tab)));
            x += tab_width(tab);
        }
        (with_app.then_some(area.x.saturating_add(1)), places)
    }

    /// The tab at a place of the screen, for the mouse.
    pub fn tab_at(&self, area: Rect, at: Position) -> Option<usize> {
        let hits = |(x, wide): &(u16, usize)| (*x..x.saturating_add(narrow(*wide))).contains(&at.x);
        self.layout(area).1.iter().position(|place| at.y == area.y && hits(place))
    }

    /// Where the note stands; empty where there is no room for it.
    pub fn note_area(&self, area: Rect) -> Rect {
        let end = self.layout(area).1.last().map_or(area.x, |(x, wide)| x.saturating_add(narrow(*wide)));
        let note = line_width(&self.note);
        let fits = usize::from(area.right().saturating_sub(end)) > note + 1;
        let width = if fits { narrow(note) } else { 0 };
        Rect { x: area.right().saturating_sub(width + 1), width, height: 1, ..area }
    }

    fn draw_tab(&self, tab: usize, area: Rect, buf: &mut Buffer) {
        let focus = Focus::from(tab == self.active);
        let style = self.styles.tab(focus);
        let (x, room) = (area.x, usize::from(area.width));
        fill(buf, area, style);
        let number = if focus == Focus::Here { style } else { self.styles.role(Role::TabNumber) };
        let used = put(buf, (x.saturating_add(1), area.y), &(tab + 1).to_string(), room.saturating_sub(1), number);
        let Some(name) = self.tabs.get(tab) else { return };
        let room = room.saturating_sub(usize::from(used) + 2);
        let name = fit(name, room, Cut::End, self.styles.glyphs.ellipsis);
        put(buf, (x.saturating_add(used + 2), area.y), &name, room, style);
    }
}

/// ` 1 Deployer `
fn tab_width(tab: &str) -> usize {
    width(tab) + 4
}

impl Widget for &TabBar<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(Rect { height: area.height.min(1), ..area }, buf);
        if area.is_empty() {
            return;
        }
        fill(buf, area, self.styles.role(Role::Header));
        let (app, places) = self.layout(area);
        if let Some(x) = app {
            put(buf, (x, area.y), self.app, usize::from(area.width), self.styles.role(Role::HeaderApp));
        }
        for (tab, (x, wide)) in places.into_iter().enumerate() {
            let room = area.right().saturating_sub(x);
            self.draw_tab(tab, Rect { x, width: room.min(narrow(wide)), ..area }, buf);
        }
        let note = self.note_area(area);
        if !note.is_empty() {
            put_line(buf, (note.x, note.y), &self.note, usize::from(note.width));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_and_the_note_give_way() {
        let styles = Styles::default();
        let tabs =
            TabBar { styles: &styles, app: "countersign", tabs: &["One", "Two"], active: 1, note: "sandbox".into() };
        let drawn = |width| {
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
            tabs.render(buf.area, &mut buf);
            crate::text::rows(&buf).concat()
        };
        assert_eq!(drawn(40), " countersign   1 One  2 Two     sandbox ");
        assert_eq!(drawn(30), " countersign   1 One  2 Two   ");
        assert_eq!(drawn(20), " 1 One  2 Two       ");
        assert_eq!(drawn(10), " 1 One  2 ");
        assert_eq!(tabs.tab_at(Rect::new(0, 0, 40, 1), Position::new(22, 0)), Some(1));
    }
}
