//! The sandbox's registry, by the distribution-spec's requests.

mod peer;

use std::time::Duration;

use axum::Router;
use axum::http::Method;
use countersign::domain::image::Digest;
use countersign::sandbox::registry;
use countersign::sandbox::state::RegistryHost;
use countersign::wire::registry::{DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};
use serde_json::{Value, json};

use crate::support::routers::{Answer, Fixture, call};

const REPOSITORY: &str = "/v2/codelab/hello-world";

struct Registry {
    fixture: Fixture,
    router: Router,
    host: RegistryHost,
}

impl Registry {
    fn new() -> Self {
        let fixture = Fixture::new();
        let router = registry::router(fixture.state.clone());
        Self { fixture, router, host: RegistryHost("gcr.io".to_owned()) }
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let method: Method = method.parse().unwrap();
        call(&self.router, &self.host, method, path, headers, body.to_vec()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], b"").await
    }

    /// Pushes a blob in one request.
    async fn push_blob(&self, repository: &str, bytes: &[u8]) -> Digest {
        let digest = digest_of(bytes);
        self.call("POST", &format!("{repository}/blobs/uploads/?digest={digest}"), &[], bytes).await.expect(201);
        digest
    }

    /// Pushes an image of one layer.
    async fn push_image(&self, repository: &str, reference: &str, layer: &[u8]) -> Digest {
        let manifest = self.push_parts(repository, layer).await;
        let headers = [("content-type", OCI_MANIFEST)];
        let path = format!("{repository}/manifests/{reference}");
        let answer = self.call("PUT", &path, &headers, &manifest).await.expect(201);
        assert_eq!(answer.header("docker-content-digest"), digest_of(&manifest).as_str());
        digest_of(&manifest)
    }

    /// Pushes an image's blobs, and answers its manifest.
    async fn push_parts(&self, repository: &str, layer: &[u8]) -> Vec<u8> {
        let config = json!({ "architecture": "amd64", "os": "linux", "created": "2018-07-25T00:00:00Z",
            "rootfs": { "type": "layers", "diff_ids": [digest_of(layer).as_str()] } });
        self.push_blob(repository, config.to_string().as_bytes()).await;
        self.push_blob(repository, layer).await;
        manifest_of(config.to_string().as_bytes(), layer)
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    Digest::from_sha256(hash.as_ref().try_into().unwrap())
}

fn manifest_of(config: &[u8], layer: &[u8]) -> Vec<u8> {
    json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest_of(config).as_str(), "size": config.len() },
        "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": digest_of(layer).as_str(), "size": layer.len() }],
    })
    .to_string()
    .into_bytes()
}

fn error_code(answer: &Answer) -> Value {
    answer.json()["errors"][0]["code"].clone()
}

#[tokio::test]
async fn says_that_it_speaks_the_protocol() {
    let registry = Registry::new();
    let answer = registry.get("/v2/").await.expect(200);
    assert_eq!(answer.header("docker-distribution-api-version"), "registry/2.0");
    assert_eq!(answer.json(), json!({}));
}

#[tokio::test]
async fn a_pushed_image_is_pulled_by_tag_and_by_digest_unchanged() {
    let registry = Registry::new();
    let digest = registry.push_image(REPOSITORY, "latest", b"layer").await;
    for reference in ["latest", digest.as_str()] {
        let answer = registry.get(&format!("{REPOSITORY}/manifests/{reference}")).await.expect(200);
        assert_eq!(digest_of(&answer.body), digest);
        assert_eq!(answer.header("content-type"), OCI_MANIFEST);
        assert_eq!(answer.header("docker-content-digest"), digest.as_str());
        let head = registry.call("HEAD", &format!("{REPOSITORY}/manifests/{reference}"), &[], b"").await.expect(200);
        assert_eq!(head.header("content-length"), answer.body.len().to_string());
    }
    let layer = registry.get(&format!("{REPOSITORY}/blobs/{}", digest_of(b"layer"))).await.expect(200);
    assert_eq!(&layer.body[..], b"layer");
}

