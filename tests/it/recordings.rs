//! The requests that the real clients were recorded to send, replayed without the clients.
//!
//! A file of `recordings/` holds, for each recorded command, the requests that make what it needs
//! (`given`) and the recorded exchanges. [`Recordings::replay`] sends them to a fresh sandbox and
//! compares each answer with the recorded one, which the real client accepted: the same status, and
//! the same fields of the same kinds and values. What the server chooses (etags, times, the ids of
//! occurrences) is compared by its kind alone. Whatever else differs has to be an [`Exception`] with
//! its reason, and an exception that nothing needs is a failure too.
//!
//! `{{NAME}}` in a text stands for a value: one of the file's `texts`, one that the caller gives, or
//! `{{ETAG}}`, the etag of the answer before.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::sandbox::Lab;

mod cloud;
mod google;

/// The recordings of one file.
#[derive(Debug, Deserialize)]
pub(crate) struct Recordings {
    /// What several of the requests hold.
    texts: BTreeMap<String, String>,
    recordings: Vec<Recording>,
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
}

/// A difference that is meant.
#[derive(Debug)]
pub(crate) struct Exception {
    /// The recording's name, or its beginning and `*`.
    pub(crate) recording: &'static str,
    /// What differs: `given`, `status`, or the place in the answer, as in `/attestors/0/description`.
    pub(crate) at: &'static str,
    /// Why the sandbox is right, or the facts say nothing.
    pub(crate) why: &'static str,
}

/// What the server chooses.
const CHOSEN: [&str; 3] = ["etag", "createTime", "updateTime"];

impl Recordings {
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.recordings.iter().map(|recording| recording.name.as_str())
    }

    /// Replays them, each against what `fresh` makes: a sandbox, and the values that stand for
    /// `{{NAME}}`.
    pub(crate) async fn replay<F>(&self, exceptions: &[Exception], fresh: impl Fn() -> F)
    where
        F: Future<Output = (Lab, Vec<(&'static str, String)>)>,
    {
        let mut wrong = Vec::new();
        let mut used = BTreeSet::new();
        for recording in &self.recordings {
            let (lab, values) = fresh().await;
            let values = values.into_iter().map(|(name, value)| (name.to_owned(), value));
            let mut replay = Replay { lab, values: self.texts.clone().into_iter().chain(values).collect() };
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
        named && difference.at == self.at
    }
}

/// Something that is not as it was recorded.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    at: String,
    text: String,
}

struct Replay {
    lab: Lab,
    values: BTreeMap<String, String>,
}

impl Replay {
    async fn run(&mut self, recording: &Recording) -> Vec<Difference> {
        for request in &recording.given {
            let (status, answer) = self.send(request).await;
            if !(200..300).contains(&status) {
                let text = format!("what it needs is refused, {} {}: {answer}", request.method, request.path);
                return vec![Difference { at: "given".to_owned(), text }];
            }
        }
        let mut differences = Vec::new();
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            let (status, answer) = self.send(&exchange.request).await;
            let place = format!("exchange {at}, {} {}", exchange.request.method, exchange.request.path);
            if status != exchange.status {
                let text = format!("{place}: status {status}, recorded {}: {answer}", exchange.status);
                differences.push(Difference { at: "status".to_owned(), text });
            } else if status < 300 {
                let mut found = Vec::new();
                compare("", &self.filled(&exchange.answer), &answer, &mut found);
                let placed =
                    |difference: Difference| Difference { text: format!("{place}: {}", difference.text), ..difference };
                differences.extend(found.into_iter().map(placed));
            } else {
                // The words are the recorder's own; the form is Google's and Kubernetes'.
                let code = answer["error"]["code"].as_u64().or(answer["code"].as_u64());
                assert_eq!(code, Some(u64::from(status)), "{}: {place}: {answer}", recording.name);
            }
        }
        differences
    }

    async fn send(&mut self, request: &Request) -> (u16, Value) {
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
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        if let Some(etag) = answer["etag"].as_str() {
            self.values.insert("ETAG".to_owned(), etag.to_owned());
        }
        (status, answer)
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
    let mut differs =
        |at: &str, text: String| found.push(Difference { at: at.to_owned(), text: format!("{at}: {text}") });
    let name = at.rsplit('/').next().unwrap_or_default();
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            for name in answered.keys().filter(|name| !recorded.contains_key(*name)) {
                differs(&format!("{at}/{name}"), format!("not recorded, answered {}", answered[name]));
            }
            for (name, value) in recorded {
                match answered.get(name) {
                    Some(answered) => compare(&format!("{at}/{name}"), value, answered, found),
                    None => found.push(Difference {
                        at: format!("{at}/{name}"),
                        text: format!("{at}/{name}: recorded {value}, not answered"),
                    }),
                }
            }
        }
        (Value::Array(recorded), Value::Array(answered)) => {
            if recorded.len() != answered.len() {
                differs(at, format!("recorded {} elements, answered {}", recorded.len(), answered.len()));
            }
            for (n, (recorded, answered)) in recorded.iter().zip(answered).enumerate() {
                compare(&format!("{at}/{n}"), recorded, answered, found);
            }
        }
        (Value::String(_), Value::String(_)) if CHOSEN.contains(&name) => {}
        (Value::String(a), Value::String(b)) if is_occurrence(a) && is_occurrence(b) => {}
        (recorded, answered) if recorded == answered => {}
        (recorded, answered) => differs(at, format!("recorded {recorded}, answered {answered}")),
    }
}

fn is_occurrence(name: &str) -> bool {
    name.split('/').nth(2) == Some("occurrences")
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
