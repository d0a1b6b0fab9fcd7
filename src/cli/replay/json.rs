//! The whole replay as JSON: counts by the names of `review`'s standings, and the entries behind them.

use std::collections::BTreeMap;

use serde::Serialize;

use domain::replay::{Counts, Flipped, Replay};
use domain::text::plain_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    policy: &'a str,
    entries: usize,
    admissions: usize,
    others: usize,
    /// Given before, and not counted again.
    repeated: usize,
    logged: BTreeMap<&'static str, usize>,
    counts: BTreeMap<&'static str, usize>,
    workloads: Vec<Row<'a>>,
    flipped: Vec<Told<'a>>,
    then: Then<'a>,
    unreadable: usize,
    unreadable_at: Vec<Unreadable<'a>>,
}

/// Under the policies of their time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Then<'a> {
    same: usize,
    differs: usize,
    unknown: usize,
    without_policy: usize,
    not_asked: usize,
    different: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    namespace: &'a str,
    workload: &'a str,
    owner: &'a str,
    counts: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Told<'a> {
    /// Null where there is one file alone.
    file: Option<&'a str>,
    entry: usize,
    line: usize,
    time: &'a str,
    namespace: &'a str,
    workload: &'a str,
    owner: &'a str,
    image: &'a str,
    logged: &'static str,
    standing: &'static str,
    because: &'a str,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    file: Option<&'a str>,
    entry: usize,
    line: usize,
    why: &'a str,
}

pub(super) fn report(replay: &Replay, policy: &str) -> String {
    let report = Report {
        policy,
        entries: replay.entries(),
        admissions: replay.admissions,
        others: replay.others,
        repeated: replay.repeated,
        logged: replay.logged.iter().map(|(logged, count)| (logged.id(), *count)).collect(),
        counts: counts(&replay.counts),
        workloads: replay
            .by_flips()
            .into_iter()
            .map(|(owner, of)| Row {
                namespace: &owner.namespace,
                workload: &owner.workload,
                owner: &owner.owner,
                counts: counts(of),
            })
            .collect(),
        flipped: replay.flipped.iter().map(entry).collect(),
        then: Then {
            same: replay.same,
            differs: replay.differs,
            unknown: replay.unknown,
            without_policy: replay.without_policy,
            not_asked: replay.not_asked,
            different: replay.different.iter().map(entry).collect(),
        },
        unreadable: replay.unreadable,
        unreadable_at: replay
            .unreadable_at
            .iter()
            .map(|at| Unreadable { file: file(&at.file), entry: at.number, line: at.line, why: &at.why })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&report).expect("texts and numbers are always JSON");
    plain_json(&text) + "\n"
}

fn counts(counts: &Counts) -> BTreeMap<&'static str, usize> {
    counts.iter().map(|(standing, count)| (standing.id(), *count)).collect()
}

fn file(name: &str) -> Option<&str> {
    Some(name).filter(|name| !name.is_empty())
}

fn entry(flipped: &Flipped) -> Told<'_> {
    Told {
        file: file(&flipped.file),
        entry: flipped.number,
        line: flipped.line,
        time: &flipped.time,
        namespace: &flipped.owner.namespace,
        workload: &flipped.owner.workload,
        owner: &flipped.owner.owner,
        image: &flipped.image,
        logged: flipped.logged.id(),
        standing: flipped.standing.id(),
        because: &flipped.because,
    }
}
