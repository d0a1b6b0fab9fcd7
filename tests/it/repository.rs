//! The ring of the repository: what must be true of its files, such as the directions between modules, the
//! documents and the themes.
//!
//! Its tests read the repository's own files; with `UPDATE=1` they write what is generated.
//!
//! `cargo test --test it repository::`

mod docs;
mod layers;
mod readme;
mod themes;
