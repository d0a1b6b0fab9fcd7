//! What the preview asks to be decided beside.

use domain::admission::Evidence;
use domain::inventory::InventoryItem;
use domain::review::Reviewer;
use std::sync::Arc;

/// A question that is answered beside.
#[derive(Debug, Clone)]
pub struct Ask {
    pub reviewer: Arc<Reviewer>,
    pub items: Arc<Vec<InventoryItem>>,
    pub evidence: Arc<Evidence>,
}

/// Two are equal where they are the same question, and not only one with the same words.
impl PartialEq for Ask {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reviewer, &other.reviewer)
            && Arc::ptr_eq(&self.items, &other.items)
            && Arc::ptr_eq(&self.evidence, &other.evidence)
    }
}

impl Eq for Ask {}
