//! The README's pictures are frames of the workbench.

use crate::app::{editor, fixes, history, import, policy_tests, replay, review, simulate, watch};
use crate::support::screen::assert_screenshot;
use crate::support::stage::Stage;

#[test]
fn the_readmes_screenshots_are_frames() {
    for (name, keys) in
        [("deployer", "g 1"), ("policy-creator", "g 2"), ("attestor", "g 3"), ("signing", "3 s"), ("import", "2 C-s")]
    {
        let mut stage = Stage::full((120, 40));
        stage.keys(keys);
        let (buffer, cursor) = stage.draw();
        assert_screenshot(name, &buffer, stage.styles(), cursor);
    }
    screenshot("completion", editor::completing, "");
    screenshot("explain", Stage::full, "1 Tab Tab Tab e");
    screenshot("fixes", fixes::fixes, "");
    screenshot("review", |size| review::reviewing(size, true), "");
    screenshot("preview", |size| review::reviewing(size, true), "Esc 2 S-Tab");
    screenshot("watch", watch::refused, "1 Tab Tab Tab");
    screenshot("replay", |size| replay::replaying(size, true), "");
    screenshot("conflict", import::refused, "");
    screenshot("history", history::with_history, "2 M-h");
    screenshot("what-if", simulate::decided, "");
    screenshot("tags", simulate::index_looked_at, "");
    screenshot("policy-tests", |size| policy_tests::with_tests(size, Some(policy_tests::TESTS)), "M-t Down");
}

fn screenshot(name: &str, stage: impl Fn((u16, u16)) -> Stage, keys: &str) {
    let mut stage = stage((120, 40));
    stage.keys(keys);
    let (buffer, cursor) = stage.draw();
    assert_screenshot(name, &buffer, stage.styles(), cursor);
}
