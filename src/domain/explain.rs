//! Explain: from a refusal as a person has it to what was behind it.
//!
//! [`message`] decodes the text, [`cause`] ranks what can have led to it, and [`incident`] puts many refusals together.
//! May use the domain's
//! `admission`, `attestation`, `policy` and what those use.

pub mod cause;
pub mod change;
pub mod incident;
pub mod message;
pub mod past;
