//! The list of a pane: its frame with count, filter and age, and the rows that the filter leaves.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget as _, Widget as _};

use crate::canvas::Canvas;
use crate::state::Hit;
use crate::styles::{Focus, Styles};
use crate::widgets::pane::Pane as PaneFrame;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::cluster::state::{Feed, WatchSource};
use app::shell::remote::{Remote, Standing};
use app::shell::tab::Pane;

/// Whether the pane has the keys: not while a box is over it.
pub(crate) fn focus(model: &Model, pane: Pane) -> Focus {
    Focus::from(model.nav.focus() == pane && model.overlays.is_empty())
}

/// The frame of a pane that shows a remote value: its count and filter, its age, whether it is
/// loading.
pub(crate) fn frame_of<'a, T>(
    model: &'a Model,
    pane: Pane,
    remote: &Remote<T>,
    all: usize,
    left: usize,
    styles: &'a Styles,
) -> PaneFrame<'a> {
    let mut frame = PaneFrame::new(styles, pane.title()).focus(focus(model, pane)).count(all);
    if let Some(filter) = filter_of(model, pane) {
        frame = frame.filter(filter, left, all);
    }
    if pane == Pane::Attestations && model.session.remotes.more_attestations {
        frame = frame.foot(Line::styled("the note has more than are read here", styles.dim()));
    }
    frame = frame.note(age(model, pane, remote, styles));
    frame.busy(remote.is_loading().then_some(model.ui.spin))
}

/// The filter in force; while it is typed, also an empty one is shown.
pub(crate) fn filter_of(model: &Model, pane: Pane) -> Option<&str> {
    let list = model.nav.list_ref(pane)?;
    let typing = model.nav.filtering && model.nav.focus() == pane;
    let text = list.filter.text();
    if text.is_empty() { typing.then_some("…") } else { Some(text) }
}

/// How old the value is, or that it is live; a failure to read it anew is told beside it.
pub(crate) fn age<T>(model: &Model, pane: Pane, remote: &Remote<T>, styles: &Styles) -> Line<'static> {
    let age = remote.read_at().map(|at| age_in_words(model.ui.now, at)).unwrap_or_default();
    let feed = match pane {
        Pane::Workloads => model.watch.feed(WatchSource::Workloads),
        Pane::Events => model.watch.feed(WatchSource::Events),
        _ => &Feed::Silent,
    };
    match remote.standing() {
        Standing::Ready if *feed == Feed::Live => Line::styled("live", styles.dim()),
        Standing::Ready if matches!(feed, Feed::Polled(_)) => {
            Line::styled(format!("read every 10 s · {age}"), styles.dim())
        }
        Standing::Failed(report) => {
            let style = styles.notice(crate::styles::Tone::Error).style;
            let kept = if age.is_empty() { String::new() } else { format!(" · as of {age}") };
            Line::from(Span::styled(format!("failed: {}{kept}", report.title), style))
        }
        Standing::Idle | Standing::Loading(_) | Standing::Ready => Line::styled(age, styles.dim()),
    }
}

/// `now`, `12 s ago`, `3 min ago`, `2 h ago`.
pub(crate) fn age_in_words(now: Timestamp, at: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    match seconds {
        0..10 => "now".to_owned(),
        10..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3600),
    }
}

/// What a list without rows says: that it is loading, why it failed, or how to fill it.
pub(crate) fn placeholder<'a, T>(
    remote: &Remote<T>,
    model: &Model,
    styles: &'a Styles,
    empty: &'a str,
    hint: &'a str,
) -> Placeholder<'a> {
    match remote.standing() {
        Standing::Loading(_) => Placeholder::loading(styles, "reading…", model.ui.spin),
        Standing::Failed(report) => Placeholder::failed(
            styles,
            report.title.clone(),
            report.hint.clone().unwrap_or_else(|| "r reads it again".to_owned()),
        ),
        Standing::Idle if remote.value().is_none() => Placeholder::empty(styles, "not read", hint),
        Standing::Idle | Standing::Ready => Placeholder::empty(styles, empty, hint),
    }
}

/// What a list says whose filter leaves nothing.
pub(crate) fn nothing_fits(styles: &Styles) -> Placeholder<'_> {
    Placeholder::empty(styles, "nothing fits the filter", "Esc clears it")
}

/// A list pane: a frame, and a table of the rows that the filter leaves.
pub(crate) struct List<'a> {
    pub(crate) pane: Pane,
    pub(crate) columns: &'a [Column<'a>],
    pub(crate) empty: &'a str,
    pub(crate) hint: &'a str,
    /// What is to be noticed, for the title.
    pub(crate) warning: Option<Span<'static>>,
}

impl List<'_> {
    /// Draws the items of the remote value, a row each.
    pub(crate) fn draw<'m, T>(
        &self,
        model: &'m Model,
        remote: &'m Remote<Vec<T>>,
        cells: &dyn Fn(&'m T) -> Vec<Line<'m>>,
        area: Rect,
        canvas: &mut Canvas<'_>,
    ) {
        self.draw_rows(model, remote, remote.items(), cells, area, canvas);
    }

    /// Draws rows that are made from the remote value.
    pub(crate) fn draw_rows<'r, T, R>(
        &self,
        model: &Model,
        remote: &Remote<T>,
        items: &'r [R],
        cells: &dyn Fn(&'r R) -> Vec<Line<'r>>,
        area: Rect,
        canvas: &mut Canvas<'_>,
    ) {
        let styles = canvas.styles;
        let shown = model.shown_rows(self.pane);
        let mut frame = frame_of(model, self.pane, remote, items.len(), shown.len(), styles);
        if let Some(warning) = &self.warning {
            frame = frame.warning(warning.clone());
        }
        let inner = frame.inner(area);
        (&frame).render(area, canvas.buf);
        let row = |at: usize| shown.get(at).and_then(|n| items.get(*n)).map(cells).unwrap_or_default();
        let selected = model.nav.selected(self.pane).min(shown.len().saturating_sub(1));
        let table = Table::new(styles, self.columns, shown.len(), &row)
            .selected(Some(selected), focus(model, self.pane))
            .placeholder(if items.is_empty() {
                placeholder(remote, model, styles, self.empty, self.hint)
            } else {
                nothing_fits(styles)
            });
        let scroll = canvas.state.scroll(self.pane);
        (&table).render(inner, canvas.buf, scroll);
        canvas.state.hit(inner, Hit::Rows(self.pane));
    }
}

/// A cell of plain text.
pub(crate) fn cell(text: impl Into<String>, style: ratatui::style::Style) -> Line<'static> {
    Line::styled(text.into(), style)
}
