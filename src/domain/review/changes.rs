//! What is written differently in two policies, in words, and what each difference does.

use std::collections::{BTreeMap, BTreeSet};

use crate::admission::normalise_key;
use crate::path::{Path, Segment};
use crate::path::{pattern_path, rule_path};
use crate::pattern::Pattern;
use crate::policy::{AdmissionRule, GlobalPolicyEvaluationMode, Policy, RuleKind};

use super::compare::{Found, Pair, Side, effective};
use super::landscape::Landscape;
use super::witness::Witness;

/// One difference between the texts of two policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChange {
    pub kind: ChangeKind,
    /// What is different, as one sentence without its full stop.
    pub text: String,
    /// Where it stands in the old policy, if it does.
    pub old_at: Option<Path>,
    pub new_at: Option<Path>,
    pub effect: Effect,
}

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    Description,
    GlobalMode,
    PatternRemoved,
    PatternAdded,
    RuleRemoved,
    RuleAdded,
    RuleChanged,
}

impl ChangeKind {
    /// The name in kebab case, for exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::GlobalMode => "global-policy-evaluation-mode",
            Self::PatternRemoved => "pattern-removed",
            Self::PatternAdded => "pattern-added",
            Self::RuleRemoved => "rule-removed",
            Self::RuleAdded => "rule-added",
            Self::RuleChanged => "rule-changed",
        }
    }
}

/// What a difference does to decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// These pods are decided differently because of it: one for each direction.
    Decides(Vec<Witness>),
    /// No pod whatever: why, as a sentence without its full stop.
    Nothing(String),
    /// None that could be shown, and perhaps some: on what it hangs, as a sentence without its full stop.
    NotKnown(String),
}

impl Effect {
    pub fn witnesses(&self) -> &[Witness] {
        match self {
            Self::Decides(witnesses) => witnesses,
            Self::Nothing(_) | Self::NotKnown(_) => &[],
        }
    }
}

/// The two policies as they are written.
pub(super) struct Texts<'p> {
    pub(super) old: &'p Policy,
    pub(super) new: &'p Policy,
    pub(super) pair: &'p Pair<'p>,
}

