//! A buffer as an SVG: a rectangle for each run of one background, a text for each run of one style,
//! and lines for the box drawing, so that it looks the same in every viewer and font.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use countersign::ui::styles::Styles;
use countersign::ui::theme::xterm_rgb;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};

/// Pixels of a cell, of the letters in it, and around the screen.
const CELL: (f32, f32) = (8.4, 18.0);
const FONT: f32 = 14.0;
const BASELINE: f32 = 13.2;
const MARGIN: f32 = 10.0;

type Rgb = (u8, u8, u8);

/// How one cell is painted, with nothing left to the terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Paint {
    fg: Rgb,
    bg: Rgb,
    underline: Option<Rgb>,
    modifier: Modifier,
}

/// The picture of a screen; `cursor` is painted as a block.
pub(crate) fn svg(buf: &Buffer, styles: &Styles, cursor: Option<Position>) -> String {
    let picture = Picture { buf, ground: ground(styles), cursor };
    let (width, height) = (f32::from(buf.area.width) * CELL.0, f32::from(buf.area.height) * CELL.1);
    let mut out = String::new();
    let (outer_width, outer_height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{outer_width:.0}" height="{outer_height:.0}" viewBox="0 0 {outer_width:.1} {outer_height:.1}">"#
    )
    .unwrap();
    writeln!(out, r#"<rect width="100%" height="100%" rx="6" fill="{}"/>"#, hex(picture.ground.1)).unwrap();
    writeln!(
        out,
        r#"<g transform="translate({MARGIN} {MARGIN})" font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="{FONT}" xml:space="preserve">"#
    )
    .unwrap();
    for y in 0..buf.area.height {
        picture.backgrounds(y, &mut out);
    }
    for y in 0..buf.area.height {
        picture.texts(y, &mut out);
    }
    picture.lines(&mut out);
    out.push_str("</g>\n</svg>\n");
    out
}

/// The theme's own text and ground colours, for what is left to the terminal.
fn ground(styles: &Styles) -> (Rgb, Rgb) {
    let own = |color: Option<Color>, usual: Rgb| color.map_or(usual, |color| rgb(color, usual));
    let style = styles.background();
    (own(style.fg, (0xd3, 0xd8, 0xe4)), own(style.bg, (0x14, 0x17, 0x1f)))
}

fn rgb(color: Color, reset: Rgb) -> Rgb {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match color {
        Color::Reset => reset,
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index) => xterm_rgb(index),
        named => xterm_rgb(u8::try_from(NAMED.iter().position(|known| *known == named).unwrap()).unwrap()),
    }
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

struct Picture<'a> {
    buf: &'a Buffer,
    ground: (Rgb, Rgb),
    cursor: Option<Position>,
}

