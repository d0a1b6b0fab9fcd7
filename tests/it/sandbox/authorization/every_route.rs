//! Nobody does or reads what the table of routes does not give: all routes, in all their versions, by all
//! people, with the path and the body written in every way that somebody may think of.
//!
//! Requests go over a connection of our own: a client's library would put the path in order first.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign::sandbox::Needs;
use countersign::sandbox::people::{PEOPLE, Person};
use countersign::sandbox::routes::{ApiRoute, api_routes};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::client::TlsStream;

use super::{attestation_note, full_project, grant, make_project};
use crate::sandbox::people::as_person;
use crate::sandbox::robustness::connect;
use crate::support::lab::{BA, CA, CRM, Lab, PROJECT};

static ROUTES: LazyLock<Vec<ApiRoute>> = LazyLock::new(api_routes);

/// The names in the paths of routes, as [`full_project`] has them.
const NAMES: &[(&str, &str)] = &[
    ("{project}", PROJECT),
    ("{note}", "n"),
    ("{occurrence}", "o"),
    ("{attestor}", "a"),
    ("{attestation}", "x"),
    ("{platform}", "gke"),
    ("{policy}", "one"),
    ("{location}", "global"),
    ("{cluster}", "c"),
    ("{ring}", "r"),
    ("{key}", "k"),
    ("{version}", "1"),
    ("{repository}", "gcr.io"),
    ("{package}", "team%2Fapp"),
    ("{digest}", "sha256:00"),
    ("{tag}", "latest"),
    ("{image}", "team%2Fapp@sha256:00"),
    ("{service}", "cloudkms.googleapis.com"),
    ("{operation}", "operation-1"),
    ("{other_operation}", "one"),
];

fn filled(path: &str) -> String {
    let filled = NAMES.iter().fold(path.to_owned(), |path, (name, text)| path.replace(name, text));
    assert!(!filled.contains('{'), "a name of {path} has no text here");
    filled
}

/// The path of a route in one of its versions, and the method behind it.
fn written(route: &ApiRoute, version: &str) -> (String, String) {
    let verb = if route.verb.is_empty() { String::new() } else { format!(":{}", route.verb) };
    (format!("/{version}/{}", filled(route.path)), verb)
}

