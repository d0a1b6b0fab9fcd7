//! Texts as people quote them: a table of carriers and damages, with what each says and what it must not say.
//!
//! The rows are in `quoted/*.yaml`; words in braces stand for the wordings below. A row with `media` is one for each
//! of them: a function that puts around a message what that medium puts around it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::*;
use crate::explain::cause::diagnose;

const TABLES: [(&str, &str); 6] = [
    ("alone", include_str!("quoted/alone.yaml")),
    ("cut", include_str!("quoted/cut.yaml")),
    ("media", include_str!("quoted/media.yaml")),
    ("objects", include_str!("quoted/objects.yaml")),
    ("others", include_str!("quoted/others.yaml")),
    ("watched", include_str!("quoted/watched.yaml")),
];

/// The wordings of `docs/binary-authorization.md`, "Messages", and names; the later are made of the former.
const WORDS: [(&str, &str); 19] = [
    ("D", "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567"),
    ("I", "gcr.io/acme/shop/web@{D}"),
    ("T", "gcr.io/acme/shop/web:1.4"),
    ("A", "projects/acme-sec/attestors/built"),
    ("Q", "projects/acme-sec/attestors/qa"),
    ("K", "us-east1.prod"),
    ("R1", "No attestations found that were valid and signed by a key trusted by the attestor"),
    ("R2", "Expected digest with sha256 scheme, but got tag or malformed digest"),
    ("R3", "Attestor cannot attest to an image deployed by tag"),
    ("DENY", "Denied by always_deny admission rule"),
    ("W", "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: "),
    ("B", "pods \"web-1\" is forbidden: image policy webhook backend denied one or more images: "),
    ("W1", "{W}Image {T} denied by Binary Authorization default admission rule. {DENY}"),
    ("W2", "{W}Image {I} denied by Binary Authorization cluster admission rule for {K}. {DENY}"),
    (
        "W3",
        "{W}Image {I} denied by Binary Authorization cluster admission rule for {K}. Image {I} denied by attestor {A}: {R1}",
    ),
    (
        "W4",
        "{W}Image {T} denied by Binary Authorization default admission rule. Image {T} denied by attestor {A}: {R2}",
    ),
    ("G3", "{B}Denied by default admission rule. Denied by Attestor. Image {I} denied by {A}: {R1}"),
    (
        "C1",
        "Service update rejected by Binary Authorization policy: Revision web-00007-fow uses unauthorized container image. Container image '{I}' is not authorized by policy. Denied by an ALWAYS_DENY admission rule",
    ),
    ("C2", "Container image '{I}' is not authorized by policy. Image '{I}' denied by attestor {A}: {R1}"),
];

