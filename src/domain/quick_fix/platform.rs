//! Fixes of check sets.

use super::change::TextChange;
use super::edit::QuickFix;
use super::snippet::Snippet;
use super::spot::{Child, Spot, children};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Node;

pub(super) fn fixes<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Vec<QuickFix> {
    match problem.code {
        Code::NoCatchAll => catch_all(change, spot).into_iter().collect(),
        Code::NoChecks => no_checks(change, spot).into_iter().collect(),
        Code::IdleCheck => {
            vec![QuickFix::new("Write `true`", vec![TextChange::replace(problem.span.bytes.clone(), "true")])]
        }
        Code::SeveralTypes | Code::AllowedAndBlocked => {
            change.delete(spot).map(|edit| QuickFix::new("Delete this one", vec![edit])).into_iter().collect()
        }
        Code::ScopeOrder => reorder(change, spot).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The list of check sets around a spot.
fn sets<'d>(spot: &Spot<'d>) -> Option<(Spot<'d>, &'d Node)> {
    let mut spot = spot.clone();
    loop {
        if let Child::Entry(entry) = spot.child()
            && &*entry.key.text == "checkSets"
        {
            return Some((spot, &entry.value));
        }
        spot = spot.up()?;
    }
}

/// A last set that refuses what no other is for.
fn catch_all<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Option<QuickFix> {
    let (_, list) = sets(spot)?;
    let set = Snippet::Map(vec![("checks", Snippet::deny_check())]);
    let edit = change.append_element(list, &set)?;
    Some(QuickFix::new("Add a last set that denies everything else", vec![edit]))
}

fn no_checks<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Option<QuickFix> {
    let title = "Add the check `alwaysDeny: true`";
    let edit = match spot.child() {
        Child::Entry(entry) => match &*entry.key.text {
            "checks" => change.give(spot, &Snippet::deny_check()),
            "checkSets" => {
                let set = Snippet::Map(vec![("checks", Snippet::deny_check())]);
                change.give(spot, &Snippet::List(vec![set]))
            }
            "gkePolicy" | "gke_policy" => {
                let set = Snippet::Map(vec![("checks", Snippet::deny_check())]);
                match children(&entry.value).as_slice() {
                    [] => change.give(spot, &Snippet::Map(vec![("checkSets", Snippet::List(vec![set]))])),
                    _ => change.append(&entry.value, "checkSets", &Snippet::List(vec![set])),
                }
            }
            _ => change.append(spot.parent(), "checks", &Snippet::deny_check()),
        },
        Child::Element(set) => change.append(set, "checks", &Snippet::deny_check()),
    }?;
    Some(QuickFix::new(title, vec![edit]))
}

fn has_scope(set: &Child<'_>) -> bool {
    set.value().entries().iter().any(|entry| &*entry.key.text == "scope" && !entry.value.is_null())
}

/// Puts the set where it belongs: one without a scope last, one of a service account first.
fn reorder<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Option<QuickFix> {
    let (_, list) = sets(spot)?;
    let all = children(list);
    let bytes = spot.child().start();
    let at = all.iter().position(|set| set.start() <= bytes && bytes <= set.end())?;
    let this = all.get(at)?;
    let (title, target) = if has_scope(this) { ("Put it first", 0) } else { ("Put it last", all.len() - 1) };
    // Two sets without a scope: which of them was meant is not for us to say.
    let other = all.get(target).filter(|other| target != at && has_scope(other))?;
    if change.is_flow(list) {
        let [first, second] = if target < at { [other, this] } else { [this, other] };
        // In brackets the two change places.
        let text = |child: &Child<'_>| change.slice(child.start()..child.end()).to_owned();
        let edits = vec![
            TextChange::replace(first.start()..first.end(), text(second)),
            TextChange::replace(second.start()..second.end(), text(first)),
        ];
        return Some(QuickFix::new(title, edits));
    }
    let lines = |child: &Child<'_>| change.line_start(child.start())..change.next_line(child.end());
    let (from, to) = (lines(this), lines(other));
    let moved = change.slice(from.clone()).to_owned();
    let delete = TextChange::replace(from, "");
    let edits = if target < at {
        vec![TextChange::insert(to.start, moved), delete]
    } else {
        let ends = change.slice(0..to.end).ends_with('\n');
        let moved = if ends { moved } else { format!("{}{}", change.newline(), moved.trim_end()) };
        vec![delete, TextChange::insert(to.end, moved)]
    };
    Some(QuickFix::new(title, edits))
}
