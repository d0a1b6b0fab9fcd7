//! Images in registries: gcloud for Google's, skopeo for any.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::file::within;
use super::line::{Command, Line, Word};
use crate::built_image::{Blob, BuiltImage};
use crate::image::{Digest, ImageRef};

/// Writes the image as an OCI layout into a directory, byte for byte, so that it has the digest that is signed
/// and deployed, and pushes it.
pub fn push(to: &ImageRef, image: &BuiltImage, layout: &Word) -> Vec<Line> {
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": [{
        "mediaType": BuiltImage::MANIFEST_TYPE,
        "digest": image.manifest.digest.to_string(),
        "size": image.manifest.bytes.len(),
    }] });
    let echo = |text: &str| Line::from(Command::new("echo").arg(text));
    let blob = |blob: &Blob| {
        let name = format!("blobs/sha256/{}", blob.digest.to_string().trim_start_matches("sha256:"));
        echo(&STANDARD.encode(&blob.bytes)).pipe(Command::new("base64 -d")).into_file(within(layout, &name))
    };
    let (source, target) = (Word::text("oci:").followed_by(layout.clone()), format!("docker://{to}"));
    vec![
        Command::new("mkdir -p").arg(within(layout, "blobs/sha256")).into(),
        echo(r#"{"imageLayoutVersion":"1.0.0"}"#).into_file(within(layout, "oci-layout")),
        echo(&index.to_string()).into_file(within(layout, "index.json")),
        blob(&image.layer),
        blob(&image.config),
        blob(&image.manifest),
        Command::new("skopeo copy --insecure-policy").arg(source).arg(target).into(),
    ]
}

/// Deletes an image with its tags. gcloud deletes in Google's registries only, in each by its own command.
pub fn delete(repository: &str, digest: &Digest) -> Command {
    let image = format!("{repository}@{digest}");
    match Host::of(repository) {
        Host::ContainerRegistry => {
            Command::new("gcloud container images delete").args(&[image.as_str(), "--force-delete-tags", "--quiet"])
        }
        Host::ArtifactRegistry => {
            Command::new("gcloud artifacts docker images delete").args(&[image.as_str(), "--delete-tags", "--quiet"])
        }
        Host::Other => Command::new("skopeo delete").arg(format!("docker://{image}")),
    }
}

/// Prints the digest that a tag names now.
pub fn resolve(image: &ImageRef) -> Command {
    let format = |command: Command| command.arg(image.as_str()).flag("--format", "get(image_summary.digest)");
    match Host::of(image.name()) {
        Host::ContainerRegistry => format(Command::new("gcloud container images describe")),
        Host::ArtifactRegistry => format(Command::new("gcloud artifacts docker images describe")),
        Host::Other => Command::new("skopeo inspect --format").args(&["{{.Digest}}", &format!("docker://{image}")]),
    }
}

enum Host {
    ContainerRegistry,
    ArtifactRegistry,
    Other,
}

impl Host {
    fn of(repository: &str) -> Self {
        match repository.split('/').next() {
            Some(host) if host == "gcr.io" || host.ends_with(".gcr.io") => Self::ContainerRegistry,
            Some(host) if host.ends_with("-docker.pkg.dev") => Self::ArtifactRegistry,
            _ => Self::Other,
        }
    }
}
