//! The tabs in each of their states, and their pages; boxes over them where it is about what lies over what.
//!
//! A word of the header or of the footer is in the snapshots of [`screen`] alone: they are few.

use ratatui::layout::Rect;

use super::{SIZES, after};
use crate::app::{editor, people, review, simulate, watch};
use crate::support::screen::{cut, styled};
use crate::support::stage::Stage;

/// Holds the whole screen that `stage` prepares, at both sizes, to its snapshots.
#[track_caller]
fn screen(name: &str, stage: impl Fn((u16, u16)) -> Stage) {
    for size in SIZES {
        let mut stage = stage(size);
        let (buffer, _) = stage.draw();
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), styled(&buffer, stage.styles()));
    }
}

/// Holds what is between header and footer to its snapshots.
#[track_caller]
fn page(name: &str, stage: impl Fn((u16, u16)) -> Stage) {
    for size in SIZES {
        let mut stage = stage(size);
        let (buffer, _) = stage.draw();
        // The tabs and the header above have a row each, and so has the footer.
        let between = Rect { y: 2, height: buffer.area.height - 3, ..buffer.area };
        insta::assert_snapshot!(
            format!("{name}-{}x{}", size.0, size.1),
            styled(&cut(&buffer, between), stage.styles())
        );
    }
}

#[test]
fn tabs_in_each_state() {
    for (tab, key) in [("deployer", "1"), ("policy", "2"), ("attestor", "3")] {
        screen(&format!("{tab}-empty"), after(Stage::empty, key));
        screen(&format!("{tab}-loading"), after(Stage::loading, key));
        screen(&format!("{tab}-failed"), after(Stage::failed, key));
        screen(&format!("{tab}-full"), after(Stage::full, key));
    }
}

#[test]
fn second_pages() {
    page("decision", after(Stage::full, "1 S-Tab"));
    page("preview", after(Stage::full, "2 Tab Tab"));
    page("field", after(Stage::full, "2 S-Tab"));
    page("keys", after(Stage::full, "3 S-Tab"));
}

#[test]
fn what_is_assumed_and_who_acts_is_said_above_every_page() {
    screen("what-if-decided", simulate::decided);
    screen("acting-as", people::acting);
}

#[test]
fn boxes_lie_over_the_page_and_over_each_other() {
    screen("ask-import", after(Stage::full, "2 C-s"));
    screen("review-export", |size| {
        let mut stage = review::reviewing(size, true);
        stage.keys("M");
        stage
    });
}

#[test]
fn in_the_draft() {
    page("find-and-replace", |size| {
        let mut stage = Stage::full(size);
        stage.keys("2 C-r");
        stage.type_text("admission");
        stage.keys("Tab");
        stage.type_text("entrance");
        stage
    });
    page("completion", editor::completing);
    page("completion-values", |size| {
        let mut stage = Stage::full(size);
        stage.keys("2 Enter Down Down Down Down End C-Space");
        stage
    });
}

#[test]
fn in_the_tree() {
    page("simulate", |size| {
        let mut stage = simulate::two_pods(size);
        stage.keys("Enter");
        stage
    });
    page("tree-search", |size| {
        let mut stage = Stage::full(size);
        stage.keys("1 S-Tab /");
        stage.type_text("closest");
        stage
    });
}

#[test]
fn a_watched_cluster() {
    page("watch", |size| {
        let mut stage = watch::refused(size);
        stage.keys("1 Tab Tab Tab");
        stage
    });
    page("watch-plain", |size| {
        let mut stage = watch::refused(size);
        stage.keys("1 Tab Tab Tab o");
        stage
    });
    page("incident", |size| {
        let mut stage = watch::incident(size);
        stage.keys("Down Enter");
        stage
    });
}

#[test]
fn a_pane_alone() {
    screen("alone-events", |size| {
        let mut stage = watch::incident(size);
        stage.keys("z");
        stage
    });
    page("alone-setup", after(Stage::full, "1 z"));
    page("alone-draft", after(Stage::full, "2 z"));
}

#[test]
fn the_guide() {
    page("guide-start", after(Stage::empty, "g"));
    page("guide-hints", after(Stage::full, "g h h h"));
}