/// A way to write a path that once opened something, or might.
#[derive(Debug, Clone)]
enum Spelling {
    Plain,
    /// Some letters escaped, by their places; upper or lower hexadecimal digits.
    Escaped(Vec<proptest::sample::Index>, bool),
    /// The same, once more.
    EscapedTwice(proptest::sample::Index),
    /// What stands for the colon of the method.
    Colon(&'static str),
    /// Something put in front of a segment.
    Inserted(proptest::sample::Index, &'static str),
    /// Something put at the end.
    Appended(&'static str),
    /// The project by its number.
    Number,
    /// Another version.
    Version(&'static str),
}

fn spelling() -> impl Strategy<Value = Spelling> {
    use proptest::collection::vec;
    let index = any::<proptest::sample::Index>;
    prop_oneof![
        Just(Spelling::Plain),
        (vec(index(), 1..6), any::<bool>()).prop_map(|(places, upper)| Spelling::Escaped(places, upper)),
        index().prop_map(Spelling::EscapedTwice),
        select(vec!["/@", "/%40", "%3A", "%3a", "/:", "/", ":@", "::", "%253A"]).prop_map(Spelling::Colon),
        (index(), select(vec!["/", "/.", "/..", "/%2e%2e", "/x/..", "%2F", "%00", ";a=b", "\\", "@"]))
            .prop_map(|(place, text)| Spelling::Inserted(place, text)),
        select(vec!["/", "//", "/.", "/..", "%2F", "?x=:list", "#:getIamPolicy", ":", ":getIamPolicy", "/@list"])
            .prop_map(Spelling::Appended),
        Just(Spelling::Number),
        select(vec!["v1", "V1", "v%31", "v2", "v1beta1", "v1alpha1", "v1alpha2"]).prop_map(Spelling::Version),
    ]
}

impl Spelling {
    fn write(&self, (path, verb): (String, String), number: &str) -> String {
        match self {
            Self::Plain => path + &verb,
            Self::Escaped(places, upper) => {
                let mut bytes: Vec<String> = path.chars().map(String::from).collect();
                for place in places {
                    let text = place.get_mut(&mut bytes);
                    if text.len() == 1 && *text != "/" && *text != "%" {
                        let byte = text.as_bytes()[0];
                        *text = if *upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
                    }
                }
                bytes.concat() + &verb
            }
            Self::EscapedTwice(place) => {
                let at = 1 + place.index(path.len() - 1);
                let (front, back) = path.split_at(at);
                let byte = back.as_bytes().first().copied().unwrap_or(b'x');
                format!("{front}%25{byte:02x}{}{verb}", back.get(1..).unwrap_or_default())
            }
            Self::Colon(colon) => path + &verb.replacen(':', colon, 1),
            Self::Inserted(place, text) => {
                let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
                let (front, back) = path.split_at(slashes[place.index(slashes.len())]);
                format!("{front}{text}{back}{verb}")
            }
            Self::Appended(text) => format!("{path}{verb}{text}"),
            Self::Number => path.replace(PROJECT, number) + &verb,
            Self::Version(version) => {
                let rest = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
                format!("/{version}/{rest}{verb}")
            }
        }
    }
}

/// Bodies that name things, or are none.
const BODIES: &[&str] = &[
    "",
    "{}",
    "[]",
    "\"x\"",
    "5",
    "null",
    "{",
    r#"{"policy":{"bindings":[{"role":"roles/owner","members":["allUsers"]}]}}"#,
    r#"{"resource":"projects/mine-project","policy":{"bindings":[]}}"#,
    r#"{"permissions":["resourcemanager.projects.get"]}"#,
    r#"{"name":"projects/mine-project/notes/n","noteName":"projects/mine-project/notes/n"}"#,
    r#"{"digest":{"sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}"#,
    r#"{"resourceNames":["projects/binauthz-lab"],"resource_names":["projects/mine-project"]}"#,
    r#"{"projectIds":["binauthz-lab"]}"#,
];

/// A connection that requests are written to as they are.
struct Wire<'a> {
    lab: &'a Lab,
    stream: Option<TlsStream<TcpStream>>,
}

impl Wire<'_> {
    /// The status and the JSON of an answer.
    async fn send(&mut self, person: &Person, (method, host, path): (&str, &str, &str), body: &str) -> (u16, Value) {
        // The server closes a connection whose request it cannot read.
        for _ in 0..2 {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => connect(self.lab).await,
            };
            let token = self.lab.sandbox.token_of(person).expose();
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(head.as_bytes()).await.is_ok()
                && let Some((status, body)) = answer(&mut stream).await
            {
                self.stream = (status != 400).then_some(stream);
                return (status, serde_json::from_slice(&body).unwrap_or_default());
            }
        }
        panic!("no answer to {method} {path}: {body}");
    }
}

/// Reads one answer; none where the connection ended before.
async fn answer(stream: &mut TlsStream<TcpStream>) -> Option<(u16, Vec<u8>)> {
    let mut read = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let end = read.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let status = head.split(' ').nth(1)?.parse().ok()?;
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
            let length: usize = length.unwrap_or(0);
            if read.len() >= end + 4 + length {
                return Some((status, read[end + 4..end + 4 + length].to_vec()));
            }
        }
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        read.extend_from_slice(&chunk[..count]);
    }
}

/// The permissions that a person holds on the project, by what the sandbox itself says of them.
async fn held(lab: &Lab, person: &'static Person) -> Vec<String> {
    let mut asked: Vec<&str> = ROUTES.iter().filter_map(permission).collect();
    asked.sort_unstable();
    asked.dedup();
    let url = format!("{CRM}/projects/{PROJECT}:testIamPermissions");
    let answer = as_person(lab, person.name).may(Method::POST, &url, json!({"permissions": asked})).await;
    serde_json::from_value(answer["permissions"].clone()).unwrap_or_default()
}

fn permission(route: &ApiRoute) -> Option<&'static str> {
    match route.needs {
        Needs::On(permission, _) | Needs::Everywhere(permission) | Needs::Named(permission) => Some(permission),
        Needs::Nothing | Needs::Visible | Needs::Tested(_) => None,
    }
}

