//! The widgets together, as pictures of each theme, and at every size with odd text.

mod any_size;
mod gallery;

use countersign::ui::styles::{Glyphs, Styles};
use countersign::ui::theme::{BUNDLED, Depth, Theme};
use ratatui::style::Color;

use crate::support::screen::{assert_screenshot, styled, text};

fn styles(name: &str, depth: Depth) -> Styles {
    Styles::new(Theme::bundled(name), depth, &Glyphs::UNICODE)
}

#[test]
fn each_theme_has_its_picture() {
    for (name, _) in BUNDLED {
        let styles = styles(name, Depth::TrueColor);
        let (buf, cursor) = gallery::page(&styles);
        assert_screenshot(&format!("theme-{name}"), &buf, &styles, cursor);
    }
}

#[test]
fn the_widgets_look_as_they_did() {
    let styles = styles("dark", Depth::TrueColor);
    insta::assert_snapshot!("widgets-page", styled(&gallery::page(&styles).0, &styles));
    insta::assert_snapshot!("widgets-parts", styled(&gallery::parts(&styles).0, &styles));
    insta::assert_snapshot!("widgets-question", text(&gallery::question(&styles)));
}

#[test]
fn no_cell_has_a_colour_that_the_depth_does_not_have() {
    for (name, _) in BUNDLED {
        for depth in [Depth::Mono, Depth::Ansi16, Depth::X256] {
            let styles = styles(name, depth);
            for buf in [gallery::page(&styles).0, gallery::parts(&styles).0, gallery::question(&styles)] {
                for color in buf.content.iter().flat_map(|cell| [cell.fg, cell.bg, cell.underline_color]) {
                    let fits = match color {
                        Color::Reset => true,
                        Color::Rgb(..) => false,
                        Color::Indexed(_) => depth == Depth::X256,
                        _ => depth != Depth::Mono,
                    };
                    assert!(fits, "{name} {depth:?}: {color:?}");
                }
            }
        }
    }
}

#[test]
fn with_the_ascii_glyphs_the_screen_is_ascii() {
    let styles = Styles::new(Theme::bundled("dark"), Depth::Ansi16, &Glyphs::ASCII);
    let drawn = text(&gallery::page(&styles).0);
    let others: String = drawn.chars().filter(|c| !c.is_ascii()).collect();
    // What is left is text that was given: a digest cut by its author, a separator, a status.
    assert!(others.chars().all(|c| "…·✓✗".contains(c)), "{others}");
}
