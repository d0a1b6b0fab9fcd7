//! The Binary Authorization codelab of 2018 as data: its steps, its files, and the check of each
//! step as a function of what is known. May use `domain`; does nothing itself.

pub mod checks;
pub mod facts;
pub mod files;
pub mod image;
pub mod names;
pub mod step;
pub mod steps;

pub use facts::{CheckResult, Facts, Seen};
pub use step::{Act, Step};
pub use steps::STEPS;
