//! Jobs on images of the registry: pushed, deleted, and found by tag.
//!
//! Uses the client, and the codelab for the image that is pushed.

use super::done::{Done, Progress, done};
use crate::runtime::backend::Backend;
use app::job::Outcome;
use client::{Blob, ImageContent, PushProgress};
use codelab::image;
use domain::image::{Digest, ImageRef};

/// Builds the codelab's image and pushes it.
pub(super) async fn push(backend: &Backend, repository: &str, tag: &str, progress: &Progress) -> Done {
    let image: ImageRef = format!("{repository}:{tag}").parse()?;
    let built = image::build()?;
    let content = ImageContent {
        blobs: built.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: built.manifest.bytes.clone().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    let tell = |step: PushProgress| match step {
        PushProgress::Blob { number, of, bytes, found } => {
            let how = if found { "was there" } else { "pushed" };
            progress(format!("blob {number} of {of}, {bytes} bytes, {how}"));
        }
        PushProgress::Manifest { digest } => progress(format!("manifest {digest}")),
    };
    let digest = backend.client()?.push_image(&image, &content, tell).await?;
    Ok(Outcome::Pushed { image: image.with_digest(&digest) })
}

pub(super) async fn delete(backend: &Backend, repository: &str, digest: &Digest) -> Done {
    let image: ImageRef = format!("{repository}@{digest}").parse()?;
    done(backend.client()?.delete_image(&image).await)
}

/// Finds the digest that the image's tag names now.
pub(super) async fn resolve(backend: &Backend, image: ImageRef) -> Done {
    let digest = backend.client()?.resolve(&image).await?;
    Ok(Outcome::Resolved { image, digest })
}
