//! The box in which a workload is mended: what is changed, what came of trying it, and how it stands since.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::canvas::Canvas;
use crate::shell::frame::{draw_parts, open, text};
use crate::shell::reader::answers;
use crate::styles::{Styles, Tone};
use crate::text::narrow;
use crate::widgets::confirm::layout;
use crate::widgets::stack::Stack;
use app::Model;
use app::action::Action;
use app::fix::mend::{Mend, MendStage};
use app::fix::mend_lines::{MendLine, MendLook};
use app::shell::action::BoxAction;
use domain::admission::Outcome;

const WIDE: u16 = 116;

pub(crate) fn draw(model: &Model, mend: &Mend, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let lines = model.mend_lines(mend).into_iter().map(|line| drawn(line, styles)).collect();
    let parts = [text(lines, styles)];
    let wide = WIDE.min(screen.width.saturating_sub(6));
    let height = Stack { styles, parts: &parts }.height(wide) + 2;
    let title = format!("Mend {} in {}", mend.patch.id, mend.patch.id.namespace);
    let inner = open(&title, (WIDE, narrow(height)), screen, canvas);
    let (body, row) = layout(inner);
    draw_parts(&parts, mend.scroll, body, canvas);
    let send = Action::Fix(app::fix::Action::Mend);
    let close = Action::Box(BoxAction::Close);
    if matches!(mend.stage, MendStage::Tried(_)) {
        answers(&[send, close], mend.patch.breaks_the_glass().then_some(send), row, canvas);
    } else {
        answers(&[close], None, row, canvas);
    }
}

fn drawn((look, text): MendLine, styles: &Styles) -> Line<'static> {
    let verdict = |outcome| styles.verdict(outcome);
    let (sign, style): (&str, Style) = match look {
        MendLook::Plain => ("", styles.text()),
        MendLook::Dim => ("", styles.dim()),
        MendLook::Code => ("", styles.code()),
        MendLook::Good => (styles.glyphs.admit, verdict(Outcome::Admit).style),
        MendLook::Bad => (styles.glyphs.deny, verdict(Outcome::Deny).style),
        MendLook::Warning => (styles.glyphs.warning, styles.notice(Tone::Warning).style),
        MendLook::Busy => (styles.glyphs.bullet, styles.busy()),
    };
    let text = if sign.is_empty() { text } else { format!("{sign} {text}") };
    Line::styled(text, style)
}
