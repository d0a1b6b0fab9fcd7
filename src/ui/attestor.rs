//! The Attestor's panes: attestors, notes, attestations, keys.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::canvas::Canvas;
use crate::shell::list::{List, cell};
use crate::styles::Tone;
use crate::text::Cut;
use crate::widgets::table::Column;
use app::Model;
use app::shell::tab::Pane;
use domain::admission::Outcome;
use domain::attestation::Attestation;
use domain::attestor::Attestor;
use domain::resource::{LocalKey, Note};

pub(crate) fn attestors(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns = [
        Column::flexible("attestor", 14, 26),
        Column::flexible("note", 12, 22),
        Column::fixed("keys", 4).right(),
        Column::fixed("may read the note", 17),
    ];
    let list =
        List { pane: Pane::Attestors, columns: &columns, empty: "no attestors", hint: "n creates one", warning: None };
    let cells = |attestor: &Attestor| -> Vec<Line<'_>> {
        let keys = if attestor.keys.is_empty() { styles.notice(Tone::Warning).style } else { styles.text() };
        let (grant, style) = match model.session.remotes.may_read_note(attestor) {
            Some(true) => ("yes", styles.verdict(Outcome::Admit).style),
            Some(false) => ("NO: G grants", styles.verdict(Outcome::Deny).style),
            None => ("not known", styles.dim()),
        };
        vec![
            cell(attestor.name.id(), styles.text()),
            cell(attestor.note.id(), styles.dim()),
            cell(attestor.keys.len().to_string(), keys),
            cell(grant, style),
        ]
    };
    list.draw(model, &model.session.remotes.attestors, &cells, area, canvas);
}

pub(crate) fn notes(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns =
        [Column::flexible("note", 14, 26), Column::flexible("says", 12, 40), Column::fixed("viewers", 7).right()];
    let list = List { pane: Pane::Notes, columns: &columns, empty: "no notes", hint: "n creates one", warning: None };
    let cells = |note: &Note| -> Vec<Line<'_>> {
        let viewers = note.viewers.as_ref().map_or_else(|| "?".to_owned(), |list| list.len().to_string());
        vec![
            cell(note.name.id(), styles.text()),
            cell(note.human_readable_name.clone(), styles.dim()),
            cell(viewers, styles.dim()),
        ]
    };
    list.draw(model, &model.session.remotes.notes, &cells, area, canvas);
}

pub(crate) fn attestations(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns = [
        Column::flexible("image", 20, 40).cut(Cut::Middle),
        Column::flexible("signed by", 12, 18).cut(Cut::Middle),
        Column::fixed("made", 16).drop(1),
    ];
    let list = List {
        pane: Pane::Attestations,
        columns: &columns,
        empty: "no attestations",
        hint: "s signs the chosen image",
        warning: None,
    };
    let cells = |attestation: &Attestation| -> Vec<Line<'_>> {
        let keys: Vec<&str> = attestation.signatures.iter().map(|s| s.public_key_id.as_str()).collect();
        let made: String =
            attestation.create_time.clone().unwrap_or_default().replace('T', " ").chars().take(16).collect();
        vec![
            cell(attestation.resource_uri.clone(), styles.text()),
            cell(keys.join(" "), styles.code()),
            cell(made, styles.dim()),
        ]
    };
    list.draw(model, &model.session.remotes.attestations, &cells, area, canvas);
}

pub(crate) fn keys(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let columns = [
        Column::flexible("user", 16, 34),
        Column::fixed("algorithm", 9),
        Column::flexible("fingerprint", 12, 18).cut(Cut::Middle),
        Column::fixed("private", 7),
        Column::fixed("trusted by", 12).drop(1),
    ];
    let list = List {
        pane: Pane::Keys,
        columns: &columns,
        empty: "no keys",
        hint: "n makes one, I imports one",
        warning: None,
    };
    let cells = |key: &LocalKey| -> Vec<Line<'_>> {
        let user = if key.warnings.is_empty() { styles.text() } else { styles.notice(Tone::Warning).style };
        vec![
            cell(key.user_id.clone(), user),
            cell(key.algorithm.clone(), styles.dim()),
            cell(key.fingerprint.clone(), styles.code()),
            cell(if key.can_sign { "here" } else { "–" }, styles.dim()),
            cell(trusted_by(model, key), styles.dim()),
        ]
    };
    list.draw(model, &model.session.remotes.keys, &cells, area, canvas);
}

/// The attestors that trust the key.
fn trusted_by(model: &Model, key: &LocalKey) -> String {
    let attestors = model.session.remotes.attestors.items().iter();
    let trusting = attestors.filter(|a| a.keys.iter().any(|k| k.id == key.fingerprint));
    let names: Vec<&str> = trusting.map(|attestor| attestor.name.id()).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(" ") }
}