#[tokio::test]
async fn an_upload_in_chunks_goes_on_where_it_broke_off() {
    let registry = Registry::new();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| i.to_le_bytes()[1]).collect();
    let digest = digest_of(&bytes);
    let begun = registry.call("POST", &format!("{REPOSITORY}/blobs/uploads/"), &[], b"").await.expect(202);
    let upload = begun.header("location").to_owned();
    assert_eq!(begun.header("range"), "0-0");
    let first =
        registry.call("PATCH", &upload, &[("content-range", "0-1999999")], &bytes[..2_000_000]).await.expect(202);
    assert_eq!(first.header("range"), "0-1999999");

    let again =
        registry.call("PATCH", &upload, &[("content-range", "0-1999999")], &bytes[..2_000_000]).await.expect(416);
    assert_eq!(again.header("range"), "0-1999999");
    assert_eq!(error_code(&again), "BLOB_UPLOAD_INVALID");

    let status = registry.get(&upload).await.expect(204);
    assert_eq!(status.header("range"), "0-1999999");
    let finish = format!("{upload}?digest={}", digest.as_str().replace(':', "%3A"));
    let done = registry.call("PUT", &finish, &[], &bytes[2_000_000..]).await.expect(201);
    assert_eq!(done.header("location"), format!("{REPOSITORY}/blobs/{digest}"));
    assert_eq!(registry.get(done.header("location")).await.expect(200).body, bytes);
    registry.get(&upload).await.expect(404);
}

#[tokio::test]
async fn a_blob_that_is_not_what_its_digest_says_is_refused() {
    let registry = Registry::new();
    let digest = digest_of(b"right");
    let path = format!("{REPOSITORY}/blobs/uploads/?digest={digest}");
    let answer = registry.call("POST", &path, &[], b"wrong").await.expect(400);
    assert_eq!(error_code(&answer), "DIGEST_INVALID");
    registry.call("HEAD", &format!("{REPOSITORY}/blobs/{digest}"), &[], b"").await.expect(404);
}

#[tokio::test]
async fn a_part_of_a_blob_is_served() {
    let registry = Registry::new();
    let bytes: Vec<u8> = (0..2_500_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let digest = registry.push_blob(REPOSITORY, &bytes).await;
    let path = format!("{REPOSITORY}/blobs/{digest}");
    let part = registry.call("GET", &path, &[("range", "bytes=1048570-1048589")], b"").await.expect(206);
    assert_eq!(&part.body[..], &bytes[1_048_570..1_048_590]);
    assert_eq!(part.header("content-range"), "bytes 1048570-1048589/2500000");
    let outside = registry.call("GET", &path, &[("range", "bytes=2500000-")], b"").await.expect(416);
    assert_eq!(error_code(&outside), "RANGE_INVALID");
}

#[tokio::test]
async fn a_blob_is_served_only_where_it_was_pushed_or_mounted() {
    let registry = Registry::new();
    let digest = registry.push_blob(REPOSITORY, b"shared").await;
    registry.get(&format!("/v2/other/blobs/{digest}")).await.expect(404);
    let mount = format!("/v2/other/blobs/uploads/?mount={digest}&from=codelab/hello-world");
    let mounted = registry.call("POST", &mount, &[], b"").await.expect(201);
    assert_eq!(mounted.header("location"), format!("/v2/other/blobs/{digest}"));
    registry.get(&format!("/v2/other/blobs/{digest}")).await.expect(200);

    let elsewhere = format!("/v2/third/blobs/uploads/?mount={digest}&from=nobody");
    let begun = registry.call("POST", &elsewhere, &[], b"").await.expect(202);
    assert!(begun.header("location").starts_with("/v2/third/blobs/uploads/"));
}

#[tokio::test]
async fn a_manifest_without_its_blobs_is_refused() {
    let registry = Registry::new();
    let manifest = manifest_of(b"{}", b"layer");
    registry.push_blob(REPOSITORY, b"{}").await;
    let headers = [("content-type", OCI_MANIFEST)];
    let answer = registry.call("PUT", &format!("{REPOSITORY}/manifests/latest"), &headers, &manifest).await.expect(400);
    assert_eq!(
        answer.json(),
        json!({ "errors": [{ "code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry",
            "detail": { "Digest": digest_of(b"layer").as_str() } }] })
    );
    let wrong = format!("{REPOSITORY}/manifests/{}", digest_of(b"else"));
    registry.push_blob(REPOSITORY, b"layer").await;
    let answer = registry.call("PUT", &wrong, &headers, &manifest).await.expect(400);
    assert_eq!(error_code(&answer), "DIGEST_INVALID");
}

#[tokio::test]
async fn an_index_needs_its_children_and_keeps_them() {
    let registry = Registry::new();
    let manifest = registry.push_parts(REPOSITORY, b"layer").await;
    let child = digest_of(&manifest);
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [{ "mediaType": OCI_MANIFEST,
        "digest": child.as_str(), "size": manifest.len(), "platform": { "architecture": "amd64", "os": "linux" } }] })
    .to_string();
    let path = format!("{REPOSITORY}/manifests/multi");
    let headers = [("content-type", OCI_INDEX)];
    let refused = registry.call("PUT", &path, &headers, index.as_bytes()).await.expect(400);
    assert_eq!(error_code(&refused), "MANIFEST_BLOB_UNKNOWN");
    let child_path = format!("{REPOSITORY}/manifests/{child}");
    registry.call("PUT", &child_path, &[("content-type", OCI_MANIFEST)], &manifest).await.expect(201);
    registry.call("PUT", &path, &headers, index.as_bytes()).await.expect(201);

    let refused = registry.call("DELETE", &child_path, &[], b"").await.expect(400);
    assert_eq!(error_code(&refused), "GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE");
}