/// Whether an answer does nothing and tells nothing but that it may not be, or that there is no such method.
fn is_closed(status: u16, answer: &Value) -> bool {
    let error = &answer["error"];
    let message = error["message"].as_str().unwrap_or_default();
    // `/v2/` without a host of its own is the registry's.
    let by_registry = answer["errors"].is_array();
    match status {
        403 => error["status"] == "PERMISSION_DENIED" || by_registry,
        404 => message.starts_with("The sandbox has no method") || by_registry,
        405 => by_registry,
        // What is no HTTP, what is no query, what is no body of a method whose body is read first.
        400 => answer.is_null() || error["status"] == "INVALID_ARGUMENT" || by_registry,
        _ => false,
    }
}

/// All routes that a method and a path could mean, by trying each: as strict about names as the APIs' grammar.
fn meant(method: &str, path: &str) -> Vec<&'static ApiRoute> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_it = |route: &&ApiRoute| {
        let verb = if route.verb.is_empty() { String::new() } else { format!(":{}", route.verb) };
        let Some(path) = path.strip_suffix(&verb).filter(|_| route.method == method) else { return false };
        let sent: Vec<Option<String>> = path.trim_start_matches('/').split('/').map(decoded_once).collect();
        route.versions.iter().any(|version| {
            let wanted: Vec<&str> = std::iter::once(*version).chain(route.path.split('/')).collect();
            wanted.len() == sent.len()
                && wanted.iter().zip(&sent).all(|(wanted, sent)| {
                    sent.as_ref()
                        .is_some_and(|sent| sent == wanted || (wanted.starts_with('{') && is_name(wanted, sent)))
                })
        })
    };
    ROUTES.iter().filter(is_it).collect()
}

fn decoded_once(segment: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        let digits = if byte == b'%' { Some([rest.next()?, rest.next()?]) } else { None };
        bytes.push(match digits {
            Some(digits) => u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?,
            None => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn is_name(name: &str, text: &str) -> bool {
    let more = match name {
        "{package}" => "/",
        "{image}" => "/@:",
        "{digest}" | "{project}" => ":",
        _ => "",
    };
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c) || more.contains(c))
}

/// What the owner sees of everything that could be changed.
async fn everything(lab: &Lab) -> Value {
    let mut seen = BTreeMap::new();
    for url in [
        format!("{CRM}/projects/{PROJECT}"),
        format!("{BA}/v1/projects/{PROJECT}/policy"),
        format!("{BA}/v1/projects/{PROJECT}/attestors"),
        format!("{CA}/v1/projects/{PROJECT}/notes"),
        format!("{CA}/v1/projects/{PROJECT}/occurrences"),
        format!("https://container.googleapis.com/v1/projects/{PROJECT}/locations/-/clusters"),
        format!("https://cloudkms.googleapis.com/v1/projects/{PROJECT}/locations/global/keyRings"),
        format!("https://serviceusage.googleapis.com/v1/projects/{PROJECT}/services"),
        format!("https://artifactregistry.googleapis.com/v1/projects/{PROJECT}/locations/us/repositories"),
    ] {
        let mut answer = lab.get(&url).await;
        // A cluster that is being made is there after a while.
        for cluster in answer["clusters"].as_array_mut().into_iter().flatten() {
            *cluster = cluster["name"].take();
        }
        seen.insert(url, answer);
    }
    for resource in ["", "/policy", "/notes/n"] {
        let get = matches!(resource, "/policy");
        let base = if resource.is_empty() { CRM.to_owned() } else { format!("{}/v1", if get { BA } else { CA }) };
        let url = format!("{base}/projects/{PROJECT}{resource}:getIamPolicy");
        let (method, body) = if get { (Method::GET, Value::Null) } else { (Method::POST, json!({})) };
        seen.insert(url.clone(), lab.ok(method, &url, body).await);
    }
    json!(seen)
}

/// Each route in each version as it is meant to be written: who holds nothing does nothing by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_passes_no_route() {
    let lab = full_project().await;
    let newcomer = Person::from_name("newcomer").unwrap();
    let before = everything(&lab).await;
    let mut wire = Wire { lab: &lab, stream: None };
    let mut count = 0;
    for route in ROUTES.iter() {
        for version in route.versions {
            let (path, verb) = written(route, version);
            let path = path + &verb;
            for host in [route.host, "localhost"] {
                let (status, answer) = wire.send(newcomer, (route.method, host, &path), "{}").await;
                let shown = format!("{} {host}{path}: {status} {answer}", route.method);
                // Logging's version is the registry's at localhost, but for its entries.
                if host == "localhost" && path.starts_with("/v2/projects") {
                    assert!(is_closed(status, &answer), "{shown}");
                    continue;
                }
                match route.needs {
                    Needs::On(..) | Needs::Everywhere(_) => assert_eq!(status, 403, "{shown}"),
                    Needs::Named(_) => assert_eq!(status, 400, "nothing is named: {shown}"),
                    Needs::Tested(_) => assert_eq!((status, &answer), (200, &json!({})), "{shown}"),
                    Needs::Visible => assert_eq!(answer, json!({"projects": []}), "{shown}"),
                    Needs::Nothing => {}
                }
                count += 1;
            }
        }
    }
    assert!(count > 350, "{count}");
    assert_eq!(everything(&lab).await, before);
}

