//! A rule that a message names, in JSON.

use serde::Serialize;

use domain::explain::message::RuleSaid;
use domain::policy::RuleKind;

#[derive(Serialize)]
pub(super) struct Rule<'a> {
    kind: RuleKind,
    key: &'a str,
}

impl<'a> Rule<'a> {
    pub(super) fn new(rule: Option<&'a RuleSaid>) -> Option<Self> {
        rule.map(|rule| Self { kind: rule.kind, key: &rule.key })
    }
}
