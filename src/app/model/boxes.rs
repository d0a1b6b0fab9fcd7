//! Opening the boxes that any feature may open: a form, a question, a list to choose from.

use super::Model;
use crate::effect::Effect;
use crate::job::Job;
use crate::overlay::{Confirm, Entry, Overlay, Picker};
use crate::shell::form::FormBox;
use crate::submission::Submit;

impl Model {
    /// Opens a form.
    pub(crate) fn open_form(&mut self, form: impl Submit<Self> + 'static) -> Vec<Effect> {
        self.overlays.push(Overlay::Form(FormBox::new(Box::new(form))));
        Vec::new()
    }

    /// Shows what will happen, and asks.
    pub(crate) fn ask(&mut self, title: &str, lines: Vec<String>, jobs: Vec<Job>) -> Vec<Effect> {
        self.ask_what(Confirm { title: title.to_owned(), lines, jobs, ..Confirm::default() })
    }

    /// The same where a yes takes something away, or lets something in.
    pub(crate) fn ask_danger(&mut self, title: &str, lines: Vec<String>, jobs: Vec<Job>) -> Vec<Effect> {
        self.ask_what(Confirm { title: title.to_owned(), lines, jobs, danger: true, ..Confirm::default() })
    }

    fn ask_what(&mut self, confirm: Confirm) -> Vec<Effect> {
        self.overlays.push(Overlay::Confirm(Box::new(confirm)));
        Vec::new()
    }

    /// Opens a list to choose from.
    pub(crate) fn open_picker(&mut self, title: &str, entries: Vec<Entry>) -> Vec<Effect> {
        let mut picker = Picker { title: title.to_owned(), entries, ..Picker::default() };
        picker.refilter();
        self.overlays.push(Overlay::Picker(Box::new(picker)));
        Vec::new()
    }
}
