//! The form into which a message is pasted.

use crate::model::Model;
use crate::shell::form::{Form, PasteField, fields};
use crate::submission::{Submission, Submit};
use domain::explain::message::decode;

#[derive(Debug)]
pub(crate) struct MessageForm {
    text: PasteField,
}

impl MessageForm {
    pub(crate) fn new() -> Self {
        Self { text: PasteField::new("Message", "", "paste it; Enter explains it") }
    }
}

impl Form for MessageForm {
    fields!(text);

    fn title(&self) -> &'static str {
        "Explain a message"
    }

    fn intro(&self) -> &'static str {
        "A line of kubectl, an event, an audit log entry, an error of Cloud Run: with whatever is around it."
    }
}

impl Submit<Model> for MessageForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let text = self.text.text();
        if text.trim().is_empty() {
            return Err(self.text.refuse("there is nothing to explain: paste a message"));
        }
        Ok(model.open_explanation(decode(&text)))
    }
}
