//! The signing wizard, page by page.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget as _, Widget as _};

use crate::canvas::Canvas;
use crate::shell::frame::{draw_parts, open, text};
use crate::shell::reader;
use crate::styles::{Styles, Tone};
use crate::text::{narrow, put_line};
use crate::widgets::busy::Spinner;
use crate::widgets::facts::Facts;
use crate::widgets::field::Content;
use crate::widgets::form::{Form, FormField, Input};
use crate::widgets::stack::Part;
use app::Model;
use app::sign::state::{Stage, Wizard};
use domain::admission::Outcome;
use domain::attestation::signature_text;

const SIZE: (u16, u16) = (100, 26);

pub(crate) fn draw(model: &Model, wizard: &Wizard, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let inner = open("Sign", SIZE, screen, canvas);
    put_line(canvas.buf, (inner.x, inner.y), &steps(wizard, styles), usize::from(inner.width));
    let mut body = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    if wizard.busy && body.height > 2 {
        body.height -= 2;
        let row = Rect { y: inner.bottom() - 1, height: 1, ..inner };
        (&Spinner { styles, step: model.ui.spin, label: "working… ^C cancels" }).render(row, canvas.buf);
    }
    if wizard.stage == Stage::Passphrase {
        body = passphrase(wizard, body, canvas);
    }
    let mut parts = page(model, wizard, styles);
    if let Some(report) = &wizard.error {
        let mut lines = vec![Line::default()];
        lines.extend(reader::report_lines(report, styles));
        parts.push(text(lines, styles));
    }
    draw_parts(&parts, wizard.scroll, body, canvas);
}

/// The field for the passphrase, and what is left below it.
fn passphrase(wizard: &Wizard, area: Rect, canvas: &mut Canvas<'_>) -> Rect {
    let styles = canvas.styles;
    let help = format!("Opens the key {} for this one signature, and is forgotten.", wizard.fingerprint);
    let input = Input::Line { content: Content::Secret(&wizard.passphrase), placeholder: "" };
    let fields = [FormField { label: "Passphrase", input, help: &help, error: None }];
    let form = Form { styles, fields: &fields, focused: usize::from(wizard.busy) };
    let height = narrow(form.height(area.width)).min(area.height);
    (&form).render(Rect { height, ..area }, canvas.buf, &mut canvas.state.form);
    if let Some(cursor) = canvas.state.form.cursor() {
        canvas.cursor = Some(cursor);
    }
    Rect { y: area.y + height, height: area.height - height, ..area }
}

/// Where we are: what is done, what is now, what is to come.
fn steps(wizard: &Wizard, styles: &Styles) -> Line<'static> {
    let mut spans = Vec::new();
    for stage in Stage::ALL {
        let (mark, style) = match stage.cmp(&wizard.stage) {
            std::cmp::Ordering::Less => (styles.glyphs.admit, styles.verdict(Outcome::Admit).style),
            std::cmp::Ordering::Equal => (styles.glyphs.pointer, styles.strong()),
            std::cmp::Ordering::Greater => (styles.glyphs.bullet, styles.dim()),
        };
        spans.push(Span::styled(format!("{mark} {}  ", stage.title()), style));
    }
    Line::from(spans)
}

fn page<'a>(model: &'a Model, wizard: &'a Wizard, styles: &'a Styles) -> Vec<Part<'a>> {
    match wizard.stage {
        Stage::Payload => payload(wizard, styles),
        Stage::Key => vec![text(keys(model, wizard, styles), styles)],
        Stage::Passphrase => Vec::new(),
        Stage::Signature => vec![text(signature(wizard, styles), styles)],
        Stage::Upload => upload(wizard, styles),
        Stage::Verdict => verdict(wizard, styles),
    }
}

fn fact<'a>(label: &'a str, value: impl Into<Cow<'a, str>>, styles: &Styles) -> (&'a str, Line<'a>) {
    (label, Line::styled(value, styles.text()))
}

fn payload<'a>(wizard: &'a Wizard, styles: &'a Styles) -> Vec<Part<'a>> {
    let intro = "You are about to vouch for exactly this image. These bytes will be signed:";
    let mut parts = vec![text(vec![Line::styled(intro, styles.text()), Line::default()], styles)];
    parts.extend(reader::exact_bytes(&wizard.payload, styles));
    parts
}

