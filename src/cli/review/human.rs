//! The output for people: the verdict, each change with what it does, and the flips by who has to know.

use std::fmt::Write as _;

use anstyle::Style;

use crate::cli::assumed::settled_by;
use crate::cli::check::policy_file::Checked;
use crate::cli::styles::{BOLD, CYAN, FAINT, MAGENTA, RED, Styles, YELLOW};
use crate::cli::terminal::printable;
use domain::path::Path;
use domain::review::{Detail, Effect, PolicyChange, Review, Standing};

pub(super) fn report(review: &Review, [old, new]: [&Checked; 2], styles: Styles) -> String {
    // Writing to a string cannot fail, here and below.
    let mut out = String::new();
    for line in review.summary() {
        let _ = writeln!(out, "{}", styles.paint(BOLD, &printable(&line)));
    }
    let _ = writeln!(out, "\nChanges:");
    if review.comparison.changes.is_empty() {
        let _ = writeln!(out, "  none");
    }
    for change in &review.comparison.changes {
        write_change(&mut out, change, [old, new], styles);
    }
    for standing in Standing::ALL.into_iter().filter(|standing| *standing != Standing::Unchanged) {
        section(&mut out, review, standing, styles);
    }
    if !review.refused_again.is_empty() {
        let _ = writeln!(
            out,
            "\n{}",
            styles.paint(BOLD, "running pods that would be refused if they were admitted this minute")
        );
    }
    for detail in &review.refused_again {
        let _ = writeln!(out, "  {}", printable(&review.place(detail)));
        write_detail(&mut out, review, detail, styles);
    }
    if let Some(settled_by) = settled_by(review.open()) {
        let _ = writeln!(out, "\n{}", printable(&settled_by));
    }
    out
}

fn write_change(out: &mut String, change: &PolicyChange, [old, new]: [&Checked; 2], styles: Styles) {
    let place = |checked: &Checked, path: &Option<Path>| {
        let line = checked.document.span_of(path.as_ref()?)?.best().start.line;
        Some(format!("{}:{line}: ", printable(&checked.file)))
    };
    let at = place(new, &change.new_at).or_else(|| place(old, &change.old_at)).unwrap_or_default();
    let _ = writeln!(out, "  {}{}", styles.faint(&at), printable(&change.text));
    match &change.effect {
        Effect::Nothing(why) => {
            let _ = writeln!(out, "    {}", styles.faint(&format!("changes no decision: {}", printable(why))));
        }
        Effect::NotKnown(why) => {
            let _ = writeln!(
                out,
                "    {}",
                styles.paint(style(Standing::Undecided), &format!("undecided: {}", printable(why)))
            );
        }
        Effect::Decides(witnesses) => {
            for witness in witnesses {
                let standing = witness.standing();
                let text = format!("{}: {}", standing.as_str(), printable(&witness.text()));
                let _ = writeln!(out, "    {}", styles.paint(style(standing), &text));
            }
        }
    }
}

fn section(out: &mut String, review: &Review, standing: Standing, styles: Styles) {
    let count = review.count(standing);
    if count == 0 {
        return;
    }
    let _ = writeln!(out, "\n{}", styles.paint(style(standing), &format!("{}: {count}", standing.as_str())));
    let mut told = 0;
    for (group, details) in review.groups(standing) {
        let _ = writeln!(out, "  {}", printable(&group.title()));
        told += details.len();
        for detail in details {
            write_detail(out, review, detail, styles);
        }
    }
    if told < count {
        let _ = writeln!(out, "  …and {} more", count - told);
    }
}

fn write_detail(out: &mut String, review: &Review, detail: &Detail, styles: Styles) {
    let (Some(item), Some(row)) = (review.items.get(detail.item), review.rows.get(detail.item)) else { return };
    let _ = writeln!(out, "    {}", printable(&item.title()));
    for (label, outcome, because) in [("old", row.old, &detail.old), ("new", row.new, &detail.new)] {
        let text = format!("{label}  {}: {}", outcome.as_str(), printable(&because.with_line()));
        let _ = writeln!(out, "      {}", styles.faint(&text));
    }
    for missing in &detail.missing {
        let _ = writeln!(out, "      {}", styles.faint(&format!("not known: {}", printable(missing))));
    }
}

fn style(standing: Standing) -> Style {
    match standing {
        Standing::NewlyDenied => RED.bold(),
        Standing::NewlyAdmitted => YELLOW.bold(),
        Standing::Undecided => MAGENTA.bold(),
        Standing::NewlyLogged | Standing::NoLongerLogged => CYAN.bold(),
        Standing::Unchanged => FAINT,
    }
}
