//! Parsing and checking policy text.
