//! The bundled themes: complete, legible, and true to the depth they are shown at.

use countersign::ui::styles::{Focus, Glyphs, Styles};
use countersign::ui::theme::{BUNDLED, Depth, Role, Theme, contrast};
use ratatui::style::{Color, Style};

fn bundled() -> impl Iterator<Item = Theme> {
    BUNDLED.iter().map(|(name, _)| Theme::bundled(name))
}

fn colors(style: Style) -> [Option<Color>; 3] {
    [style.fg, style.bg, style.underline_color]
}

fn rgb(color: Option<Color>) -> (u8, u8, u8) {
    match color {
        Some(Color::Rgb(r, g, b)) => (r, g, b),
        other => panic!("{other:?} is not a true colour"),
    }
}

#[test]
fn they_load_without_a_warning_and_look_after_every_role() {
    for (name, _) in BUNDLED {
        let (theme, warnings) = Theme::load(name, &|_| None);
        assert_eq!(warnings, [], "{name}");
        for role in Role::ALL {
            assert!(theme.has(*role), "{name} says nothing for {}", role.name());
        }
    }
}

/// Lines, tracks and shadows are not read.
fn is_text(role: Role) -> bool {
    let ornament = ["border", "scrollbar", "shadow", "guide", "gutter", "progress"];
    !ornament.iter().any(|part| role.name().contains(part)) || role == Role::GutterCurrent
}

#[test]
fn text_has_the_contrast_that_wcag_asks_for() {
    for theme in bundled() {
        let ground = theme.style(Role::Background, Depth::TrueColor);
        for role in Role::ALL.iter().filter(|role| is_text(**role)) {
            let seen = ground.patch(theme.style(*role, Depth::TrueColor));
            let found = contrast(rgb(seen.fg), rgb(seen.bg));
            assert!(found >= 4.5, "{} {}: {found:.2}", theme.name(), role.name());
        }
    }
}

#[test]
fn colours_stay_legible_on_a_selected_row_and_on_the_cursor_line() {
    for theme in bundled() {
        let ground = theme.style(Role::Background, Depth::TrueColor);
        for over in [Role::Selection, Role::SelectionInactive, Role::CursorLine, Role::OverlayBackground] {
            let over = ground.patch(theme.style(over, Depth::TrueColor));
            for role in Role::ALL.iter().filter(|role| is_text(**role)) {
                let style = theme.style(*role, Depth::TrueColor);
                if style.bg.is_none() && style.fg.is_some() {
                    let found = contrast(rgb(style.fg), rgb(over.bg));
                    assert!(found >= 3.0, "{} {}: {found:.2}", theme.name(), role.name());
                }
            }
        }
    }
}

#[test]
fn the_focused_border_stands_out() {
    for theme in bundled() {
        let ground = rgb(theme.style(Role::Background, Depth::TrueColor).bg);
        let focused = rgb(theme.style(Role::PaneBorderFocused, Depth::TrueColor).fg);
        assert!(contrast(ground, focused) >= 3.0, "{}", theme.name());
    }
}

#[test]
fn mono_has_no_colour_and_still_shows_what_matters() {
    for theme in bundled() {
        let styles = Styles::new(theme, Depth::Mono, &Glyphs::UNICODE);
        for role in Role::ALL {
            assert_eq!(colors(styles.role(*role)), [None; 3], "{}", role.name());
        }
        let plain = styles.background();
        for shown in [
            styles.selection(Focus::Here),
            styles.tab(Focus::Here),
            styles.pane_border(Focus::Here),
            styles.role(Role::ButtonFocused),
            styles.role(Role::DiagnosticError),
        ] {
            assert_ne!(plain.patch(shown), plain);
        }
    }
}

#[test]
fn sixteen_colours_are_those_of_ansi() {
    for theme in bundled() {
        for role in Role::ALL {
            for color in colors(theme.style(*role, Depth::Ansi16)).into_iter().flatten() {
                assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{} {}", theme.name(), role.name());
            }
        }
    }
}

#[test]
fn with_256_colours_none_is_a_true_colour() {
    for theme in bundled() {
        for role in Role::ALL {
            for color in colors(theme.style(*role, Depth::X256)).into_iter().flatten() {
                assert!(!matches!(color, Color::Rgb(..)), "{} {}", theme.name(), role.name());
            }
        }
    }
}
