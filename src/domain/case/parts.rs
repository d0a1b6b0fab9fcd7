//! What a case is made from, and its parts before they are a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::decision::{Essence, KnownAttestor};
use crate::admission::{Evidence, Request};
use crate::policy::Policy;
use crate::system_policy::SystemPolicy;

/// What a case is made from.
#[derive(Debug, Clone)]
pub struct CaseSource<'a> {
    pub policy: &'a Policy,
    /// Whose policy it is, for example `the live policy`.
    pub policy_of: &'a str,
    pub system: &'a SystemPolicy,
    pub request: &'a Request,
    pub evidence: &'a Evidence,
    /// The project's number, which is not to be told.
    pub project_number: Option<&'a str>,
    /// What was assumed for the decision, each as a sentence.
    pub assumptions: Vec<String>,
    /// RFC 3339.
    pub at: &'a str,
    /// Name and version of the program.
    pub by: &'a str,
}

/// Something of one kind that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Redaction {
    /// What it is, in words, for example `e-mail addresses`.
    pub what: String,
    /// How many different ones.
    pub count: usize,
}

/// The parts of a case, before they are a file.
pub(super) struct Parts {
    pub(super) policy: Policy,
    pub(super) system_patterns: Vec<String>,
    /// Whether these are all that the service has.
    pub(super) system_is_whole: bool,
    pub(super) request: Request,
    pub(super) known: Vec<KnownAttestor>,
    pub(super) resolved: BTreeMap<String, String>,
    pub(super) assumptions: Vec<String>,
    pub(super) redactions: Vec<Redaction>,
    /// The original decision with the same words left out.
    pub(super) decision: Essence,
}
