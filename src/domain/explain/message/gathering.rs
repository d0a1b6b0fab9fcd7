//! A text that is too long to be held: what its parts say, one after the other.

use super::assemble::{Merge, Pieces};
use super::objects::{self, Found};
use super::refusal::Reading;
use super::settled;

/// What was read so far. It holds each refusal once, and of the text no more than a message.
#[derive(Debug, Default)]
pub struct Gathering {
    found: Found,
    merge: Merge,
    words: Pieces,
    /// Whether something was read as words.
    has_words: bool,
    unreadable: usize,
}

impl Gathering {
    /// Takes an object, as JSON or YAML; one that is none is counted.
    pub fn object(&mut self, text: &str) {
        let Some(values) = objects::values(text) else {
            self.unreadable += 1;
            return;
        };
        for value in &values {
            self.found.visit(value, 0);
        }
        for case in self.found.take_cases() {
            self.merge.take(case);
        }
    }

    /// Takes lines of a text that is no object, in their order.
    pub fn lines(&mut self, text: &str) {
        self.has_words = true;
        for case in self.words.take(text) {
            self.merge.take(case);
        }
    }

    /// Counts an object that cannot be read.
    pub fn broken(&mut self) {
        self.unreadable += 1;
    }

    /// Everything that was said.
    pub fn finish(mut self) -> Reading {
        for case in self.words.finish() {
            self.merge.take(case);
        }
        let (cases, left_out) = self.merge.finish();
        let mut reading = self.found.reading(cases);
        if reading.cases.is_empty() && self.has_words {
            reading.unknown.push("not understood: no message in it is known".to_owned());
        }
        if self.unreadable > 0 {
            let told = format!("{} objects of the text cannot be read: what they say is missing here", self.unreadable);
            reading.unread.push(told);
        }
        if left_out > 0 {
            reading.unread.push(format!("{left_out} more refusals are in the text, and not told"));
        }
        settled(reading, None)
    }
}