/// Roles that a newcomer is given in turn, on the project alone.
const GRANTED: &[&str] = &[
    "roles/viewer",
    "roles/browser",
    "roles/iam.securityReviewer",
    "roles/binaryauthorization.policyViewer",
    "roles/binaryauthorization.attestorsVerifier",
    "roles/containeranalysis.notes.attacher",
    "roles/containeranalysis.occurrences.editor",
    "roles/cloudkms.publicKeyViewer",
    "roles/cloudkms.signer",
    "roles/container.clusterViewer",
    "roles/artifactregistry.reader",
    "roles/logging.viewer",
    "roles/serviceusage.serviceUsageViewer",
    "roles/resourcemanager.projectIamAdmin",
];

/// Random routes, people, roles, spellings and bodies: what the person does not hold is closed, and nothing
/// is changed by it.
#[test]
fn however_it_is_written_nobody_does_what_the_table_does_not_give() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let lab = runtime.block_on(full_project());
    let number = runtime.block_on(lab.project_number());
    let owner_policy = format!("{CRM}/projects/{PROJECT}:setIamPolicy");
    let wire = Mutex::new(Wire { lab: &lab, stream: None });
    let people: Vec<&Person> = PEOPLE.iter().filter(|person| !person.is_owner()).collect();
    let route = (select(ROUTES.clone()), any::<proptest::sample::Index>(), select(vec![true, false]));
    let strategy = (route, select(people), select(GRANTED), spelling(), select(BODIES));
    let tried = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let result = runner.run(&strategy, |((route, version, by_host), person, role, spelling, body)| {
        runtime.block_on(async {
            let newcomer = person.name == "newcomer";
            let bindings = if newcomer { grant(person, role) } else { json!({"policy": {}}) };
            lab.ok(Method::POST, &owner_policy, bindings).await;
            let held = held(&lab, person).await;
            let version: &&str = version.get(route.versions);
            let path = spelling.write(written(&route, version), &number);
            // The spelling may mean another route, which the person may have.
            let is_given = |route: &&ApiRoute| permission(route).is_none_or(|one| held.iter().any(|held| held == one));
            if is_given(&&route) || meant(route.method, &path).iter().any(is_given) {
                return Ok(());
            }
            let host = if by_host { route.host } else { "localhost" };
            let before = if route.method == "GET" { Value::Null } else { everything(&lab).await };
            let (status, answer) = wire.lock().await.send(person, (route.method, host, path.as_str()), body).await;
            let shown = format!("{} {role}: {} {host}{path} {body}: {status} {answer}", person.name, route.method);
            prop_assert!(is_closed(status, &answer), "{}", shown);
            if route.method != "GET" {
                prop_assert_eq!(everything(&lab).await, before, "{}", shown);
            }
            tried.set(tried.get() + 1);
            Ok::<_, TestCaseError>(())
        })
    });
    result.unwrap();
    assert!(tried.get() > 200, "most cases are tried: {}", tried.get());
}

