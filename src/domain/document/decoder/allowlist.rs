//! `admissionWhitelistPatterns`: the form of each pattern, what it covers that was hardly meant, and
//! what the patterns cover together.

use std::collections::{BTreeSet, HashMap};

use super::{DecodeStep, Decoder, place};
use crate::diagnostic::{Code, excerpt};
use crate::document::format::Dialect;
use crate::document::node::{Entry, Node, Scalar, Value};
use crate::document::scalar::Means;
use crate::lint::pattern::{Projects, advice, fault_code};
use crate::lint::shadow::{Listed, Shadows};
use crate::pattern::Pattern;
use crate::policy::{AdmissionWhitelistPattern, EvaluationMode, Policy};
use crate::schema;
use crate::span::Bytes;

/// More patterns than this are worth a warning; no limit is published (`docs/binary-authorization.md`,
/// "Limits and quotas").
const MANY_PATTERNS: usize = 500;

impl<'a> Decoder<'a, '_, '_> {
    pub(super) fn patterns(&mut self, entry: &'a Entry) -> Vec<AdmissionWhitelistPattern> {
        let elements = self.pattern_nodes(entry);
        let mut seen: HashMap<&'a str, Bytes> = HashMap::with_capacity(elements.len());
        let mut patterns = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            let pattern = self.within(DecodeStep::Index(at), |this| this.pattern(at, element, &mut seen));
            patterns.extend(pattern.map(|text| AdmissionWhitelistPattern { name_pattern: text.to_owned() }));
        }
        if let Some(surplus) = elements.get(MANY_PATTERNS) {
            let text = format!("{} patterns are more than a person can review", elements.len());
            self.within(DecodeStep::Index(MANY_PATTERNS), |this| this.report(Code::ManyPatterns, surplus.at, text));
        }
        self.advise_on_shadows();
        patterns
    }

    /// gcloud takes a single pattern for a list of one.
    fn pattern_nodes(&mut self, entry: &'a Entry) -> &'a [Node] {
        let node = &entry.value;
        if matches!(node.value, Value::Map(_)) && self.dialect == Dialect::Gcloud {
            let text = "a single pattern, not a list: write it as `- namePattern: …`".to_owned();
            self.report(Code::NotAList, place(entry.key.at, node), text);
            return std::slice::from_ref(node);
        }
        self.list(entry, "a list of patterns").unwrap_or_default()
    }

    fn pattern(&mut self, index: usize, element: &'a Node, seen: &mut HashMap<&'a str, Bytes>) -> Option<&'a str> {
        match &element.value {
            Value::Map(_) => {}
            Value::Scalar(Scalar { means: Means::Text, text }) => {
                let text = format!("write `- namePattern: {}`", excerpt(text));
                self.report(Code::BarePattern, element.at, text);
                return None;
            }
            Value::Scalar(_) | Value::List(_) => {
                self.wrong_type(element.at, element, "a pattern (`namePattern: …`)");
                return None;
            }
        }
        let fields = self.fields(element, schema::PATTERN);
        let Some((_, entry)) = fields.get("namePattern") else {
            self.report(Code::MissingField, element.at, "`namePattern` is missing".to_owned());
            return None;
        };
        self.within(DecodeStep::Field("namePattern"), |this| {
            if entry.value.is_null() {
                this.report(Code::NullValue, entry.key.at, "expected a pattern, found nothing".to_owned());
                return None;
            }
            let text = this.scalar_text(entry.key.at, &entry.value)?;
            this.check_pattern(index, text, entry.value.at, seen);
            Some(text)
        })
    }

    fn check_pattern(&mut self, index: usize, text: &'a str, at: Bytes, seen: &mut HashMap<&'a str, Bytes>) {
        let left_in = self.check_placeholder(text, at);
        let pattern = match Pattern::parse(text) {
            Ok(pattern) => pattern,
            Err(error) => return self.report(fault_code(error.kind), at, error.to_string()),
        };
        let first = *seen.entry(text).or_insert(at);
        if first != at {
            let line = self.problems.line(first);
            return self.report(Code::DuplicatePattern, at, format!("line {line} has the same pattern"));
        }
        let advice = if left_in { None } else { advice(&pattern) };
        if let Some((code, message)) = advice {
            self.report(code, at, message);
        }
        self.listed.push(Listed { pattern, at, index });
    }

    fn report_pattern(&mut self, code: Code, index: usize, at: Bytes, message: String) {
        self.within(DecodeStep::Index(index), |this| {
            this.within(DecodeStep::Field("namePattern"), |this| this.report(code, at, message));
        });
    }

    fn advise_on_shadows(&mut self) {
        let listed = std::mem::take(&mut self.listed);
        for (covered, by) in Shadows::find(&listed) {
            let line = self.problems.line(by.at);
            let text = format!("`{}` on line {line} covers all of this", excerpt(by.pattern.as_str()));
            self.report_pattern(Code::ShadowedPattern, covered.index, covered.at, text);
        }
        self.listed = listed;
    }

    /// A pattern that exempts a whole project whose images some rule wants attested. Whose images
    /// those are is taken from the attestors' and the policy's own project.
    pub(super) fn advise_on_swallowing(&mut self, policy: &Policy) {
        let attested = |mode| mode == EvaluationMode::RequireAttestation;
        let mut projects: BTreeSet<&str> = policy
            .all_rules()
            .filter(|(_, _, rule)| attested(rule.evaluation_mode))
            .flat_map(|(_, _, rule)| &rule.require_attestations_by)
            .filter_map(|name| name.strip_prefix("projects/")?.split('/').next())
            .collect();
        if projects.is_empty() {
            return;
        }
        projects.extend(policy.name.as_deref().and_then(project_of));
        let projects = Projects::from_ids(projects);
        let listed = std::mem::take(&mut self.listed);
        for Listed { pattern, at, index } in &listed {
            if let Some(project) = projects.swallowed_by(pattern) {
                let text = format!("this exempts every image of project {}, so that no rule sees it", excerpt(project));
                self.within(DecodeStep::Field("admissionWhitelistPatterns"), |this| {
                    this.report_pattern(Code::SwallowsAttested, *index, *at, text);
                });
            }
        }
    }
}

fn project_of(name: &str) -> Option<&str> {
    name.strip_prefix("projects/")?.strip_suffix("/policy").filter(|project| !project.is_empty())
}
