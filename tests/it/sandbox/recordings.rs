//! The requests that the real clients were recorded to send, replayed without the clients.
//!
//! A file of `recordings/` holds, for each recorded command, the requests that make what it needs
//! (`given`) and the recorded exchanges. [`replay`] sends them to a fresh sandbox and
//! compares each answer with the recorded one, which the real client accepted: the same status, and
//! the same fields of the same kinds and values. What the server chooses (etags, times, the ids of
//! occurrences) is compared by its kind alone. Whatever else differs has to be an [`Exception`] with
//! its reason, and an exception that nothing needs is a failure too.
//!
//! `{{NAME}}` in a text stands for a value: one of the file's `texts`, one that the caller gives, or one of
//! the answer before: its `{{ETAG}}`, its `{{UID}}`, the
//! `{{OPERATION}}` that it is, the names `{{ITEM_0}}` and so on of the objects of a list.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::support::lab::Lab;

mod cloud;
mod clusters;
mod google;
mod images;
mod kubernetes;

/// The recordings of one file.
#[derive(Debug, Deserialize)]
struct Recordings {
    /// What several of the requests hold.
    texts: BTreeMap<String, String>,
    /// Why an answer may hold more than was recorded; without it, it may not.
    #[serde(default)]
    more: Option<String>,
    #[serde(rename = "recordings")]
    all: Vec<Recording>,
}

/// One command of a real client.
#[derive(Debug, Deserialize)]
struct Recording {
    name: String,
    #[serde(default)]
    given: Vec<Request>,
    exchanges: Vec<Exchange>,
}

#[derive(Debug, Clone, Deserialize)]
struct Request {
    host: String,
    method: String,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// JSON; a text is sent as it is, and `{"base64": …}` as the bytes.
    #[serde(default)]
    body: Value,
}

#[derive(Debug, Deserialize)]
struct Exchange {
    #[serde(flatten)]
    request: Request,
    status: u16,
    answer: Value,
    /// Headers of the answer that count.
    #[serde(default)]
    answered: BTreeMap<String, String>,
}

/// A difference that is meant.
#[derive(Debug)]
struct Exception {
    /// The recording's name, or its beginning and `*`.
    recording: &'static str,
    /// What differs: `given`, `status`, or the place in the answer, as in `/attestors/0/description`; with
    /// `*` all that begins so.
    at: &'static str,
    /// Why the sandbox is right, or `docs/binary-authorization.md` says nothing.
    why: &'static str,
}

/// What the server chooses.
const CHOSEN: [&str; 13] = [
    "etag",
    "createTime",
    "updateTime",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "firstTimestamp",
    "lastTimestamp",
    "startedAt",
    "startTime",
    "endTime",
    "timeCreatedMs",
    "timeUploadedMs",
];

/// Where the sandbox answers something else: recording, place, and why; see [`Exception`].
type Exceptions = &'static [(&'static str, &'static str, &'static str)];