type Medium = (&'static str, fn(&str) -> String);

const MEDIA: &[Medium] = &[
    ("slack quote", |m| format!("&gt; {m}")),
    ("slack links", |m| linked(m, |name| format!("<http://{name}|{name}>"))),
    ("slack code", |m| format!("```{m}```")),
    ("angle links", |m| linked(m, |name| format!("<https://{name}>"))),
    ("markdown links", |m| linked(m, |name| format!("[{name}](https://{name})"))),
    ("markdown code links", |m| linked(m, |name| format!("[`{name}`](https://{name})"))),
    ("markdown code", |m| linked(m, |name| format!("`{name}`"))),
    ("markdown escapes", |m| m.replace('_', "\\_").replace('.', "\\.").replace('-', "\\-")),
    ("markdown bold", |m| format!("**{m}**")),
    ("table cell", |m| format!("| web | {} | 3 |", m.replace(". ", ".<br>"))),
    ("web page", |m| format!("<p><code>{}</code></p>", m.replace('"', "&quot;").replace('\'', "&#x27;"))),
    ("web table", |m| format!("<table><tr><td>web</td><td>{}</td></tr></table>", m.replace("Image ", "<b>Image</b> "))),
    ("quoted-printable", quoted_printable),
    ("u2010 hyphens", |m| m.replace('-', "\u{2010}")),
    ("no-break hyphens", |m| m.replace('-', "\u{2011}")),
    ("en dashes", |m| m.replace('-', "\u{2013}")),
    ("read from a picture", |m| m.replace("Image ", "lmage ")),
    ("mail quote", |m| format!("> > {m}")),
    ("jira noformat", |m| format!("{{noformat}}{m}{{noformat}}")),
    ("json", |m| serde_json::to_string(m).unwrap()),
    ("logfmt", |m| format!("level=error msg=\"sync failed\" err={}", serde_json::to_string(m).unwrap())),
    ("zap", |m| {
        format!(
            "2026-05-12T05:37:31.000Z\tERROR\tReconciler error\t{{\"controller\": \"rollout\", \"error\": {}}}",
            serde_json::to_string(m).unwrap()
        )
    }),
    ("no-break spaces", |m| m.replace(' ', "\u{a0}")),
    ("curly quotation marks", |m| m.replace('"', "\u{201d}").replace('\'', "\u{2019}")),
    ("in a sentence", |m| format!("My colleague says the deploy failed with: {m}\n\nWhat now?")),
];

/// Names of images and attestors, as a medium finds what looks like an address.
fn linked(text: &str, around: impl Fn(&str) -> String) -> String {
    let word = |word: &str| {
        let name = word.trim_end_matches(['.', ':', ',']).trim_matches('\'');
        if name.starts_with("gcr.io/") { word.replace(name, &around(name)) } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn quoted_printable(text: &str) -> String {
    let encoded: Vec<char> = text.replace('=', "=3D").chars().collect();
    encoded.chunks(73).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("=\r\n")
}

/// What a text says; what is left out is not told.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Said {
    kind: String,
    verdict: Option<String>,
    rule: Option<String>,
    /// `IMAGE / ATTESTOR / REASON`, with `-` for what is not told.
    findings: Vec<String>,
    /// Of what is not Binary Authorization's.
    relative: Option<String>,
    namespace: String,
    object: Option<String>,
    pod: Option<String>,
    cluster: Option<String>,
    project: Option<String>,
    service: Option<String>,
    revision: Option<String>,
    time: Option<String>,
    times: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    text: String,
    #[serde(default)]
    media: Vec<String>,
    /// None: nothing is recognised.
    says: Option<Said>,
    /// Further messages of the text.
    #[serde(default)]
    also: Vec<Said>,
    /// What has to be said to be not known.
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    /// Of `explain`: 0 explained, 1 refuses nothing, 3 not known.
    #[serde(default)]
    exit: i32,
}

/// `{W3}`, `{W3:json}` within a JSON text, `{W3:json2}` within JSON within JSON.
fn spelled(text: &str) -> String {
    let json = |text: &str| {
        let quoted = serde_json::to_string(text).unwrap();
        quoted.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"')).unwrap().to_owned()
    };
    let mut text = text.to_owned();
    for (name, words) in WORDS.iter().rev() {
        let whole = (0..WORDS.len()).fold((*words).to_owned(), |whole, _| {
            WORDS.iter().fold(whole, |whole, (name, words)| whole.replace(&format!("{{{name}}}"), words))
        });
        text = text.replace(&format!("{{{name}:json2}}"), &json(&json(&whole)));
        text = text.replace(&format!("{{{name}:json}}"), &json(&whole));
        text = text.replace(&format!("{{{name}}}"), &whole);
    }
    // `{base64:…}` up to the end of its line.
    let encoded = |line: &str| {
        use base64::Engine as _;
        let Some((before, rest)) = line.split_once("{base64:") else { return line.to_owned() };
        let Some((data, after)) = rest.rsplit_once(":base64}") else { return line.to_owned() };
        format!("{before}{}{after}", base64::engine::general_purpose::STANDARD.encode(data))
    };
    text.lines().map(encoded).collect::<Vec<_>>().join("\n")
}

fn reason(kind: &ReasonKind) -> String {
    match kind {
        ReasonKind::UnknownKey(key) => format!("unknown-key {key}"),
        other => {
            let name = format!("{other:?}");
            let dashed =
                name.chars().flat_map(|c| if c.is_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] });
            dashed.collect::<String>().trim_start_matches('-').to_owned()
        }
    }
}

fn said(case: &Refusal, expected: &Said) -> Said {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let finding = |finding: &Finding| {
        format!("{} / {} / {}", or_dash(&finding.image), or_dash(&finding.attestor), reason(&finding.reason.kind))
    };
    let subject = &case.subject;
    let asked = |expected: &Option<String>, found: &str| expected.as_ref().map(|_| found.to_owned());
    Said {
        kind: case.kind.as_str().to_owned(),
        verdict: (case.verdict != Verdict::Denied).then(|| case.verdict.as_str().to_owned()),
        rule: case.rule.as_ref().map(|rule| format!("{} {}", rule.kind.field(), rule.key).trim().to_owned()),
        findings: if case.relative.is_some() { Vec::new() } else { case.findings.iter().map(finding).collect() },
        relative: case.relative.map(|known| format!("{:?}", known.relative)),
        namespace: subject.namespace.clone(),
        object: asked(&expected.object, &subject.object),
        pod: asked(&expected.pod, &subject.pod),
        cluster: asked(&expected.cluster, &case.request().cluster.unwrap_or_default()),
        project: asked(&expected.project, &subject.project),
        service: asked(&expected.service, &subject.service),
        revision: asked(&expected.revision, &subject.revision),
        time: asked(&expected.time, &subject.time),
        times: expected.times.map(|_| case.times),
    }
}

