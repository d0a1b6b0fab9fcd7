//! The ring of the screens: what is drawn, as text and styles, held to snapshots and to the documents'
//! pictures, at every size.
//!
//! Its tests draw stages into a buffer; they may use the stages that the tests in `app` prepare, and read
//! `themes/`, `screenshots/` and their snapshots.
//!
//! `cargo test --test it screens::`; with `INSTA_UPDATE=always` it writes the snapshots, with `UPDATE=1` the
//! pictures in `screenshots/`.

mod boxes;
mod pictures;
mod sizes;
mod tabs;
mod widgets;

use crate::support::stage::Stage;

/// The usual terminal, and a large one.
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A stage after keys.
fn after(stage: fn((u16, u16)) -> Stage, keys: &'static str) -> impl Fn((u16, u16)) -> Stage {
    move |size| {
        let mut stage = stage(size);
        stage.keys(keys);
        stage
    }
}
