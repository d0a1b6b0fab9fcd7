//! The ring of the repository: what must be true of its files, such as the documents and the themes. The
//! directions between modules are held by the crate in `tests/layers`.
//!
//! Its tests read the repository's own files; with `UPDATE=1` they write what is generated.
//!
//! `cargo test --test it repository::`

mod docs;
mod readme;
mod routes;
mod themes;
