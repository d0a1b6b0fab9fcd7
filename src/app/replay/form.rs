//! The form of a replay: which entries, and under which policy.

use crate::decision::state::LiveOrDraft;
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::replay;
use crate::replay::state::{Entries, ReplayAsk, ReplayProgress, ReplayRun};
use crate::shell::form::{ChoiceField, Form, Refused, TextField, fields};
use crate::submission::{Submission, Submit};
use domain::policy::Policy;
use domain::policy_change::Dated;

#[derive(Debug)]
pub(crate) struct ReplayForm {
    path: TextField,
    policy: ChoiceField<LiveOrDraft>,
}

impl ReplayForm {
    pub(crate) fn new(model: &Model) -> Self {
        let path = "a path, from where the workbench was started; empty: the project's own log";
        let policies = [LiveOrDraft::Draft, LiveOrDraft::Live].map(|policy| (policy, policy.as_str()));
        let policy = "what the log's verdicts are held against";
        Self {
            path: TextField::new("File", &model.replay.path, path),
            policy: ChoiceField::new("Under", LiveOrDraft::Draft, policies, policy),
        }
    }

    fn entries(&mut self, model: &Model) -> Result<Entries, Refused> {
        match (self.path.text(), model.session.project.clone()) {
            ("", Some(project)) => Ok(Entries::Log(project)),
            ("", None) => Err(self.path.refuse("a path is needed, as no project is chosen")),
            (path, _) => Ok(Entries::File(path.to_owned())),
        }
    }

    fn policy(&mut self, model: &mut Model) -> Result<Policy, Refused> {
        model.draft.read_now();
        let (policy, why) = match self.policy.value() {
            LiveOrDraft::Draft => (model.draft.policy(), "the draft is no policy yet"),
            LiveOrDraft::Live => (model.session.live_policy(), "the live policy is not known"),
        };
        policy.cloned().ok_or_else(|| self.policy.refuse(why))
    }
}

impl Form for ReplayForm {
    fields!(path, policy);

    fn title(&self) -> &'static str {
        "Replay audit log entries"
    }

    fn intro(&self) -> &'static str {
        "Audit log entries as gcloud logging read --format=json prints them, or one a line. Each admission is decided again, and under the policy of its time as far as the history knows it."
    }
}

impl Submit<Model> for ReplayForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let entries = self.entries(model)?;
        let policy = self.policy(model)?;
        let ask = ReplayAsk {
            entries,
            policy,
            system: model.session.system_policy(),
            evidence: model.preview.evidence().clone(),
            past: model.history.versions.iter().map(Dated::from).collect(),
        };
        let ticket = model.next_ticket();
        let before = model.replay.ticket.map(Effect::Cancel);
        model.replay = ReplayRun {
            ticket: Some(ticket),
            title: ask.entries.title(),
            path: self.path.text().to_owned(),
            policy: self.policy.value().as_str(),
            progress: ReplayProgress::default(),
            result: None,
        };
        model.overlays.push(Overlay::reader("Replay of audit log entries", Body::Replay));
        Ok(before.into_iter().chain([Effect::Replay(replay::Effect::Replay(ticket, Box::new(ask)))]).collect())
    }
}
