//! Registries (OCI distribution-spec 1.1): tags, digests, manifests, deletion.
//!
//! Images are named by an [`ImageRef`], whose text says the registry; without one it is Docker Hub.

mod auth;
mod blob;
mod manifest;
mod push;
mod repository;
mod tokens;

pub use blob::{Blob, ImageContent};
pub use manifest::{Descriptor, Manifest};
pub use push::PushProgress;

use repository::{CONTENT_DIGEST, Repository, reference};
pub(super) use tokens::Tokens;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use reqwest::header::{CONTENT_TYPE, LINK};
use reqwest::{Method, Url};

use super::Client;
use super::error::{Error, Fault};
use super::google::{self, with_query};
use super::request::{Answer, Request};
use domain::image::{Digest, ImageRef};
use wire::registry::{Catalog, MANIFEST_TYPES, TagList};

/// How many names one page of a list has.
const PAGE_SIZE: &str = "1000";

/// Requests at the same time where one is needed for each tag.
const CONCURRENT: usize = 8;

impl Client {
    /// The repositories of a registry, where it lists them (Docker Hub and Artifact Registry do not).
    pub async fn repositories(&self, registry: &str) -> Result<Vec<String>, Error> {
        let url = with_query(google::url(registry, &["v2", "_catalog"])?, &[("n", PAGE_SIZE)]);
        let repository = Repository { host: registry.to_owned(), path: String::new() };
        let pages = self.linked_pages::<Catalog>(&repository, "registry:catalog:*", url).await?;
        Ok(pages.into_iter().flat_map(|page| page.repositories).collect())
    }

    /// The tags of the image's repository; gcr.io also tells of its manifests.
    pub async fn tags(&self, image: &ImageRef) -> Result<TagList, Error> {
        let repository = Repository::from_image(image);
        let url = with_query(repository.url(&["tags", "list"])?, &[("n", PAGE_SIZE)]);
        let mut pages = self.linked_pages::<TagList>(&repository, &repository.pull(), url).await?.into_iter();
        let mut all = pages.next().unwrap_or_default();
        for page in pages {
            all.tags.extend(page.tags);
            if let Some(manifests) = page.manifest {
                all.manifest.get_or_insert_default().extend(manifests);
            }
        }
        Ok(all)
    }

