//! Sends a request within its bounds and records each attempt.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;

use super::error::{Error, Fault, Refusal};
use super::record::Recording;
use super::request::{Answer, Auth, Request};
use super::{Client, retry};

/// A successful answer whose body is still coming.
#[derive(Debug)]
pub(super) struct Stream {
    response: reqwest::Response,
    /// Ends with the body.
    recording: Option<Recording>,
    host: String,
}

impl Stream {
    /// The next piece of the body, or `None` at its end; waits for it no longer than `patience`.
    /// Nothing is lost when the future is dropped.
    pub(super) async fn chunk(&mut self, patience: Duration) -> Result<Option<Bytes>, Fault> {
        let chunk = match tokio::time::timeout(patience, self.response.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| Fault::from_reqwest(&error, &self.host, patience)),
            Err(_) => Err(Fault::Timeout { after: patience }),
        };
        match (&chunk, &mut self.recording) {
            (Ok(Some(bytes)), Some(recording)) => recording.count_received(bytes.len() as u64),
            (Ok(Some(_)), None) => {}
            (ended, _) => {
                if let Some(recording) = self.recording.take() {
                    recording.end(ended.as_ref().err().map(ToString::to_string));
                }
            }
        }
        chunk
    }
}

impl Client {
    /// Sends it, and again where that is safe and may help; anything but a 2xx answer is an error.
    pub(super) async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let mut attempt = 1;
        loop {
            let fault = match self.attempt(request).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let limits = self.connection().limits();
            let pause = retry::pause(&fault, attempt, limits, retry::random()).filter(|_| request.repeatable);
            let Some(pause) = pause else { return Err(request.error(fault)) };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Sends it and reads the answer as JSON.
    pub(super) async fn fetch<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        self.send(&request).await?.json(&request)
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, Fault> {
        let total = self.time_for(request.body.len());
        let builder = self.builder(request).await?.timeout(total);
        let mut recording = self.0.log.start(&request.method, &request.url, request.body.len() as u64);
        let result = self.exchange(builder, request, total, &mut recording).await;
        recording.end(result.as_ref().err().map(ToString::to_string));
        result
    }

    /// Sends it once and leaves a successful answer's body to be read as it comes; until then the
    /// bounds are those of any request.
    pub(super) async fn open(&self, request: &Request) -> Result<Stream, Error> {
        let total = self.time_for(request.body.len());
        let opened = async {
            let builder = self.builder(request).await?;
            let mut recording = self.0.log.start(&request.method, &request.url, request.body.len() as u64);
            let host = request.host();
            let broken = |error: reqwest::Error| Fault::from_reqwest(&error, &host, total);
            let response = builder.send().await.map_err(broken)?;
            recording.status(response.status().as_u16());
            let (status, headers) = (response.status(), response.headers().clone());
            if status.is_success() {
                return Ok(Stream { response, recording: Some(recording), host: request.host() });
            }
            let body = read_body(response, self.connection().limits().body, &mut recording, broken).await?;
            let fault = Fault::Status(Box::new(refusal(status.as_u16(), &headers, &body)));
            recording.end(Some(fault.to_string()));
            Err(fault)
        };
        let opened = tokio::time::timeout(total, opened).await;
        opened.unwrap_or(Err(Fault::Timeout { after: total })).map_err(|fault| request.error(fault))
    }

    async fn builder(&self, request: &Request) -> Result<reqwest::RequestBuilder, Fault> {
        self.connection().check_host(&request.url)?;
        let http = self.http(&request.trust).await?;
        let builder = http
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone())
            .body(request.body.clone());
        Ok(match self.authorization(&request.auth).await? {
            Some(value) => builder.header(AUTHORIZATION, value),
            None => builder,
        })
    }

    async fn exchange(
        &self,
        builder: reqwest::RequestBuilder,
        request: &Request,
        total: Duration,
        recording: &mut Recording,
    ) -> Result<Answer, Fault> {
        let host = request.host();
        let broken = |error: reqwest::Error| Fault::from_reqwest(&error, &host, total);
        let response = builder.send().await.map_err(broken)?;
        recording.status(response.status().as_u16());
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(response, self.connection().limits().body, recording, broken).await?;
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        Err(Fault::Status(Box::new(refusal(status.as_u16(), &headers, &body))))
    }

    /// The bound of one request: a slow line may upload 64 KiB a second.
    fn time_for(&self, bytes: usize) -> Duration {
        self.connection().limits().total + Duration::from_secs(bytes as u64 / (64 << 10))
    }

    async fn authorization(&self, auth: &Auth) -> Result<Option<HeaderValue>, Fault> {
        let text = match auth {
            Auth::None => return Ok(None),
            Auth::Bearer(secret) => zeroize::Zeroizing::new(format!("Bearer {}", secret.expose())),
            Auth::Connection => {
                let token = self.connection().token().await?;
                zeroize::Zeroizing::new(format!("Bearer {}", token.expose()))
            }
            Auth::Basic(user) => {
                let token = self.connection().token().await?;
                let pair = zeroize::Zeroizing::new(format!("{user}:{}", token.expose()));
                zeroize::Zeroizing::new(format!("Basic {}", wire::base64_bytes::encode(pair.as_bytes())))
            }
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_invalid| Fault::Request {
            reason: "the access token holds characters that no token has".to_owned(),
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// The whole body, at most `limit` bytes of it.
async fn read_body(
    mut response: reqwest::Response,
    limit: usize,
    recording: &mut Recording,
    broken: impl Fn(reqwest::Error) -> Fault,
) -> Result<Bytes, Fault> {
    if response.content_length().is_some_and(|announced| announced > limit as u64) {
        return Err(Fault::TooLarge { limit });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(&broken)? {
        recording.count_received(chunk.len() as u64);
        if body.len() + chunk.len() > limit {
            return Err(Fault::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn refusal(status: u16, headers: &HeaderMap, body: &[u8]) -> Refusal {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let mut refusal = Refusal::read(status, body);
    refusal.retry_after = text(RETRY_AFTER).and_then(|value| retry::retry_after(value, jiff::Timestamp::now()));
    refusal.location = text(LOCATION).map(str::to_owned);
    refusal.challenge = text(reqwest::header::WWW_AUTHENTICATE).map(str::to_owned);
    refusal
}
