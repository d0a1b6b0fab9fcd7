//! What stands around the panes: tabs, the chosen image with its verdicts, the hints of the footer.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use crate::canvas::Canvas;
use crate::layout::TWO_COLUMNS;
use crate::state::Hit;
use crate::styles::{Styles, Tone};
use crate::text::{Cut, fit, line_width, put_line};
use crate::theme::Role;
use crate::widgets::footer::{Footer, Hint};
use crate::widgets::tab_bar::TabBar;
use app::Model;
use app::action::Spec;
use app::keymap::{lookup, specs_in};
use app::saving::state::Mark;
use app::session::Connection;
use app::shell::chord::Chord;
use app::shell::notice::Weight;
use app::shell::tab::{Pane, Tab};
use domain::admission::{Decision, Fact, ImageOutcome};
use domain::name::ProjectId;

pub(super) fn tab_bar(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let titles = Tab::ALL.map(Tab::title);
    let active = Tab::ALL.iter().position(|tab| *tab == model.nav.tab).unwrap_or_default();
    let narrow = area.width < TWO_COLUMNS;
    let mark = mark(model, styles);
    let note =
        if narrow { Line::styled(page(model), styles.role(Role::HeaderNote)) } else { place(model, styles, true) };
    let mut bar = TabBar { styles, app: "countersign", tabs: &titles, active, note: marked(mark.clone(), note) };
    if bar.note_area(area).is_empty() && !narrow {
        bar.note = marked(mark.clone(), place(model, styles, false));
    }
    let turns = narrow && !bar.note_area(area).is_empty();
    // Where not all fits, the mark does: it is the one thing here that may cost something.
    if let (true, Some(mark)) = (bar.note_area(area).is_empty(), mark) {
        bar.note = Line::from(mark);
        if bar.note_area(area).is_empty() {
            bar.app = "";
        }
    }
    (&bar).render(area, canvas.buf);
    if let (true, Some(pane)) = (turns, other_page(model)) {
        canvas.state.hit(bar.note_area(area), Hit::Pane(pane));
    }
    for x in area.left()..area.right() {
        let at = Position::new(x, area.y);
        if let Some(tab) = bar.tab_at(area, at).and_then(|number| Tab::ALL.get(number)) {
            canvas.state.hit(Rect { x, y: area.y, width: 1, height: 1 }, Hit::Tab(*tab));
        }
    }
}

/// What is said of saving for as long as it is so.
fn mark(model: &Model, styles: &Styles) -> Option<Span<'static>> {
    let mark = model.saving.mark()?;
    let style = match mark {
        Mark::NotSaved => styles.notice(Tone::Error).style,
        Mark::Looks => styles.notice(Tone::Warning).style,
        Mark::Slow => styles.role(Role::HeaderNote),
    };
    Some(Span::styled(mark.text(), style))
}

/// A note with the mark before it.
fn marked(mark: Option<Span<'static>>, note: Line<'static>) -> Line<'static> {
    let Some(mark) = mark else { return note };
    let mut spans = vec![mark, Span::raw(" ")];
    spans.extend(note.spans.into_iter().map(|span| span.patch_style(note.style)));
    Line::from(spans)
}

/// Which of the two columns a narrow screen shows, unless it shows one pane.
fn page(model: &Model) -> String {
    if model.nav.is_enlarged() {
        return format!("one of {} panes", model.nav.tab.panes().len());
    }
    let number = if model.nav.focus().is_right() { 2 } else { 1 };
    format!("page {number} of 2, Tab turns")
}

/// The first pane of the page that is not shown.
fn other_page(model: &Model) -> Option<Pane> {
    if model.nav.is_enlarged() {
        return None;
    }
    let shown = model.nav.focus().is_right();
    model.nav.tab.panes().iter().copied().find(|pane| pane.is_right() != shown)
}

