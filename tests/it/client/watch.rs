//! Watches of a cluster: what is created, changed and deleted is told, and a server that cuts off,
//! forgets, refuses or is slow is lived with.

use std::sync::atomic::Ordering;
use std::time::Duration;

use countersign::client::{Error, Fault, Follow, Kubernetes, Limits, Told, WatchChange};
use countersign::wire::container::Cluster;
use countersign::wire::kubernetes::Pod;
use serde_json::{Value, json};

use super::server::{Server, Step, quick};

fn cluster() -> Cluster {
    serde_json::from_value(json!({
        "name": "c", "location": "us-central1-a",
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {
            "endpoint": "gke-1.us-central1-a.gke.goog", "allowExternalTraffic": true}},
    }))
    .unwrap()
}

fn pod(name: &str, version: u32) -> Value {
    json!({"metadata": {"name": name, "namespace": "default", "resourceVersion": version.to_string()},
           "spec": {"containers": [{"name": "c", "image": "i"}]}})
}

fn list(version: u32, pods: &[Value]) -> Step {
    Step::answer(
        "200 OK",
        "",
        &json!({"metadata": {"resourceVersion": version.to_string()}, "items": pods}).to_string(),
    )
}

/// The head of a watch without an end, and these changes.
fn changes(changes: &[(&str, Value)]) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    for (kind, object) in changes {
        bytes.extend(format!("{}\n", json!({"type": kind, "object": object})).into_bytes());
    }
    bytes
}

fn status(code: u16, reason: &str) -> Value {
    json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": "told so"})
}

async fn api(steps: Vec<Step>, limits: Limits) -> (Server, Kubernetes) {
    let (server, _) = Server::script(steps).await;
    let api = server.client_with(limits).kubernetes(&cluster()).unwrap();
    (server, api)
}

/// What is told, in words, up to the first that begins with `last`.
async fn told(follow: &mut Follow<Pod>, last: &str) -> Vec<String> {
    let names = |pods: &[Pod]| pods.iter().filter_map(|pod| pod.metadata.name.clone()).collect::<Vec<_>>().join(" ");
    let mut words = Vec::new();
    loop {
        let word = match tokio::time::timeout(Duration::from_secs(30), follow.next()).await.unwrap() {
            Told::All(pods) => format!("all {}", names(&pods)),
            Told::Live => "live".to_owned(),
            Told::Set(pod) => format!("set {}", names(&[*pod])),
            Told::Gone(pod) => format!("gone {}", names(&[*pod])),
            Told::Lost(error) => format!("lost {}", error.fault),
            Told::Polled(error) => format!("polled {}", error.fault),
        };
        words.push(word);
        if words.last().is_some_and(|word| word.starts_with(last)) {
            return words;
        }
    }
}

