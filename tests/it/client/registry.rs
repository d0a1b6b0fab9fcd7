//! A registry: what is asked, how it is believed, and how a token is got.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use countersign::client::{Blob, Fault, ImageContent, PushProgress};
use countersign::domain::image::ImageRef;
use countersign::wire::registry::{MANIFEST_TYPES, OCI_MANIFEST};
use tokio::sync::Mutex;

use super::server::{Server, TOKEN};

/// Requests as `METHOD host/path authorization`.
type Seen = Arc<Mutex<Vec<String>>>;

/// Status, headers, body.
type Canned = (u16, Vec<(&'static str, String)>, String);

/// Answers by `METHOD host/path`; anything else is 404.
async fn serve(answers: BTreeMap<&'static str, Canned>) -> (Server, Seen) {
    let seen = Seen::default();
    let remember = Arc::clone(&seen);
    let handler = any(move |method: Method, uri: Uri, headers: HeaderMap, _: Bytes| async move {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let key = format!("{method} {}{}", header("host"), uri.path());
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        remember.lock().await.push(format!("{key}{query} {}", header("authorization")).trim().to_owned());
        answer(answers.get(key.as_str()))
    });
    (Server::router(Router::new().fallback(handler)).await, seen)
}

fn answer(canned: Option<&Canned>) -> Response {
    let Some((status, headers, body)) = canned else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = (StatusCode::from_u16(*status).unwrap(), body.clone()).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    response
}

fn image(text: &str) -> ImageRef {
    text.parse().unwrap()
}

const MANIFEST: &str = r#"{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}"#;

fn manifest_digest() -> String {
    Blob::digest_of(MANIFEST.as_bytes()).to_string()
}

#[tokio::test]
async fn a_tag_is_resolved_by_asking_for_all_types() {
    let accepted: Arc<Mutex<String>> = Arc::default();
    let remember = Arc::clone(&accepted);
    let handler = any(move |headers: HeaderMap| async move {
        headers["accept"].to_str().unwrap().clone_into(&mut *remember.lock().await);
        [("docker-content-digest", manifest_digest())]
    });
    let server = Server::router(Router::new().route("/v2/p/i/manifests/latest", handler)).await;
    let digest = server.client().resolve(&image("gcr.io/p/i")).await.unwrap();
    assert_eq!(digest.as_str(), manifest_digest());
    for media_type in MANIFEST_TYPES {
        assert!(accepted.lock().await.contains(media_type));
    }
}

#[tokio::test]
async fn a_registry_that_says_no_digest_is_not_needed_to() {
    let (server, _) = serve(BTreeMap::from([
        ("HEAD gcr.io/v2/p/i/manifests/t", (200, vec![], String::new())),
        ("GET gcr.io/v2/p/i/manifests/t", (200, vec![("content-type", OCI_MANIFEST.to_owned())], MANIFEST.to_owned())),
    ]))
    .await;
    assert_eq!(server.client().resolve(&image("gcr.io/p/i:t")).await.unwrap().as_str(), manifest_digest());
}

#[tokio::test]
async fn content_that_is_not_its_digest_is_refused() {
    let (server, _) = serve(BTreeMap::from([
        (
            "GET gcr.io/v2/p/i/manifests/t",
            (200, vec![("docker-content-digest", format!("sha256:{}", "00".repeat(32)))], MANIFEST.to_owned()),
        ),
        (
            "GET gcr.io/v2/p/i/blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000",
            (200, vec![], "x".into()),
        ),
    ]))
    .await;
    let client = server.client();
    let error = client.manifest(&image("gcr.io/p/i:t")).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Digest { .. }), "{error:?}");
    let digest = format!("sha256:{}", "00".repeat(32)).parse().unwrap();
    let error = client.blob(&image("gcr.io/p/i"), &digest).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Digest { .. }) && error.hint().unwrap().contains("do not use"), "{error:?}");
}

#[tokio::test]
async fn an_unknown_image_is_told_in_the_registrys_words() {
    let body = r#"{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "Failed to fetch \"t\""}]}"#.to_owned();
    let (server, _) = serve(BTreeMap::from([("GET gcr.io/v2/p/i/manifests/t", (404, vec![], body))])).await;
    // The answer to the `HEAD` before has none.
    let error = server.client().resolve(&image("gcr.io/p/i:t")).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.reason.as_str(), refusal.message.as_str()), ("MANIFEST_UNKNOWN", "Failed to fetch \"t\""));
}

/// A registry that demands a token of its own, from `realm`.
fn demanding(realm: &str) -> Canned {
    let challenge = format!("Bearer realm=\"{realm}\",service=\"registry.example\",scope=\"repository:p/i:pull\"");
    (401, vec![("www-authenticate", challenge)], String::new())
}

