//! Which boxes were on the screen when something was typed.
//!
//! A question that nobody has seen is not answered: a key that was typed before the frame in which it stood first is no
//! answer to it. And what was typed before a box rose by itself goes where it was meant to go, below it.
//!
//! Uses `app` alone.

use std::time::Instant;

use app::Model;
use app::boxes::Question;
use app::msg::{Mouse, Msg, TerminalEvent};

/// What was seen, frame by frame.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The question of the last frame.
    drawn: Option<Question>,
    /// How many boxes on top of the last frame had risen by themselves.
    drawn_risen: usize,
    /// Since when the screen shows this question, and the boxes that rose; `None`, from the beginning.
    since: Option<Instant>,
    /// The question that stood on the screen when the last was read that had been typed.
    read: Option<Question>,
    /// How many boxes on top rose by themselves since then.
    risen: usize,
    /// The question that may be answered by what is dealt with now.
    answerable: Option<Question>,
    /// How many boxes on top it is not for.
    above: usize,
}

impl Seen {
    /// A frame was drawn, and was on the screen at this moment.
    pub(super) fn drawn(&mut self, model: &Model, at: Instant) {
        let question = model.question(0);
        if question != self.drawn || self.risen > self.drawn_risen {
            self.since = Some(at);
        }
        (self.drawn, self.drawn_risen) = (question, self.risen);
    }

    /// Something happened that nobody typed; there were this many boxes before.
    pub(super) fn happened(&mut self, boxes: usize, model: &Model) {
        let now = model.overlays.len();
        self.risen = (self.risen + now.saturating_sub(boxes)).min(now);
    }

    /// Something was typed, and came at this moment; `None`, just now.
    pub(super) fn begin(&mut self, came: Option<Instant>) {
        let is_early = came.zip(self.since).is_some_and(|(came, since)| came < since);
        if is_early || self.risen > self.drawn_risen {
            self.answerable.clone_from(&self.read);
            self.above = self.risen;
        } else {
            self.answerable.clone_from(&self.drawn);
            self.above = 0;
        }
    }

    /// All of it was dealt with; `more`, if more of it waits.
    pub(super) fn end(&mut self, more: bool) {
        if !more {
            self.read.clone_from(&self.drawn);
            (self.risen, self.drawn_risen) = (0, 0);
        }
    }

    /// What an event is for.
    pub(super) fn aim(&self, event: TerminalEvent, model: &Model) -> Msg {
        let above = self.above.min(model.overlays.len());
        let question = model.question(above);
        let is_answer = is_click(&event) || matches!(event, TerminalEvent::Key(_) | TerminalEvent::Paste(_));
        let is_unseen = question.is_some() && question != self.answerable;
        Msg::Terminal(match event {
            // What a click hits was seen on top.
            event if is_answer && (is_unseen || above > 0 && is_click(&event)) => TerminalEvent::Early,
            event if is_answer && above > 0 => TerminalEvent::Below(above, Box::new(event)),
            event => event,
        })
    }
}

fn is_click(event: &TerminalEvent) -> bool {
    matches!(event, TerminalEvent::Mouse(Mouse::Click(_)))
}
