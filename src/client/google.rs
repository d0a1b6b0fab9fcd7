//! What the Google services have in common: hosts, URLs, JSON in and out, pages.

use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Fault};
use super::request::Request;
use super::{Client, record};

pub(super) const BINARY_AUTHORIZATION: &str = "binaryauthorization.googleapis.com";
pub(super) const CONTAINER_ANALYSIS: &str = "containeranalysis.googleapis.com";
pub(super) const RESOURCE_MANAGER: &str = "cloudresourcemanager.googleapis.com";
pub(super) const SERVICE_USAGE: &str = "serviceusage.googleapis.com";
pub(super) const CONTAINER: &str = "container.googleapis.com";
pub(super) const LOGGING: &str = "logging.googleapis.com";

/// `https://HOST/SEGMENT/…`, each segment escaped, so that no name can lead elsewhere.
pub(super) fn url(host: &str, segments: &[&str]) -> Result<Url, Error> {
    let base = format!("https://{host}/");
    let refuse = |reason: String| Error { method: String::new(), url: base.clone(), fault: Fault::Request { reason } };
    let mut url = Url::parse(&base).map_err(|error| refuse(format!("{host:?} is not a host: {error}")))?;
    // A name such as `x/../y` or `user@host` would be another host or path.
    if url.path() != "/" || !url.username().is_empty() || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse(format!("{host:?} is not a host")));
    }
    if let Some(bad) = segments.iter().find(|segment| matches!(**segment, "" | "." | "..")) {
        return Err(refuse(format!("{bad:?} is not a name")));
    }
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(segments);
    }
    Ok(url)
}

/// The URL with these parameters.
pub(super) fn with_query(mut url: Url, query: &[(&str, &str)]) -> Url {
    url.query_pairs_mut().extend_pairs(query);
    url
}

/// One page of a list.
pub(super) trait Page: DeserializeOwned {
    type Item;

    /// The items, and the token of the next page if there is one.
    fn into_parts(self) -> (Vec<Self::Item>, Option<String>);
}

macro_rules! page {
    ($list:ty, $field:ident, $item:ty) => {
        impl $crate::google::Page for $list {
            type Item = $item;

            fn into_parts(self) -> (Vec<$item>, Option<String>) {
                (self.$field, self.next_page_token)
            }
        }
    };
}
pub(super) use page;

impl Client {
    pub(super) async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Error> {
        self.fetch(Request::get(url)).await
    }

    /// Sends a body that changes something; it is never sent twice.
    pub(super) async fn write<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: &B,
    ) -> Result<T, Error> {
        self.fetch(Request::json(method, url, body)?).await
    }

    /// A `POST` that only reads.
    pub(super) async fn ask<B: Serialize, T: DeserializeOwned>(&self, url: Url, body: &B) -> Result<T, Error> {
        self.fetch(Request::json(Method::POST, url, body)?.repeatable()).await
    }

    pub(super) async fn remove(&self, url: Url) -> Result<(), Error> {
        self.send(&Request::new(Method::DELETE, url).accept("application/json")).await?;
        Ok(())
    }

    /// All pages of a Google list.
    pub(super) async fn list<P: Page>(&self, url: &Url) -> Result<Vec<P::Item>, Error> {
        self.pages::<P>(&Request::get(url.clone()), "pageToken").await
    }

    /// All pages, as long as they fit the limit; `parameter` carries the token of the next one.
    pub(super) async fn pages<P: Page>(&self, first: &Request, parameter: &str) -> Result<Vec<P::Item>, Error> {
        let limit = self.connection().limits().list;
        let (mut items, mut bytes) = (Vec::new(), 0);
        let mut token: Option<String> = None;
        loop {
            let mut request = first.clone();
            if let Some(token) = &token {
                request.url = with_query(request.url, &[(parameter, token)]);
            }
            let answer = self.send(&request).await?;
            bytes += answer.body.len();
            if bytes > limit {
                return Err(request.error(Fault::TooLarge { limit }));
            }
            let (page, next) = answer.json::<P>(&request)?.into_parts();
            items.extend(page);
            let next = next.filter(|next| !next.is_empty());
            if next.is_some() && next == token {
                return Err(request.error(Fault::unexpected("the next page is the same page again")));
            }
            token = next;
            if token.is_none() {
                return Ok(items);
            }
        }
    }
}

/// An error about the answer of a `GET` of this URL.
pub(super) fn unexpected(url: &Url, reason: impl Into<String>) -> Error {
    Error { method: Method::GET.to_string(), url: record::redact(url), fault: Fault::unexpected(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_escaped() {
        let url = url("h.example", &["v1", "projects", "a/b?c#d", "attestors", "x y:verb"]).unwrap();
        assert_eq!(url.as_str(), "https://h.example/v1/projects/a%2Fb%3Fc%23d/attestors/x%20y:verb");
    }

    #[rstest::rstest]
    #[case("h", "..")]
    #[case("h", "")]
    #[case("h/x", "a")]
    #[case("u@h", "a")]
    #[case("h?x", "a")]
    #[case("", "a")]
    fn no_name_leads_elsewhere(#[case] host: &str, #[case] segment: &str) {
        assert!(url(host, &["v1", segment]).is_err(), "{host} {segment}");
    }
}
