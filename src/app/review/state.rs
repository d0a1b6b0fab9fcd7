//! The review of the draft: what is asked, how far it is, and what came out.

use std::sync::Arc;

use crate::shell::remote::Ticket;
use domain::admission::Evidence;
use domain::document::Document;
use domain::inventory::InventoryItem;
use domain::review::{Review, Source, json, markdown, sarif};
use domain::system_policy::SystemPolicy;

/// The live policy against the draft, over everything that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewAsk {
    /// As gcloud exports it.
    pub live: String,
    pub draft: String,
    pub system: SystemPolicy,
    pub items: Arc<Vec<InventoryItem>>,
    pub evidence: Arc<Evidence>,
}

/// A review that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewResult {
    pub review: Review,
    pub live: Document,
    pub draft: Document,
}

/// The form in which a review is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewFormat {
    Markdown,
    Json,
    Sarif,
}

impl ReviewFormat {
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Markdown => "review.md",
            Self::Json => "review.json",
            Self::Sarif => "review.sarif",
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "Markdown",
            Self::Json => "JSON",
            Self::Sarif => "SARIF",
        }
    }
}

impl ReviewResult {
    /// The whole review as a text; places are lines of the live policy as exported, and of the draft.
    pub fn text(&self, format: ReviewFormat) -> String {
        let sources = [
            Source { file: "live-policy.yaml", document: Some(&self.live) },
            Source { file: "policy.yaml", document: Some(&self.draft) },
        ];
        match format {
            ReviewFormat::Markdown => markdown(&self.review, [Some(&self.live), Some(&self.draft)]),
            ReviewFormat::Json => json(&self.review, sources),
            ReviewFormat::Sarif => sarif(&self.review, sources),
        }
    }
}

/// The review that is under way, or the last one.
#[derive(Debug, Default)]
pub struct ReviewRun {
    /// What runs now.
    pub ticket: Option<Ticket>,
    pub done: usize,
    pub total: usize,
    /// The revision of the draft that was reviewed.
    pub revision: u64,
    pub result: Option<Arc<ReviewResult>>,
}
