//! Reviews of long inventories on all cores, with progress, and such that they can be stopped.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use app::review::state::{ReviewAsk, ReviewResult};
use domain::admission::Evidence;
use domain::attestation::Verify;
use domain::document::{Dialect, Document};
use domain::inventory::InventoryItem;
use domain::review::{Comparison, Review, ReviewRow, Reviewer};
use signing::openpgp::Verifier;

/// Items that a thread takes at a time: some milliseconds of work.
const PART: usize = 2_000;

/// How far a review is, for others to look at; and whether it should end.
#[derive(Debug, Default)]
pub struct Progress {
    /// Cores that are left to others, as the one that draws the screen.
    spared: usize,
    next: AtomicUsize,
    done: AtomicUsize,
    cancelled: AtomicBool,
}

impl Progress {
    /// Leaves one core to the screen, where there are several.
    pub fn beside_the_screen() -> Self {
        Self { spared: 1, ..Self::default() }
    }

    /// How many items were decided.
    pub fn decided(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// The review ends soon, without a result.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// What both policies decide for each item, in the order of the items; `None` where it was cancelled.
pub fn rows(
    reviewer: &Reviewer,
    items: &[InventoryItem],
    evidence: &Evidence,
    verify: &(dyn Verify + Sync),
    progress: &Progress,
) -> Option<Vec<ReviewRow>> {
    let parts: Mutex<Vec<(usize, Vec<ReviewRow>)>> = Mutex::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.saturating_sub(progress.spared).clamp(1, items.len() / PART + 1);
    let work = || {
        while !progress.cancelled.load(Ordering::Relaxed) {
            let start = progress.next.fetch_add(PART, Ordering::Relaxed);
            if start >= items.len() {
                break;
            }
            let rows = reviewer.rows(items, start..(start + PART).min(items.len()), evidence, verify);
            progress.done.fetch_add(rows.len(), Ordering::Relaxed);
            parts.lock().unwrap_or_else(PoisonError::into_inner).push((start, rows));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    if progress.cancelled.load(Ordering::Relaxed) {
        return None;
    }
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_unstable_by_key(|(start, _)| *start);
    Some(parts.into_iter().flat_map(|(_, rows)| rows).collect())
}

/// The whole review of a draft; `None` where it was cancelled, or a text is no policy.
pub fn review(ask: &ReviewAsk, progress: &Progress) -> Option<ReviewResult> {
    let parse = |text: &str| Document::parse(text, Dialect::Gcloud);
    let (live, draft) = (parse(&ask.live), parse(&ask.draft));
    let (old, new) = live.policy.as_ref().zip(draft.policy.as_ref())?;
    let reviewer = Reviewer::new(old, new, &ask.system);
    let verifier = Verifier::default();
    let rows = rows(&reviewer, &ask.items, &ask.evidence, &verifier, progress)?;
    let comparison = Comparison::new(old, new, &ask.system);
    let known = (&*ask.evidence, &verifier as &dyn Verify);
    let review = Review::new(comparison, ask.items.clone(), rows, &reviewer, known, [Some(&live), Some(&draft)]);
    Some(ReviewResult { review, live, draft })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::admission::Request;
    use domain::inventory::Origin;
    use domain::policy::{AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, Policy};
    use domain::review::Standing;
    use domain::system_policy::SystemPolicy;

    fn reviewer() -> Reviewer {
        let rule = |mode| AdmissionRule::always(mode, EnforcementMode::Enforced);
        let old = Policy::with_default(rule(EvaluationMode::AlwaysAllow));
        let exempt = AdmissionWhitelistPattern { name_pattern: "gcr.io/p/image-1*".to_owned() };
        let new = Policy {
            admission_whitelist_patterns: vec![exempt],
            ..Policy::with_default(rule(EvaluationMode::AlwaysDeny))
        };
        Reviewer::new(&old, &new, &SystemPolicy::Documented)
    }

    fn items(count: usize) -> Vec<InventoryItem> {
        let image = |n: usize| InventoryItem::image(&format!("gcr.io/p/image-{n}"), &Request::default(), Origin::List);
        (0..count).map(image).collect()
    }

    #[test]
    fn rows_are_in_the_order_of_the_items() {
        let items = items(3 * PART + 17);
        let progress = Progress::default();
        let rows = rows(&reviewer(), &items, &Evidence::default(), &Verifier::default(), &progress).unwrap();
        assert_eq!((rows.len(), progress.decided()), (items.len(), items.len()));
        for (item, row) in items.iter().zip(&rows) {
            let exempt = item.title().starts_with("gcr.io/p/image-1");
            let expected = if exempt { Standing::Unchanged } else { Standing::NewlyDenied };
            assert_eq!(row.standing, expected, "{}", item.title());
        }
    }

    #[test]
    fn a_cancelled_review_has_no_result() {
        let progress = Progress::default();
        progress.cancel();
        assert_eq!(rows(&reviewer(), &items(10), &Evidence::default(), &Verifier::default(), &progress), None);
    }
}
