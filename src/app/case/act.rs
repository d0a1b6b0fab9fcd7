//! The case file: asked where to, shown what is in it and what is left out, written.

use crate::effect::Effect;
use crate::job::{FileTarget, Job};
use crate::model::Model;
use crate::overlay::{Confirm, Overlay};
use crate::shell::form::{Form, FormKind};
use crate::shell::notice::Weight;
use domain::case::{CaseSource, Made, Redaction, make, markdown};
use domain::policy::Policy;
use domain::system_policy;
use domain::what_if::Assumption;

/// The policies that can be asked, as the form names them.
const LIVE: &str = "the live policy";
const DRAFT: &str = "the draft";

/// The forms that it is written in.
const JSON: &str = "case file (JSON), which countersign case opens";
const MARKDOWN: &str = "Markdown, for the ticket";

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    if model.session.asked().is_none() {
        model.say(Weight::Info, "a case is about an image: i chooses one");
        return Vec::new();
    }
    model.open_form(form)
}

fn form(_model: &Model) -> Form {
    let intro = "One file with the request, the policy, what was found out about attestations, and the decision: redacted, with hashes, and it gives the same decision wherever it is opened. What is in it is shown before it is written.";
    Form::new(FormKind::Case, "Write a case", intro)
        .choice("as", "As", vec![JSON.to_owned(), MARKDOWN.to_owned()], "")
        .choice("policy", "Under", vec![LIVE.to_owned(), DRAFT.to_owned()], "whose decision it is")
        .text("path", "File", "case.json", "a path; relative to where the workbench was started")
}

pub(crate) fn take(model: &mut Model, form: &Form) -> Result<Vec<Effect>, (&'static str, String)> {
    let path = form.value("path").trim().to_owned();
    if path.is_empty() {
        return Err(("path", "a path is needed".to_owned()));
    }
    let is_live = form.chosen("policy") == 0;
    let policy = if is_live { live(model) } else { model.draft.policy() };
    let Some(policy) = policy else {
        let why = if is_live { "the live policy is not known" } else { "the draft is no policy yet" };
        return Err(("policy", why.to_owned()));
    };
    let made = made(model, policy, if is_live { LIVE } else { DRAFT });
    let made = made.ok_or(("path", "there is no image any more: i chooses one".to_owned()))?;
    let text = if form.chosen("as") == 0 { made.file.text() } else { markdown(&made.file, &made.file.check()) };
    let lines = contents(&made, &path, text.len());
    let jobs = vec![Job::WriteFile { target: FileTarget::Report { path }, text }];
    let confirm = Confirm { title: "Write the case?".into(), lines, jobs, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Ok(Vec::new())
}

/// The policy that the live decision is made by: where another time is assumed, the one of that time.
fn live(model: &Model) -> Option<&Policy> {
    match model.session.assumed.at() {
        Some(time) => model.history.live_at(time).map(|version| &version.policy),
        None => model.session.live_policy(),
    }
}

/// The decision with everything that is assumed.
fn made(model: &Model, policy: &Policy, policy_of: &str) -> Option<Made> {
    let session = &model.session;
    let request = session.decided()?;
    let evidence = session.known();
    let documented = system_policy::documented("global");
    let policy = session.assumed.policy(policy);
    let at = model.ui.now.to_string();
    let source = CaseSource {
        policy: &policy,
        policy_of,
        system: session.remotes.system_policy.value().map_or(&documented, AsRef::as_ref),
        request: &request,
        evidence: &evidence,
        project_number: session.project_info().map(|project| project.number.as_str()),
        assumptions: session.assumed.iter().map(Assumption::short).collect(),
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
