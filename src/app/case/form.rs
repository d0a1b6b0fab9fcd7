//! The form of a case: in which form, under which policy, and where to.

use crate::decision::state::LiveOrDraft;
use crate::job::{FileTarget, Job};
use crate::model::Model;
use crate::overlay::{Confirm, Overlay};
use crate::shell::form::{ChoiceField, Form, Refused, TextField, fields};
use crate::submission::{Submission, Submit};
use domain::case::{CaseSource, Made, Redaction, make, markdown};
use domain::policy::Policy;
use domain::what_if::Assumption;

/// The forms that a case is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CaseFormat {
    Json,
    Markdown,
}

#[derive(Debug)]
pub(crate) struct CaseForm {
    format: ChoiceField<CaseFormat>,
    policy: ChoiceField<LiveOrDraft>,
    path: TextField,
}

impl CaseForm {
    pub(crate) fn new() -> Self {
        let formats = [
            (CaseFormat::Json, "case file (JSON), which countersign case opens"),
            (CaseFormat::Markdown, "Markdown, for the ticket"),
        ];
        let policies = [LiveOrDraft::Live, LiveOrDraft::Draft].map(|policy| (policy, policy.as_str()));
        let path = "a path; relative to where the workbench was started";
        Self {
            format: ChoiceField::new("As", CaseFormat::Json, formats, ""),
            policy: ChoiceField::new("Under", LiveOrDraft::Live, policies, "whose decision it is"),
            path: TextField::new("File", "case.json", path),
        }
    }

    fn made(&mut self, model: &Model) -> Result<Made, Refused> {
        let (policy, why) = match self.policy.value() {
            LiveOrDraft::Live => (live(model), "the live policy is not known"),
            LiveOrDraft::Draft => (model.draft.policy(), "the draft is no policy yet"),
        };
        let policy = policy.ok_or_else(|| self.policy.refuse(why))?;
        let made = made(model, policy, self.policy.value().as_str());
        made.ok_or_else(|| self.path.refuse("there is no image any more: i chooses one"))
    }
}

impl Form for CaseForm {
    fields!(format, policy, path);

    fn title(&self) -> &'static str {
        "Write a case"
    }

    fn intro(&self) -> &'static str {
        "One file with the request, the policy, what was found out about attestations, and the decision: redacted, with hashes, and it gives the same decision wherever it is opened. What is in it is shown before it is written."
    }
}

impl Submit<Model> for CaseForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let path = self.path.required("a path is needed")?;
        let made = self.made(model)?;
        let text = match self.format.value() {
            CaseFormat::Json => made.file.text(),
            CaseFormat::Markdown => markdown(&made.file, &made.file.check()),
        };
        let lines = contents(&made, &path, text.len());
        let jobs = vec![Job::WriteFile { target: FileTarget::Report { path }, text }];
        let confirm = Confirm { title: "Write the case?".into(), lines, jobs, ..Confirm::default() };
        model.overlays.push(Overlay::Confirm(Box::new(confirm)));
        Ok(Vec::new())
    }
}

/// The policy that the live decision is made by: where another time is assumed, the one of that time.
fn live(model: &Model) -> Option<&Policy> {
    match model.session.assumptions.moment() {
        Some(time) => model.history.live_at(time).map(|version| &version.policy),
        None => model.session.live_policy(),
    }
}

/// The decision with everything that is assumed.
fn made(model: &Model, policy: &Policy, policy_of: &str) -> Option<Made> {
    let session = &model.session;
    let request = session.assumed_request()?;
    let evidence = session.assumed_evidence();
    let system = session.system_policy();
    let policy = session.assumptions.policy(policy);
    let at = model.ui.now.to_string();
    let source = CaseSource {
        policy: &policy,
        policy_of,
        system: &system,
        request: &request,
        evidence: &evidence,
        project_number: session.project_info().map(|project| project.number.as_str()),
        assumptions: session.assumptions.iter().map(Assumption::short).collect(),
        at: &at,
        by: concat!("countersign ", env!("CARGO_PKG_VERSION")),
    };
    Some(make(&source, model.deps.verifier.as_ref()))
}

/// What is in it, and what is not.
fn contents(made: &Made, path: &str, bytes: usize) -> Vec<String> {
    let file = &made.file;
    let mut lines = vec![
        format!("{path} ({bytes} bytes; a file that exists is replaced) holds:"),
        format!("· the decision {}, under {}, with its tree of checks", file.decision.outcome, file.policy_of),
        format!("· the request: {} image(s), namespace, service account, labels", file.request.images.len()),
        "· the policy, without comments".to_owned(),
        format!("· what was found out about {} attestation(s); no key and no signature", file.evidence.len()),
    ];
    lines.extend(file.assumptions.iter().map(|text| format!("· assumed: {text}")));
    let redacted: Vec<String> = file.redacted.iter().map(Redaction::text).collect();
    lines.push(match redacted.as_slice() {
        [] => "Nothing had to be left out: no e-mail address, project number or token is in it.".to_owned(),
        redacted => format!("Left out, with a stand-in for each: {}.", redacted.join(", ")),
    });
    lines
}