/// A sandbox, and the values that stand for `{{NAME}}`.
type Fresh = (Lab, Vec<(&'static str, String)>);

/// A fresh sandbox with the project.
async fn project() -> Fresh {
    let lab = Lab::with_project().await;
    let number = lab.project_number().await;
    (lab, vec![("PROJECT_NUMBER", number)])
}

/// Replays the recordings of a file, `count` at least, each against what `fresh` makes.
async fn replay<F: Future<Output = Fresh>>(
    (file, count): (&str, usize),
    exceptions: Exceptions,
    fresh: impl Fn() -> F,
) {
    let recordings: Recordings = serde_json::from_str(file).unwrap();
    assert!(recordings.all.len() >= count);
    let exceptions: Vec<Exception> = exceptions.iter().copied().map(Exception::from).collect();
    recordings.replay(&exceptions, fresh).await;
}

impl Recordings {
    async fn replay<F: Future<Output = Fresh>>(&self, exceptions: &[Exception], fresh: impl Fn() -> F) {
        let mut wrong = Vec::new();
        let mut used = BTreeSet::new();
        for recording in &self.all {
            let (lab, values) = fresh().await;
            let values = values.into_iter().map(|(name, value)| (name.to_owned(), value));
            let values = self.texts.clone().into_iter().chain(values).collect();
            let mut replay = Replay { lab, values, more: self.more.is_some() };
            for difference in replay.run(recording).await {
                match exceptions.iter().position(|exception| exception.covers(&recording.name, &difference)) {
                    Some(at) => drop(used.insert(at)),
                    None => wrong.push(format!("{}: {}", recording.name, difference.text)),
                }
            }
        }
        let unused = exceptions.iter().enumerate().filter(|(at, _)| !used.contains(at));
        wrong.extend(unused.map(|(_, exception)| format!("nothing needs this exception any more: {exception:?}")));
        assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    }
}

impl From<(&'static str, &'static str, &'static str)> for Exception {
    fn from((recording, at, why): (&'static str, &'static str, &'static str)) -> Self {
        Self { recording, at, why }
    }
}

impl Exception {
    fn covers(&self, recording: &str, difference: &Difference) -> bool {
        let named = match self.recording.strip_suffix('*') {
            Some(start) => recording.starts_with(start),
            None => recording == self.recording,
        };
        assert!(!self.why.is_empty(), "an exception needs its reason: {self:?}");
        let placed = match self.at.strip_suffix('*') {
            Some(start) => difference.at.starts_with(start),
            None => difference.at == self.at,
        };
        named && placed
    }
}

/// Something that is not as it was recorded.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    at: String,
    text: String,
    /// Something that was not recorded at all.
    is_more: bool,
}

struct Replay {
    lab: Lab,
    values: BTreeMap<String, String>,
    /// Whether an answer may hold more than was recorded.
    more: bool,
}

impl Replay {
    async fn run(&mut self, recording: &Recording) -> Vec<Difference> {
        for request in &recording.given {
            let (status, answer, _) = self.send(request).await;
            if !(200..300).contains(&status) {
                let text = format!("what it needs is refused, {} {}: {answer}", request.method, request.path);
                return vec![Difference { at: "given".to_owned(), text, is_more: false }];
            }
            if let Some(operation) = answer["selfLink"].as_str().filter(|_| answer["operationType"].is_string()) {
                while self.lab.get(operation).await["status"] != "DONE" {}
            }
        }
        let mut differences = Vec::new();
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            let (status, answer, headers) = loop {
                let answered = self.send(&exchange.request).await;
                // A client asks for an operation until it is done; how often is a matter of time.
                let waits = exchange.answer["operationType"].is_string() && exchange.answer["status"] == "DONE";
                if !waits || exchange.request.method != "GET" || answered.1["status"] == "DONE" {
                    break answered;
                }
            };
            let place = format!("exchange {at}, {} {}", exchange.request.method, exchange.request.path);
            if status != exchange.status {
                let text = format!("{place}: status {status}, recorded {}: {answer}", exchange.status);
                differences.push(Difference { at: "status".to_owned(), text, is_more: false });
            } else if status < 300 || answer["kind"] == "Status" {
                let mut found = Vec::new();
                let recorded = self.filled(&exchange.answer);
                let answer = if self.more { aligned(&recorded, &answer) } else { answer };
                compare("", &recorded, &answer, &mut found);
                found.retain(|difference| !(self.more && difference.is_more));
                let placed =
                    |difference: Difference| Difference { text: format!("{place}: {}", difference.text), ..difference };
                differences.extend(found.into_iter().map(placed));
            } else {
                // The words are the recorder's own; the form is Google's, or that of registries.
                let code = answer["error"]["code"].as_u64();
                let is_of_registry = answer["errors"][0]["code"] == exchange.answer["errors"][0]["code"];
                let is_alike = is_of_registry || code == Some(u64::from(status));
                assert!(is_alike, "{}: {place}: {answer}", recording.name);
            }
            for (name, value) in &exchange.answered {
                let answered = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
                if answered != self.text(value) {
                    let text = format!("{place}: {name}: recorded {value}, answered {answered}");
                    differences.push(Difference { at: name.clone(), text, is_more: false });
                }
            }
        }
        differences
    }

    async fn send(&mut self, request: &Request) -> (u16, Value, HeaderMap) {
        let request = self.filled_request(request);
        let url = format!("https://{}{}", request.host, request.path);
        let method = Method::from_bytes(request.method.as_bytes()).unwrap();
        let query: Vec<(&String, &String)> = request.query.iter().collect();
        let mut sent = self.lab.request(method, &url).query(&query);
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        sent = match &request.body {
            Value::Null => sent,
            Value::String(text) => sent.body(text.clone()),
            Value::Object(fields) if fields.contains_key("base64") => {
                sent.body(STANDARD.decode(fields["base64"].as_str().unwrap()).unwrap())
            }
            json => sent.body(json.to_string()),
        };
        if !request.headers.contains_key("content-type") {
            sent = sent.header("content-type", "application/json");
        }
        let answer = sent.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        self.remember(&answer);
        (status, answer, headers)
    }

    /// Keeps what the next request may name of an answer.
    fn remember(&mut self, answer: &Value) {
        let items = answer["items"].as_array().into_iter().flatten();
        let names = items.enumerate().map(|(n, item)| (format!("ITEM_{n}"), &item["metadata"]["name"]));
        let own = [("ETAG".to_owned(), &answer["etag"]), ("UID".to_owned(), &answer["metadata"]["uid"])];
        let operation = Some(("OPERATION".to_owned(), &answer["name"]));
        let operation = operation.filter(|(_, name)| name.as_str().is_some_and(|name| name.starts_with("operation-")));
        for (name, value) in own.into_iter().chain(names).chain(operation) {
            if let Some(text) = value.as_str() {
                self.values.insert(name, text.to_owned());
            }
        }
    }

    fn filled_request(&self, request: &Request) -> Request {
        Request {
            host: self.text(&request.host),
            path: self.text(&request.path),
            query: request.query.iter().map(|(name, value)| (name.clone(), self.text(value))).collect(),
            body: self.filled(&request.body),
            ..request.clone()
        }
    }

    /// The value with the texts in it filled in.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(fields) => {
                let filled = fields.iter().map(|(name, value)| (self.text(name), self.filled(value)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        let fill = |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{{{name}}}}}"), value);
        // Twice: a text may hold another.
        self.values.iter().chain(&self.values).fold(text.to_owned(), fill)
    }
}

