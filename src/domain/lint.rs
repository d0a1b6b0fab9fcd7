//! The checks of single values of a policy: patterns, keys of rules, names and the other texts.
//!
//! Each is a function of the value: what is wrong with it, or what a careful reviewer would say to it, as a
//! code and a sentence. Where in the text that is, the decoder of [`crate::document`] knows, which asks
//! them. What only a whole policy shows, the decoder checks itself; what only the project shows,
//! [`crate::project_lint`]. May use [`crate::diagnostic`], [`crate::schema`], and the domain's names and
//! patterns.

pub(crate) mod pattern;
pub(crate) mod placeholder;
mod platform_pattern;
pub(crate) mod rule_key;
pub(crate) mod shadow;
pub(crate) mod text;
