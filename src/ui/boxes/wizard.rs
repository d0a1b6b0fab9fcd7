//! The signing wizard, page by page.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{open, reader, stacked, text};
use crate::app::Model;
use crate::app::update::signing::signing_keys;
use crate::app::wizard::{Stage, Wizard};
use crate::domain::admission::Outcome;
use crate::ui::state::ViewState;
use crate::ui::styles::{Styles, Tone};
use crate::ui::text::put_line;

const SIZE: (u16, u16) = (100, 26);

pub(super) fn draw(
    model: &Model,
    wizard: &Wizard,
    screen: Rect,
    state: &mut ViewState,
    styles: &Styles,
    frame: &mut Frame<'_>,
) {
    let size = (SIZE.0.min(screen.width.saturating_sub(8)), SIZE.1);
    let inner = open("Sign", size, screen, styles, frame.buffer_mut());
    put_line(frame.buffer_mut(), (inner.x, inner.y), &steps(wizard, styles), usize::from(inner.width));
    let mut lines = page(model, wizard, styles);
    if wizard.busy {
        lines
            .push(Line::styled(format!("{} working… ^C cancels", styles.glyphs.spinner(model.ui.spin)), styles.busy()));
    }
    if let Some(report) = &wizard.error {
        lines.push(Line::default());
        lines.extend(reader::report_lines(report, styles));
    }
    let body = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    stacked(&[text(lines, styles)], wizard.scroll, body, state, styles, frame.buffer_mut());
    if wizard.takes_text() {
        let x = body.x + 12 + u16::try_from(wizard.passphrase.cursor()).unwrap_or(0);
        frame.set_cursor_position(Position::new(x.min(body.right().saturating_sub(1)), body.y + 2));
    }
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

fn page<'a>(model: &'a Model, wizard: &'a Wizard, styles: &'a Styles) -> Vec<Line<'a>> {
    match wizard.stage {
        Stage::Payload => payload(wizard, styles),
        Stage::Key => keys(model, wizard, styles),
        Stage::Passphrase => passphrase(wizard, styles),
        Stage::Signature => signature(wizard, styles),
        Stage::Upload => upload(wizard, styles),
        Stage::Verdict => verdict(wizard, styles),
    }
}

fn fact<'a>(label: &'static str, value: impl Into<std::borrow::Cow<'a, str>>, styles: &Styles) -> Line<'a> {
    Line::from(vec![Span::styled(format!("{label:12}"), styles.dim()), Span::styled(value, styles.text())])
}

fn payload<'a>(wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = vec![
        Line::styled("You are about to vouch for exactly this image. These bytes will be signed:", styles.text()),
        Line::default(),
    ];
    lines.extend(reader::visible_bytes(&wizard.payload, styles));
    lines
}

fn keys<'a>(model: &'a Model, wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = vec![Line::styled("Sign with which key?", styles.text()), Line::default()];
    for (number, key) in signing_keys(model).into_iter().enumerate() {
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

fn passphrase<'a>(wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let mask = styles.glyphs.mask.repeat(wizard.passphrase.len());
    vec![
        Line::styled("The private key is opened for this one signature, and forgotten.", styles.text()),
        Line::default(),
        fact("Passphrase", mask, styles),
        Line::default(),
        fact("Key", wizard.fingerprint.as_str(), styles),
    ]
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
    let text = String::from_utf8_lossy(&wizard.message).into_owned();
    lines.extend(text.lines().map(|line| Line::styled(line.to_owned(), styles.code())));
    lines
}

fn upload<'a>(wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let Some(voucher) = &wizard.voucher else { return Vec::new() };
    let mut lines = vec![
        Line::styled("This is uploaded as an occurrence of kind ATTESTATION:", styles.text()),
        Line::default(),
        fact("Resource", wizard.image.as_str(), styles),
        fact("Note", voucher.note.to_string(), styles),
        fact("Key id", wizard.fingerprint.as_str(), styles),
        fact("Payload", format!("{} bytes", wizard.payload.len()), styles),
        fact("Signature", format!("{} bytes, armored", wizard.message.len()), styles),
        fact("Attestor", voucher.attestor.to_string(), styles),
    ];
    if !wizard.key_is_trusted() {
        let text = format!(
            "{} The attestor does not trust this key: the attestation would count for nothing.",
            styles.glyphs.warning
        );
        lines.push(Line::default());
        lines.push(Line::styled(text, styles.notice(Tone::Warning).style));
    }
    lines.push(Line::default());
    lines.push(Line::styled("Enter uploads it, then asks the attestor whether it verifies.", styles.dim()));
    lines
}

fn verdict<'a>(wizard: &'a Wizard, styles: &Styles) -> Vec<Line<'a>> {
    let name = wizard.voucher.as_ref().map(|v| v.attestor.id().to_owned()).unwrap_or_default();
    match &wizard.verdict {
        Some(Ok(())) => {
            let good = styles.verdict(Outcome::Admit);
            vec![
                Line::styled(format!("{} {name} verifies the attestation.", good.glyph), good.style),
                Line::default(),
                fact("Image", wizard.image.as_str(), styles),
                Line::default(),
                Line::styled(
                    "Where the policy requires this attestor, the image is admitted by this digest.",
                    styles.text(),
                ),
            ]
        }
        Some(Err(reason)) => {
            let bad = styles.verdict(Outcome::Deny);
            vec![
                Line::styled(format!("{} {name} does not verify it:", bad.glyph), bad.style),
                Line::styled(reason.as_str(), styles.text()),
            ]
        }
        None => vec![Line::styled("The attestor has not answered.", styles.dim())],
    }
}