impl Picture<'_> {
    fn symbol(&self, x: u16, y: u16) -> &str {
        self.buf[(self.buf.area.x + x, self.buf.area.y + y)].symbol()
    }

    fn paint(&self, x: u16, y: u16) -> Paint {
        let cell = &self.buf[(self.buf.area.x + x, self.buf.area.y + y)];
        let (mut fg, mut bg) = (rgb(cell.fg, self.ground.0), rgb(cell.bg, self.ground.1));
        let at_cursor = self.cursor == Some(Position::new(self.buf.area.x + x, self.buf.area.y + y));
        if cell.modifier.contains(Modifier::REVERSED) != at_cursor {
            std::mem::swap(&mut fg, &mut bg);
        }
        let modifier = cell.modifier.difference(Modifier::REVERSED);
        let own = (cell.underline_color != Color::Reset).then(|| rgb(cell.underline_color, fg));
        Paint { fg, bg, underline: own.filter(|_| modifier.contains(Modifier::UNDERLINED)), modifier }
    }

    /// Stretches of a row for which `same` holds from cell to cell.
    fn runs(&self, same: impl Fn(u16, u16) -> bool) -> Vec<(u16, u16)> {
        let mut runs: Vec<(u16, u16)> = Vec::new();
        for x in 0..self.buf.area.width {
            match runs.last_mut() {
                Some((_, to)) if same(*to - 1, x) => *to = x + 1,
                _ => runs.push((x, x + 1)),
            }
        }
        runs
    }

    fn backgrounds(&self, y: u16, out: &mut String) {
        for (from, to) in self.runs(|a, b| self.paint(a, y).bg == self.paint(b, y).bg) {
            let bg = self.paint(from, y).bg;
            if bg != self.ground.1 {
                let (x, width) = (f32::from(from) * CELL.0, f32::from(to - from) * CELL.0);
                let top = f32::from(y) * CELL.1;
                let fill = hex(bg);
                writeln!(
                    out,
                    r#"<rect x="{x:.1}" y="{top:.0}" width="{width:.1}" height="{}" fill="{fill}" shape-rendering="crispEdges"/>"#,
                    CELL.1
                )
                .unwrap();
            }
        }
    }

    fn texts(&self, y: u16, out: &mut String) {
        let is_wide = |x| self.symbol(x, y).cell_width() > 1;
        let covered = |x: u16| x > 0 && is_wide(x - 1);
        let same = |a, b| self.paint(a, y) == self.paint(b, y) && !is_wide(a) && !is_wide(b) && !covered(a);
        for (from, to) in self.runs(same).into_iter().filter(|(from, _)| !covered(*from)) {
            let shown = |x| if arms(self.symbol(x, y)).is_some() { " " } else { self.symbol(x, y) };
            let paint = self.paint(from, y);
            let drawn = |x: &u16| shown(*x) != " ";
            let (Some(first), Some(last)) = ((from..to).find(drawn), (from..to).rev().find(drawn)) else { continue };
            let text: String = (first..=last).map(shown).collect();
            let cells = last - first + self.symbol(last, y).cell_width().max(1);
            text_run(&text, (first, y), cells, paint, out);
        }
    }

    /// All box drawing and underlines, one path for each colour and weight.
    fn lines(&self, out: &mut String) {
        let mut paths: BTreeMap<(Rgb, bool, bool), String> = BTreeMap::new();
        for y in 0..self.buf.area.height {
            for x in 0..self.buf.area.width {
                let paint = self.paint(x, y);
                if paint.modifier.contains(Modifier::UNDERLINED) {
                    let color = paint.underline.unwrap_or(paint.fg);
                    let (left, below) = (f32::from(x) * CELL.0, f32::from(y).mul_add(CELL.1, BASELINE + 2.2));
                    let path = paths.entry((color, false, false)).or_default();
                    write!(path, "M{left:.1} {below:.1}h{}", CELL.0).unwrap();
                }
                let Some((arms, heavy)) = arms(self.symbol(x, y)) else { continue };
                let path = paths.entry((paint.fg, heavy, paint.modifier.contains(Modifier::DIM))).or_default();
                add_arms(path, (x, y), arms);
            }
        }
        for ((color, heavy, dim), path) in paths {
            let (width, opacity) = (if heavy { 2.4 } else { 1.0 }, if dim { r#" opacity="0.6""# } else { "" });
            let stroke = hex(color);
            writeln!(out, r#"<path d="{path}" stroke="{stroke}" stroke-width="{width}"{opacity} fill="none"/>"#)
                .unwrap();
        }
    }
}

fn text_run(text: &str, (x, y): (u16, u16), cells: u16, paint: Paint, out: &mut String) {
    let x = f32::from(x) * CELL.0;
    let length = f32::from(cells) * CELL.0;
    let base = f32::from(y).mul_add(CELL.1, BASELINE);
    let (fill, looks, shown) = (hex(paint.fg), looks(paint), escape(text));
    writeln!(
        out,
        r#"<text x="{x:.1}" y="{base:.1}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs" fill="{fill}"{looks}>{shown}</text>"#
    )
    .unwrap();
}

/// The attributes of a text's modifiers.
fn looks(paint: Paint) -> String {
    let mut out = String::new();
    let has = |modifier| paint.modifier.contains(modifier);
    for (modifier, attribute) in [
        (Modifier::BOLD, r#" font-weight="bold""#),
        (Modifier::ITALIC, r#" font-style="italic""#),
        (Modifier::DIM, r#" opacity="0.6""#),
        (Modifier::CROSSED_OUT, r#" text-decoration="line-through""#),
    ] {
        if has(modifier) {
            out.push_str(attribute);
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Which sides a sign of box drawing reaches (up, right, down, left), and whether it is heavy.
fn arms(symbol: &str) -> Option<([bool; 4], bool)> {
    let (sides, heavy) = match symbol {
        "─" => ("rl", false),
        "│" => ("ud", false),
        "┌" => ("rd", false),
        "┐" => ("dl", false),
        "└" => ("ur", false),
        "┘" => ("ul", false),
        "├" => ("urd", false),
        "┤" => ("udl", false),
        "┬" => ("rdl", false),
        "┴" => ("url", false),
        "┼" => ("urdl", false),
        "━" => ("rl", true),
        "┃" => ("ud", true),
        _ => return None,
    };
    Some((['u', 'r', 'd', 'l'].map(|side| sides.contains(side)), heavy))
}

fn add_arms(path: &mut String, (x, y): (u16, u16), arms: [bool; 4]) {
    let (left, top) = (f32::from(x) * CELL.0, f32::from(y) * CELL.1);
    let (middle, center) = (left + CELL.0 / 2.0, top + CELL.1 / 2.0);
    let ends = [(middle, top), (left + CELL.0, center), (middle, top + CELL.1), (left, center)];
    for ((x, y), _) in ends.into_iter().zip(arms).filter(|(_, reaches)| *reaches) {
        write!(path, "M{middle:.1} {center:.1}L{x:.1} {y:.1}").unwrap();
    }
}

mod tests {
    use countersign::ui::theme::{Depth, Theme};
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn picture(text: &str, style: Style, depth: Depth) -> String {
        let styles = Styles::new(Theme::bundled("dark"), depth, &countersign::ui::styles::Glyphs::UNICODE);
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        buf.set_string(0, 0, text, style);
        svg(&buf, &styles, None)
    }

    #[test]
    fn text_is_escaped_and_placed_by_its_cells() {
        let svg = picture("<日&", Style::new(), Depth::TrueColor);
        assert!(svg.contains(r#"<text x="0.0" y="13.2" textLength="8.4""#), "{svg}");
        assert!(svg.contains(">&lt;</text>"), "{svg}");
        assert!(svg.contains(r#"<text x="8.4" y="13.2" textLength="16.8""#), "{svg}");
        assert!(svg.contains(r#"<text x="25.2" y="13.2" textLength="8.4""#), "{svg}");
        assert!(svg.contains(">&amp;</text>"), "{svg}");
    }

    #[test]
    fn reversed_is_resolved_and_reset_is_the_themes_own() {
        let svg = picture("a", Style::new().add_modifier(Modifier::REVERSED), Depth::TrueColor);
        assert!(svg.contains(r##"width="8.4" height="18" fill="#d3d8e4""##), "{svg}");
        assert!(svg.contains(r##"fill="#14171f">a</text>"##), "{svg}");
    }

    #[test]
    fn box_drawing_is_drawn_as_lines() {
        let svg = picture("├─", Style::new(), Depth::Mono);
        assert!(!svg.contains("<text"), "{svg}");
        assert_eq!(svg.matches('L').count(), 5, "{svg}");
    }
}
