//! The requests that were answered, for those who look on: bounded in number, redacted when made.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::Query;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, Method, Uri};
use tokio::sync::watch;

use wire::printable_url;

/// How many requests are kept.
const KEPT: usize = 1000;

/// One request and the head of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Counts up from 1.
    pub id: u64,
    /// When it came.
    pub at: jiff::Timestamp,
    pub method: String,
    /// Host, path and query; `…` for what is not known to be harmless.
    pub url: String,
    pub status: u16,
    /// Until the answer began.
    pub millis: u64,
    /// The program that sent it, as it calls itself; empty where it does not say.
    pub program: String,
    /// Whether the process that serves sent it itself.
    pub is_own: bool,
}

impl Served {
    /// Whether it changed something.
    pub fn wrote(&self) -> bool {
        (200..300).contains(&self.status) && !matches!(self.method.as_str(), "GET" | "HEAD" | "CONNECT" | "OPTIONS")
    }
}

/// A line of a log.
impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, millis, method, url, program, .. } = self;
        write!(f, "{} {status} {millis:>5} ms {program:>9} {method:7} {url}", self.at.strftime("%H:%M:%S"))
    }
}

/// The last requests, shared by all clones.
#[derive(Debug, Clone)]
pub struct Log {
    kept: Arc<Mutex<VecDeque<Served>>>,
    /// The last id.
    last: watch::Sender<u64>,
}

impl Default for Log {
    fn default() -> Self {
        Self { kept: Arc::default(), last: watch::Sender::new(0) }
    }
}

impl Log {
    /// The requests with an id above `id`, oldest first.
    pub fn entries_after(&self, id: u64) -> Vec<Served> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().filter(|served| served.id > id).cloned().collect()
    }

    /// Changes with every request, to its id.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    fn keep(&self, mut served: Served) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        served.id = *self.last.borrow() + 1;
        if kept.len() == KEPT {
            kept.pop_front();
        }
        let id = served.id;
        kept.push_back(served);
        self.last.send_replace(id);
    }
}

/// A request under way.
pub(super) struct Coming {
    start: Instant,
    served: Served,
}

impl Coming {
    pub(super) fn new(method: &Method, host: &str, uri: &Uri, headers: &HeaderMap, is_own: bool) -> Self {
        let query = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default();
        let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let served = Served {
            id: 0,
            at: jiff::Timestamp::now(),
            method: method.to_string(),
            url: printable_url::printable_url(&format!("{host}{}", uri.path()), query),
            status: 0,
            millis: 0,
            program: program(agent),
            is_own,
        };
        Self { start: Instant::now(), served }
    }

    pub(super) fn answered(mut self, status: u16, log: &Log) {
        self.served.status = status;
        self.served.millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        log.keep(self.served);
    }
}

/// The short name of a program: gcloud begins with its libraries, others with themselves.
fn program(agent: &str) -> String {
    if agent.contains("gcloud") {
        return "gcloud".to_owned();
    }
    let name = agent.split(['/', ' ']).next().unwrap_or_default();

    name.chars().filter(char::is_ascii_graphic).take(9).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coming(uri: &str, agent: &str) -> Coming {
        let headers = HeaderMap::from_iter([(USER_AGENT, agent.parse().unwrap())]);
        Coming::new(&Method::GET, "gcr.io", &uri.parse().unwrap(), &headers, false)
    }

    #[rstest::rstest]
    #[case("google-cloud-sdk gcloud/528.0.0 command/gcloud.projects.list", "gcloud")]
    #[case("kubectl1.32/v1.32.4 (linux/amd64) kubernetes/59526cd", "kubectl1.")]
    #[case("curl/7.88.1", "curl")]
    #[case("", "")]
    fn programs(#[case] agent: &str, #[case] name: &str) {
        assert_eq!(program(agent), name);
    }

    #[test]
    fn a_request_is_a_line_without_secrets() {
        let log = Log::default();
        coming("/v2/token?service=gcr.io&account=me", "skopeo/1.9.3").answered(200, &log);
        let line = log.entries_after(0)[0].to_string();
        assert!(line.ends_with("skopeo GET     gcr.io/v2/token?service=gcr.io&account=…"), "{line}");
    }

    #[test]
    fn nobody_writes_to_the_terminal_of_whoever_looks_on() {
        let log = Log::default();
        let uri = "/v1/%1bx?filter=%1b%5d0;UNAUTH%07%0a12:00:00%20200&%9b%0d%e2%80%ae=1&pageToken=%c2%9b31m";
        coming(uri, "\tcurl").answered(401, &log);
        let line = log.entries_after(0)[0].to_string();
        assert!(!line.chars().any(domain::text::is_deceptive), "{line:?}");
        assert!(line.contains("filter=%1B]0;UNAUTH%07%0A12:00:00 200&"), "{line}");
    }

    #[test]
    fn the_log_is_bounded_and_ids_go_on() {
        let log = Log::default();
        for _ in 0..KEPT + 5 {
            coming("/", "x").answered(200, &log);
        }
        let kept = log.entries_after(0);
        assert_eq!((kept.len(), kept[0].id, *log.changes().borrow()), (KEPT, 6, KEPT as u64 + 5));
    }
}
