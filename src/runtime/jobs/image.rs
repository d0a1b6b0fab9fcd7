//! Jobs on images of the registry: pushed, deleted, and found by tag.
//!
//! Uses the client.

use super::result::{Done, Progress, done};
use crate::runtime::backend::Backend;
use app::job::JobOutcome;
use client::{Blob, ImageContent, PushProgress};
use domain::built_image::BuiltImage;
use domain::image::{Digest, ImageRef};

pub(super) async fn push(backend: &Backend, to: &ImageRef, built: &BuiltImage, progress: &Progress) -> Done {
    let content = ImageContent {
        blobs: built.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: built.manifest.bytes.clone().into(),
        media_type: BuiltImage::MANIFEST_TYPE.to_owned(),
    };
    let tell = |step: PushProgress| match step {
        PushProgress::Blob { number, of, bytes, found } => {
            let how = if found { "was there" } else { "pushed" };
            progress(format!("blob {number} of {of}, {bytes} bytes, {how}"));
        }
        PushProgress::Manifest { digest } => progress(format!("manifest {digest}")),
    };
    let digest = backend.client()?.push_image(to, &content, tell).await?;
    Ok(JobOutcome::Pushed { image: to.with_digest(&digest) })
}

pub(super) async fn delete(backend: &Backend, repository: &str, digest: &Digest) -> Done {
    let image: ImageRef = format!("{repository}@{digest}").parse()?;
    done(backend.client()?.delete_image(&image).await)
}

/// Finds the digest that the image's tag names now.
pub(super) async fn resolve(backend: &Backend, image: ImageRef) -> Done {
    let digest = backend.client()?.resolve(&image).await?;
    Ok(JobOutcome::Resolved { image, digest })
}