impl Texts<'_> {
    pub(super) fn changes(&self) -> Vec<PolicyChange> {
        let mut changes = Vec::new();
        changes.extend(self.description());
        self.patterns(&mut changes);
        self.rules(&mut changes);
        changes
    }

    fn description(&self) -> Option<PolicyChange> {
        (self.old.description != self.new.description).then(|| PolicyChange {
            kind: ChangeKind::Description,
            text: "the description is another".to_owned(),
            old_at: self.old.description.as_ref().map(|_| field("description")),
            new_at: self.new.description.as_ref().map(|_| field("description")),
            effect: Effect::Nothing("it is text for people".to_owned()),
        })
    }

    /// The global mode, and the patterns that one list has more often than the other.
    fn patterns(&self, changes: &mut Vec<PolicyChange>) {
        let [old, new] = self.pair.policies.map(effective);
        let landscape = Landscape::new(old.iter().chain(&new));
        changes.extend(self.global_mode(&landscape));
        let (old, new) = (listed(self.old), listed(self.new));
        let nothing = Vec::new();
        for (text, at) in &old {
            changes.extend(self.pattern(Side::Old, text, at, new.get(text).unwrap_or(&nothing), &landscape));
        }
        for (text, at) in &new {
            changes.extend(self.pattern(Side::New, text, at, old.get(text).unwrap_or(&nothing), &landscape));
        }
    }

    fn global_mode(&self, landscape: &Landscape<'_>) -> Option<PolicyChange> {
        let name = "globalPolicyEvaluationMode";
        let (old, new) = (self.old.global_policy_evaluation_mode, self.new.global_policy_evaluation_mode);
        if old == new {
            return None;
        }
        let enabled = |mode| mode == GlobalPolicyEvaluationMode::Enable;
        let side = match (enabled(old), enabled(new)) {
            (true, false) => Some(Side::Old),
            (false, true) => Some(Side::New),
            _ => None,
        };
        let effect = match side {
            None => Effect::Nothing("a mode that is not set means DISABLE".to_owned()),
            Some(side) => self.system_policy(side, landscape),
        };
        let at = |mode| (mode != GlobalPolicyEvaluationMode::Unspecified).then(|| field(name));
        let text = format!("{name}: {} becomes {}", mode(old), mode(new));
        Some(PolicyChange { kind: ChangeKind::GlobalMode, text, old_at: at(old), new_at: at(new), effect })
    }

    /// What only one of the policies exempts because it asks the system policy.
    fn system_policy(&self, side: Side, landscape: &Landscape<'_>) -> Effect {
        let patterns = &side.pick(&self.pair.policies).system.texts;
        let mut why = "the system policy has no patterns that are known".to_owned();
        for pattern in patterns.iter().filter_map(|text| Pattern::parse(text).ok()) {
            match self.pair.escape(side, &pattern, landscape) {
                Found::Witness(witness) => return Effect::Decides(vec![*witness]),
                Found::Nothing(reason) => why = reason,
            }
        }
        let open = self.pair.open();
        if open.is_empty() { Effect::Nothing(why) } else { Effect::NotKnown(format!("it hangs on {open}")) }
    }

    /// A pattern that `side` lists more often than the other policy does.
    fn pattern(
        &self,
        side: Side,
        text: &str,
        at: &[usize],
        others: &[usize],
        landscape: &Landscape<'_>,
    ) -> Option<PolicyChange> {
        let extra = at.get(others.len()..)?.first()?;
        let (kind, verb) = match side {
            Side::Old => (ChangeKind::PatternRemoved, "no longer"),
            Side::New => (ChangeKind::PatternAdded, "now"),
        };
        let place = Some(pattern_path(*extra));
        let (old_at, new_at) = if side == Side::Old { (place, None) } else { (None, place) };
        let (text, effect) = if others.is_empty() {
            (format!("`{text}` is {verb} exempt"), self.pattern_effect(side, text, landscape))
        } else {
            let text = format!("`{text}` is listed {} times, {} before", at.len(), others.len());
            (text, Effect::Nothing("listing a pattern again changes nothing".to_owned()))
        };
        Some(PolicyChange { kind, text, old_at, new_at, effect })
    }

    fn pattern_effect(&self, side: Side, text: &str, landscape: &Landscape<'_>) -> Effect {
        let Ok(pattern) = Pattern::parse(text) else {
            return Effect::Nothing("it is no pattern, and matches nothing".to_owned());
        };
        match self.pair.escape(side, &pattern, landscape) {
            Found::Witness(witness) => Effect::Decides(vec![*witness]),
            Found::Nothing(why) => Effect::Nothing(why),
        }
    }

    fn rules(&self, changes: &mut Vec<PolicyChange>) {
        let (old, new) = (keyed(self.old), keyed(self.new));
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for id in keys {
            let kind = id.0;
            changes.extend(match (old.get(id), new.get(id)) {
                (Some((key, rule)), None) => Some(self.lone_rule(Side::Old, kind, key, rule)),
                (None, Some((key, rule))) => Some(self.lone_rule(Side::New, kind, key, rule)),
                (Some((old_key, old)), Some((key, new))) if old != new => {
                    Some(self.changed_rule(kind, [old_key, key], [old, new]))
                }
                _ => None,
            });
        }
    }

    fn lone_rule(&self, side: Side, kind: RuleKind, key: &str, rule: &AdmissionRule) -> PolicyChange {
        let (change, verb) = match side {
            Side::Old => (ChangeKind::RuleRemoved, "has no rule of its own any more; it was"),
            Side::New => (ChangeKind::RuleAdded, "has a rule of its own:"),
        };
        let place = Some(rule_path(kind, key));
        let (old_at, new_at) = if side == Side::Old { (place, None) } else { (None, place) };
        let text = format!("{} {verb} {}", rule_label(kind, key), in_words(rule));
        PolicyChange { kind: change, text, old_at, new_at, effect: self.rule_effect(side, kind, key) }
    }

    fn changed_rule(&self, kind: RuleKind, [old_key, key]: [&str; 2], [old, new]: [&AdmissionRule; 2]) -> PolicyChange {
        PolicyChange {
            kind: ChangeKind::RuleChanged,
            text: format!("{}: {} becomes {}", rule_label(kind, key), in_words(old), in_words(new)),
            old_at: Some(rule_path(kind, old_key)),
            new_at: Some(rule_path(kind, key)),
            effect: self.rule_effect(Side::New, kind, key),
        }
    }

    fn rule_effect(&self, side: Side, kind: RuleKind, key: &str) -> Effect {
        let witnesses = self.pair.departures(side, kind, key);
        if witnesses.is_empty() {
            return Effect::Nothing("what the other policy does there is the same".to_owned());
        }
        Effect::Decides(witnesses)
    }
}

/// A policy's patterns, each with the places where it is listed.
fn listed(policy: &Policy) -> BTreeMap<&str, Vec<usize>> {
    let mut listed: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, pattern) in policy.admission_whitelist_patterns.iter().enumerate() {
        listed.entry(&pattern.name_pattern).or_default().push(at);
    }
    listed
}

/// A policy's rules by kind and normalised key, with the key as it is written.
fn keyed(policy: &Policy) -> BTreeMap<(RuleKind, &str), (&str, &AdmissionRule)> {
    policy.all_rules().map(|(kind, key, rule)| ((kind, normalise_key(kind, key)), (key, rule))).collect()
}

/// A rule by what it is for.
pub fn rule_label(kind: RuleKind, key: &str) -> String {
    match kind {
        RuleKind::Default => "the default rule".to_owned(),
        RuleKind::Cluster => format!("cluster {key}"),
        RuleKind::Namespace => format!("namespace {key}"),
        RuleKind::ServiceAccount => format!("service account {key}"),
        RuleKind::ServiceIdentity => format!("service identity {key}"),
    }
}

/// `REQUIRE_ATTESTATION by qa and vulnz, as a dry run`.
fn in_words(rule: &AdmissionRule) -> String {
    let mut text = rule.evaluation_mode.as_str().to_owned();
    if !rule.require_attestations_by.is_empty() {
        text.push_str(&format!(" by {}", rule.require_attestations_by.join(" and ")));
    }
    if rule.enforcement_mode == crate::policy::EnforcementMode::DryRun {
        text.push_str(", as a dry run");
    }
    text
}

fn mode(mode: GlobalPolicyEvaluationMode) -> &'static str {
    match mode {
        GlobalPolicyEvaluationMode::Unspecified => "not set",
        GlobalPolicyEvaluationMode::Enable => "ENABLE",
        GlobalPolicyEvaluationMode::Disable => "DISABLE",
    }
}

fn field(name: &str) -> Path {
    Path(vec![Segment::Field(name.to_owned())])
}
