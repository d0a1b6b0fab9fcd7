//! The listener: TLS under every name, tunnels, the token, limits, stopping and starting again.

use std::time::Duration;

use countersign::sandbox::people::PEOPLE;
use countersign::sandbox::{Files, Running, Sandbox, StartError};
use reqwest::{Certificate, Client, Method, Proxy, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::lab::{CRM, Lab, PROJECT, client};

type Shape = fn(&Value) -> bool;

/// One address of each area, with what its refusal looks like.
const AREAS: [(&str, Shape); 7] = [
    ("https://cloudresourcemanager.googleapis.com/v1/projects", google),
    ("https://serviceusage.googleapis.com/v1/projects/p/services", google),
    ("https://binaryauthorization.googleapis.com/v1/projects/p/policy", google),
    ("https://containeranalysis.googleapis.com/v1/projects/p/notes", google),
    ("https://container.googleapis.com/v1/projects/p/locations/-/clusters", google),
    ("https://gcr.io/v2/", registry),
    ("https://gke-0123456789ab-1.us-central1-a.gke.goog/api/v1/namespaces", kubernetes),
];

fn google(body: &Value) -> bool {
    body["error"]["code"] == 401 && body["error"]["status"] == "UNAUTHENTICATED"
}

fn registry(body: &Value) -> bool {
    body["errors"][0]["code"] == "UNAUTHORIZED"
}

fn kubernetes(body: &Value) -> bool {
    body["kind"] == "Status" && body["reason"] == "Unauthorized" && body["code"] == 401
}

#[tokio::test]
async fn nothing_is_reachable_without_the_token() {
    let lab = Lab::start().await;
    let client = client(&lab.sandbox);
    for (url, in_its_shape) in AREAS {
        for token in [None, Some(""), Some("wrong"), Some(&"x".repeat(10_000))] {
            let request = client.get(url);
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{url} {token:?}");
            let body: Value = answer.json().await.unwrap();
            assert!(in_its_shape(&body), "{url}: {body}");
        }
    }
}

/// An empty token would be shown by everybody, and make the proxy's password a constant.
#[tokio::test]
async fn a_file_that_holds_no_token_is_refused_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    drop(Sandbox::start(dir.path(), None).await.unwrap());
    for person in &PEOPLE {
        let path = files.token_of(person);
        let token = std::fs::read_to_string(&path).unwrap();
        let long = format!("{token}{token}");
        for text in ["", "\n", "abcde", &token[1..], &long] {
            std::fs::write(&path, text).unwrap();
            let error = Sandbox::start(dir.path(), None).await.unwrap_err().to_string();
            let remove = format!("(rm {})", path.display());
            assert!(error.contains("it holds no token") && error.contains(&remove), "{text:?}: {error}");
            assert_eq!(files.read_token_of(person).unwrap_err().kind(), std::io::ErrorKind::InvalidData);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "left as it is");
        }
        std::fs::remove_file(&path).unwrap();
        let sandbox = Sandbox::start(dir.path(), None).await.unwrap();
        assert_ne!(sandbox.token_of(person).expose(), token, "a new one");
    }
}

#[tokio::test]
async fn clients_of_registries_get_their_token() {
    let lab = Lab::start().await;
    let client = client(&lab.sandbox);
    let refused = client.get("https://us.gcr.io/v2/").send().await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert_eq!(challenge, "Bearer realm=\"https://us.gcr.io/v2/token\",service=\"us.gcr.io\"");
    let token = lab.sandbox.token().expose();
    let basic = client.get("https://us.gcr.io/v2/token?service=us.gcr.io&scope=repository:p/i:pull");
    let answer: Value = basic.basic_auth("oauth2accesstoken", Some(token)).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["token"], token);
    let wrong = client.get("https://us.gcr.io/v2/token").basic_auth("_token", Some("wrong")).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn each_registry_host_has_its_own_repositories() {
    let lab = Lab::with_project().await;
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let url = format!("https://gcr.io/v2/{PROJECT}/hello/blobs/uploads/?digest={digest}");
    let answer = lab.request(Method::POST, &url).body("{}").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    for (host, found) in [("gcr.io", StatusCode::OK), ("us.gcr.io", StatusCode::NOT_FOUND)] {
        let url = format!("https://{host}/v2/{PROJECT}/hello/blobs/{digest}");
        assert_eq!(lab.request(Method::GET, &url).send().await.unwrap().status(), found, "{host}");
    }
}

