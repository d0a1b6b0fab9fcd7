//! The registry: the workbench's own image, and what is read of others.

use countersign::client::{Blob, Fault, ImageContent, PushProgress};
use countersign::codelab::image;
use countersign::domain::image::ImageRef;
use countersign::wire::registry::{OCI_INDEX, OCI_MANIFEST};
use serde_json::json;

use super::*;

fn reference(text: &str) -> ImageRef {
    text.parse().unwrap()
}

/// The image that the codelab builds.
pub(super) fn hello_world() -> (ImageContent, image::Image) {
    let built = image::build().unwrap();
    let content = ImageContent {
        blobs: built.blobs().into_iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: built.manifest.bytes.clone().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    (content, built)
}

#[tokio::test]
async fn what_the_workbench_pushes_is_readable_under_its_digest() {
    let lab = Lab::with_project().await;
    let (content, built) = hello_world();
    let tagged = reference("us.gcr.io/codelab-2018/hello-world:latest");
    let digest = lab.client.push_image(&tagged, &content, |_| {}).await.unwrap();
    assert_eq!(&digest, built.digest());
    for name in ["us.gcr.io/codelab-2018/hello-world", "us.gcr.io/codelab-2018/hello-world:latest"] {
        assert_eq!(lab.client.resolve(&reference(name)).await.unwrap(), digest, "{name}");
    }
    let by_digest = tagged.with_digest(&digest);
    assert_eq!(lab.client.resolve(&by_digest).await.unwrap(), digest);
    let manifest = lab.client.manifest(&by_digest).await.unwrap();
    assert_eq!((manifest.digest, &manifest.bytes), (digest, &content.manifest));
    assert_eq!(manifest.media_type, OCI_MANIFEST);
    let config = manifest.config.unwrap();
    assert_eq!(lab.client.blob(&tagged, &config.digest).await.unwrap(), built.config.bytes);
    assert_eq!(lab.client.blob(&tagged, &manifest.layers[0].digest).await.unwrap(), built.layer.bytes);
    assert_eq!(lab.client.tags(&tagged).await.unwrap().tags, ["latest"]);
    assert_eq!(lab.client.repositories("us.gcr.io").await.unwrap(), ["codelab-2018/hello-world"]);
    assert!(lab.client.repositories("gcr.io").await.unwrap().is_empty(), "another host is another registry");
}

#[tokio::test]
async fn a_second_push_sends_no_blob() {
    let lab = Lab::with_project().await;
    let (content, _) = hello_world();
    let mut found = Vec::new();
    for tag in ["v1", "v2"] {
        let image = reference(&format!("gcr.io/codelab-2018/hello-world:{tag}"));
        let progress = |step| {
            if let PushProgress::Blob { found: there, .. } = step {
                found.push(there);
            }
        };
        lab.client.push_image(&image, &content, progress).await.unwrap();
    }
    assert_eq!(found, [false, false, true, true]);
    let tags = lab.client.tags(&reference("gcr.io/codelab-2018/hello-world")).await.unwrap().tags;
    assert_eq!(tags, ["v1", "v2"]);
}

#[tokio::test]
async fn an_image_is_deleted_with_all_its_tags() {
    let lab = Lab::with_project().await;
    let (content, _) = hello_world();
    let image = |tag: &str| reference(&format!("gcr.io/codelab-2018/hello-world:{tag}"));
    let digest = lab.client.push_image(&image("v1"), &content, |_| {}).await.unwrap();
    lab.client.push_image(&image("v2"), &content, |_| {}).await.unwrap();
    assert_eq!(lab.client.tags_of(&image("v1"), &digest).await.unwrap(), ["v1", "v2"]);
    lab.client.delete_image(&image("v1")).await.unwrap();
    assert!(lab.client.resolve(&image("v1")).await.unwrap_err().is_not_found());
    assert_eq!(lab.client.resolve(&image("v2")).await.unwrap(), digest, "only the tag is gone");
    lab.client.delete_image(&image("v2").with_digest(&digest)).await.unwrap();
    let error = lab.client.manifest(&image("v2").with_digest(&digest)).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().reason, "MANIFEST_UNKNOWN", "{error:?}");
}

#[tokio::test]
async fn an_index_names_its_images() {
    let lab = Lab::with_project().await;
    let (content, built) = hello_world();
    let image = reference("gcr.io/codelab-2018/multi:latest");
    lab.client.push_image(&image, &content, |_| {}).await.unwrap();
    let child = json!({"mediaType": OCI_MANIFEST, "digest": built.digest().as_str(),
        "size": content.manifest.len(), "platform": {"os": "linux", "architecture": "amd64"}});
    let index = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [child]});
    let index = ImageContent {
        blobs: Vec::new(),
        manifest: serde_json::to_vec(&index).unwrap().into(),
        media_type: OCI_INDEX.to_owned(),
    };
    let digest = lab.client.push_image(&image, &index, |_| {}).await.unwrap();
    let read = lab.client.manifest(&image).await.unwrap();
    assert_eq!((read.digest, read.media_type.as_str(), read.config), (digest, OCI_INDEX, None));
    assert_eq!((&read.children[0].digest, read.children[0].platform.as_deref()), (built.digest(), Some("linux/amd64")));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_registrys_words() {
    let lab = Lab::with_project().await;
    let error = lab.client.resolve(&reference("gcr.io/codelab-2018/none:latest")).await.unwrap_err();
    assert!(error.is_not_found() && !error.refusal().unwrap().reason.is_empty(), "{error:?}");
}

#[tokio::test]
async fn a_digest_must_be_that_of_what_is_pushed() {
    let lab = Lab::with_project().await;
    let (content, _) = hello_world();
    let other = reference("gcr.io/codelab-2018/hello-world").with_digest(Blob::new("other").digest());
    let error = lab.client.push_image(&other, &content, |_| {}).await.unwrap_err();
    assert!(matches!(&error.fault, Fault::Status(refusal) if refusal.code == 400), "{error:?}");
}
