//! What runs in the cluster and what happens there: workloads and events.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::canvas::Canvas;
use crate::shell::list::{List, cell};
use crate::styles::{Styles, Tone};
use crate::text::Cut;
use crate::widgets::table::Column;
use app::Model;
use app::shell::tab::Pane;
use domain::admission::Outcome;
use domain::event_group::{Aftermath, EventGroup};
use domain::event_row::{EventCause, EventRow, workload};
use domain::resource::{ClusterEvent, Workload, WorkloadKind};

pub(crate) fn workloads(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns = [
        Column::fixed("kind", 10),
        Column::flexible("name", 20, 40).cut(Cut::Middle),
        Column::fixed("ready", 5),
        Column::flexible("status", 8, 12),
        Column::fixed("again", 5),
        Column::flexible("image", 10, 30).cut(Cut::Middle).drop(1),
    ];
    let items = model.session.remotes.workloads.items();
    let rows: Vec<(usize, &Workload)> = items.iter().enumerate().collect();
    let list = List {
        pane: Pane::Workloads,
        columns: &columns,
        empty: "nothing runs",
        hint: "D deploys an image",
        warning: not_back(model.watch.lost_pods(), styles),
    };
    let cells = |(number, workload): &(usize, &Workload)| -> Vec<Line<'_>> {
        let (status, style) = status(model, workload, styles);
        vec![
            cell(workload.kind.as_str(), styles.dim()),
            cell(format!("{}/{}", workload.namespace, workload.name), styles.text()),
            cell(workload.ready.clone(), style),
            cell(status, style),
            again_cell(model.watch.admits_again(*number), styles),
            cell(images(workload), styles.dim()),
        ]
    };
    let remote = &model.session.remotes.workloads;
    list.draw_rows(model, remote, &rows, &cells, area, canvas);
}

/// Whether the pod would be admitted if it were scheduled anew.
fn again_cell(admitted: Option<bool>, styles: &Styles) -> Line<'static> {
    let (glyphs, verdict) = (styles.glyphs, |outcome| styles.verdict(outcome).style);
    match admitted {
        Some(true) => cell(glyphs.admit, verdict(Outcome::Admit)),
        Some(false) => cell(format!("{} no", glyphs.deny), verdict(Outcome::Deny)),
        None => cell("", styles.dim()),
    }
}

/// How many of the running pods would be refused now.
fn not_back(count: usize, styles: &Styles) -> Option<Span<'static>> {
    let text = format!("{count} would not come back");
    (count > 0).then(|| Span::styled(text, styles.verdict(Outcome::Deny).style))
}

fn status(model: &Model, workload: &Workload, styles: &Styles) -> (String, ratatui::style::Style) {
    let (good, bad, wait) = (styles.verdict(Outcome::Admit).style, styles.verdict(Outcome::Deny).style, styles.busy());
    if model.is_refused(workload) {
        return ("refused".to_owned(), bad);
    }
    match workload.kind {
        WorkloadKind::Pod => match workload.status.as_str() {
            "Running" | "Succeeded" => (workload.status.clone(), good),
            "Pending" | "ContainerCreating" => (workload.status.clone(), wait),
            other => (other.to_owned(), bad),
        },
        WorkloadKind::CronJob => (workload.status.clone(), styles.text()),
        WorkloadKind::Job if !workload.status.is_empty() => {
            (workload.status.clone(), if workload.is_whole { good } else { bad })
        }
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::Job
        | WorkloadKind::ReplicaSet => {
            if workload.is_whole {
                ("ready".to_owned(), good)
            } else {
                ("waiting".to_owned(), wait)
            }
        }
    }
}

fn images(workload: &Workload) -> String {
    workload.images.iter().map(|image| image.image.as_str()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn events(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    if model.watch.plain {
        return one_by_one(model, area, canvas);
    }
    let columns = [
        Column::fixed("times", 5).right(),
        Column::flexible("workload", 15, 24).cut(Cut::Middle),
        Column::flexible("cause", 24, 60),
        Column::fixed("seen", 11).drop(1),
    ];
    let list = list(&columns);
    let cells = |row: &EventRow| -> Vec<Line<'_>> { event_cells(model, *row, styles) };
    let remote = &model.session.remotes.events;
    list.draw_rows(model, remote, model.event_rows(), &cells, area, canvas);
}

fn event_cells<'a>(model: &Model, row: EventRow, styles: &'a Styles) -> Vec<Line<'a>> {
    let rows = model.watch.event_rows();
    match row {
        EventRow::Incident => {
            let text = format!("{} {}", styles.glyphs.deny, rows.incident().row());
            vec![Line::styled(text, styles.verdict(Outcome::Deny).style)]
        }
        EventRow::Cause(number) => {
            rows.cause(number).map(|cause| cause_cells(cause, model, styles)).unwrap_or_default()
        }
        EventRow::Group { number, is_within } => {
            let group = model.watch.groups().get(number);
            group.map(|group| group_cells(group, is_within, styles)).unwrap_or_default()
        }
    }
}