#[tokio::test]
async fn gcloud_and_curl_come_through_a_tunnel() {
    let lab = Lab::start().await;
    let authority = Certificate::from_pem(lab.sandbox.authority_pem().as_bytes()).unwrap();
    let password = lab.sandbox.token().proxy_password();
    let proxy = Proxy::https(format!("http://{}", lab.sandbox.addr())).unwrap().basic_auth("countersign", &password);
    let client = Client::builder().tls_certs_only([authority]).proxy(proxy).build().unwrap();
    let url = format!("{CRM}/projects");
    let answer = client.get(url).bearer_auth(lab.sandbox.token().expose()).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap(), serde_json::json!({}));
}

#[tokio::test]
async fn the_address_itself_serves_all_apis() {
    let lab = Lab::start().await;
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("https://{host}:{}/v1/projects", lab.sandbox.addr().port());
        assert_eq!(lab.get(&url).await, serde_json::json!({}));
    }
}

async fn plain(lab: &Lab, request: &str) -> String {
    let mut stream = TcpStream::connect(lab.sandbox.addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn plain_http_is_told_what_this_is() {
    let lab = Lab::start().await;
    let answer = plain(&lab, "POST /v1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}").await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("countersign sandbox env"), "{answer}");
}

#[tokio::test]
async fn garbage_ends_its_own_connection_only() {
    let lab = Lab::start().await;
    for garbage in [vec![0x16, 3, 1, 0, 1, 0], vec![0; 100], vec![b'A'; 20_000]] {
        let mut stream = TcpStream::connect(lab.sandbox.addr()).await.unwrap();
        // The server may hang up in the middle of it.
        let _ = stream.write_all(&garbage).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    lab.get(&format!("{CRM}/projects")).await;
}

#[tokio::test]
async fn bodies_are_bounded() {
    let lab = Lab::start().await;
    let url = format!("{CRM}/projects");
    let answer = lab.request(Method::POST, &url).body(vec![b' '; 4 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(answer["error"]["code"], 413, "in Google's form");
    let answer = lab.request(Method::POST, &url).body(vec![b' '; 4 * 1024 * 1024]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn other_methods_are_not_found_in_googles_shape() {
    let lab = Lab::start().await;
    for (method, url) in [
        (Method::GET, "https://cloudresourcemanager.googleapis.com/v9/projects"),
        (Method::PATCH, "https://cloudresourcemanager.googleapis.com/v1/projects"),
    ] {
        let refusal = lab.refused(method, url, Value::Null).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (404, "NOT_FOUND"), "{url}");
    }
}

#[tokio::test]
async fn hosts_that_it_does_not_stand_for_are_refused() {
    let lab = Lab::start().await;
    for host in ["example.com", "compute.googleapis.com", "evilgcr.io", "169.254.169.254"] {
        // TLS under such a name fails; and a connection to another name is not talked into it.
        assert!(lab.request(Method::GET, &format!("https://{host}/")).send().await.is_err(), "{host}");
        let smuggled = lab.request(Method::GET, &format!("{CRM}/projects")).header("host", host);
        let answer = smuggled.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{host}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(&format!("does not stand for {host}, and forwards nothing")), "{text}");
    }
    let page = lab.request(Method::GET, &format!("{CRM}/projects")).header("origin", "https://evil.example");
    assert_eq!(page.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_proxy_wants_its_password() {
    let lab = Lab::start().await;
    let answer = plain(&lab, "CONNECT gcr.io:443 HTTP/1.1\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 407 ") && answer.contains("Proxy-Authenticate: Basic "), "{answer}");
    // The token opens no tunnel: who reads the proxy's variable does not have it.
    let with = |password: &str| {
        let credentials = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("x:{password}"));
        format!("CONNECT example.com:443 HTTP/1.1\r\nProxy-Authorization: Basic {credentials}\r\n\r\n")
    };
    assert!(plain(&lab, &with(lab.sandbox.token().expose())).await.starts_with("HTTP/1.1 407 "));
    let answer = plain(&lab, &with(&lab.sandbox.token().proxy_password())).await;
    assert!(answer.starts_with("HTTP/1.1 403 The Countersign sandbox does not stand for example.com"), "{answer}");
}

#[tokio::test]
async fn a_restart_keeps_authority_token_and_store() {
    let lab = Lab::with_project().await;
    let before = (lab.sandbox.authority_pem().to_owned(), lab.sandbox.token().expose().to_owned());
    let number = lab.project_number().await;
    let lab = lab.restart().await;
    assert_eq!((lab.sandbox.authority_pem(), lab.sandbox.token().expose()), (before.0.as_str(), before.1.as_str()));
    assert_eq!(lab.project_number().await, number);
}

#[tokio::test]
async fn its_end_can_be_watched() {
    let lab = Lab::start().await;
    let ended = lab.sandbox.ended();
    let mut early = Box::pin(lab.sandbox.ended());
    assert!(futures_util::FutureExt::now_or_never(&mut early).is_none());
    let addr = lab.sandbox.addr();
    lab.sandbox.shutdown().await.unwrap();
    ended.await;
    assert!(TcpStream::connect(addr).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn a_dropped_sandbox_stops() {
    let lab = Lab::start().await;
    let ended = lab.sandbox.ended();
    drop(lab.sandbox);
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_idle_connections() {
    let lab = Lab::start().await;
    lab.get(&format!("{CRM}/projects")).await;
    let silent = TcpStream::connect(lab.sandbox.addr()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), lab.sandbox.shutdown()).await.unwrap().unwrap();
    drop(silent);
}

#[tokio::test]
async fn a_taken_port_and_a_bad_directory_are_named() {
    let lab = Lab::start().await;
    let other = tempfile::tempdir().unwrap();
    let port = lab.sandbox.addr().port();
    let error = Sandbox::start(other.path(), Some(port)).await.unwrap_err();
    assert!(matches!(error, StartError::Port { .. }));
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    let file = other.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(Sandbox::start(&file.join("dir"), None).await, Err(StartError::Directory { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn its_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::with_project().await;
    let directory = lab.sandbox.files().directory().to_owned();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for entry in std::fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
}

#[tokio::test]
async fn requests_are_logged_without_secrets() {
    let lab = Lab::start().await;
    let own = lab.sandbox.door().mark().to_owned();
    let mut changes = lab.sandbox.door().log().changes();
    let create = lab.request(Method::POST, &format!("{CRM}/projects")).body(r#"{"projectId": "binauthz-lab"}"#);
    create.header("user-agent", "google-cloud-sdk gcloud/528.0.0").send().await.unwrap();
    changes.changed().await.unwrap();
    let read = lab.request(Method::GET, &format!("{CRM}/projects?access_token=secret&pageSize=5"));
    read.header(countersign::sandbox::server::MARK, own).send().await.unwrap();
    let served = lab.sandbox.door().log().entries_after(0);
    assert_eq!(served.len(), 2);
    assert!(served[0].wrote() && !served[0].is_own && !served[1].wrote() && served[1].is_own);
    assert_eq!((served[0].program.as_str(), served[0].status), ("gcloud", 200));
    assert_eq!(served[1].url, "cloudresourcemanager.googleapis.com/v1/projects?access_token=…&pageSize=5");
}

#[tokio::test]
async fn a_closed_door_keeps_others_out() {
    let lab = Lab::start().await;
    let (door, directory) = (lab.sandbox.door().clone(), lab.sandbox.files().directory().to_owned());
    let ask = || lab.request(Method::GET, &format!("{CRM}/projects"));
    let closing = door.clone();
    tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
    assert_eq!(Running::find(&directory).unwrap(), None);
    let answer = ask().send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(answer.text().await.unwrap().contains("Serve in its palette"));
    let own = ask().header(countersign::sandbox::server::MARK, door.mark());
    assert_eq!(own.send().await.unwrap().status(), StatusCode::OK);
    tokio::task::spawn_blocking(move || door.open()).await.unwrap().unwrap();
    assert_eq!(ask().send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(Running::find(&directory).unwrap().unwrap().port, lab.sandbox.addr().port());
}
