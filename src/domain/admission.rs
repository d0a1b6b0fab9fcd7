//! Admission: whether a pod would be let in, and why.
//!
//! [`evaluate`] decides with the whole tree of checks, [`decide`] the same without it: both run
//! `engine`, which is generic over what is kept. Sources: `docs/binary-authorization.md`, "Rule
//! selection", "Admission" and "Messages" (`resources.proto`, key concepts page). Uses the rest of the
//! domain, nothing else.

mod attestation_trace;
mod attestor_fault;
mod attestors;
mod break_glass;
mod break_glass_trace;
pub mod check;
mod compiled;
mod decision;
mod engine;
mod evidence;
mod exemption;
mod facts;
mod message;
mod outcome;
mod paths;
mod request;
mod rule;
mod survey;
pub mod trace;

pub use crate::break_glass::{BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION};
#[cfg(test)]
pub(crate) use attestation_trace::attestation_check;
pub use attestor_fault::AttestorFault;
pub use break_glass::BreakGlass;
pub use compiled::CompiledPolicy;
pub(crate) use compiled::{CompiledRule, normalise_key};
pub use decision::{AttestorOutcome, Decision, ImageDecision};
pub use engine::{Answer, answer, decide, evaluate};
pub use evidence::{Attestations, AttestorEvidence, Evidence};
pub use facts::{Fact, Facts};
pub use message::Generation;
pub use outcome::{DenyCause, Exemption, ImageOutcome, OtherRule, Outcome, RuleRef};
pub use request::{Enforcement, NO_IDENTITY, Owner, Platform, Request};

pub use crate::container::{ContainerKind, RequestImage};
pub(crate) use rule::{Candidate, key_of};

#[cfg(test)]
mod tests;