/// The ways to spell a field.
fn spellings(field: &'static str) -> impl Strategy<Value = String> {
    let snake: String = field
        .chars()
        .flat_map(|c| if c.is_ascii_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] })
        .collect();
    let mixed = snake.replacen('_', "__", 1);
    let half: String =
        field.chars().flat_map(|c| if c.is_ascii_uppercase() { vec!['_', c] } else { vec![c] }).collect();
    let odd = format!("{field}_");
    select(vec![field.to_owned(), snake, mixed, half, odd])
}

/// An object whose fields may be there more than once.
fn object(fields: &[(String, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// Fields that name a note or a project, doubled, in all spellings, one's own and another's: nothing of the
/// other is attached to or read.
#[test]
fn however_a_body_names_it_nobody_reaches_what_is_anothers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let newcomer = Person::from_name("newcomer").unwrap();
    let lab = runtime.block_on(async {
        let lab = full_project().await;
        make_project(&lab, "mine-project").await;
        let notes = format!("{CA}/v1/projects/mine-project/notes?noteId=n");
        lab.ok(Method::POST, &notes, attestation_note()).await;
        let owner = grant(newcomer, "roles/owner");
        lab.ok(Method::POST, &format!("{CRM}/projects/mine-project:setIamPolicy"), owner).await;
        lab
    });
    let wire = Mutex::new(Wire { lab: &lab, stream: None });
    let (own, other) = (json!("projects/mine-project/notes/n"), json!(format!("projects/{PROJECT}/notes/n")));
    let value = select(vec![own.to_string(), other.to_string(), "null".to_owned(), "5".to_owned(), "[]".to_owned()]);
    let note_names = proptest::collection::vec((spellings("noteName"), value), 1..4);
    let named = prop_oneof![
        spellings("resourceNames").prop_map(|field| (field, "projects/")),
        spellings("projectIds").prop_map(|field| (field, "")),
    ];
    let projects = select(vec![PROJECT, "mine-project", "%62inauthz-lab", "mine-project/../binauthz-lab"]);
    let lists = proptest::collection::vec((named, projects), 1..4);
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let versions = select(vec!["v1", "v1beta1", "v1alpha1"]);
    let strategy = (note_names, any::<bool>(), versions, lists);
    let others = format!("{CA}/v1/projects/{PROJECT}/notes/n/occurrences");
    let result = runner.run(&strategy, |(mut fields, batch, version, lists)| {
        fields.push(("resourceUri".to_owned(), json!("gcr.io/p/i@sha256:00").to_string()));
        let attestation =
            json!({"serializedPayload": "e30=", "signatures": [{"signature": "AA==", "publicKeyId": "k"}]});
        fields.push(("attestation".to_owned(), attestation.to_string()));
        let (verb, body) = if batch {
            (":batchCreate", format!("{{\"occurrences\":[{}]}}", object(&fields)))
        } else {
            ("", object(&fields))
        };
        let path = format!("/{version}/projects/mine-project/occurrences{verb}");
        let lists: Vec<(String, String)> = lists
            .into_iter()
            .map(|((field, front), project)| (field, json!([format!("{front}{project}")]).to_string()))
            .collect();
        let logs = object(&lists);
        runtime.block_on(async {
            let sent = ("POST", "containeranalysis.googleapis.com", path.as_str());
            let (status, answer) = wire.lock().await.send(newcomer, sent, &body).await;
            prop_assert!([200, 400, 403, 409].contains(&status), "{}: {} {}", body, status, answer);
            prop_assert_eq!(lab.get(&others).await, json!({}), "{}", body);
            let sent = ("POST", "logging.googleapis.com", "/v2/entries:list");
            let (status, answer) = wire.lock().await.send(newcomer, sent, &logs).await;
            // The same key twice is the last; two spellings of one field are refused.
            let keys: BTreeMap<&str, &str> = lists.iter().map(|(key, list)| (key.as_str(), list.as_str())).collect();
            if keys.values().any(|list| !list.contains("mine-project\"")) {
                prop_assert!(status == 403 || status == 400, "{}: {} {}", logs, status, answer);
            }
            Ok::<_, TestCaseError>(())
        })
    });
    result.unwrap();
}
