//! Filters of lists (AIP-160): the one grammar of all areas.
//!
//! ```text
//! all      any (AND any)*                AND may be left out where the area's dialect says so
//! any      not (OR not)*                 OR binds closer than AND, as in Google's services
//! not      (NOT | -)* one
//! one      ( all ) | FUNCTION ( path , value ) | path [ COMPARATOR (value | values) ]
//! values   ( value (OR value)* … )       the path compared with each
//! path     part (. part)*                a part is a word or a text in quotes
//! ```
//!
//! The areas say which fields there are and how they compare; the shape, the limits and the words for what is
//! wrong with the shape are here. Uses nothing of the crate.

mod expression;
mod grammar;

#[cfg(test)]
mod tests;

pub(crate) use expression::{And, Comparator, Dialect, Expression, Value};
pub(crate) use grammar::parse;
