//! Clients that are many, slow, cut off, wrong or huge: right answers or clear refusals, nothing lost,
//! and memory that does not grow with them.

use std::sync::Arc;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use countersign::sandbox::people::Person;

use crate::support::lab::{BA, CA, CRM, Lab, PROJECT, USAGE};

const CLIENTS: usize = 100;

async fn note(lab: &Lab, n: usize) -> Value {
    let url = format!("{CA}/v1/projects/{PROJECT}/notes?noteId=note-{n}");
    lab.ok(Method::POST, &url, json!({"attestation": {"hint": {"humanReadableName": format!("{n}")}}})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clients_at_once() {
    let lab = Arc::new(Lab::with_project().await);
    let clients = (0..CLIENTS).map(|n| {
        let lab = Arc::clone(&lab);
        async move {
            note(&lab, n).await;
            let attestor =
                json!({"userOwnedGrafeasNote": {"noteReference": format!("projects/{PROJECT}/notes/note-{n}")}});
            let url = format!("{BA}/v1/projects/{PROJECT}/attestors");
            lab.ok(Method::POST, &format!("{url}?attestorId=attestor-{n}"), attestor).await;
            let found = lab.get(&format!("{url}/attestor-{n}")).await;
            assert_eq!(found["userOwnedGrafeasNote"]["noteReference"], format!("projects/{PROJECT}/notes/note-{n}"));
        }
    });
    join_all(clients.map(tokio::spawn)).await.into_iter().for_each(|done| done.unwrap());
    let list = lab.get(&format!("{BA}/v1/projects/{PROJECT}/attestors?pageSize=1000")).await;
    assert_eq!(list["attestors"].as_array().unwrap().len(), CLIENTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_change_the_same_version_one_is_refused() {
    let lab = Lab::with_project().await;
    let url = format!("{BA}/v1/projects/{PROJECT}/policy");
    let rule = json!({"evaluationMode": "ALWAYS_DENY", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"});
    lab.ok(Method::PUT, &url, json!({"defaultAdmissionRule": rule})).await;
    for _ in 0..20 {
        let policy = lab.get(&url).await;
        assert!(policy["etag"].is_string(), "{policy}");
        let both = [lab.send(Method::PUT, &url, policy.clone()), lab.send(Method::PUT, &url, policy.clone())];
        let mut codes: Vec<u16> = join_all(both).await.into_iter().map(|(status, _)| status.as_u16()).collect();
        codes.sort_unstable();
        assert_eq!(codes, [200, 409]);
    }
}

/// A connection that is written to by hand.
pub(super) async fn connect(lab: &Lab) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(lab.sandbox.authority_pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("cloudresourcemanager.googleapis.com").unwrap();
    let stream = TcpStream::connect(lab.sandbox.addr()).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

fn head(lab: &Lab, length: usize) -> String {
    format!(
        "POST /v1/projects HTTP/1.1\r\nHost: cloudresourcemanager.googleapis.com\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
        lab.sandbox.token().expose()
    )
}

#[tokio::test]
async fn a_slow_client_is_waited_for_and_holds_nobody_up() {
    let lab = Lab::start().await;
    let body = json!({"projectId": PROJECT}).to_string();
    let request = format!("{}{body}", head(&lab, body.len()));
    let mut stream = connect(&lab).await;
    for byte in request.as_bytes() {
        stream.write_all(&[*byte]).await.unwrap();
        stream.flush().await.unwrap();
        if *byte == b'\n' || *byte == b'"' {
            // Between two of its bytes others are answered.
            assert_eq!(lab.get(&format!("{CRM}/projects")).await, json!({}));
        }
    }
    let mut answer = String::new();
    // The server closes the connection without a TLS alert at times, once all is said.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(lab.get(&format!("{CRM}/projects/{PROJECT}")).await["projectId"], PROJECT);
}

#[tokio::test]
async fn what_is_cut_off_changes_nothing() {
    let lab = Lab::start().await;
    let body = json!({"projectId": PROJECT}).to_string();
    for end in [0, 1, body.len() / 2, body.len() - 1] {
        let mut stream = connect(&lab).await;
        let part = body.get(..end).unwrap();
        stream.write_all(format!("{}{part}", head(&lab, body.len())).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(lab.get(&format!("{CRM}/projects")).await, json!({}));
}

/// Bodies that mean nothing anywhere.
fn nonsense() -> Vec<Vec<u8>> {
    let texts =
        ["[]", "1", "\"x\"", "}", "{\"\": 1}", "{\"name\": {\"a\": 1}}", "{\"a\": 1e999}", "{\"a\": \"\\ud800\"}"];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.extend([b"\xff\xfe{}".to_vec(), vec![0; 1000], b"[".repeat(200_000), b"{\"a\":".repeat(100_000)]);
    bodies
}

#[tokio::test]
async fn nonsense_is_refused_in_googles_shape() {
    let lab = Lab::with_project().await;
    note(&lab, 1).await;
    let project = format!("{CRM}/projects/{PROJECT}");
    let places = [
        (Method::POST, format!("{CRM}/projects")),
        (Method::POST, format!("{project}:setIamPolicy")),
        (Method::POST, format!("{USAGE}/projects/{PROJECT}/services:batchEnable")),
        (Method::PUT, format!("{BA}/v1/projects/{PROJECT}/policy")),
        (Method::POST, format!("{BA}/v1/projects/{PROJECT}/attestors?attestorId=a")),
        (Method::POST, format!("{CA}/v1/projects/{PROJECT}/notes?noteId=n")),
        (Method::POST, format!("{CA}/v1/projects/{PROJECT}/notes/note-1:setIamPolicy")),
        (Method::POST, format!("{CA}/v1/projects/{PROJECT}/occurrences")),
        (
            Method::POST,
            format!("https://container.googleapis.com/v1/projects/{PROJECT}/locations/us-central1-a/clusters"),
        ),
    ];
    for (method, url) in places {
        for body in nonsense() {
            let answer = lab.request(method.clone(), &url).body(body.clone()).send().await.unwrap();
            let status = answer.status();
            let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let text = answer.text().await.unwrap();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{url} {start}: {text}");
            let error: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(error["error"]["status"], "INVALID_ARGUMENT", "{url} {start}: {text}");
        }
    }
}

/// As many clients as there is room for send almost all of a large body, and wait.
#[tokio::test]
async fn large_bodies_wait_for_room_and_small_ones_do_not() {
    const ROOM: usize = 1;
    let lab = Lab::start().await;
    let large = format!("{}{}", " ".repeat(4_190_000), json!({"projectId": PROJECT}));
    let mut waiting = Vec::new();
    for _ in 0..ROOM {
        let mut stream = connect(&lab).await;
        stream.write_all(head(&lab, large.len()).as_bytes()).await.unwrap();
        stream.write_all(&large.as_bytes()[..90_000]).await.unwrap();
        waiting.push(stream);
    }
    let url = format!("{CRM}/projects");
    // So that all of them have come before the next one does.
    assert_eq!(lab.get(&url).await, json!({}));
    let mut next = std::pin::pin!(lab.request(Method::POST, &url).body(large.clone()).send());
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), next.as_mut()).await;
    assert!(early.is_err(), "there is no room for it: {early:?}");
    assert_eq!(lab.get(&url).await, json!({}));
    drop(waiting);
    assert_eq!(next.await.unwrap().status(), StatusCode::OK, "there is room again");
}

/// As many files as this process may open: the test holds both ends of each connection.
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
}

/// Whoever on the machine holds connections open without a token, the owner is answered: over the connection that
/// it has, and over a new one.
#[tokio::test(flavor = "multi_thread")]
async fn connections_without_a_token_keep_nobody_out() {
    raise_open_files();
    let lab = Arc::new(Lab::start().await);
    let url = format!("{CRM}/projects");
    lab.get(&url).await;
    let idle = (0..512).map(|_| {
        let lab = Arc::clone(&lab);
        tokio::spawn(async move { connect(&lab).await })
    });
    let idle: Vec<_> = join_all(idle).await;
    let silent = join_all((0..1000).map(|_| TcpStream::connect(lab.sandbox.addr()))).await;
    for client in [lab.client.clone(), crate::support::lab::client(&lab.sandbox)] {
        let request = client.get(&url).bearer_auth(lab.sandbox.token().expose());
        let answer = tokio::time::timeout(std::time::Duration::from_secs(20), request.send()).await;
        assert_eq!(answer.expect("it is answered").unwrap().status(), StatusCode::OK);
    }
    drop((idle, silent));
}

/// Bodies that never end are their senders' own affair.
#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_of_one_hold_up_nobody_else() {
    let lab = Lab::start().await;
    let newcomer = Person::from_name("newcomer").unwrap();
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut stream = connect(&lab).await;
        let request = format!(
            "POST /v1/projects/p/notes HTTP/1.1\r\nHost: containeranalysis.googleapis.com\r\n\
             Authorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"a\":\r\n",
            lab.sandbox.token_of(newcomer).expose()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        held.push(stream);
    }
    let body = json!({"projectId": PROJECT, "name": "x".repeat(70_000)});
    let request = lab.request(Method::POST, &format!("{CRM}/projects")).json(&body);
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), request.send()).await;
    assert!(answer.expect("it is answered").unwrap().status() != StatusCode::REQUEST_TIMEOUT);
    drop(held);
}

/// A client that sends all of its body before it reads sees why it was refused, whoever refuses it and when.
#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let lab = Lab::with_project().await;
    let token = lab.sandbox.token().expose().to_owned();
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let uploads = format!("https://gcr.io/v2/{PROJECT}/x/blobs/uploads/");
    let begun = lab.request(Method::POST, &uploads).send().await.unwrap();
    let upload = begun.headers()["location"].to_str().unwrap().to_owned();
    for (request, status) in [
        (format!("PUT /v2/{PROJECT}/x/manifests/latest HTTP/1.1\r\nHost: gcr.io\r\n"), 413),
        (format!("PATCH {upload} HTTP/1.1\r\nHost: gcr.io\r\nContent-Range: 5-9\r\n"), 416),
        (format!("PUT /v2/{PROJECT}/y/blobs/uploads/none?digest={digest} HTTP/1.1\r\nHost: gcr.io\r\n"), 404),
        (format!("POST /v1/projects/{PROJECT}/notes HTTP/1.1\r\nHost: containeranalysis.googleapis.com\r\n"), 413),
        ("POST /v1/projects HTTP/1.1\r\nHost: compute.googleapis.com\r\n".to_owned(), 403),
    ] {
        let mut stream = connect(&lab).await;
        let head = format!("{request}Authorization: Bearer {token}\r\nContent-Length: 5000000\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 5_000_000]).await.expect("all of it is taken");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("there is an answer");
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"), "{request}");
    }
}

/// Two readers of such a head could understand different things.
#[tokio::test]
async fn heads_that_say_two_things_are_refused() {
    let lab = Lab::start().await;
    let token = lab.sandbox.token().expose().to_owned();
    let host = "Host: cloudresourcemanager.googleapis.com\r\n";
    for (target, headers) in [
        ("/v1/projects", format!("{host}{host}Authorization: Bearer {token}\r\n")),
        ("/v1/projects", format!("{host}Authorization: Bearer {token}\r\nAuthorization: Bearer x\r\n")),
        ("/v1/projects", format!("{host}Authorization: Bearer {token}\r\nOrigin: a\r\nOrigin: b\r\n")),
        ("https://gcr.io/v1/projects", format!("{host}Authorization: Bearer {token}\r\n")),
        ("/v1/projects", format!("Authorization: Bearer {token}\r\n")),
    ] {
        let mut stream = connect(&lab).await;
        stream.write_all(format!("GET {target} HTTP/1.1\r\n{headers}\r\n").as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 400", "{target} {headers}");
    }
}