/// Everything that is told of a text, a line for each.
fn told(reading: &Reading) -> Vec<String> {
    let mut lines = all_unknown(reading);
    for case in &reading.cases {
        lines.extend(says(case));
        lines.extend(case.carriers.iter().map(|carrier| (*carrier).to_owned()));
        for finding in &case.findings {
            let diagnosis = diagnose(case, finding, None);
            lines.extend(diagnosis.unknown);
            for cause in diagnosis.causes {
                lines.push(format!("{} {}", cause.kind.as_str(), cause.text));
                lines.extend(cause.evidence);
                lines.extend(cause.against);
            }
        }
    }
    lines
}

fn exit(reading: &Reading) -> i32 {
    match () {
        () if reading.is_explained() => 0,
        () if reading.refuses_nothing() => 1,
        () => 3,
    }
}

/// What is wrong with a text, in lines.
fn faults(row: &Row, text: &str) -> Vec<String> {
    let reading = decode(text);
    let mut wrong = Vec::new();
    let expected: Vec<Said> = row.says.iter().chain(&row.also).cloned().map(spelled_out).collect();
    if reading.cases.len() != expected.len() {
        wrong.push(format!("{} messages, not {}", reading.cases.len(), expected.len()));
    }
    for (number, expected) in expected.iter().enumerate() {
        let Some(case) = reading.cases.get(number) else { continue };
        let found = said(case, expected);
        if found != *expected {
            wrong.push(format!("says {found:?}\nnot  {expected:?}"));
        }
    }
    if reading.cases.len() > expected.len() {
        let rest = reading.cases.iter().skip(expected.len());
        wrong.extend(rest.map(|case| format!("also says {:?}", said(case, &Said::default()))));
    }
    let told = told(&reading);
    for words in &row.never {
        let words = spelled(words);
        wrong.extend(told.iter().filter(|line| line.contains(&words)).map(|line| format!("must not say `{line}`")));
    }
    for words in &row.unknown {
        if !told.iter().any(|line| line.contains(&spelled(words))) {
            wrong.push(format!("does not say `{words}`:\n  {}", told.join("\n  ")));
        }
    }
    if exit(&reading) != row.exit {
        wrong.push(format!("exit {}, not {}; {:?}", exit(&reading), row.exit, reading.unknown));
    }
    wrong
}

fn spelled_out(said: Said) -> Said {
    let all = |text: Option<String>| text.map(|text| spelled(&text));
    Said {
        rule: said.rule.map(|rule| match spelled(&rule).split_once(' ') {
            Some((kind, key)) => format!("{} {key}", field(kind)),
            None => field(&spelled(&rule)).to_owned(),
        }),
        findings: said.findings.iter().map(|text| spelled(text)).collect(),
        cluster: all(said.cluster),
        ..said
    }
}

fn field(kind: &str) -> &'static str {
    use crate::policy::RuleKind;
    let kind = match kind {
        "default" => RuleKind::Default,
        "cluster" => RuleKind::Cluster,
        "namespace" => RuleKind::Namespace,
        "account" => RuleKind::ServiceAccount,
        "identity" => RuleKind::ServiceIdentity,
        other => panic!("no rule is called {other}"),
    };
    kind.field()
}

fn rows() -> Vec<(&'static str, Row)> {
    let read = |(table, text): &(&'static str, &'static str)| {
        let rows: Vec<Row> = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{table}.yaml: {error}"));
        rows.into_iter().map(|row| (*table, row)).collect::<Vec<_>>()
    };
    TABLES.iter().flat_map(read).collect()
}

/// The texts of a row: one, or one for each medium.
fn texts(row: &Row) -> Vec<(String, String)> {
    let text = spelled(&row.text);
    if row.media.is_empty() {
        return vec![(row.name.clone(), text)];
    }
    let all = row.media.first().is_some_and(|name| name == "all");
    let chosen = MEDIA.iter().filter(|(name, _)| all || row.media.iter().any(|chosen| chosen == name));
    let chosen: Vec<_> = chosen.map(|(name, around)| (format!("{}, {name}", row.name), around(&text))).collect();
    assert!(all || chosen.len() == row.media.len(), "{}: a medium that is not known", row.name);
    chosen
}

#[test]
fn every_carrier_says_what_its_message_says_and_nothing_else() {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for (table, row) in &rows() {
        for (name, text) in texts(row) {
            assert!(names.insert(format!("{table}: {name}")), "twice: {table}: {name}");
            let faults = faults(row, &text);
            if !faults.is_empty() {
                wrong.push(format!("{table}: {name}\n{}\n  {}", faults.join("\n"), text.replace('\n', "\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong\n\n{}", wrong.len(), names.len(), wrong.join("\n\n"));
    assert!(names.len() >= 150, "{} carriers and damages", names.len());
}
