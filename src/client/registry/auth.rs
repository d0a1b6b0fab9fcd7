//! How a registry is asked: with the connection's token where it is Google's or the sandbox's, and
//! with a token of its own where it demands one (`WWW-Authenticate: Bearer`, distribution's token
//! authentication specification).

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use super::repository::Repository;
use crate::error::{Error, Fault};
use crate::google::with_query;
use crate::request::{Answer, Auth, Request};
use crate::{Client, Secret};

/// The user that goes with a Google access token.
const GOOGLE_USER: &str = "oauth2accesstoken";

/// What a token lives where the registry does not say (the specification's default).
const LIFE: u64 = 60;

/// The longest that a token is used, whatever it says: asking again costs little.
const LONGEST_LIFE: u64 = 3600;

/// How many redirects a `GET` follows.
const REDIRECTS: u32 = 5;

/// A `Bearer` challenge.
#[derive(Debug, PartialEq, Eq, Default)]
struct Challenge {
    realm: String,
    service: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Client {
    /// Sends a request to a registry, answering its challenge once and following redirects of reads.
    pub(super) async fn registry_send(
        &self,
        repository: &Repository,
        scope: &str,
        request: &Request,
    ) -> Result<Answer, Error> {
        let auth = self.registry_auth(repository, scope, request);
        let error = match self.follow(request.clone().auth(auth)).await {
            Err(error) if error.status() == Some(401) => error,
            result => return result,
        };
        let challenge = error.refusal().and_then(|refusal| Challenge::parse(refusal.challenge.as_deref()?));
        // A token for another host's asking would be one for anybody.
        let Some(challenge) = challenge.filter(|_| repository.is_at(&request.url)) else {
            return Err(error);
        };
        let token = self.registry_token(repository, scope, &challenge).await?;
        self.follow(request.clone().auth(Auth::Bearer(token))).await
    }

    fn registry_auth(&self, repository: &Repository, scope: &str, request: &Request) -> Auth {
        if !repository.is_at(&request.url) {
            return Auth::None;
        }
        match self.0.registry_tokens.find(&repository.host, scope) {
            Some(token) => Auth::Bearer(token),
            None if self.connection().trusts_with_token(&repository.host) => Auth::Connection,
            None => Auth::None,
        }
    }

    async fn registry_token(
        &self,
        repository: &Repository,
        scope: &str,
        challenge: &Challenge,
    ) -> Result<Secret, Error> {
        let scope_asked = challenge.scope.as_deref().unwrap_or(scope);
        let request = match token_request(challenge, scope_asked) {
            Ok(request) => request,
            Err(reason) => return Err(Request::get(repository.url(&[])?).error(Fault::Request { reason })),
        };
        let realm = request.url.host_str().unwrap_or_default();
        let known = self.connection().trusts_with_token(&repository.host) && self.connection().trusts_with_token(realm);
        let request = request.auth(if known { Auth::Basic(GOOGLE_USER) } else { Auth::None });
        let answer: TokenAnswer = self.send(&request).await?.json(&request)?;
        let Some(token) = answer.token.or(answer.access_token).map(Secret::new) else {
            return Err(request.error(Fault::unexpected("the answer has no token")));
        };
        let life = Duration::from_secs(answer.expires_in.unwrap_or(LIFE).min(LONGEST_LIFE));
        self.0.registry_tokens.keep(&repository.host, scope, &token, life);
        Ok(token)
    }

    /// Follows the redirects of reads (registries keep blobs elsewhere); another host gets no token.
    async fn follow(&self, mut request: Request) -> Result<Answer, Error> {
        for _ in 0..REDIRECTS {
            let error = match self.send(&request).await {
                Err(error) if request.repeatable && matches!(error.status(), Some(301 | 302 | 303 | 307 | 308)) => {
                    error
                }
                result => return result,
            };
            let location = error.refusal().and_then(|refusal| refusal.location.as_deref());
            let Some(next) = location.and_then(|location| request.url.join(location).ok()) else { return Err(error) };
            if next.origin() != request.url.origin() {
                request.auth = Auth::None;
            }
            request.url = next;
        }
        Err(request.error(Fault::unexpected("more redirects than are followed")))
    }
}

fn token_request(challenge: &Challenge, scope: &str) -> Result<Request, String> {
    let realm: Url = challenge.realm.parse().map_err(|error| format!("the registry's realm is no URL: {error}"))?;
    if realm.scheme() != "https" {
        return Err(format!("the registry asks for a token at {realm}, which is not https"));
    }
    let mut query = vec![("scope", scope)];
    if let Some(service) = &challenge.service {
        query.push(("service", service));
    }
    Ok(Request::get(with_query(realm, &query)))
}

impl Challenge {
    /// Reads `Bearer realm="…",service="…",scope="…"` (RFC 9110, section 11.6.1).
    fn parse(text: &str) -> Option<Self> {
        let (scheme, mut rest) = text.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut challenge = Self::default();
        while let Some((key, after)) = rest.trim_start_matches([' ', ',']).split_once('=') {
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => after.split_once(',').unwrap_or((after, "")),
            };
            match key.trim().to_ascii_lowercase().as_str() {
                "realm" => value.clone_into(&mut challenge.realm),
                "service" => challenge.service = Some(value.to_owned()),
                "scope" => challenge.scope = Some(value.to_owned()),
                _ => {}
            }
            rest = after;
        }
        (!challenge.realm.is_empty()).then_some(challenge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges() {
        let text = r#"Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push""#;
        let challenge = Challenge::parse(text).unwrap();
        assert_eq!(challenge.realm, "https://auth.example/token");
        assert_eq!(challenge.service.as_deref(), Some("r.example"));
        assert_eq!(challenge.scope.as_deref(), Some("repository:a/b:pull,push"));
        for text in ["Basic realm=\"x\"", "Bearer", "Bearer service=\"x\"", "Bearer realm=\"open", ""] {
            assert_eq!(Challenge::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_realm_without_tls_is_not_asked() {
        let challenge = Challenge { realm: "http://auth.example/token".to_owned(), ..Challenge::default() };
        assert!(token_request(&challenge, "s").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_challenge_is_read_or_not(text in "\\PC*", rest in "[Bb]earer [a-z=\", ]*") {
            Challenge::parse(&text);
            Challenge::parse(&rest);
        }
    }
}