/// Puts every place where an answer is not as recorded into `found`.
fn compare(at: &str, recorded: &Value, answered: &Value, found: &mut Vec<Difference>) {
    let difference =
        |at: &str, text: String, is_more| Difference { at: at.to_owned(), text: format!("{at}: {text}"), is_more };
    let name = at.rsplit('/').next().unwrap_or_default();
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            for name in answered.keys().filter(|name| !recorded.contains_key(*name)) {
                let text = format!("not recorded, answered {}", answered[name]);
                found.push(difference(&format!("{at}/{name}"), text, true));
            }
            for (name, value) in recorded {
                match answered.get(name) {
                    Some(answered) => compare(&format!("{at}/{name}"), value, answered, found),
                    None if value.is_null() => {}
                    None => {
                        let text = format!("recorded {value}, not answered");
                        found.push(difference(&format!("{at}/{name}"), text, false));
                    }
                }
            }
        }
        (Value::Array(recorded), Value::Array(answered)) => {
            if recorded.len() != answered.len() {
                let text = format!("recorded {} elements, answered {}", recorded.len(), answered.len());
                found.push(difference(at, text, false));
            }
            for (n, (recorded, answered)) in recorded.iter().zip(answered).enumerate() {
                compare(&format!("{at}/{n}"), recorded, answered, found);
            }
        }
        (Value::String(_), Value::String(_)) if CHOSEN.contains(&name) => {}
        (Value::String(a), Value::String(b)) if is_occurrence(a) && is_occurrence(b) => {}
        (Value::String(a), Value::String(b)) if is_age(a) && is_age(b) => {}
        (Value::String(a), Value::String(b)) if is_event(a) && is_event(b) => {}
        (recorded, answered) if recorded == answered => {}
        (recorded, answered) => {
            found.push(difference(at, format!("recorded {recorded}, answered {answered}"), false));
        }
    }
}

