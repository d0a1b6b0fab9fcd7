//! The ring of the screens: what is drawn, as text and styles, held to snapshots and to the documents'
//! pictures, at every size.
//!
//! Its tests draw stages into a buffer; they may use the stages that the tests in `app` prepare, and read
//! `themes/`, `screenshots/` and their snapshots.
//!
//! `cargo test --test it screens::`; with `INSTA_UPDATE=always` it writes the snapshots, with `UPDATE=1` the
//! pictures in `screenshots/`.

mod boxes;
mod widgets;
