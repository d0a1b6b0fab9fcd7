//! The incident in JSON: the same that people are told, whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::report::Answer;
use super::rule::Rule;
use domain::explain::change::Change;
use domain::explain::incident::{Cause, Standing, guesses};

/// Times are RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IncidentReport<'a> {
    headline: String,
    /// How many workloads Binary Authorization refused; of refusals that name none, each counts as one.
    workloads: usize,
    /// How many of them are refusals that name none.
    unnamed: usize,
    namespaces: BTreeSet<&'a str>,
    since: Option<String>,
    causes: Vec<CauseReport<'a>>,
    changes: ChangesReport<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CauseReport<'a> {
    title: String,
    /// `refused` by Binary Authorization, `elsewhere`, or `admitted` with a mark.
    standing: &'static str,
    rule: Option<Rule<'a>>,
    attestors: Vec<&'a str>,
    workloads: usize,
    unnamed: usize,
    /// The workloads by namespace; the namespace is empty where it is not known.
    names: &'a BTreeMap<String, BTreeSet<String>>,
    times: usize,
    since: Option<String>,
    last: Option<String>,
    causes: Vec<GuessReport<'a>>,
    /// Until which policy it would have been admitted, where that is known.
    until: Option<&'a str>,
    /// Which of `rejections`, from 0.
    rejections: &'a [usize],
}

#[derive(Serialize)]
struct GuessReport<'a> {
    code: &'static str,
    confidence: &'static str,
    /// Of how many refusals.
    count: usize,
    /// In words, of the first of them.
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangesReport<'a> {
    /// Empty where nothing was given that tells of changes.
    looked_at: &'a [&'static str],
    before: Vec<ChangeReport<'a>>,
    after: Vec<ChangeReport<'a>>,
}

#[derive(Serialize)]
struct ChangeReport<'a> {
    at: String,
    kind: &'static str,
    what: &'a str,
    author: Option<&'a str>,
}

impl<'a> IncidentReport<'a> {
    pub(super) fn new(answer: &'a Answer) -> Self {
        let incident = &answer.incident;
        let changes = &incident.changes;
        Self {
            headline: incident.headline(),
            workloads: incident.count(),
            unnamed: incident.nameless(),
            namespaces: incident.namespaces(),
            since: incident.since().map(|time| time.to_string()),
            causes: incident
                .causes
                .iter()
                .zip(&answer.turns)
                .map(|(cause, turn)| CauseReport::new(cause, turn.as_deref(), answer))
                .collect(),
            changes: ChangesReport {
                looked_at: &changes.looked_at,
                before: changes.before.iter().map(ChangeReport::new).collect(),
                after: changes.after.iter().map(ChangeReport::new).collect(),
            },
        }
    }
}

impl<'a> CauseReport<'a> {
    fn new(cause: &'a Cause, until: Option<&'a str>, answer: &'a Answer) -> Self {
        let guess = |guess: domain::explain::incident::Guess<'a>| GuessReport {
            code: guess.kind.as_str(),
            confidence: guess.confidence.as_str(),
            count: guess.count,
            text: &guess.example.text,
        };
        Self {
            title: cause.key.title(),
            standing: match cause.key.standing {
                Standing::Refused => "refused",
                Standing::Elsewhere(_) => "elsewhere",
                Standing::Marked(_) => "admitted",
            },
            rule: Rule::new(cause.key.rule.as_ref()),
            attestors: cause.key.reasons.iter().filter_map(|(_, by)| by.as_deref()).collect(),
            workloads: cause.count(),
            unnamed: cause.nameless,
            names: &cause.names,
            times: cause.times,
            since: cause.since.map(|time| time.to_string()),
            last: cause.last.map(|time| time.to_string()),
            causes: guesses(cause, |number| answer.diagnoses(number)).into_iter().map(guess).collect(),
            until,
            rejections: &cause.cases,
        }
    }
}

impl<'a> ChangeReport<'a> {
    fn new(change: &'a Change) -> Self {
        Self {
            at: change.at.to_string(),
            kind: change.kind.as_str(),
            what: &change.what,
            author: change.author.as_deref(),
        }
    }
}
