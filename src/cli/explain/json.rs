//! The contract: `{kind, rule, findings, unknown}`; what is beside these fields may grow.

mod incident;
mod rule;

use serde::Serialize;

use self::incident::IncidentReport;
use self::rule::Rule;
use super::report::{Answer, Explained};
use crate::cli::fix::FixReport;
use domain::admission::Fact;
use domain::explain::cause::{Cause, Confidence, Diagnosis, tell};
use domain::explain::message::{Finding, Refusal, says};
use domain::text::plain_json;

#[derive(Serialize)]
struct Report<'a> {
    /// The kind of the first refusal.
    kind: &'static str,
    /// The rule of the first refusal; null where it names none.
    rule: Option<Rule<'a>>,
    findings: Vec<Row<'a>>,
    /// What is not known: of the text, and of each refusal.
    unknown: Vec<&'a str>,
    /// The names in a text of which nothing is explained.
    recognised: Names<'a>,
    rejections: Vec<Rejection<'a>>,
    /// All refusals together.
    incident: IncidentReport<'a>,
}

#[derive(Serialize)]
struct Names<'a> {
    images: &'a [String],
    attestors: &'a [String],
    webhooks: &'a [String],
}

/// Empty texts are null.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejection<'a> {
    kind: &'static str,
    verdict: &'static str,
    rule: Option<Rule<'a>>,
    says: Vec<String>,
    message: &'a str,
    carriers: &'a [&'static str],
    times: usize,
    time: Option<&'a str>,
    cluster: Option<String>,
    namespace: Option<&'a str>,
    pod: Option<&'a str>,
    object: Option<&'a str>,
    service_account: Option<&'a str>,
    revision: Option<&'a str>,
    images: Vec<&'a str>,
    /// What the policy that was given decides now.
    now: Option<&'static str>,
    /// Why it was not asked: what it is about is not what the flags say.
    elsewhere: Option<String>,
    /// The facts that are not known and could turn what is decided now.
    not_known: Vec<&'static str>,
}

#[derive(Serialize)]
struct Row<'a> {
    image: Option<&'a str>,
    attestor: Option<&'a str>,
    reason: &'a str,
    /// The first of `causes`, in words.
    cause: Option<&'a str>,
    confidence: Option<&'static str>,
    /// None without a policy to ask.
    fixes: Vec<FixReport<'a>>,
    causes: Vec<CauseRow<'a>>,
    /// Which of `rejections` it belongs to, from 0.
    rejection: usize,
}

#[derive(Serialize)]
struct CauseRow<'a> {
    code: &'static str,
    text: &'a str,
    confidence: &'static str,
    #[serde(rename = "for")]
    evidence: &'a [String],
    against: &'a [String],
    /// How to tell it from the others, where that is not known already.
    tell: Option<TellRow>,
}

#[derive(Serialize)]
struct TellRow {
    command: String,
    /// What the command does or has where the cause is so.
    shows: &'static str,
}

pub(super) fn report(answer: &Answer) -> String {
    let reading = &answer.reading;
    let policy = answer.policy.as_ref().map_or("", |checked| checked.document.text.as_str());
    let rows = answer.told().enumerate().flat_map(|(number, (case, explained))| {
        case.findings.iter().zip(&explained.diagnoses).map(move |(finding, found)| Row {
            fixes: explained.fixes.iter().map(|fix| FixReport::new(fix, policy)).collect(),
            ..Row::new(case, finding, found, number)
        })
    });
    let own = reading.unread.iter().chain(&reading.unknown);
    let told = answer.told().flat_map(|(case, explained)| {
        case.unknown.iter().chain(explained.diagnoses.iter().flat_map(|found| &found.unknown))
    });
    let mut unknown: Vec<&str> = Vec::new();
    for text in own.chain(told) {
        if !unknown.contains(&text.as_str()) {
            unknown.push(text);
        }
    }
    let report = Report {
        kind: reading.kind().as_str(),
        rule: reading.cases.first().and_then(|case| Rule::new(case.rule.as_ref())),
        findings: rows.collect(),
        unknown,
        recognised: Names {
            images: &reading.recognised.images,
            attestors: &reading.recognised.attestors,
            webhooks: &reading.recognised.webhooks,
        },
        rejections: answer.told().map(|(case, explained)| Rejection::new(case, explained)).collect(),
        incident: IncidentReport::new(answer),
    };
    let text = serde_json::to_string_pretty(&report).expect("texts and numbers are always JSON");
    plain_json(&text) + "\n"
}

impl<'a> Row<'a> {
    fn new(case: &Refusal, finding: &'a Finding, found: &'a Diagnosis, rejection: usize) -> Self {
        let first = found.causes.first();
        Self {
            image: finding.image.as_deref(),
            attestor: finding.attestor.as_deref(),
            reason: &finding.reason.text,
            cause: first.map(|cause| cause.text.as_str()),
            confidence: first.map(|cause| Confidence::as_str(cause.confidence)),
            fixes: Vec::new(),
            causes: found.causes.iter().map(|cause| CauseRow::new(cause, case, finding)).collect(),
            rejection,
        }
    }
}

impl<'a> CauseRow<'a> {
    fn new(cause: &'a Cause, case: &Refusal, finding: &Finding) -> Self {
        let is_open = cause.confidence != Confidence::Certain;
        let told = if is_open { tell(cause.kind, case, finding) } else { None };
        Self {
            code: cause.kind.as_str(),
            text: &cause.text,
            confidence: cause.confidence.as_str(),
            evidence: &cause.evidence,
            against: &cause.against,
            tell: told.map(|told| TellRow { command: told.command, shows: told.shows }),
        }
    }
}

impl<'a> Rejection<'a> {
    fn new(case: &'a Refusal, explained: &'a Explained) -> Self {
        let subject = &case.subject;
        let given = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Self {
            kind: case.kind.as_str(),
            verdict: case.verdict.as_str(),
            rule: Rule::new(case.rule.as_ref()),
            says: says(case),
            message: &case.text,
            carriers: &case.carriers,
            times: case.times,
            time: given(&subject.time),
            cluster: case.request().cluster,
            namespace: given(&subject.namespace),
            pod: given(&subject.pod),
            object: given(&subject.object),
            service_account: given(&subject.service_account),
            revision: given(&subject.revision),
            images: case.images(),
            now: explained.again.as_ref().map(|decision| decision.outcome.as_str()),
            elsewhere: explained.elsewhere.as_ref().map(domain::explain::message::Elsewhere::text),
            not_known: explained.again.iter().flat_map(|decision| decision.open.iter()).map(Fact::id).collect(),
        }
    }
}
