//! Pods that run now and that the policy would refuse if they were admitted again.

use std::collections::BTreeMap;

use super::facts::{ProjectFacts, Running};
use crate::admission::{CompiledPolicy, ImageOutcome, Outcome, Request, decide, evaluate};
use crate::diagnostic::{Code, Problems, excerpt};
use crate::document::Document;
use crate::path::rule_path;
use crate::policy::RuleKind;

/// The pods that one rule refuses.
#[derive(Debug, Default)]
struct Denied {
    count: usize,
    /// One of them, with the image.
    example: String,
}

/// What is not known for certain is not said: a pod whose decision is open counts as admitted.
pub(super) fn check(document: &Document, facts: &ProjectFacts<'_>, problems: &mut Problems<'_>) {
    let (Some(policy), Some(running)) = (&document.policy, &facts.running) else { return };
    if running.pods.is_empty() {
        return;
    }
    let compiled = CompiledPolicy::new(policy, running.system);
    let mut rules: BTreeMap<(RuleKind, String), Denied> = BTreeMap::new();
    for pod in &running.pods {
        if decide(&compiled, pod, running.evidence, running.verify) == Outcome::Deny {
            note(&compiled, pod, running, &mut rules);
        }
    }
    for ((kind, key), denied) in rules {
        let path = rule_path(kind, &key);
        let Some(spans) = document.span_of(&path) else { continue };
        let Denied { count, example } = denied;
        let pods = if count == 1 { "a pod that runs".to_owned() } else { format!("{count} pods that run") };
        let text = format!("this rule would refuse {pods} now: {}", excerpt(&example));
        problems.push_at(Code::DeniesRunning, spans.best().clone(), path, text);
    }
}

fn note(
    compiled: &CompiledPolicy,
    pod: &Request,
    running: &Running<'_>,
    rules: &mut BTreeMap<(RuleKind, String), Denied>,
) {
    let decision = evaluate(compiled, pod, running.evidence, running.verify);
    // Refused by whichever rule it is: which one to mend is not known.
    let Some(rule) = decision.known_rule().cloned() else { return };
    let image = decision.images.iter().find(|image| matches!(image.outcome, ImageOutcome::Deny(_)));
    let denied = rules.entry((rule.kind, rule.key)).or_default();
    denied.count += 1;
    if denied.example.is_empty() {
        let image = image.map(|image| image.image.as_str()).unwrap_or_default();
        denied.example = format!("{}/{} with {image}", pod.namespace, pod.name);
    }
}
