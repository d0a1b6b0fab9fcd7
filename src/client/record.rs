//! What was sent and what came back, for the API log: redacted when made, bounded in number.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::{Method, Url};

use wire::printable_url;

/// One attempt at a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Counts up from 1.
    pub id: u64,
    /// When it was sent.
    pub at: jiff::Timestamp,
    pub method: String,
    /// The URL without credentials, and with `…` for what is not known to be harmless.
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    pub millis: u64,
    pub request_bytes: u64,
    pub response_bytes: u64,
    pub error: Option<String>,
}

/// How many exchanges are kept.
const KEPT: usize = 1000;

/// The URL as it may be shown.
pub(super) fn redact(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for URLs that have no host, which are never sent.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown.set_fragment(None);
    printable_url::printable_url(shown.as_str(), url.query_pairs())
}

/// The last exchanges, shared by all clones of a client.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    last_id: u64,
    kept: VecDeque<Exchange>,
}

impl Log {
    pub(super) fn exchanges_after(&self, id: u64) -> Vec<Exchange> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.kept.iter().filter(|exchange| exchange.id > id).cloned().collect()
    }

    /// Starts the record of an attempt; it is kept when the record is dropped.
    pub(super) fn start(&self, method: &Method, url: &Url, request_bytes: u64) -> Recording {
        Recording {
            log: self.clone(),
            start: Instant::now(),
            exchange: Exchange {
                id: 0,
                at: jiff::Timestamp::now(),
                method: method.to_string(),
                url: redact(url),
                status: None,
                millis: 0,
                request_bytes,
                response_bytes: 0,
                error: Some("given up before an answer came".to_owned()),
            },
        }
    }

    fn keep(&self, mut exchange: Exchange) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.last_id += 1;
        exchange.id = entries.last_id;
        if entries.kept.len() == KEPT {
            entries.kept.pop_front();
        }
        tracing::debug!(
            method = exchange.method,
            url = exchange.url,
            status = exchange.status,
            millis = exchange.millis,
            error = exchange.error,
            "exchange"
        );
        entries.kept.push_back(exchange);
    }
}

/// An attempt under way. A request that is cancelled is dropped with it and so still logged.
#[derive(Debug)]
pub(super) struct Recording {
    log: Log,
    start: Instant,
    exchange: Exchange,
}

impl Recording {
    pub(super) fn status(&mut self, status: u16) {
        self.exchange.status = Some(status);
    }

    pub(super) fn count_received(&mut self, bytes: u64) {
        self.exchange.response_bytes += bytes;
    }

    pub(super) fn end(mut self, error: Option<String>) {
        self.exchange.error = error;
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.exchange.millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.log.keep(self.exchange.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_parameters_are_shown() {
        let url = "https://u:p@gcr.io/v2/x/blobs/uploads/7?_state=s3cr3t&digest=sha256:ab&access_token=t#f";
        assert_eq!(
            redact(&url.parse().unwrap()),
            "https://gcr.io/v2/x/blobs/uploads/7?_state=…&digest=sha256:ab&access_token=…"
        );
    }

    #[test]
    fn the_log_is_bounded_and_ids_go_on() {
        let log = Log::default();
        for _ in 0..KEPT + 5 {
            log.start(&Method::GET, &"https://h/".parse().unwrap(), 0).end(None);
        }
        let kept = log.exchanges_after(0);
        assert_eq!((kept.len(), kept[0].id), (KEPT, 6));
        assert_eq!(log.exchanges_after(KEPT as u64 + 4).len(), 1);
    }

    #[test]
    fn a_cancelled_attempt_is_logged() {
        let log = Log::default();
        drop(log.start(&Method::GET, &"https://h/".parse().unwrap(), 0));
        assert!(log.exchanges_after(0)[0].error.as_ref().unwrap().contains("given up"));
    }
}
