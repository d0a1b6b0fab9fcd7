//! Explain: from a refusal as a person has it to what was behind it.
//!
//! [`message`] decodes the text, and [`cause`] ranks what can have led to it. May use the domain's
//! `admission`, `attestation`, `policy` and what those use.

pub mod cause;
pub mod message;