/// A cause, with the sign that says whether its workloads are shown.
fn cause_cells<'a>(cause: &EventCause, model: &Model, styles: &'a Styles) -> Vec<Line<'a>> {
    let glyphs = styles.glyphs;
    let fold = if model.watch.is_open(&cause.cause) { " " } else { glyphs.fold_closed };
    let deny = styles.verdict(Outcome::Deny).style;
    vec![
        cell(format!("×{}", cause.count), styles.dim()),
        Line::styled(format!("{fold} {}", counted(cause.workloads.len())), styles.strong()),
        Line::styled(format!("{} {}", glyphs.deny, cause.cause), deny),
        cell(seen_text(&cause.first_seen, &cause.last_seen), styles.dim()),
    ]
}

fn counted(workloads: usize) -> String {
    if workloads == 1 { "1 workload".to_owned() } else { format!("{workloads} workloads") }
}

fn group_cells<'a>(group: &EventGroup, is_within: bool, styles: &'a Styles) -> Vec<Line<'a>> {
    let tone = match (group.is_refused_now(), group.warning) {
        _ if group.aftermath.is_some() => styles.dim(),
        (true, _) => styles.verdict(Outcome::Deny).style,
        (false, true) => styles.notice(Tone::Warning).style,
        (false, false) => styles.text(),
    };
    let sign = match &group.aftermath {
        Some(aftermath) => format!("{}: ", aftermath_text(aftermath)),
        None if group.refused => format!("{} ", styles.glyphs.deny),
        None => String::new(),
    };
    let name = workload(group).map(|workload| workload.name).unwrap_or_default();
    let indent = if is_within { "  " } else { "" };
    // What the row of the cause says is not said again.
    let cause = if is_within { Line::default() } else { Line::styled(format!("{sign}{}", group.cause), tone) };
    vec![
        cell(format!("×{}", group.count), styles.dim()),
        cell(format!("{indent}{}/{name}", group.namespace), styles.text()),
        cause,
        cell(seen_text(&group.first_seen, &group.last_seen), styles.dim()),
    ]
}

/// What became of what was refused.
fn aftermath_text(aftermath: &Aftermath) -> String {
    match aftermath {
        Aftermath::Runs { since } => match time_of_day(since) {
            time if time.is_empty() => "it runs now".to_owned(),
            time => format!("since {} it runs", time.chars().take(5).collect::<String>()),
        },
        Aftermath::Idle => "wants no pods now".to_owned(),
        Aftermath::Deleted => "deleted".to_owned(),
    }
}

/// The time from the first event to the last, in hours and minutes.
fn seen_text(first_seen: &str, last_seen: &str) -> String {
    let minute = |time: &str| time_of_day(time).chars().take(5).collect::<String>();
    let (first, last) = (minute(first_seen), minute(last_seen));
    if first == last || first.is_empty() { last } else { format!("{first}–{last}") }
}

fn one_by_one(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns = [
        Column::fixed("last seen", 9).drop(2),
        Column::fixed("reason", 18),
        Column::flexible("object", 12, 26).cut(Cut::Middle).drop(1),
        Column::flexible("message", 20, 60),
    ];
    let list = list(&columns);
    let cells = |event: &ClusterEvent| -> Vec<Line<'_>> {
        let style = if event.kind == "Warning" { styles.notice(Tone::Warning).style } else { styles.text() };
        let times = if event.count > 1 { format!(" ×{}", event.count) } else { String::new() };
        vec![
            cell(time_of_day(&event.last_seen), styles.dim()),
            Line::from(vec![Span::styled(event.reason.clone(), style), Span::styled(times, styles.dim())]),
            cell(event.object.clone(), styles.dim()),
            cell(event.message.clone(), styles.text()),
        ]
    };
    list.draw(model, &model.session.remotes.events, &cells, area, canvas);
}

fn list<'a>(columns: &'a [Column<'a>]) -> List<'a> {
    List { pane: Pane::Events, columns, empty: "no events", hint: "refused pods are told here", warning: None }
}

/// `HH:MM:SS` of an RFC 3339 time, in UTC as the cluster says it.
fn time_of_day(time: &str) -> String {
    time.split_once('T').map(|(_, rest)| rest.chars().take(8).collect()).unwrap_or_default()
}