fn keys<'a>(model: &'a Model, wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = vec![Line::styled("Sign with which key?", styles.text()), Line::default()];
    for (number, key) in model.session.remotes.signing_keys().into_iter().enumerate() {
        let chosen = number == wizard.key;
        let mark = if chosen { styles.glyphs.pointer } else { " " };
        let style = if chosen { styles.strong() } else { styles.text() };
        lines.push(Line::from(vec![
            Span::styled(format!("{mark} "), styles.key()),
            Span::styled(key.user_id.clone(), style),
            Span::styled(format!("  {}", key.algorithm), styles.dim()),
        ]));
        let trusted = wizard.voucher.as_ref().is_some_and(|v| v.key_ids.contains(&key.fingerprint));
        let note = match &wizard.voucher {
            Some(voucher) if trusted => format!("trusted by {}", voucher.attestor.id()),
            Some(voucher) => format!("NOT trusted by {}: it would count for nothing", voucher.attestor.id()),
            None => "no attestor is selected".to_owned(),
        };
        let note_style = if trusted { styles.dim() } else { styles.notice(Tone::Warning).style };
        lines.push(Line::from(vec![
            Span::styled(format!("    {}  ", key.fingerprint), styles.code()),
            Span::styled(note, note_style),
        ]));
    }
    lines
}

fn signature<'a>(wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let good = styles.verdict(Outcome::Admit);
    let mut lines = vec![
        Line::styled(format!("{} verified here: the key signed exactly the payload", good.glyph), good.style),
        Line::default(),
    ];
    for warning in &wizard.warnings {
        lines.push(Line::styled(format!("{} {warning}", styles.glyphs.warning), styles.notice(Tone::Warning).style));
    }
    let text = signature_text(&wizard.message);
    lines.extend(text.lines().map(|line| Line::styled(line.to_owned(), styles.code())));
    lines
}

fn upload<'a>(wizard: &'a Wizard, styles: &'a Styles) -> Vec<Part<'a>> {
    let Some(voucher) = &wizard.voucher else { return Vec::new() };
    let head = Line::styled("This is uploaded as an occurrence of kind ATTESTATION:", styles.text());
    let rows = vec![
        fact("Resource", wizard.image.as_str(), styles),
        fact("Note", voucher.note.to_string(), styles),
        fact("Key id", wizard.fingerprint.as_str(), styles),
        fact(
            "Payload",
            format!("{} bytes; {} of signature, armored", wizard.payload.len(), wizard.message.len()),
            styles,
        ),
        fact("Attestor", voucher.attestor.to_string(), styles),
    ];
    let mut below = vec![Line::default()];
    if !wizard.key_is_trusted() {
        let warning = "The attestor does not trust this key: the attestation would count for nothing.";
        let style = styles.notice(Tone::Warning).style;
        below.extend([Line::styled(format!("{} {warning}", styles.glyphs.warning), style), Line::default()]);
    }
    below.push(Line::styled("Enter uploads it, then asks the attestor whether it verifies.", styles.dim()));
    vec![text(vec![head, Line::default()], styles), Part::Facts(Facts { styles, rows }), text(below, styles)]
}

fn verdict<'a>(wizard: &'a Wizard, styles: &'a Styles) -> Vec<Part<'a>> {
    let name = wizard.voucher.as_ref().map(|v| v.attestor.id().to_owned()).unwrap_or_default();
    match &wizard.verdict {
        Some(Ok(())) => {
            let good = styles.verdict(Outcome::Admit);
            let head = Line::styled(format!("{} {name} verifies the attestation.", good.glyph), good.style);
            let rows = vec![fact("Image", wizard.image.as_str(), styles)];
            let below = "Where the policy requires this attestor, the image is admitted by this digest.";
            vec![
                text(vec![head, Line::default()], styles),
                Part::Facts(Facts { styles, rows }),
                text(vec![Line::default(), Line::styled(below, styles.text())], styles),
            ]
        }
        Some(Err(reason)) => {
            let bad = styles.verdict(Outcome::Deny);
            let head = Line::styled(format!("{} {name} does not verify it:", bad.glyph), bad.style);
            vec![text(vec![head, Line::styled(reason.as_str(), styles.text())], styles)]
        }
        None => vec![text(vec![Line::styled("The attestor has not answered.", styles.dim())], styles)],
    }
}
