//! Servers that misbehave: each gives its own error, in time, and no more requests than are safe.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use countersign::client::{Client, Connection, Error, Fault, Limits, Secret};
use countersign::domain::name::ProjectId;
use countersign::domain::policy::Policy;

use super::server::{Server, Step, quick};

const OK: &str = r#"{"defaultAdmissionRule": {"evaluationMode": "ALWAYS_ALLOW",
    "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}}"#;

fn project() -> ProjectId {
    "codelab-2018".parse().unwrap()
}

/// Reads the policy from a server that plays these steps; the error, if any, and how often it was asked.
async fn read(steps: Vec<Step>, limits: Limits) -> (Result<Policy, Error>, usize) {
    let (server, count) = Server::script(steps).await;
    let result = server.client_with(limits).policy(&project()).await;
    (result, count.load(Ordering::SeqCst))
}

/// Writes the policy to such a server.
async fn write(steps: Vec<Step>) -> (Result<Policy, Error>, usize) {
    let (server, count) = Server::script(steps).await;
    let policy = Policy::default_for("codelab-2018");
    let result = server.client().put_policy(&project(), &policy).await;
    (result, count.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let limits = Limits { total: Duration::from_millis(200), ..quick() };
    let (result, asked) = read(vec![Step::Hang(Vec::new())], limits).await;
    let error = result.unwrap_err();
    assert_eq!(error.fault, Fault::Timeout { after: Duration::from_millis(200) });
    assert!(
        error.to_string().contains("binaryauthorization.googleapis.com/v1/projects/codelab-2018/policy"),
        "{error}"
    );
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_server_that_stops_in_the_middle() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"half\":".to_vec();
    let limits = Limits { total: Duration::from_millis(200), ..quick() };
    let (result, _) = read(vec![Step::Hang(half.clone())], limits).await;
    assert_eq!(result.unwrap_err().fault, Fault::Timeout { after: Duration::from_millis(200) });
    let (result, _) = read(vec![Step::Send(half)], quick()).await;
    assert!(matches!(result.unwrap_err().fault, Fault::CutOff { .. }));
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let (result, _) = read(vec![Step::Send(Vec::new())], quick()).await;
    let error = result.unwrap_err();
    assert!(matches!(error.fault, Fault::CutOff { .. }), "{error:?}");
    assert!(!error.was_not_done());
}

#[tokio::test]
async fn no_server() {
    let (server, _) = Server::script(vec![Step::Hang(Vec::new())]).await;
    let (address, authority) = (server.address, server.authority.clone());
    drop(server);
    // The listener is closed when its task has ended.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let client = Client::new(Connection::sandbox(address, authority, Secret::new("t")).with_limits(quick()));
    let error = client.policy(&project()).await.unwrap_err();
    let Fault::Connect { host, .. } = &error.fault else { panic!("{error:?}") };
    assert_eq!(host, "binaryauthorization.googleapis.com");
    assert!(error.was_not_done() && error.hint().unwrap().contains("running"));
    assert_eq!(client.exchanges().len(), 4, "each attempt is logged");
    // Nothing was sent, so that a write is safe to try again, too: but that is the user's to say.
    client.put_policy(&project(), &Policy::default_for("codelab-2018")).await.unwrap_err();
    assert_eq!(client.exchanges().len(), 5);
}

#[tokio::test]
async fn not_http() {
    let (result, _) = read(vec![Step::Send(b"220 smtp ready\r\n".to_vec())], quick()).await;
    assert!(matches!(result.unwrap_err().fault, Fault::CutOff { .. }));
}

#[rstest::rstest]
#[case("<!doctype html><title>Log in</title>", "expected value", 1)]
#[case("{\n  \"defaultAdmissionRule\": {\"evaluationMode\": \"MAYBE\"}}", "unknown variant `MAYBE`", 2)]
#[case("{\"name\": ", "EOF", 1)]
#[case("[]", "", 1)]
#[tokio::test]
async fn bodies_that_are_not_what_was_asked_for(#[case] body: &str, #[case] reason: &str, #[case] line: usize) {
    let (result, asked) = read(vec![Step::answer("200 OK", "", body)], quick()).await;
    let error = result.unwrap_err();
    let Fault::Unreadable { reason: found, line: at, .. } = &error.fault else { panic!("{error:?}") };
    assert!(found.contains(reason), "{found}");
    assert_eq!((*at, asked), (line, 1));
}

#[tokio::test]
async fn a_deeply_nested_body() {
    let body = "[".repeat(1_000_000);
    let (result, _) = read(vec![Step::answer("200 OK", "", &body)], quick()).await;
    assert!(matches!(result.unwrap_err().fault, Fault::Unreadable { .. }));
}

#[tokio::test]
async fn a_huge_body() {
    let limits = Limits { body: 1 << 20, ..quick() };
    let announced = Step::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{".to_vec());
    let (result, _) = read(vec![announced], limits).await;
    assert_eq!(result.unwrap_err().fault, Fault::TooLarge { limit: 1 << 20 });

    let mut chunk = b"2000\r\n".to_vec();
    chunk.extend(vec![b' '; 0x2000]);
    chunk.extend(b"\r\n");
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let (result, _) = read(vec![Step::Flood(head, chunk)], limits).await;
    assert_eq!(result.unwrap_err().fault, Fault::TooLarge { limit: 1 << 20 });
}

#[tokio::test]
async fn endless_headers() {
    let (result, _) = read(vec![Step::Flood(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".to_vec())], quick()).await;
    assert!(matches!(result.unwrap_err().fault, Fault::CutOff { .. }));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let step = Step::answer("302 Found", "location: https://elsewhere.example/login\r\n", "");
    let (result, asked) = read(vec![step], quick()).await;
    let error = result.unwrap_err();
    assert_eq!((error.status(), asked), (Some(302), 1));
    assert!(error.hint().unwrap().contains("https://elsewhere.example/login"));
}

#[rstest::rstest]
#[case("429 Too Many Requests")]
#[case("502 Bad Gateway")]
#[case("503 Service Unavailable")]
#[case("504 Gateway Timeout")]
#[tokio::test]
async fn a_read_is_repeated_until_it_passes(#[case] status: &str) {
    let no = Step::answer(status, "retry-after: 0\r\n", "");
    let (result, asked) = read(vec![no.clone(), no, Step::answer("200 OK", "", OK)], quick()).await;
    assert_eq!((result.is_ok(), asked), (true, 3));
}

#[rstest::rstest]
#[case("500 Internal Server Error", 500)]
#[case("501 Not Implemented", 501)]
#[case("400 Bad Request", 400)]
#[tokio::test]
async fn a_final_no_is_asked_once(#[case] status: &str, #[case] code: u16) {
    let (result, asked) = read(vec![Step::answer(status, "", "")], quick()).await;
    assert_eq!((result.unwrap_err().status(), asked), (Some(code), 1));
}

#[tokio::test]
async fn repetitions_end() {
    let (result, asked) = read(vec![Step::answer("503 Service Unavailable", "", "")], quick()).await;
    assert_eq!((result.unwrap_err().status(), asked), (Some(503), 4));
}

#[rstest::rstest]
#[case("429 Too Many Requests")]
#[case("503 Service Unavailable")]
#[tokio::test]
async fn a_write_is_never_repeated(#[case] status: &str) {
    let (result, asked) = write(vec![Step::answer(status, "retry-after: 0\r\n", "")]).await;
    assert!(result.is_err());
    assert_eq!(asked, 1);
    let (result, asked) = write(vec![Step::Send(Vec::new())]).await;
    assert!(matches!(result.unwrap_err().fault, Fault::CutOff { .. }));
    assert_eq!(asked, 1, "a connection that breaks says nothing of what was done");
}

#[tokio::test]
async fn a_server_that_wants_an_hour_is_told_of() {
    let limits = Limits { pause: Duration::from_secs(10), ..quick() };
    let begin = Instant::now();
    let (result, asked) = read(vec![Step::answer("429 Too Many Requests", "retry-after: 3600\r\n", "")], limits).await;
    let error = result.unwrap_err();
    assert_eq!(error.refusal().unwrap().retry_after, Some(Duration::from_secs(3600)));
    assert!(error.hint().unwrap().contains("3600 s"));
    assert_eq!(asked, 1);
    assert!(begin.elapsed() < Duration::from_secs(3600));
}

#[tokio::test]
async fn a_cancelled_request_is_logged_as_such() {
    let (server, count) = Server::script(vec![Step::Hang(Vec::new())]).await;
    let client = server.client();
    let task = tokio::spawn({
        let client = client.clone();
        async move { client.policy(&project()).await }
    });
    while count.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let exchanges = client.exchanges();
    assert_eq!((exchanges.len(), exchanges[0].status), (1, None));
    assert!(exchanges[0].error.as_ref().unwrap().contains("given up"));
}
