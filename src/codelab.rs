//! The Binary Authorization codelab of 2018 as data: what it builds, and what each step means.
//!
//! Pure, like the rest of the core; may use `domain`.

pub mod image;
