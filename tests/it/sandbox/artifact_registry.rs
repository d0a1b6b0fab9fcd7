//! Artifact Registry over its wire: the registry's images as packages, versions and tags.

use countersign::client::{Blob, Client, Connection, ImageContent, Secret};
use countersign::codelab::image;
use countersign::wire::registry::OCI_MANIFEST;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::lab::{Lab, PROJECT, USAGE};

const AR: &str = "https://artifactregistry.googleapis.com/v1/projects/binauthz-lab";

async fn lab() -> Lab {
    let lab = Lab::with_project().await;
    let url = format!("{USAGE}/projects/{PROJECT}/services/artifactregistry.googleapis.com:enable");
    lab.ok(Method::POST, &url, json!({})).await;
    lab
}

/// Pushes the codelab's image, and says its digest.
async fn push(lab: &Lab, target: &str) -> String {
    let token = Secret::new(lab.sandbox.token().expose());
    let client = Client::new(Connection::sandbox(lab.sandbox.addr(), lab.sandbox.authority_pem(), token));
    let image = image::build().unwrap();
    let content = ImageContent {
        blobs: image.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: image.manifest.bytes.clone().into(),
        media_type: OCI_MANIFEST.to_owned(),
    };
    client.push_image(&target.parse().unwrap(), &content, |_| {}).await.unwrap();
    image.digest().to_string()
}

#[tokio::test]
async fn repositories_are_made_listed_and_deleted() {
    let lab = lab().await;
    let url = format!("{AR}/locations/us-central1/repositories");
    let body = json!({"format": "DOCKER", "mode": "MODE_UNSPECIFIED", "description": "mine"});
    let made = lab.ok(Method::POST, &format!("{url}?repositoryId=repo"), body.clone()).await;
    assert_eq!(made["done"], true);
    let operation = made["name"].as_str().unwrap();
    let all = format!("https://{}/v1/{operation}", lab.sandbox.addr());
    for url in [format!("https://artifactregistry.googleapis.com/v1/{operation}"), all] {
        assert_eq!(lab.get(&url).await["response"]["description"], "mine");
    }
    assert_eq!(lab.refused(Method::POST, &format!("{url}?repositoryId=repo"), body).await.code, 409);
    let list = lab.get(&url).await;
    assert_eq!(list["repositories"][0]["registryUri"], format!("us-central1-docker.pkg.dev/{PROJECT}/repo"));
    let maven = lab.refused(Method::POST, &format!("{url}?repositoryId=m"), json!({"format": "MAVEN"})).await;
    assert!(maven.message.contains("DOCKER alone"), "{maven:?}");
    lab.ok(Method::DELETE, &format!("{url}/repo"), Value::Null).await;
    assert_eq!(lab.refused(Method::GET, &format!("{url}/repo"), Value::Null).await.code, 404);
    let settings = lab.get(&format!("{AR}/projectSettings")).await;
    assert_eq!(settings["legacyRedirectionState"], "REDIRECTION_FROM_GCR_IO_ENABLED");
}

#[tokio::test]
async fn what_is_pushed_is_there_under_both_names() {
    let lab = lab().await;
    let digest = push(&lab, &format!("gcr.io/{PROJECT}/team/app:v1")).await;
    let repository = format!("{AR}/locations/us/repositories/gcr.io");
    assert_eq!(lab.get(&repository).await["registryUri"], format!("gcr.io/{PROJECT}"));
    let packages = lab.get(&format!("{repository}/packages")).await;
    assert!(packages["packages"][0]["name"].as_str().unwrap().ends_with("/packages/team%2Fapp"), "{packages}");
    let package = format!("{repository}/packages/team%2Fapp");
    let tag = lab.get(&format!("{package}/tags/v1")).await;
    assert!(tag["version"].as_str().unwrap().ends_with(&format!("/versions/{digest}")), "{tag}");
    let version = lab.get(&format!("{package}/versions/{digest}")).await;
    assert_eq!(version["metadata"]["mediaType"], OCI_MANIFEST);
    let images = lab.get(&format!("{repository}/dockerImages")).await;
    assert_eq!(images["dockerImages"][0]["tags"], json!(["v1"]));
    assert_eq!(images["dockerImages"][0]["uri"], format!("gcr.io/{PROJECT}/team/app@{digest}"));
    // The same image by its other name, as `gcloud artifacts docker images describe` prints it.
    let url = format!("https://us-docker.pkg.dev/v2/{PROJECT}/gcr.io/team/app/manifests/{digest}");
    assert_eq!(lab.request(Method::GET, &url).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_push_needs_its_repository() {
    let lab = lab().await;
    let url = format!("https://us-central1-docker.pkg.dev/v2/{PROJECT}/repo/app/blobs/uploads/");
    let (status, answer) = lab.send(Method::POST, &url, Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(answer["errors"][0]["code"], "NAME_UNKNOWN");
    assert_eq!(answer["errors"][0]["message"], "Repository \"repo\" not found");
    make(&lab, "repo").await;
    push(&lab, &format!("us-central1-docker.pkg.dev/{PROJECT}/repo/app:v1")).await;
}

async fn make(lab: &Lab, id: &str) {
    let url = format!("{AR}/locations/us-central1/repositories?repositoryId={id}");
    lab.ok(Method::POST, &url, json!({"format": "DOCKER"})).await;
}

#[tokio::test]
async fn tags_are_moved_and_versions_deleted() {
    let lab = lab().await;
    make(&lab, "repo").await;
    let digest = push(&lab, &format!("us-central1-docker.pkg.dev/{PROJECT}/repo/app:v1")).await;
    let package = format!("{AR}/locations/us-central1/repositories/repo/packages/app");
    let name = package.strip_prefix("https://artifactregistry.googleapis.com/v1/").unwrap();
    let version = json!({"version": format!("{name}/versions/{digest}")});
    lab.ok(Method::POST, &format!("{package}/tags?tagId=v2"), version.clone()).await;
    assert_eq!(lab.refused(Method::POST, &format!("{package}/tags?tagId=v2"), version).await.code, 409);
    let filter = format!("version=%22{name}/versions/{digest}%22");
    let tags = lab.get(&format!("{package}/tags?filter={filter}")).await;
    assert_eq!(tags["tags"].as_array().unwrap().len(), 2);
    let other = json!({"version": format!("{name}/versions/sha256:{}", "0".repeat(64))});
    assert_eq!(lab.refused(Method::PATCH, &format!("{package}/tags/v2"), other).await.code, 404);
    let tagged = lab.refused(Method::DELETE, &format!("{package}/versions/{digest}"), Value::Null).await;
    assert_eq!(tagged.status, "FAILED_PRECONDITION");
    lab.ok(Method::DELETE, &format!("{package}/tags/v2"), Value::Null).await;
    lab.ok(Method::DELETE, &format!("{package}/versions/{digest}?force=true"), Value::Null).await;
    assert_eq!(lab.refused(Method::GET, &package, Value::Null).await.code, 404);
    let pull = format!("https://us-central1-docker.pkg.dev/v2/{PROJECT}/repo/app/manifests/v1");
    assert_eq!(lab.request(Method::GET, &pull).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
