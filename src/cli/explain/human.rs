//! The output for people. Of one refusal the answer first ([`one`]); of many what they have in common ([`many`]), and
//! each of them where that is asked for.

mod many;
mod one;

use std::fmt::Write as _;

use super::report::Answer;
use crate::cli::styles::{MAGENTA, Styles};
use crate::cli::terminal::printable;
use domain::explain::message::is_whole;

pub(super) fn report(answer: &Answer, styles: Styles) -> String {
    // Writing to a string cannot fail, here and below.
    let mut out = String::new();
    for text in &answer.reading.unread {
        let _ = writeln!(out, "{}", styles.paint(MAGENTA.bold(), &format!("? {}", printable(text))));
    }
    if !answer.reading.is_explained() {
        let text = match (answer.reading.cases.is_empty(), answer.reading.refuses_nothing()) {
            (true, false) => "? This is no refusal that is known.",
            (true, true) => "· There is no refusal in it.",
            (false, _) => "? Not explained: only a part of it is recognised.",
        };
        let _ = writeln!(out, "{}", styles.paint(MAGENTA.bold(), text));
    }
    let is_many = answer.cases.len() > 1;
    if is_many {
        many::incident(&mut out, answer, styles);
    }
    if !is_many || answer.all {
        for (number, (case, explained)) in answer.told().enumerate() {
            if number > 0 || is_many {
                out.push('\n');
            }
            out.push_str(&one::case(case, explained, answer, styles));
        }
    }
    let recognised = &answer.reading.recognised;
    if !recognised.is_empty() {
        let _ = writeln!(out, "\nRecognised in it, by their form alone:");
    }
    for (what, name) in recognised.iter() {
        let cut = if what == "image" && !is_whole(name) { "  (its digest is not whole)" } else { "" };
        let _ = writeln!(out, "  {} {}{cut}", styles.faint(&format!("{what:<10}")), printable(name));
    }
    for text in &answer.reading.unknown {
        let _ = writeln!(out, "  {} {}", styles.paint(MAGENTA, "?"), printable(text));
    }
    out
}