/// An answer with what the recorded one has: of lists and tables the same elements and columns, in the
/// same order; null for one that is not there.
fn aligned(recorded: &Value, answered: &Value) -> Value {
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            let field = |(name, value): (&String, &Value)| {
                let recorded = recorded.get(name).filter(|_| name != "cells");
                (name.clone(), recorded.map_or_else(|| value.clone(), |recorded| aligned(recorded, value)))
            };
            let mut fields: Map<String, Value> = answered.iter().map(field).collect();
            if let (Some(recorded), Some(all)) = (recorded.get("columnDefinitions"), answered.get("columnDefinitions"))
            {
                cut_rows(&mut fields["rows"], recorded, all);
            }
            Value::Object(fields)
        }
        // An empty list is what was looked for.
        (Value::Array(recorded), Value::Array(answered)) if !recorded.is_empty() => {
            let same = |(n, wanted): (usize, &Value)| {
                let named = named(wanted);
                let found = match named {
                    Some(name) => answered.iter().find(|element| self::named(element).as_ref() == Some(&name)),
                    None => answered.get(n),
                };
                found.map_or(Value::Null, |found| aligned(wanted, found))
            };
            recorded.iter().enumerate().map(same).collect()
        }
        (_, answered) => answered.clone(),
    }
}

/// What tells an element of a list from the others.
fn named(element: &Value) -> Option<String> {
    const NAMES: [&str; 6] = ["name", "resource", "subresource", "version", "type", "groupVersion"];
    if let Some(kind) = element["involvedObject"]["kind"].as_str() {
        return Some(format!("{kind} {}", element["reason"]));
    }
    let field = NAMES.iter().find_map(|name| element[*name].as_str());
    let object = || element["metadata"]["name"].as_str().or(element["object"]["metadata"]["name"].as_str());
    field.or_else(object).or(element.as_str()).map(str::to_owned)
}

/// Leaves the cells of a table's rows that are in columns of these names.
fn cut_rows(rows: &mut Value, columns: &Value, all: &Value) {
    let names = |columns: &Value| -> Vec<String> {
        columns.as_array().into_iter().flatten().filter_map(named).map(|name| name.to_lowercase()).collect()
    };
    let all = names(all);
    let places: Vec<Option<usize>> =
        names(columns).iter().map(|name| all.iter().position(|other| other == name)).collect();
    for row in rows.as_array_mut().into_iter().flatten() {
        let Some(cells) = row["cells"].as_array().cloned() else { continue };
        let cell = |place: &Option<usize>| place.and_then(|place| cells.get(place)).cloned().unwrap_or_default();
        row["cells"] = places.iter().map(cell).collect();
    }
}

/// In a table of kubectl's.
fn is_age(cell: &str) -> bool {
    cell.strip_suffix('s').is_some_and(|seconds| seconds.len() < 3 && seconds.parse::<u8>().is_ok())
}

/// The name of an event: that of what it is about, and a number.
fn is_event(name: &str) -> bool {
    let number = name.split_once('.').map_or("", |(_, number)| number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_occurrence(name: &str) -> bool {
    name.split('/').nth(2) == Some("occurrences")
}

#[test]
fn lists_are_compared_by_names() {
    let recorded = serde_json::json!({"l": [{"name": "b", "n": 1}], "verbs": ["get"], "other": [1]});
    let answered =
        serde_json::json!({"l": [{"name": "a"}, {"name": "b", "n": 2}], "verbs": ["list", "get"], "other": [2, 3]});
    let aligned = aligned(&recorded, &answered);
    assert_eq!(aligned, serde_json::json!({"l": [{"name": "b", "n": 2}], "verbs": ["get"], "other": [2]}));
}

#[test]
fn what_differs_is_named() {
    let recorded = serde_json::json!({"a": {"etag": "x", "n": 1}, "l": [1, 2], "gone": true});
    let answered = serde_json::json!({"a": {"etag": "y", "n": 2, "more": 1}, "l": [1]});
    let mut found = Vec::new();
    compare("", &recorded, &answered, &mut found);
    let places: Vec<&str> = found.iter().map(|difference| difference.at.as_str()).collect();
    assert_eq!(places, ["/a/more", "/a/n", "/l", "/gone"]);
}
