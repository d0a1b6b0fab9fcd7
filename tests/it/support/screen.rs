//! A drawn buffer as text, as text with its styles, and as an SVG picture.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use countersign::ui::styles::Styles;
use countersign::ui::text::rows;
use countersign::ui::theme::Role;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

mod svg;

pub(crate) use svg::svg;

/// What the screen says, without the blanks at the ends of its rows.
pub(crate) fn text(buf: &Buffer) -> String {
    let rows: Vec<String> = rows(buf).iter().map(|row| row.trim_end().to_owned()).collect();
    rows.join("\n").trim_end().to_owned()
}

/// What the screen says, and under each row what its styles are called: `cells role, …`; the plain
/// ground is left out.
pub(crate) fn styled(buf: &Buffer, styles: &Styles) -> String {
    let mut out = String::new();
    let plain = styles.describe(Style::new());
    for (y, row) in (buf.area.top()..).zip(rows(buf)) {
        let runs: Vec<String> = style_runs(buf, y)
            .into_iter()
            .map(|(from, to, style)| (from, to, styles.describe(style)))
            .filter(|(.., name)| *name != plain)
            .map(|(from, to, name)| format!("{from}-{} {name}", to - 1))
            .collect();
        writeln!(out, "{}", row.trim_end()).unwrap();
        if !runs.is_empty() {
            writeln!(out, "    ~ {}", runs.join(", ")).unwrap();
        }
    }
    out
}

/// A part of a buffer, as a buffer of its own.
pub(crate) fn cut(buf: &Buffer, part: Rect) -> Buffer {
    let mut cut = Buffer::empty(Rect { x: 0, y: 0, ..part });
    for position in part.positions() {
        cut[(position.x - part.x, position.y - part.y)] = buf[position].clone();
    }
    cut
}

/// Where the topmost box is, by its frame: the smallest frame of a box that is whole, as a box below it is
/// covered in part, or is all around it.
#[track_caller]
pub(crate) fn top_box(buf: &Buffer, styles: &Styles) -> Rect {
    let border = styles.glyphs.border;
    let mut cell = Cell::EMPTY;
    cell.set_style(styles.background().patch(styles.role(Role::OverlayBackground)));
    cell.set_style(styles.role(Role::OverlayBorder));
    let frame = cell.style();
    let is = |x: u16, y: u16, symbol: &str| buf[(x, y)].symbol() == symbol && buf[(x, y)].style() == frame;
    let corners = |symbol: &'static str| buf.area.positions().filter(move |at| is(at.x, at.y, symbol));
    let is_whole = |area: &Rect| {
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        is(right, area.y, border.top_right)
            && is(area.x, bottom, border.bottom_left)
            && (area.y + 1..bottom).all(|y| is(area.x, y, border.vertical_left) && is(right, y, border.vertical_right))
            && (area.x + 1..right).all(|x| is(x, bottom, border.horizontal_bottom))
    };
    corners(border.top_left)
        .flat_map(|from| corners(border.bottom_right).map(move |to| (from, to)))
        .filter(|(from, to)| to.x > from.x && to.y > from.y)
        .map(|(from, to)| Rect::new(from.x, from.y, to.x - from.x + 1, to.y - from.y + 1))
        .filter(is_whole)
        .min_by_key(|area| area.area())
        .unwrap_or_else(|| panic!("no box on\n{}", text(buf)))
}

/// The stretches of one row that have one style: from, to (exclusive), style.
fn style_runs(buf: &Buffer, y: u16) -> Vec<(u16, u16, Style)> {
    let mut runs: Vec<(u16, u16, Style)> = Vec::new();
    for x in buf.area.left()..buf.area.right() {
        let style = buf[(x, y)].style();
        match runs.last_mut() {
            Some((_, to, last)) if *last == style => *to = x + 1,
            _ => runs.push((x, x + 1, style)),
        }
    }
    runs
}

/// Fails where `screenshots/NAME.svg` is not the picture of this screen; writes it with `UPDATE=1`.
#[track_caller]
pub(crate) fn assert_screenshot(name: &str, buf: &Buffer, styles: &Styles, cursor: Option<Position>) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let update = std::env::var_os("UPDATE").is_some();
    if let Err(problem) = check_stored(&directory, name, &svg(buf, styles, cursor), update) {
        panic!("{problem}");
    }
}

/// Compares a stored picture, or stores it.
fn check_stored(directory: &Path, name: &str, picture: &str, update: bool) -> Result<(), String> {
    let path = directory.join(format!("{name}.svg"));
    let stored = fs::read_to_string(&path).unwrap_or_default();
    if stored == picture {
        return Ok(());
    }
    if !update {
        return Err(format!("screenshots/{name}.svg is stale: run UPDATE=1 cargo test and look at it"));
    }
    fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    fs::write(&path, picture).map_err(|error| error.to_string())
}

mod tests {
    use countersign::ui::styles::Focus;
    use countersign::ui::widgets::overlay::Overlay;
    use ratatui::widgets::Widget as _;

    use super::*;

    #[test]
    fn a_stale_picture_is_found_and_can_be_renewed() {
        let directory = tempfile::tempdir().unwrap();
        assert!(check_stored(directory.path(), "a", "<svg/>", false).is_err());
        assert_eq!(check_stored(directory.path(), "a", "<svg/>", true), Ok(()));
        assert_eq!(check_stored(directory.path(), "a", "<svg/>", false), Ok(()));
        assert!(check_stored(directory.path(), "a", "<svg />", false).is_err());
    }

    #[test]
    fn the_topmost_box_is_found_and_cut_out() {
        let styles = Styles::default();
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 20));
        for (title, width, height) in [("below", 30, 12), ("beside", 34, 4), ("on top", 20, 2)] {
            let overlay = Overlay { styles: &styles, title, width, height };
            (&overlay).render(buf.area, &mut buf);
            assert_eq!(top_box(&buf, &styles), overlay.area(buf.area), "{title}");
        }
        let shown = cut(&buf, top_box(&buf, &styles));
        assert!(text(&shown).starts_with("┌ on top ──") && text(&shown).ends_with('┘'), "{}", text(&shown));
    }

    #[test]
    fn styles_are_named_under_their_row() {
        let styles = Styles::default();
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 2));
        buf.set_style(buf.area, styles.background());
        buf.set_string(0, 0, "✗ DENY", styles.role(Role::VerdictDeny));
        buf.set_string(0, 1, "日x", styles.text());
        buf.set_style(Rect::new(0, 0, 12, 1), styles.selection(Focus::Here));
        assert_eq!(styled(&buf, &styles), "✗ DENY\n    ~ 0-5 red on raised bold, 6-11 selection\n日x\n");
        assert_eq!(text(&buf), "✗ DENY\n日x");
    }
}