    /// The digest that the image's tag (`latest` where it has none) stands for now. A digest stands for
    /// itself, if the registry has it.
    pub async fn resolve(&self, image: &ImageRef) -> Result<Digest, Error> {
        let repository = Repository::from_image(image);
        let request = manifest_request(Method::HEAD, repository.url(&["manifests", &reference(image)])?);
        let digest = match self.registry_send(&repository, &repository.pull(), &request).await {
            Ok(answer) => answer.header(CONTENT_DIGEST).and_then(|text| text.parse().ok()),
            // An answer to `HEAD` has no words; those of `GET` say what is missing.
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        match digest {
            Some(digest) => Ok(digest),
            // The header is optional in the specification; the content is not.
            None => Ok(self.manifest(image).await?.digest),
        }
    }

    /// The manifest or index that the image names, its digest computed from its bytes.
    pub async fn manifest(&self, image: &ImageRef) -> Result<Manifest, Error> {
        let repository = Repository::from_image(image);
        let request = manifest_request(Method::GET, repository.url(&["manifests", &reference(image)])?);
        let answer = self.registry_send(&repository, &repository.pull(), &request).await?;
        let digest = Blob::digest_of(&answer.body);
        let promised = image.digest().cloned().or_else(|| answer.header(CONTENT_DIGEST)?.parse().ok());
        if let Some(expected) = promised.filter(|expected| *expected != digest) {
            let fault = Fault::Digest { expected: expected.to_string(), found: digest.to_string() };
            return Err(request.error(fault));
        }
        Manifest::read(digest, answer.header(CONTENT_TYPE.as_str()), answer.body.clone())
            .map_err(|fault| request.error(fault))
    }

    /// The blob with this digest from the image's repository, checked.
    pub async fn blob(&self, image: &ImageRef, digest: &Digest) -> Result<bytes::Bytes, Error> {
        let repository = Repository::from_image(image);
        let request = Request::new(Method::GET, repository.url(&["blobs", digest.as_str()])?);
        let answer = self.registry_send(&repository, &repository.pull(), &request).await?;
        let found = Blob::digest_of(&answer.body);
        if found != *digest {
            let fault = Fault::Digest { expected: digest.to_string(), found: found.to_string() };
            return Err(request.error(fault));
        }
        Ok(answer.body)
    }

    /// Deletes what the image names: its tag, or its digest and before it each tag that stands for it.
    pub async fn delete_image(&self, image: &ImageRef) -> Result<(), Error> {
        let Some(digest) = image.digest() else {
            return self.delete_reference(image, &reference(image)).await;
        };
        for tag in self.tags_of(image, digest).await? {
            match self.delete_reference(image, &tag).await {
                // docker-registry deletes by digest alone, and forgets the tags with it.
                Err(error) if matches!(error.status(), Some(400 | 404 | 405)) => {}
                result => result?,
            }
        }
        self.delete_reference(image, digest.as_str()).await
    }

    /// The tags that stand for a digest: what gcr.io says with its list, or what each tag resolves to.
    pub async fn tags_of(&self, image: &ImageRef, digest: &Digest) -> Result<Vec<String>, Error> {
        let list = self.tags(image).await?;
        if let Some(manifests) = list.manifest {
            return Ok(manifests.get(digest.as_str()).map(|info| info.tag.clone()).unwrap_or_default());
        }
        let repository = Repository::from_image(image);
        let resolved = list.tags.into_iter().map(|tag| {
            let repository = &repository;
            async move {
                let request = manifest_request(Method::HEAD, repository.url(&["manifests", &tag])?);
                let answer = self.registry_send(repository, &repository.pull(), &request).await?;
                Ok::<_, Error>((answer.header(CONTENT_DIGEST) == Some(digest.as_str())).then_some(tag))
            }
        });
        stream::iter(resolved).buffered(CONCURRENT).try_filter_map(|tag| async { Ok(tag) }).try_collect().await
    }

    async fn delete_reference(&self, image: &ImageRef, reference: &str) -> Result<(), Error> {
        let repository = Repository::from_image(image);
        let request = Request::new(Method::DELETE, repository.url(&["manifests", reference])?);
        self.registry_send(&repository, &repository.delete(), &request).await?;
        Ok(())
    }

    /// A list whose pages are linked by `Link: <…>; rel="next"` (RFC 8288).
    async fn linked_pages<T: serde::de::DeserializeOwned>(
        &self,
        repository: &Repository,
        scope: &str,
        first: Url,
    ) -> Result<Vec<T>, Error> {
        let limit = self.connection().limits().list;
        let (mut pages, mut bytes) = (Vec::new(), 0);
        let mut url = first;
        loop {
            let request = Request::get(url.clone());
            let answer = self.registry_send(repository, scope, &request).await?;
            bytes += answer.body.len();
            if bytes > limit {
                return Err(request.error(Fault::TooLarge { limit }));
            }
            pages.push(answer.json(&request)?);
            match next_page(&url, &answer) {
                Some(next) if !repository.is_at(&next) || next == url => {
                    return Err(request.error(Fault::unexpected("the next page is on another host, or the same page")));
                }
                Some(next) => url = next,
                None => return Ok(pages),
            }
        }
    }
}

/// Asks for all four types: a registry may answer 404 to an image of a type that was not asked for.
fn manifest_request(method: Method, url: Url) -> Request {
    Request::new(method, url).accept(&MANIFEST_TYPES.join(", "))
}

fn next_page(url: &Url, answer: &Answer) -> Option<Url> {
    let (target, parameters) = answer.header(LINK)?.trim().strip_prefix('<')?.split_once('>')?;
    parameters.contains("next").then(|| url.join(target).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("nginx", "registry-1.docker.io", "library/nginx")]
    #[case("docker.io/library/nginx:1", "registry-1.docker.io", "library/nginx")]
    #[case("user/app", "registry-1.docker.io", "user/app")]
    #[case("us.gcr.io/p/a/b:t", "us.gcr.io", "p/a/b")]
    #[case("localhost:5000/x", "localhost:5000", "x")]
    fn where_an_image_is(#[case] image: &str, #[case] host: &str, #[case] path: &str) {
        let repository = Repository::from_image(&image.parse().unwrap());
        assert_eq!((repository.host.as_str(), repository.path.as_str()), (host, path));
    }

    #[test]
    fn a_url_keeps_the_slashes_of_the_name() {
        let repository = Repository::from_image(&"gcr.io/p/a/b:t".parse().unwrap());
        assert_eq!(repository.url(&["tags", "list"]).unwrap().as_str(), "https://gcr.io/v2/p/a/b/tags/list");
    }
}
