//! The box of a replay: how far it is, what flips and for whom, what the policies of their time do not
//! explain.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::styles::{Styles, Tone};
use app::Model;
use domain::admission::Outcome;
use domain::replay::{Flipped, Replay, place};
use domain::review::Standing;

/// Entries and workloads of each kind that are shown.
const MOST: usize = 100;

pub(crate) fn lines<'a>(model: &'a Model, styles: &Styles) -> Vec<Line<'a>> {
    let run = &model.replay;
    match &run.result {
        None => {
            let spinner = styles.glyphs.spinner(model.ui.spin);
            let (entries, percent) = (run.progress.entries, run.progress.percent);
            let part = if percent > 0 { format!(", {percent} %") } else { String::new() };
            let text = format!("{spinner} replaying {}: {entries} entries{part}", run.title);
            vec![Line::styled(text, styles.busy()), Line::styled("Esc cancels", styles.dim())]
        }
        Some(Err(report)) => {
            let hint = report.hint.clone().unwrap_or_default();
            vec![Line::styled(report.line(), styles.notice(Tone::Error).style), Line::styled(hint, styles.dim())]
        }
        Some(Ok(replay)) => {
            let head = Line::styled(format!("{} under {}", run.title, run.policy), styles.dim());
            [vec![head], result_lines(replay, styles)].concat()
        }
    }
}

fn result_lines<'a>(replay: &'a Replay, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> =
        replay.summary().into_iter().map(|line| Line::styled(line, styles.strong())).collect();
    let owners = replay.by_flips();
    if !owners.is_empty() {
        heading(&mut lines, "by workload".to_owned(), styles.key());
    }
    for (owner, counts) in owners.iter().take(MOST) {
        let counts: Vec<String> = counts.iter().map(|(standing, n)| format!("{n} {}", standing.as_str())).collect();
        let title = Span::styled(format!("  {}  ", owner.title()), styles.text());
        lines.push(Line::from(vec![title, Span::styled(counts.join(", "), styles.dim())]));
    }
    more(&mut lines, owners.len(), styles);
    for standing in Standing::ALL.into_iter().filter(|standing| *standing != Standing::Unchanged) {
        let entries = replay.flipped.iter().filter(|flipped| flipped.standing == standing);
        section(&mut lines, standing.as_str(), colour(standing, styles), replay.count(standing), entries, styles);
    }
    let warning = styles.notice(Tone::Warning).style;
    let title = "not what the policy of its time gives";
    section(&mut lines, title, warning, replay.differs, replay.different.iter(), styles);
    if replay.unreadable > 0 {
        heading(&mut lines, format!("cannot be read: {}", replay.unreadable), styles.notice(Tone::Error).style);
    }
    for entry in replay.unreadable_at.iter().take(MOST) {
        lines.push(Line::styled(
            format!("  {}: {}", place(&entry.file, entry.number, entry.line), entry.why),
            styles.text(),
        ));
    }
    more(&mut lines, replay.unreadable, styles);
    lines
}

fn heading(lines: &mut Vec<Line<'_>>, text: String, style: Style) {
    lines.extend([Line::default(), Line::styled(text, style)]);
}

fn section<'a>(
    lines: &mut Vec<Line<'a>>,
    title: &str,
    style: Style,
    count: usize,
    entries: impl Iterator<Item = &'a Flipped>,
    styles: &Styles,
) {
    if count == 0 {
        return;
    }
    heading(lines, format!("{title}: {count}"), style);
    for entry in entries.take(MOST) {
        let place = format!("  {}, {}", place(&entry.file, entry.number, entry.line), entry.time);
        let image = Span::styled(format!("  {}", entry.image), styles.text());
        lines.push(Line::from(vec![image, Span::styled(place, styles.dim())]));
        let text = format!("    {}: {}; {}", entry.owner.title(), entry.logged.as_str(), entry.because);
        lines.push(Line::styled(text, styles.dim()));
    }
    more(lines, count, styles);
}

fn more(lines: &mut Vec<Line<'_>>, count: usize, styles: &Styles) {
    if count > MOST {
        lines.push(Line::styled(
            format!("  …and {} more; y copies, countersign replay has them all", count - MOST),
            styles.dim(),
        ));
    }
}

fn colour(standing: Standing, styles: &Styles) -> Style {
    match standing {
        Standing::NewlyDenied => styles.verdict(Outcome::Deny).style,
        Standing::NewlyAdmitted => styles.verdict(Outcome::Admit).style,
        Standing::Undecided => styles.verdict(Outcome::Undecided).style,
        Standing::NewlyLogged | Standing::NoLongerLogged | Standing::Unchanged => styles.notice(Tone::Warning).style,
    }
}
