//! Cloud Logging v2: the audit log entries of admissions (`docs/binary-authorization.md`, "Audit
//! logs").

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Client;
use super::error::Error;
use super::google::{self, LOGGING};
use domain::name::ProjectId;

/// The most entries of a page (`ListLogEntriesRequest.page_size`).
const PAGE_SIZE: usize = 1000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    resource_names: [String; 1],
    filter: &'a str,
    order_by: &'static str,
    page_size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entries {
    #[serde(default)]
    entries: Vec<Value>,
    next_page_token: Option<String>,
}

impl Client {
    /// The project's newest log entries that a filter of the Logging query language takes, the newest
    /// first, `max` at most. Each is as the service wrote it.
    pub async fn log_entries(&self, project: &ProjectId, filter: &str, max: usize) -> Result<Vec<Value>, Error> {
        let url = google::url(LOGGING, &["v2", "entries:list"])?;
        let (mut found, mut page_token) = (Vec::new(), None);
        while found.len() < max {
            let list = List {
                resource_names: [format!("projects/{}", project.as_str())],
                filter,
                order_by: "timestamp desc",
                page_size: PAGE_SIZE.min(max - found.len()),
                page_token,
            };
            let page: Entries = self.ask(url.clone(), &list).await?;
            found.extend(page.entries);
            page_token = page.next_page_token.filter(|next| !next.is_empty());
            if page_token.is_none() {
                break;
            }
        }
        found.truncate(max);
        Ok(found)
    }
}
