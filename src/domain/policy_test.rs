//! Policy tests: requests with the decision that is expected of a policy, kept in a file beside it.
//!
//! [`parse()`] reads the file strictly, [`run()`] decides every test and counts which rules and patterns
//! decided something. The meaning of a request's fields is that of `countersign simulate`: nothing is
//! looked up, attestations are those that `attestedBy` assumes. Uses the rest of the domain, nothing
//! else.

mod coverage;
mod fields;
mod parse;
mod run;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::admission::{Outcome, Request};
use crate::image::Digest;
use crate::policy::RuleKind;
use crate::span::Span;

pub use coverage::{Coverage, CoveredPattern, CoveredRule};
pub use parse::parse;
pub use run::{Mismatch, TestReport, TestResult, Verdict, run};
pub use write::{WriteError, append};

/// How many tests a file may have: they are run at every key press.
pub const MAX_TESTS: usize = 2_000;

/// How many images one test may ask about.
pub const MAX_IMAGES: usize = 200;

/// The tests of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyTests {
    pub tests: Vec<PolicyTest>,
}

/// One request, and what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyTest {
    /// Unique in its file.
    pub name: String,
    /// Where the name stands in the file.
    pub span: Span,
    pub request: Request,
    /// Attestors that are taken to have attested every image that has a digest, as written: a whole
    /// name, or the id of an attestor that the policy names.
    pub attested_by: Vec<String>,
    /// What Cloud Run resolves the one image without a digest to.
    pub resolved: Option<Digest>,
    pub expect: Expectation,
}

/// What is expected; what is `None` or empty is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Never [`Outcome::Undecided`].
    pub outcome: Outcome,
    pub rule: Option<(RuleKind, String)>,
    pub exempt_by: ExemptBy,
    /// A part of what the cluster would print.
    pub message: Option<String>,
}

/// Which pattern is expected to exempt an image; `None` in its place: none does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ExemptBy {
    #[default]
    Any,
    /// The same is expected of every image.
    Every(Option<String>),
    /// What is expected of each image, as the request names it.
    Each(BTreeMap<String, Option<String>>),
}

/// Why a tests file is not usable, at one place of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub span: Span,
    /// One sentence.
    pub message: String,
}

/// Why a manifest inside a tests file gives no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodFault {
    /// Line and column in the manifest, where that is known; both from 1.
    pub place: Option<(usize, usize)>,
    pub message: String,
}

/// Reads the one pod that a Kubernetes manifest would make. Given from outside, because the forms of
/// Kubernetes are the wire's.
pub type PodReader = dyn Fn(&str) -> Result<Request, PodFault>;

/// The tests file beside a policy: `policy.yaml` has `policy.tests.yaml`, `p` has `p.tests.yaml`.
pub fn beside(policy: &Path) -> PathBuf {
    let extension = policy.extension().and_then(|extension| extension.to_str()).unwrap_or("yaml");
    policy.with_extension(format!("tests.{extension}"))
}

/// A rule as tests name it: `default`, or its kind and its key with a slash between them.
pub fn rule_name(kind: RuleKind, key: &str) -> String {
    match kind {
        RuleKind::Default => "default".to_owned(),
        _ => format!("{}/{key}", kind_name(kind)),
    }
}

fn kind_name(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Default => "default",
        RuleKind::Cluster => "cluster",
        RuleKind::Namespace => "namespace",
        RuleKind::ServiceAccount => "serviceAccount",
        RuleKind::ServiceIdentity => "serviceIdentity",
    }
}

#[cfg(test)]
mod tests;
