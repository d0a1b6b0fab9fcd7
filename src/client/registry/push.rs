//! Pushes an image: the blobs that the registry lacks, then the manifest.

use reqwest::header::LOCATION;
use reqwest::{Method, Url};

use super::blob::{Blob, ImageContent};
use super::repository::{CONTENT_DIGEST, Repository, reference};
use crate::Client;
use crate::error::{Error, Fault};
use crate::google::with_query;
use crate::request::Request;
use domain::image::{Digest, ImageRef};

/// What was done of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushProgress {
    /// Blob `number` of `of` is there: sent, or found there.
    Blob {
        number: usize,
        of: usize,
        bytes: usize,
        found: bool,
    },
    Manifest {
        digest: Digest,
    },
}

impl Client {
    /// Pushes under the image's tag (`latest` where it has none) and answers the digest. Blobs that the
    /// registry has are not sent again. An image named by a digest must have that one.
    pub async fn push_image(
        &self,
        image: &ImageRef,
        content: &ImageContent,
        mut progress: impl FnMut(PushProgress) + Send,
    ) -> Result<Digest, Error> {
        let repository = Repository::from_image(image);
        for (index, blob) in content.blobs.iter().enumerate() {
            let found = self.has_blob(&repository, blob.digest()).await?;
            if !found {
                self.push_blob(&repository, blob).await?;
            }
            let (number, of) = (index + 1, content.blobs.len());
            progress(PushProgress::Blob { number, of, bytes: blob.bytes().len(), found });
        }
        let digest = self.push_manifest(&repository, &reference(image), content).await?;
        progress(PushProgress::Manifest { digest: digest.clone() });
        Ok(digest)
    }

    async fn has_blob(&self, repository: &Repository, digest: &Digest) -> Result<bool, Error> {
        let request = Request::new(Method::HEAD, repository.url(&["blobs", digest.as_str()])?);
        match self.registry_send(repository, &repository.push(), &request).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Pushes a blob in one piece: `POST` for a place, `PUT` to it.
    async fn push_blob(&self, repository: &Repository, blob: &Blob) -> Result<(), Error> {
        let mut start = repository.url(&["blobs", "uploads"])?;
        start.set_path(&format!("{}/", start.path()));
        let start = Request::new(Method::POST, start);
        let answer = self.registry_send(repository, &repository.push(), &start).await?;
        let place = answer.header(LOCATION).and_then(|location| start.url.join(location).ok());
        let Some(place) = place else {
            return Err(start.error(Fault::unexpected("the registry gave no place to upload to")));
        };
        let put = put_blob(place, blob);
        self.registry_send(repository, &repository.push(), &put).await?;
        Ok(())
    }

    async fn push_manifest(
        &self,
        repository: &Repository,
        reference: &str,
        content: &ImageContent,
    ) -> Result<Digest, Error> {
        let url = repository.url(&["manifests", reference])?;
        let request = Request::new(Method::PUT, url).body(&content.media_type, content.manifest.clone());
        let answer = self.registry_send(repository, &repository.push(), &request).await?;
        let ours = content.digest();
        match answer.header(CONTENT_DIGEST) {
            Some(theirs) if theirs != ours.as_str() => {
                Err(request.error(Fault::Digest { expected: ours.to_string(), found: theirs.to_owned() }))
            }
            _ => Ok(ours),
        }
    }
}

/// The place keeps its own query.
fn put_blob(place: Url, blob: &Blob) -> Request {
    let url = with_query(place, &[("digest", blob.digest().as_str())]);
    Request::new(Method::PUT, url).body("application/octet-stream", blob.bytes().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_keeps_its_query() {
        let blob = Blob::new("x");
        let request = put_blob("https://r/v2/a/blobs/uploads/7?_state=a%2Bb".parse().unwrap(), &blob);
        assert_eq!(
            request.url.as_str(),
            format!("https://r/v2/a/blobs/uploads/7?_state=a%2Bb&digest=sha256%3A{}", blob.digest().hex())
        );
    }
}