/// Where we are: what is connected, project and cluster; the cluster with its location where there is room.
fn place(model: &Model, styles: &Styles, located: bool) -> Line<'static> {
    let session = &model.session;
    let note = styles.role(Role::HeaderNote);
    let connection = match &session.connection {
        Connection::Starting => Span::styled("starting…", note),
        Connection::Sandbox(_) => Span::styled(sandbox(model), styles.role(Role::BadgeSafe)),
        Connection::Failed(_) => Span::styled("NO SANDBOX", styles.notice(Tone::Error).style),
    };
    let project = session.project.as_ref().map_or("no project", ProjectId::as_str);
    let cluster =
        session.cluster.as_ref().map(|key| if located { format!(" · {key}") } else { format!(" · {}", key.cluster()) });
    let cluster = cluster.unwrap_or_default();
    Line::from(vec![connection, Span::styled(format!(" · {project}{cluster}"), note)])
}

/// The sandbox, and as whom it is asked where that is not its owner.
fn sandbox(model: &Model) -> String {
    model
        .session
        .people
        .other_than_owner()
        .map_or_else(|| "sandbox".to_owned(), |person| format!("sandbox as {}", person.name))
}

/// The chosen image, for whom, and what is decided about it now and under the draft.
pub(super) fn header(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    crate::text::fill(canvas.buf, area, styles.role(Role::Header));
    let Some(image) = image_text(model) else {
        let line = Line::from(vec![
            Span::styled(" no image chosen ", styles.dim()),
            Span::styled("i", styles.key()),
            Span::styled(" chooses one", styles.dim()),
        ]);
        put_line(canvas.buf, (area.x, area.y), &line, usize::from(area.width));
        return;
    };
    let verdicts = verdicts(model, styles);
    let taken = line_width(&verdicts) + 2;
    let room = usize::from(area.width).saturating_sub(taken + 8);
    let subject = &model.session.subject;
    let namespace = format!("  ns {}", subject.said(Fact::Namespace, &subject.namespace).unwrap_or("?"));
    let with_namespace = room > 40 + namespace.len();
    let image_room = if with_namespace { room - namespace.len() } else { room };
    let name = fit(&image, image_room, Cut::Middle, styles.glyphs.ellipsis).into_owned();
    let mut spans = vec![Span::styled(" image ", styles.dim()), Span::styled(name, styles.strong())];
    if with_namespace {
        spans.push(Span::styled(namespace, styles.dim()));
    }
    put_line(canvas.buf, (area.x, area.y), &Line::from(spans), usize::from(area.width));
    let x = area.right().saturating_sub(u16::try_from(taken).unwrap_or(0) - 1);
    put_line(canvas.buf, (x, area.y), &verdicts, taken);
}

/// What is assumed: on every screen, so that nobody takes a *what if* for the truth.
pub(super) fn assumptions(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    if area.height == 0 {
        return;
    }
    crate::text::fill(canvas.buf, area, styles.role(Role::Header));
    let warning = styles.notice(Tone::Warning).style;
    let hint = Line::from(vec![Span::styled("W", styles.key()), Span::styled(" drops it ", styles.dim())]);
    let taken = line_width(&hint);
    let room = usize::from(area.width).saturating_sub(taken + 6);
    let text = model.session.assumptions.short();
    let text = fit(&text, room, Cut::End, styles.glyphs.ellipsis).into_owned();
    let line = Line::from(vec![Span::styled(" if: ", warning), Span::styled(text, warning)]);
    put_line(canvas.buf, (area.x, area.y), &line, usize::from(area.width));
    let x = area.right().saturating_sub(u16::try_from(taken).unwrap_or(0));
    put_line(canvas.buf, (x, area.y), &hint, taken);
}

/// The chosen image, and how many others the pod has.
fn image_text(model: &Model) -> Option<String> {
    let images = model.session.images();
    let first = model.session.image.as_ref().map(|image| image.as_str().to_owned());
    let first = first.or_else(|| images.first().map(|image| image.image.clone()))?;
    Some(if images.len() > 1 { format!("{first} +{}", images.len() - 1) } else { first })
}

fn verdicts(model: &Model, styles: &Styles) -> Line<'static> {
    let mut spans = vec![Span::styled("now ", styles.dim())];
    spans.extend(verdict(model.decisions.now.as_ref(), styles));
    spans.push(Span::styled("  draft ", styles.dim()));
    spans.extend(verdict(model.decisions.drafted.as_ref(), styles));
    if let Some(count) = model.decisions.drafted.as_ref().or(model.decisions.now.as_ref()).and_then(attested) {
        spans.push(Span::styled(format!(" {count}"), styles.dim()));
    }
    Line::from(spans)
}