/// gcloud asks for an index first and for a manifest after the 404; skopeo sends several lines.
#[tokio::test]
async fn only_a_type_that_is_accepted_is_answered() {
    let registry = Registry::new();
    registry.push_image(REPOSITORY, "latest", b"layer").await;
    let path = format!("{REPOSITORY}/manifests/latest");
    let refused = registry.call("GET", &path, &[("accept", OCI_INDEX)], b"").await.expect(404);
    assert_eq!(error_code(&refused), "MANIFEST_UNKNOWN");
    let lines = [("accept", DOCKER_MANIFEST), ("accept", OCI_MANIFEST)];
    registry.call("GET", &path, &lines, b"").await.expect(200);
    registry.call("GET", &path, &[("accept", "*/*")], b"").await.expect(200);
}

/// What `gcloud container images delete --force-delete-tags` does.
#[tokio::test]
async fn tags_go_before_the_digest() {
    let registry = Registry::new();
    let digest = registry.push_image(REPOSITORY, "latest", b"layer").await;
    let by_digest = format!("{REPOSITORY}/manifests/{digest}");
    let refused = registry.call("DELETE", &by_digest, &[], b"").await.expect(400);
    assert_eq!(
        refused.json(),
        json!({ "errors": [{ "code": "GOOGLE_MANIFEST_DANGLING_TAG",
            "message": "Manifest is still referenced by tag: latest" }] })
    );
    registry.call("DELETE", &format!("{REPOSITORY}/manifests/latest"), &[], b"").await.expect(202);
    registry.get(&by_digest).await.expect(200);
    registry.call("DELETE", &by_digest, &[], b"").await.expect(202);
    let gone = registry.get(&by_digest).await.expect(404);
    assert_eq!(error_code(&gone), "MANIFEST_UNKNOWN");
}

#[tokio::test]
async fn the_tags_are_listed_as_gcr_lists_them() {
    let registry = Registry::new();
    let digest = registry.push_image(REPOSITORY, "latest", b"layer").await;
    registry.push_image(REPOSITORY, "v1", b"layer").await;
    let list = registry.get(&format!("{REPOSITORY}/tags/list")).await.expect(200).json();
    let expected = json!({
        "name": "codelab/hello-world",
        "tags": ["latest", "v1"],
        "child": [],
        "manifest": { digest.as_str(): {
            "imageSizeBytes": "5",
            "mediaType": OCI_MANIFEST,
            "tag": ["latest", "v1"],
            "timeCreatedMs": "1532476800000",
            "timeUploadedMs": "1750420800000",
        } },
    });
    assert_eq!(list, expected);
    let parent = registry.get("/v2/codelab/tags/list").await.expect(200).json();
    assert_eq!(parent["child"], json!(["hello-world"]));
    let unknown = registry.get("/v2/nobody/tags/list").await.expect(404);
    assert_eq!(error_code(&unknown), "NAME_UNKNOWN");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let registry = Registry::new();
    for name in ["/v2/a", "/v2/b/c", "/v2/d"] {
        registry.push_image(name, "latest", b"layer").await;
    }
    registry.push_blob("/v2/only-a-blob", b"layer").await;
    let first = registry.get("/v2/_catalog?n=2").await.expect(200);
    assert_eq!(first.json(), json!({ "repositories": ["a", "b/c"] }));
    assert_eq!(first.header("link"), "</v2/_catalog?n=2&last=b/c>; rel=\"next\"");
    let last = registry.get("/v2/_catalog?n=2&last=b/c").await.expect(200);
    assert_eq!(last.json(), json!({ "repositories": ["d"] }));
    assert_eq!(last.header("link"), "");
    registry.get("/v2/_catalog?n=few").await.expect(400);
}