#[tokio::test]
async fn a_registrys_own_token_is_fetched_and_kept() {
    let granted = Arc::new(Mutex::new(Vec::new()));
    let remember = Arc::clone(&granted);
    let handler = any(move |uri: Uri, headers: HeaderMap| async move {
        let auth = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        remember.lock().await.push(format!("{} {auth}", uri.path_and_query().unwrap()));
        match (uri.path(), auth.as_str()) {
            ("/token", _) => r#"{"token": "given", "expires_in": 18446744073709551615}"#.into_response(),
            (_, "Bearer given") => [("docker-content-digest", manifest_digest())].into_response(),
            _ => answer(Some(&demanding("https://auth.example/token"))),
        }
    });
    let server = Server::router(Router::new().fallback(handler)).await;
    let client = server.client();
    client.resolve(&image("registry.example/p/i:t")).await.unwrap();
    client.resolve(&image("registry.example/p/i:t")).await.unwrap();
    let basic = countersign::wire::base64_bytes::encode(format!("oauth2accesstoken:{TOKEN}").as_bytes());
    assert_eq!(
        *granted.lock().await,
        [
            format!("/v2/p/i/manifests/t Bearer {TOKEN}"),
            format!("/token?scope=repository%3Ap%2Fi%3Apull&service=registry.example Basic {basic}"),
            "/v2/p/i/manifests/t Bearer given".to_owned(),
            "/v2/p/i/manifests/t Bearer given".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_registry_that_is_never_satisfied() {
    let (server, seen) = serve(BTreeMap::from([
        ("HEAD registry.example/v2/p/i/manifests/t", demanding("https://auth.example/token")),
        ("GET auth.example/token", (200, vec![], r#"{"token": "given"}"#.to_owned())),
    ]))
    .await;
    let error = server.client().resolve(&image("registry.example/p/i:t")).await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert_eq!(seen.lock().await.len(), 3);
}

#[rstest::rstest]
#[case("http://auth.example/token")]
#[case("not a url")]
#[tokio::test]
async fn a_realm_that_cannot_be_trusted_is_not_asked(#[case] realm: &str) {
    let (server, seen) = serve(BTreeMap::from([("HEAD registry.example/v2/p/i/manifests/t", demanding(realm))])).await;
    let error = server.client().resolve(&image("registry.example/p/i:t")).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Request { .. }), "{error:?}");
    assert_eq!(seen.lock().await.len(), 1);
}

#[tokio::test]
async fn a_blob_kept_elsewhere_is_fetched_without_the_token() {
    let blob = Blob::new("content");
    let path: &'static str = format!("GET registry.example/v2/p/i/blobs/{}", blob.digest()).leak();
    let (server, seen) = serve(BTreeMap::from([
        (path, (307, vec![("location", "https://storage.example/b?signature=secret".to_owned())], String::new())),
        ("GET storage.example/b", (200, vec![], "content".to_owned())),
    ]))
    .await;
    let client = server.client();
    let bytes = client.blob(&image("registry.example/p/i"), blob.digest()).await.unwrap();
    assert_eq!(bytes, "content");
    assert_eq!(seen.lock().await[1], "GET storage.example/b?signature=secret");
    assert!(!format!("{:?}", client.exchanges()).contains("secret"));
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let here = "https://gcr.io/v2/p/i/manifests/t".to_owned();
    let (server, seen) =
        serve(BTreeMap::from([("GET gcr.io/v2/p/i/manifests/t", (302, vec![("location", here)], String::new()))]))
            .await;
    server.client().manifest(&image("gcr.io/p/i:t")).await.unwrap_err();
    assert_eq!(seen.lock().await.len(), 5);
}

#[tokio::test]
async fn pushing_skips_the_blobs_that_are_there() {
    let (there, missing) = (Blob::new("there"), Blob::new("missing"));
    let head: &'static str = format!("HEAD gcr.io/v2/p/i/blobs/{}", there.digest()).leak();
    let (server, seen) = serve(BTreeMap::from([
        (head, (200, vec![], String::new())),
        ("POST gcr.io/v2/p/i/blobs/uploads/", (202, vec![("location", "/v2/up/7?_state=s".to_owned())], String::new())),
        ("PUT gcr.io/v2/up/7", (201, vec![], String::new())),
        ("PUT gcr.io/v2/p/i/manifests/v1", (201, vec![], String::new())),
    ]))
    .await;
    let content = ImageContent {
        blobs: vec![there.clone(), missing.clone()],
        manifest: MANIFEST.into(),
        media_type: OCI_MANIFEST.to_owned(),
    };
    let mut steps = Vec::new();
    let digest = server.client().push_image(&image("gcr.io/p/i:v1"), &content, |step| steps.push(step)).await.unwrap();
    assert_eq!(digest, content.digest());
    assert_eq!(
        steps,
        [
            PushProgress::Blob { number: 1, of: 2, bytes: 5, found: true },
            PushProgress::Blob { number: 2, of: 2, bytes: 7, found: false },
            PushProgress::Manifest { digest },
        ]
    );
    let seen = seen.lock().await;
    let put = seen.iter().find(|line| line.starts_with("PUT gcr.io/v2/up/7")).unwrap();
    assert!(put.contains("?_state=s&digest=sha256%3A"), "{put}");
    assert_eq!(seen.iter().filter(|line| line.starts_with("POST")).count(), 1);
}

#[tokio::test]
async fn a_registry_that_stores_something_else_is_caught() {
    let (server, _) = serve(BTreeMap::from([(
        "PUT gcr.io/v2/p/i/manifests/v1",
        (201, vec![("docker-content-digest", format!("sha256:{}", "00".repeat(32)))], String::new()),
    )]))
    .await;
    let content = ImageContent { blobs: vec![], manifest: MANIFEST.into(), media_type: OCI_MANIFEST.to_owned() };
    let error = server.client().push_image(&image("gcr.io/p/i:v1"), &content, |_| {}).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Digest { .. }), "{error:?}");
}

#[tokio::test]
async fn deleting_a_digest_deletes_its_tags_first() {
    let digest = manifest_digest();
    let tags = format!(
        r#"{{"name": "p/i", "tags": ["v1", "v2"], "manifest": {{"{digest}": {{"tag": ["v1"]}}, "sha256:other": {{"tag": ["v2"]}}}}}}"#
    );
    let by_digest: &'static str = format!("DELETE gcr.io/v2/p/i/manifests/{digest}").leak();
    let (server, seen) = serve(BTreeMap::from([
        ("GET gcr.io/v2/p/i/tags/list", (200, vec![], tags)),
        ("DELETE gcr.io/v2/p/i/manifests/v1", (202, vec![], String::new())),
        (by_digest, (202, vec![], String::new())),
    ]))
    .await;
    server.client().delete_image(&image(&format!("gcr.io/p/i@{digest}"))).await.unwrap();
    let deleted: Vec<_> = seen.lock().await.iter().filter(|line| line.starts_with("DELETE")).cloned().collect();
    assert_eq!(deleted.len(), 2);
    assert!(deleted[0].contains("/v1 ") && deleted[1].contains(&digest));
}

#[tokio::test]
async fn a_registry_that_deletes_by_digest_alone() {
    let digest = manifest_digest();
    let by_digest: &'static str = format!("DELETE gcr.io/v2/p/i/manifests/{digest}").leak();
    let unsupported = r#"{"errors": [{"code": "UNSUPPORTED", "message": "digest only"}]}"#.to_owned();
    let (server, _) = serve(BTreeMap::from([
        ("GET gcr.io/v2/p/i/tags/list", (200, vec![], r#"{"tags": ["v1", "v2"]}"#.to_owned())),
        ("HEAD gcr.io/v2/p/i/manifests/v1", (200, vec![("docker-content-digest", digest.clone())], String::new())),
        ("HEAD gcr.io/v2/p/i/manifests/v2", (200, vec![("docker-content-digest", "sha256:x".into())], String::new())),
        ("DELETE gcr.io/v2/p/i/manifests/v1", (400, vec![], unsupported)),
        (by_digest, (202, vec![], String::new())),
    ]))
    .await;
    server.client().delete_image(&image(&format!("gcr.io/p/i@{digest}"))).await.unwrap();
}

#[tokio::test]
async fn pages_are_followed_on_the_same_host_only() {
    let next = "</v2/_catalog?last=a&n=1000>; rel=\"next\"".to_owned();
    let handler = any(move |uri: Uri| async move {
        match uri.query() {
            Some("n=1000") => ([("link", next)], r#"{"repositories": ["a"]}"#).into_response(),
            _ => r#"{"repositories": ["b"]}"#.into_response(),
        }
    });
    let server = Server::router(Router::new().route("/v2/_catalog", handler)).await;
    assert_eq!(server.client().repositories("gcr.io").await.unwrap(), ["a", "b"]);

    let elsewhere = "<https://elsewhere.example/v2/_catalog>; rel=\"next\"".to_owned();
    let (server, seen) = serve(BTreeMap::from([(
        "GET gcr.io/v2/_catalog",
        (200, vec![("link", elsewhere)], r#"{"repositories": []}"#.to_owned()),
    )]))
    .await;
    server.client().repositories("gcr.io").await.unwrap_err();
    assert_eq!(seen.lock().await.len(), 1);
}
