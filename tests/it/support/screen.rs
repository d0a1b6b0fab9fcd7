//! A drawn buffer as text, as text with its styles, and as an SVG picture.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use countersign::ui::styles::Styles;
use countersign::ui::text::rows;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
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
    use countersign::ui::theme::Role;
    use ratatui::layout::Rect;

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
