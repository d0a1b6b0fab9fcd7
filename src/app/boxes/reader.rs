//! The box with a text to read: what can be done with it depends on what it shows.

use super::BoxState;
use crate::action::Context;
use crate::decision;
use crate::decision::registry;
use crate::decision::state::Under;
use crate::effect::Effect;
use crate::keymap::specs;
use crate::model::Model;
use crate::overlay::{Body, Reader};
use crate::review::state::ReviewFormat;
use crate::shell::offset::Offset;
use crate::{replay, review};

impl BoxState for Reader {
    fn contexts(&self) -> &'static [Context] {
        match &self.body {
            Body::Review => &[Context::Review, Context::Scroll],
            Body::BreakGlass(_) => &[Context::BreakGlass, Context::Scroll],
            Body::CommandLog => &[Context::CommandLog, Context::Scroll],
            Body::Prose(_)
            | Body::Code(_)
            | Body::Bytes(_)
            | Body::Diff { .. }
            | Body::Decisions(_)
            | Body::Replay
            | Body::Registry
            | Body::Help
            | Body::ApiLog
            | Body::Report(_)
            | Body::Against
            | Body::Decision(_) => &[Context::Scroll],
        }
    }

    fn scroll(&mut self) -> Option<&mut Offset> {
        Some(&mut self.scroll)
    }

    fn text(&self, model: &Model) -> Option<String> {
        Some(match &self.body {
            Body::Prose(text) | Body::Code(text) => text.clone(),
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Body::Diff { after, .. } => after.clone(),
            Body::Decisions(both) => {
                format!("Live policy:\n{}\nDraft:\n{}", both.live.trace, both.draft.trace)
            }
            Body::Review => {
                let result = model.review.result.as_ref();
                result.map(|reviewed| reviewed.text(ReviewFormat::Markdown)).unwrap_or_default()
            }
            Body::Replay => replay::act::text(model),
            Body::Help => help_text(),
            Body::CommandLog => model.log.script(),
            Body::ApiLog => model.ui.requests.join("\n"),
            Body::Report(report) => report.line(),
            Body::Against => {
                decision::act::transcript(model, Under::Version, decision::act::Form::Plain).unwrap_or_default()
            }
            Body::Registry => registry::lines(model).into_iter().map(|line| line.text + "\n").collect::<String>(),
            Body::Decision(decision) => decision.trace.to_string(),
            Body::BreakGlass(composed) => composed.manifest(),
        })
    }

    fn leave(&self, model: &mut Model) -> Vec<Effect> {
        match &self.body {
            Body::Review => review::act::leave(model),
            Body::Replay => replay::act::leave(model),
            Body::Prose(_)
            | Body::Code(_)
            | Body::Bytes(_)
            | Body::Diff { .. }
            | Body::Decisions(_)
            | Body::Registry
            | Body::Help
            | Body::CommandLog
            | Body::ApiLog
            | Body::Report(_)
            | Body::Against
            | Body::BreakGlass(_)
            | Body::Decision(_) => Vec::new(),
        }
    }
}

/// Every key as text.
fn help_text() -> String {
    specs().map(|spec| format!("{:12} {}\n", spec.all_keys(), spec.help)).collect()
}