#[tokio::test]
async fn hosts_are_apart() {
    let mut registry = Registry::new();
    registry.push_image(REPOSITORY, "latest", b"layer").await;
    registry.host = RegistryHost("us.gcr.io".to_owned());
    registry.get(&format!("{REPOSITORY}/manifests/latest")).await.expect(404);
    assert_eq!(registry.get("/v2/_catalog").await.json(), json!({ "repositories": [] }));
}

#[tokio::test]
async fn what_refers_to_an_image_is_listed() {
    let registry = Registry::new();
    let subject = registry.push_image(REPOSITORY, "latest", b"layer").await;
    let manifest = registry.push_parts(REPOSITORY, b"signature").await;
    let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
    manifest["subject"] = json!({ "mediaType": OCI_MANIFEST, "digest": subject.as_str(), "size": 7 });
    manifest["artifactType"] = "application/example".into();
    let body = manifest.to_string();
    let path = format!("{REPOSITORY}/manifests/{}", digest_of(body.as_bytes()));
    let pushed = registry.call("PUT", &path, &[("content-type", OCI_MANIFEST)], body.as_bytes()).await.expect(201);
    assert_eq!(pushed.header("oci-subject"), subject.as_str());

    let list = registry.get(&format!("{REPOSITORY}/referrers/{subject}")).await.expect(200);
    assert_eq!(list.header("content-type"), OCI_INDEX);
    assert_eq!(
        list.json()["manifests"],
        json!([{ "mediaType": OCI_MANIFEST, "digest": digest_of(body.as_bytes()).as_str(), "size": body.len(),
            "artifactType": "application/example" }])
    );
    let other = registry.get(&format!("{REPOSITORY}/referrers/{subject}?artifactType=x")).await.expect(200);
    assert_eq!(other.json()["manifests"], json!([]));
}

#[tokio::test]
async fn what_nobody_uses_goes_after_a_day() {
    let registry = Registry::new();
    registry.push_image(REPOSITORY, "latest", b"layer").await;
    let orphan = registry.push_blob(REPOSITORY, b"orphan").await;
    let begun = registry.call("POST", &format!("{REPOSITORY}/blobs/uploads/"), &[], b"").await.expect(202);
    let upload = begun.header("location").to_owned();
    registry.call("PATCH", &upload, &[], b"half").await.expect(202);

    registry::collect_garbage(&registry.fixture.state).await.unwrap();
    registry.get(&upload).await.expect(204);
    registry.fixture.pass(Duration::from_secs(25 * 60 * 60));
    registry::collect_garbage(&registry.fixture.state).await.unwrap();
    registry.get(&upload).await.expect(404);
    registry.get(&format!("{REPOSITORY}/blobs/{orphan}")).await.expect(404);
    registry.get(&format!("{REPOSITORY}/blobs/{}", digest_of(b"layer"))).await.expect(200);
}

#[tokio::test]
async fn a_blob_of_an_image_is_not_deleted_from_under_it() {
    let registry = Registry::new();
    registry.push_image(REPOSITORY, "latest", b"layer").await;
    let used = format!("{REPOSITORY}/blobs/{}", digest_of(b"layer"));
    registry.call("DELETE", &used, &[], b"").await.expect(409);
    let unused = format!("{REPOSITORY}/blobs/{}", registry.push_blob(REPOSITORY, b"unused").await);
    registry.call("DELETE", &unused, &[], b"").await.expect(202);
    registry.call("DELETE", &unused, &[], b"").await.expect(404);
}

#[rstest::rstest]
#[case("GET", "/", 404)]
#[case("GET", "/v2/UPPER/tags/list", 400)]
#[case("GET", "/v2/a/manifests/sha256:12", 400)]
#[case("POST", "/v2/a/manifests/latest", 405)]
#[case("PATCH", "/v2/a/blobs/uploads/never-begun", 404)]
#[case("PUT", "/v2/a/manifests/latest", 400)]
#[tokio::test]
async fn bad_requests_have_the_specs_shape(#[case] method: &str, #[case] path: &str, #[case] status: u16) {
    let answer = Registry::new().call(method, path, &[], b"{").await.expect(status);
    assert!(error_code(&answer).is_string());
}

#[tokio::test]
async fn a_manifest_has_at_most_four_mebibytes() {
    let registry = Registry::new();
    let body = vec![b' '; (4 << 20) + 1];
    let answer = registry.call("PUT", &format!("{REPOSITORY}/manifests/latest"), &[], &body).await.expect(413);
    assert_eq!(error_code(&answer), "SIZE_INVALID");
}
