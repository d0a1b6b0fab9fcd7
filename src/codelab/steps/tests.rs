//! The table of steps is whole.

use std::collections::BTreeSet;

use super::*;
use crate::facts::{Facts, Seen};
use crate::names::Names;

#[test]
fn ids_are_unique() {
    let ids: BTreeSet<&str> = STEPS.iter().map(|step| step.id).collect();
    assert_eq!(ids.len(), STEPS.len());
}

#[test]
fn every_step_is_explained() {
    for step in STEPS {
        for text in [step.title, step.why, step.nudge, step.explanation] {
            assert!(!text.is_empty(), "{}", step.id);
        }
        assert!(step.why.ends_with('.') && step.explanation.ends_with('.'), "{}", step.id);
        assert!(!step.commands_2018.is_empty() && !step.commands_today.is_empty(), "{}", step.id);
    }
}

#[test]
fn no_placeholder_is_left_in_a_command() {
    let names = Names {
        project: "codelab-1".into(),
        number: "1".into(),
        digest: "sha256:0".into(),
        fingerprint: "AB".into(),
        work_directory: "/w".into(),
    };
    for step in STEPS {
        for command in step.commands_2018.iter().chain(step.commands_today) {
            let filled = names.fill(command).replace("{{", "").replace("}}", "");
            let named = filled.split('{').skip(1).any(|rest| {
                rest.split('}')
                    .next()
                    .is_some_and(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()))
            });
            assert!(!named, "{}: {filled}", step.id);
        }
    }
}

#[test]
fn nothing_passes_while_nothing_is_known() {
    let seen: BTreeSet<Seen> = BTreeSet::new();
    let facts = Facts {
        project: None,
        services: None,
        work: None,
        clusters: None,
        images: None,
        workloads: None,
        events: None,
        policy: None,
        notes: None,
        attestors: None,
        keys: None,
        attestations: None,
        chosen: None,
        signed_by: None,
        seen: &seen,
    };
    for step in STEPS {
        assert!(!(step.check)(&facts).passed(), "{}", step.id);
    }
}