#[tokio::test]
async fn changes_and_bookmarks_are_read_whatever_the_pieces() {
    let mut bytes = changes(&[("ADDED", pod("ü", 3))]);
    bytes.extend(b"\n  \r\n");
    bytes.extend(
        format!(
            "{}\n",
            json!({"type": "BOOKMARK", "object": {"kind": "Pod", "apiVersion": "v1",
        "metadata": {"resourceVersion": "9"}}})
        )
        .into_bytes(),
    );
    bytes
        .extend(changes(&[("DELETED", pod("ü", 11))]).split_off(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".len()));
    let (_server, api) = api(vec![Step::Send(bytes)], quick()).await;
    let mut watch = api.watch::<Pod>(None, "2").await.unwrap();
    assert!(
        matches!(watch.next().await.unwrap(), Some(WatchChange::Set(pod)) if pod.metadata.name.as_deref() == Some("ü"))
    );
    assert!(matches!(watch.next().await.unwrap(), Some(WatchChange::Bookmark)));
    assert_eq!(watch.version(), "9");
    assert!(matches!(watch.next().await.unwrap(), Some(WatchChange::Gone(_))));
    assert_eq!(watch.version(), "11");
    assert!(watch.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_line_without_an_end_is_given_up() {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    let (_server, api) = api(vec![Step::Flood(head, vec![b'x'; 1 << 16])], quick()).await;
    let mut watch = api.watch::<Pod>(None, "1").await.unwrap();
    assert_eq!(watch.next().await.unwrap_err().fault, Fault::TooLarge { limit: 8 << 20 });
}

#[rstest::rstest]
#[case(b"{\"type\": \"ADDED\", \"object\": {}".to_vec(), "within a line")]
#[case(b"{\"type\": \"ADDED\", \"object\": 7}\n".to_vec(), "cannot be read")]
#[case(b"{\"type\": \"EATEN\", \"object\": {}}\n".to_vec(), "EATEN")]
#[case(b"not json\n".to_vec(), "cannot be read")]
#[case(format!("{}\n", json!({"type": "ERROR", "object": status(500, "InternalError")})).into_bytes(), "InternalError (500): told so")]
#[tokio::test]
async fn a_line_that_is_none_is_an_error(#[case] line: Vec<u8>, #[case] text: &str) {
    let bytes = [changes(&[]), line].concat();
    let (_server, api) = api(vec![Step::Send(bytes)], quick()).await;
    let error: Error = api.watch::<Pod>(None, "1").await.unwrap().next().await.unwrap_err();
    assert!(error.to_string().contains(text), "{error}");
    assert!(error.url.contains("watch=true&resourceVersion=1&allowWatchBookmarks=true"), "{}", error.url);
}

#[tokio::test]
async fn a_watch_that_is_cut_off_goes_on_where_it_was() {
    let steps = vec![
        list(5, &[pod("a", 4)]),
        // The end of the connection within a line.
        Step::Send([changes(&[("ADDED", pod("b", 6))]), b"{\"type\"".to_vec()].concat()),
        Step::Hang(changes(&[("MODIFIED", pod("c", 7))])),
    ];
    let (server, count) = Server::script(steps).await;
    let client = server.client();
    let mut follow = client.kubernetes(&cluster()).unwrap().follow::<Pod>(None);
    let words = told(&mut follow, "set c").await;
    assert_eq!(
        words,
        ["all a", "live", "set b", "lost the connection broke: the watch ended within a line", "live", "set c"]
    );
    assert_eq!(count.load(Ordering::SeqCst), 3, "no second list");
    drop(follow);
    let urls: Vec<String> = client.exchanges().into_iter().map(|exchange| exchange.url).collect();
    assert!(urls[1].contains("resourceVersion=5") && urls[2].contains("resourceVersion=6"), "{urls:?}");
}

#[tokio::test]
async fn a_version_that_is_gone_leads_to_another_list() {
    let gone = Step::answer("410 Gone", "", &status(410, "Expired").to_string());
    let steps = vec![
        list(1, &[pod("a", 1)]),
        gone,
        list(8, &[pod("b", 8)]),
        Step::Send(changes(&[("ERROR", status(410, "Expired"))])),
        list(9, &[pod("c", 9)]),
        Step::Hang(changes(&[])),
    ];
    let (_server, api) = api(steps, quick()).await;
    let words = told(&mut api.follow::<Pod>(None), "all c").await;
    assert_eq!(words, ["all a", "all b", "live", "all c"]);
}

#[tokio::test]
async fn a_server_that_is_down_for_a_while_is_asked_again() {
    let down = Step::answer("503 Service Unavailable", "retry-after: 0\r\n", "");
    let limits = Limits { attempts: 1, ..quick() };
    let (_server, api) = api(vec![down.clone(), down, list(1, &[]), Step::Hang(changes(&[]))], limits).await;
    let words = told(&mut api.follow::<Pod>(None), "live").await;
    assert_eq!(words.len(), 4, "{words:?}");
    assert!(words[0].starts_with("lost") && words[1].starts_with("lost"), "{words:?}");
}

#[tokio::test]
async fn a_slow_server_is_waited_for_as_long_as_any_request() {
    let limits = Limits { total: Duration::from_millis(200), ..quick() };
    let steps = vec![list(1, &[]), Step::Hang(Vec::new()), Step::Hang(changes(&[("ADDED", pod("a", 2))]))];
    let (_server, api) = api(steps, limits).await;
    let words = told(&mut api.follow::<Pod>(None), "set").await;
    assert_eq!(words, ["all ", "lost no answer within 0.2 s", "live", "set a"]);
}

#[tokio::test]
async fn a_cluster_that_refuses_to_be_watched_is_listed() {
    let refused = Step::answer("403 Forbidden", "", &status(403, "Forbidden").to_string());
    let (_server, api) = api(vec![list(1, &[pod("a", 1)]), refused], quick()).await;
    let words = told(&mut api.follow::<Pod>(None), "polled").await;
    assert_eq!(words, ["all a", "polled Forbidden (403): told so"]);
}