/// A verdict in sign and word; what is not known says so.
pub(super) fn verdict(decision: Option<&Decision>, styles: &Styles) -> Vec<Span<'static>> {
    match decision {
        Some(decision) => {
            let mark = styles.verdict(decision.outcome);
            vec![Span::styled(format!("{} {}", mark.glyph, mark.word), mark.style)]
        }
        None => vec![Span::styled(format!("{} not known", styles.glyphs.unknown), styles.dim())],
    }
}

/// How many of the attestors that the rule asks for are satisfied.
fn attested(decision: &Decision) -> Option<String> {
    let attestors =
        decision.images.iter().filter(|i| !matches!(i.outcome, ImageOutcome::Exempt(_))).flat_map(|i| &i.attestors);
    let (all, yes) = attestors.fold((0, 0), |(all, yes), a| (all + 1, yes + usize::from(a.satisfied == Some(true))));
    (all > 0).then(|| format!("(attested {yes}/{all})"))
}

/// The hints of the present context, the weightiest first, and the latest notice.
pub(super) fn footer(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let specs = hints(model);
    let keys: Vec<String> = specs.iter().map(|spec| spec.key()).collect();
    let hints: Vec<Hint<'_>> =
        specs.iter().zip(&keys).map(|(spec, key)| Hint { key, label: spec.label, enabled: true }).collect();
    let footer = Footer { styles, hints: &hints, status: status(model, styles) };
    (&footer).render(area, canvas.buf);
    for x in area.left()..area.right() {
        let at = Position::new(x, area.y);
        if let Some(spec) = footer.hint_at(area, at).and_then(|number| specs.get(number)) {
            canvas.state.hit(Rect { x, y: area.y, width: 1, height: 1 }, Hit::Footer(spec.action));
        }
    }
}

fn hints(model: &Model) -> Vec<&'static Spec> {
    let contexts = model.contexts();
    let mut specs: Vec<&'static Spec> = Vec::new();
    for spec in specs_in(&contexts).filter(|spec| spec.footer > 0) {
        // An action that several of the contexts have is told once; a key means what the innermost says.
        let chord = spec.keys.first().and_then(|key| key.parse::<Chord>().ok());
        let meant = chord.and_then(|chord| lookup(&contexts, chord)).map(|meant| (meant.action, meant.label));
        if meant == Some((spec.action, spec.label))
            && !specs.iter().any(|told| (told.action, told.label) == (spec.action, spec.label))
        {
            specs.push(spec);
        }
    }
    // Stable: within a weight the order of the table.
    specs.sort_by_key(|spec| std::cmp::Reverse(spec.footer));
    specs
}

/// The latest notice, else why something is not saved, else work under way.
fn status(model: &Model, styles: &Styles) -> Line<'static> {
    if let Some(notice) = model.notices.current(model.ui.now) {
        let tone = match notice.weight {
            Weight::Info => Tone::Info,
            Weight::Success => Tone::Success,
            Weight::Warning => Tone::Warning,
            Weight::Error => Tone::Error,
        };
        return Line::styled(notice.text.clone(), styles.notice(tone).style);
    }
    if let Some(report) = model.saving.failure() {
        return Line::styled(format!("not saved: {}", report.title), styles.notice(Tone::Error).style);
    }
    if let Some((_, work)) = model.works.latest() {
        let text = format!("{} {}", styles.glyphs.spinner(model.ui.spin), work.title());
        return Line::styled(text, styles.busy());
    }
    match &model.session.connection {
        Connection::Failed(report) => Line::styled(report.line(), styles.notice(Tone::Error).style),
        Connection::Starting => Line::styled("sandbox starting…", styles.dim()),
        Connection::Sandbox(_) if model.session.is_private => {
            Line::styled(format!("{}, not served", sandbox(model)), styles.dim())
        }
        Connection::Sandbox(_) => match model.session.people.other_than_owner() {
            Some(_) => Line::styled(sandbox(model), styles.notice(Tone::Warning).style),
            None => Line::styled("sandbox ready", styles.dim()),
        },
    }
}
