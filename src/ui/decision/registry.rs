//! The box with what tags mean and with the platforms of an index.

use ratatui::text::Line;

use crate::styles::{Styles, Tone};
use app::Model;
use app::decision::registry;
use app::decision::registry::Weight;

pub(crate) fn lines<'a>(model: &Model, styles: &Styles) -> Vec<Line<'a>> {
    let style = |weight| match weight {
        Weight::Heading => styles.strong(),
        Weight::Plain => styles.text(),
        Weight::Good => styles.notice(Tone::Success).style,
        Weight::Bad => styles.notice(Tone::Error).style,
        Weight::Warning => styles.notice(Tone::Warning).style,
        Weight::Dim => styles.dim(),
    };
    registry::lines(model).into_iter().map(|line| Line::styled(line.text, style(line.weight))).collect()
}
