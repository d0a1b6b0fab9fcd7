//! The table is whole, and no key means two things.

use std::collections::HashMap;

use super::*;
use crate::action::*;

#[test]
fn every_key_can_be_parsed() {
    for spec in specs() {
        assert!(!spec.keys.is_empty(), "{:?}", spec.action);
        for key in spec.keys {
            assert!(key.parse::<Chord>().is_ok(), "{key} of {:?}", spec.action);
        }
    }
}

#[test]
fn no_chord_means_two_things_in_one_context() {
    let mut bound: HashMap<(Context, Chord), Action> = HashMap::new();
    for (context, chord, spec) in BINDINGS.iter() {
        if let Some(other) = bound.insert((*context, *chord), spec.action) {
            panic!("{chord} means {other:?} and {:?} in {context:?}", spec.action);
        }
    }
}

#[test]
fn a_pane_does_not_hide_a_key_that_works_everywhere() {
    for spec in specs().filter(|spec| spec.contexts.iter().any(|c| matches!(c, Context::Pane(_)))) {
        for key in spec.keys.iter().filter(|key| key.chars().count() == 1) {
            let chord: Chord = key.parse().unwrap();
            let global = lookup(&[Context::Guide, Context::Browse, Context::Global], chord);
            assert!(global.is_none(), "{key} of {:?} hides {:?}", spec.action, global.map(|g| g.action));
        }
    }
}

#[test]
fn where_text_is_typed_no_bare_character_is_bound() {
    for (context, chord, spec) in BINDINGS.iter() {
        if matches!(context, Context::Editing | Context::Form | Context::List | Context::Filter | Context::Global) {
            assert!(!chord.is_text(), "{chord} of {:?} in {context:?}", spec.action);
        }
    }
}

#[test]
fn every_row_is_explained() {
    for spec in specs() {
        assert!(spec.help.ends_with('.'), "{:?}", spec.action);
        assert!(!spec.contexts.is_empty(), "{:?}", spec.action);
    }
}
