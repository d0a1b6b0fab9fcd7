//! Starting and ending work: jobs, notices, copies.

use super::Model;
use crate::effect::Effect;
use crate::job::Job;
use crate::shell::notice::Weight;
use crate::work::Purpose;
use domain::text::printable_lines;

impl Model {
    /// Starts jobs, and writes them to the command log.
    pub(crate) fn run(&mut self, jobs: Vec<Job>, purpose: Purpose) -> Vec<Effect> {
        if jobs.is_empty() {
            return Vec::new();
        }
        let ticket = self.next_ticket();
        self.log.start(ticket, &jobs, self.ui.now);
        self.works.start(ticket, jobs.clone(), purpose);
        vec![Effect::Run(ticket, jobs)]
    }

    /// Starts one job, for whose end a notice is enough.
    pub(crate) fn run_job(&mut self, job: Job) -> Vec<Effect> {
        self.run(vec![job], Purpose::Plain)
    }

    /// Shows a notice in the footer.
    pub(crate) fn say(&mut self, weight: Weight, text: impl Into<String>) {
        let now = self.ui.now;
        self.notices.say(weight, text, now);
    }

    /// Copies; says no more than can be known.
    pub(crate) fn copy(&mut self, text: String) -> Vec<Effect> {
        if printable_lines(&text).contains(char::REPLACEMENT_CHARACTER) && !text.contains(char::REPLACEMENT_CHARACTER) {
            let what = "copied, with \u{fffd} for what a terminal would obey (OSC 52), and in clipboard.txt";
            self.say(Weight::Warning, what);
        } else {
            self.say(Weight::Info, "copied (OSC 52), and in clipboard.txt");
        }
        vec![Effect::Copy(text)]
    }
}
