//! The output for people: what flips, for whom, and what cannot be explained.

use std::fmt::Write as _;

use anstyle::Style;

use crate::cli::styles::{BOLD, GREEN, RED, Styles, YELLOW};
use crate::cli::terminal::printable;
use domain::replay::{Flipped, Replay, place};
use domain::review::Standing;

/// Entries and owners of each kind that are printed; JSON has more.
const SHOWN: usize = 20;

pub(super) fn report(replay: &Replay, styles: Styles) -> String {
    // Writing to a string cannot fail, here and below.
    let mut out = String::new();
    for line in replay.summary() {
        let _ = writeln!(out, "{}", styles.paint(BOLD, &line));
    }
    owners(&mut out, replay, styles);
    for standing in Standing::ALL.into_iter().filter(|standing| *standing != Standing::Unchanged) {
        let flipped: Vec<&Flipped> = replay.flipped.iter().filter(|flipped| flipped.standing == standing).collect();
        section(&mut out, standing.as_str(), style(standing), replay.count(standing), &flipped, styles);
    }
    let different: Vec<&Flipped> = replay.different.iter().collect();
    section(&mut out, "not what the policy of its time gives", YELLOW, replay.differs, &different, styles);
    if replay.unreadable > 0 {
        let _ = writeln!(out, "\n{}", styles.paint(RED, &format!("{} entries cannot be read", replay.unreadable)));
        for entry in replay.unreadable_at.iter().take(SHOWN) {
            let place = place(&entry.file, entry.number, entry.line);
            let _ = writeln!(out, "  {}: {}", printable(&place), printable(&entry.why));
        }
        more(&mut out, replay.unreadable, replay.unreadable_at.len().min(SHOWN), styles);
    }
    out
}

fn owners(out: &mut String, replay: &Replay, styles: Styles) {
    let owners = replay.by_flips();
    if owners.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", styles.paint(BOLD, "by workload"));
    for (owner, counts) in owners.iter().take(SHOWN) {
        let counts: Vec<String> =
            counts.iter().map(|(standing, count)| format!("{count} {}", standing.as_str())).collect();
        let _ = writeln!(out, "  {}: {}", printable(&owner.title()), counts.join(", "));
    }
    more(out, owners.len(), owners.len().min(SHOWN), styles);
}

fn section(out: &mut String, title: &str, style: Style, count: usize, entries: &[&Flipped], styles: Styles) {
    if count == 0 {
        return;
    }
    let _ = writeln!(out, "\n{}", styles.paint(style, &format!("{title}: {count}")));
    for entry in entries.iter().take(SHOWN) {
        let place = format!("{}, {}", place(&entry.file, entry.number, entry.line), entry.time);
        let _ = writeln!(out, "  {}  {}", printable(&entry.image), styles.faint(&printable(&place)));
        let logged = entry.logged.as_str();
        let _ = writeln!(out, "    {}: {logged}; {}", printable(&entry.owner.title()), printable(&entry.because));
    }
    more(out, count, entries.len().min(SHOWN), styles);
}

fn more(out: &mut String, count: usize, shown: usize, styles: Styles) {
    if count > shown {
        let _ = writeln!(out, "  {}", styles.faint(&format!("…and {} more", count - shown)));
    }
}

fn style(standing: Standing) -> Style {
    match standing {
        Standing::NewlyDenied => RED,
        Standing::NewlyAdmitted => GREEN,
        Standing::Undecided | Standing::NewlyLogged | Standing::NoLongerLogged | Standing::Unchanged => YELLOW,
    }
}
