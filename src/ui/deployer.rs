//! The Deployer's panes: setup and images.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget as _, Widget as _};

use crate::canvas::Canvas;
use crate::shell::list::{List, cell, filter_of, focus, nothing_fits};
use crate::state::Hit;
use crate::styles::{Styles, Tone};
use crate::text::{Cut, put_line};
use crate::widgets::pane::Pane as PaneFrame;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::cluster::setup::Standing;
use app::rows::SetupRow;
use app::shell::tab::Pane;
use domain::admission::Outcome;
use domain::resource::Image;

pub(crate) fn setup(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let shown = model.shown_rows(Pane::Setup);
    let mut frame = PaneFrame::new(styles, Pane::Setup.title()).focus(focus(model, Pane::Setup));
    if let Some(filter) = filter_of(model, Pane::Setup) {
        frame = frame.filter(filter, shown.len(), SetupRow::ALL.len());
    }
    let inner = frame.inner(area);
    (&frame).render(area, canvas.buf);
    if model.is_setup_folded() {
        put_line(
            canvas.buf,
            (inner.x + 1, inner.y),
            &finished(model, styles),
            usize::from(inner.width.saturating_sub(1)),
        );
        canvas.state.hit(inner, Hit::Rows(Pane::Setup));
        return;
    }
    let columns = [Column::fixed("", 2), Column::fixed("", 18), Column::flexible("", 20, 60)];
    let row = |at: usize| {
        let row = shown.get(at).and_then(|number| SetupRow::ALL.get(*number));
        row.map(|row| setup_cells(model, *row, styles)).unwrap_or_default()
    };
    let selected = model.nav.selected(Pane::Setup).min(shown.len().saturating_sub(1));
    let table = Table::new(styles, &columns, shown.len(), &row)
        .selected(Some(selected), focus(model, Pane::Setup))
        .placeholder(nothing_fits(styles));
    (&table).render(inner, canvas.buf, canvas.state.scroll(Pane::Setup));
    canvas.state.hit(inner, Hit::Rows(Pane::Setup));
}

/// The whole setup in a line.
fn finished(model: &Model, styles: &Styles) -> Line<'static> {
    let project = model.session.project.as_ref().map(ToString::to_string);
    let cluster = model.session.cluster_key();
    let names = project.into_iter().chain(cluster).chain(["enforced".to_owned()]).collect::<Vec<_>>();
    Line::from(vec![
        Span::styled(format!("{} ", styles.glyphs.checked), styles.verdict(Outcome::Admit).style),
        Span::styled(names.join(&format!(" {} ", styles.glyphs.separator)), styles.text()),
        Span::styled("  Enter opens", styles.dim()),
    ])
}

fn setup_cells(model: &Model, row: SetupRow, styles: &Styles) -> Vec<Line<'static>> {
    let (glyph, style, text) = match model.setup_standing(row) {
        Standing::Done(text) => (styles.glyphs.checked, styles.verdict(Outcome::Admit).style, text),
        Standing::Open(text) => (styles.glyphs.unchecked, styles.dim(), text),
        Standing::Odd(text) => (styles.glyphs.warning, styles.notice(Tone::Warning).style, text),
        Standing::Unknown => (styles.glyphs.unknown, styles.dim(), "not known yet".to_owned()),
    };
    vec![cell(glyph, style), cell(row.title(), styles.text()), cell(text, styles.dim())]
}

pub(crate) fn images(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns = [
        Column::flexible("repository", 16, 36).cut(Cut::Start),
        Column::flexible("tags", 6, 10),
        Column::fixed("digest", 14),
        Column::fixed("attested by", 14).drop(2),
    ];
    let list = List {
        pane: Pane::Images,
        columns: &columns,
        empty: "no images",
        hint: "b builds and pushes the codelab's image",
        warning: None,
    };
    let cells = |image: &Image| -> Vec<Line<'_>> {
        let chosen = model.session.image.as_ref().and_then(|i| i.digest()) == Some(&image.digest);
        let name = if chosen { styles.strong() } else { styles.text() };
        vec![
            cell(image.repository.clone(), name),
            cell(image.tags.join(" "), styles.link()),
            cell(format!("{}…", image.digest.short(12)), styles.code()),
            cell(attested_by(model, image), styles.dim()),
        ]
    };
    list.draw(model, &model.session.remotes.images, &cells, area, canvas);
}

/// How many attestations on the selected attestor's note name the digest; who made them is not
/// verified here, so it does not say that they count.
fn attested_by(model: &Model, image: &Image) -> String {
    let Some(attestations) = model.session.remotes.attestations.value() else { return "?".to_owned() };
    let count = attestations.iter().filter(|a| a.resource_uri.ends_with(image.digest.as_str())).count();
    match (count, model.selected_attestor()) {
        (0, _) | (_, None) => "–".to_owned(),
        (_, Some(attestor)) => attestor.name.id().to_owned(),
    }
}
