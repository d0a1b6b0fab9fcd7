//! What the draft decides: every known image and pod under the live policy and under the draft.
//!
//! It follows the typing. A short inventory is decided between a key and its frame; for a long one the
//! rows come from beside, and the ones before stay on the screen until then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::decision::state::CachedPolicy;
use crate::decision::subject::Subject;
use crate::review::Effect;
use crate::review::ask::Ask;
use crate::review::inventory;
use crate::session::Session;
use crate::shell::remote::Ticket;
use domain::admission::{Enforcement, Evidence, Outcome, RequestImage};
use domain::attestation::Verify;
use domain::document::Document;
use domain::image::{Digest, ImageRef};
use domain::inventory::InventoryItem;
use domain::name::ClusterKey;
use domain::resource::{Image, Workload};
use domain::review::{Because, ReviewRow, Reviewer, Standing};

/// How many items are decided at once: some 2 ms.
const AT_ONCE: usize = 2_000;

/// Which items are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    #[default]
    All,
    Flipped,
    Denied,
    Admitted,
    Undecided,
}

impl Show {
    const ALL: [Self; 5] = [Self::All, Self::Flipped, Self::Denied, Self::Admitted, Self::Undecided];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Flipped => "flipped",
            Self::Denied => "denied by the draft",
            Self::Admitted => "admitted by the draft",
            Self::Undecided => "undecided",
        }
    }

    fn takes(self, row: ReviewRow) -> bool {
        match self {
            Self::All => true,
            Self::Flipped => !matches!(row.standing, Standing::Unchanged | Standing::Undecided),
            Self::Denied => row.new == Outcome::Deny,
            Self::Admitted => row.new.admits() == Some(true),
            Self::Undecided => row.new.admits().is_none() || row.standing == Standing::Undecided,
        }
    }
}

/// The order in which items are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The chosen image, what runs, the registry, the list.
    #[default]
    Known,
    /// What flips first.
    Standing,
    Image,
}

impl Order {
    const ALL: [Self; 3] = [Self::Known, Self::Standing, Self::Image];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "as known",
            Self::Standing => "by what flips",
            Self::Image => "by image",
        }
    }
}

/// What the items were put together from: with the same, they are the same.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    image: Option<ImageRef>,
    pod: Vec<RequestImage>,
    subject: Subject,
    cluster: Option<ClusterKey>,
    enforced: [Enforcement; 2],
    images: Vec<Image>,
    workloads: Vec<Workload>,
    list: Option<Timestamp>,
}

impl Stamp {
    fn from_session(session: &Session) -> Self {
        Self {
            image: session.image.clone(),
            pod: session.images.clone(),
            subject: session.subject.clone(),
            cluster: session.cluster.clone(),
            enforced: enforced(session),
            images: session.remotes.images.items().to_vec(),
            workloads: session.remotes.workloads.items().to_vec(),
            list: session.remotes.inventory.read_at(),
        }
    }

    /// Whether a new one would be the same; nothing is copied to find out.
    fn is_of(&self, session: &Session) -> bool {
        let remotes = &session.remotes;
        self.list == remotes.inventory.read_at()
            && self.image == session.image
            && self.pod == session.images
            && self.subject == session.subject
            && self.cluster == session.cluster
            && self.enforced == enforced(session)
            && self.images == remotes.images.items()
            && self.workloads == remotes.workloads.items()
    }
}

/// How the policy is enforced in the chosen cluster, and where the pod would run.
fn enforced(session: &Session) -> [Enforcement; 2] {
    [session.in_cluster().enforcement, session.pod().enforcement]
}

#[derive(Debug, Default)]
pub struct Preview {
    items: Arc<Vec<InventoryItem>>,
    stamp: Option<Stamp>,
    /// The items' numbers in the order of their images; made when it is needed.
    by_image: Option<Vec<usize>>,
    evidence: Arc<Evidence>,
    evidence_of: Option<(Option<Timestamp>, Option<Timestamp>)>,
    reviewer: Option<Arc<Reviewer>>,
    /// The rows of the items, under the policies of the last answer.
    rows: Vec<ReviewRow>,
    /// The rows are on their way, under this ticket.
    pending: Option<Ticket>,
    show: Show,
    order: Order,
    filter: String,
    /// How many items stand in each way.
    counts: BTreeMap<Standing, usize>,
    /// The numbers of the items that are shown, in their order.
    shown: Vec<usize>,
    /// The digests of the images: what attestors can be asked about.
    digests: BTreeSet<Digest>,
    /// The digests were others when attestors were last asked.
    stale: bool,
    /// The attestors that were last asked.
    surveyed: Vec<String>,
}

impl Preview {
    pub fn items(&self) -> &Arc<Vec<InventoryItem>> {
        &self.items
    }

    pub fn evidence(&self) -> &Arc<Evidence> {
        &self.evidence
    }

    pub fn digests(&self) -> &BTreeSet<Digest> {
        &self.digests
    }

    /// Whether these attestors have to be asked, as the images are others than they were asked about;
    /// it counts as asked then.
    pub(crate) fn wants_survey(&mut self, attestors: Vec<String>) -> bool {
        let wanted = self.stale || self.surveyed != attestors;
        (self.stale, self.surveyed) = (false, attestors);
        wanted && !self.digests.is_empty() && !self.surveyed.is_empty()
    }

    pub fn show(&self) -> Show {
        self.show
    }

    pub fn order(&self) -> Order {
        self.order
    }

    /// Whether there are two policies to compare.
    pub fn is_ready(&self) -> bool {
        self.reviewer.is_some()
    }

    /// Whether the rows are those of a draft or inventory before the present one.
    pub fn is_behind(&self) -> bool {
        self.pending.is_some()
    }

    /// The numbers of the items that are shown, in their order.
    pub fn shown_items(&self) -> &[usize] {
        &self.shown
    }

    pub fn item(&self, number: usize) -> Option<(&InventoryItem, Option<&ReviewRow>)> {
        Some((self.items.get(number)?, self.rows.get(number)))
    }

    /// How many items stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.counts.get(&standing).copied().unwrap_or(0)
    }

    /// What decided an item under the draft.
    pub fn because(&self, number: usize, draft: &Document, verify: &dyn Verify) -> Option<Because> {
        let decisions = self.reviewer.as_ref()?.decisions(self.items.get(number)?, &self.evidence, verify);
        let [_, new] = &decisions;
        Some(Because::from_decision(new, Some(draft)))
    }

    /// Both decisions about an item, under the live policy and under the draft.
    pub fn decisions(&self, number: usize, verify: &dyn Verify) -> Option<[domain::admission::Decision; 2]> {
        Some(self.reviewer.as_ref()?.decisions(self.items.get(number)?, &self.evidence, verify))
    }

    pub fn next_show(&mut self) {
        let at = Show::ALL.iter().position(|show| *show == self.show).unwrap_or(0);
        self.show = Show::ALL.get(at + 1).copied().unwrap_or_default();
        self.arrange();
    }

    pub fn next_order(&mut self) {
        let at = Order::ALL.iter().position(|order| *order == self.order).unwrap_or(0);
        self.order = Order::ALL.get(at + 1).copied().unwrap_or_default();
        self.arrange();
    }

    pub fn set_filter(&mut self, filter: &str) {
        if self.filter != filter {
            filter.clone_into(&mut self.filter);
            self.arrange();
        }
    }

    /// Follows the session and the draft; what takes long comes back as an effect.
    pub(crate) fn refresh(
        &mut self,
        session: &Session,
        [live, draft]: [Option<&CachedPolicy>; 2],
        verify: &dyn Verify,
        ticket: impl FnOnce() -> Ticket,
    ) -> Option<Effect> {
        let changed = self.take_items(session) | self.take_evidence(session, verify) | self.take_policies(live, draft);
        if !changed {
            return None;
        }
        let Some(reviewer) = self.reviewer.clone() else {
            (self.rows, self.pending) = (Vec::new(), None);
            self.arrange();
            return None;
        };
        if self.items.len() <= AT_ONCE {
            let rows = reviewer.rows(&self.items, 0..self.items.len(), &self.evidence, verify);
            self.answer(rows);
            return None;
        }
        let ticket = ticket();
        self.pending = Some(ticket);
        let (items, evidence) = (self.items.clone(), self.evidence.clone());
        Some(Effect::Preview(ticket, Box::new(Ask { reviewer, items, evidence })))
    }

    /// Takes rows that were worked out beside; those of an older question are dropped.
    pub fn take_answer(&mut self, ticket: Ticket, rows: Vec<ReviewRow>) {
        if self.pending == Some(ticket) {
            self.answer(rows);
        }
    }

    fn answer(&mut self, rows: Vec<ReviewRow>) {
        (self.rows, self.pending) = (rows, None);
        self.arrange();
    }

    fn take_items(&mut self, session: &Session) -> bool {
        if self.stamp.as_ref().is_some_and(|stamp| stamp.is_of(session)) {
            return false;
        }
        self.stamp = Some(Stamp::from_session(session));
        let items = inventory::items(session);
        if *self.items == items {
            return false;
        }
        let digests = inventory::digests(&items);
        self.stale |= self.digests != digests;
        self.digests = digests;
        (self.items, self.by_image, self.rows) = (Arc::new(items), None, Vec::new());
        true
    }

    /// The survey, and what was read about the chosen image.
    fn take_evidence(&mut self, session: &Session, verify: &dyn Verify) -> bool {
        let (survey, chosen) = (&session.remotes.survey, &session.remotes.evidence);
        let of = Some((survey.read_at(), chosen.read_at()));
        if self.evidence_of == of {
            return false;
        }
        self.evidence_of = of;
        let mut evidence = survey.value().map(|evidence| (**evidence).clone()).unwrap_or_default();
        if let (Some(chosen), Some(images)) = (chosen.value(), session.evidence_images()) {
            let digest = |image: &String| image.parse::<ImageRef>().ok()?.digest().cloned();
            let digests = images.iter().filter_map(digest).collect();
            let known = (**chosen).clone().survey(&digests, &BTreeSet::new(), verify);
            for (attestor, digests) in known.surveyed {
                evidence.surveyed.entry(attestor).or_default().extend(digests);
            }
        }
        self.evidence = Arc::new(evidence);
        true
    }

    fn take_policies(&mut self, live: Option<&CachedPolicy>, draft: Option<&CachedPolicy>) -> bool {
        // A half-typed draft keeps the rows of the last whole one, which the screen marks; what is live is known
        // without any.
        if let (Some(known), Some(live), None) = (&self.reviewer, live, draft)
            && known.is_from(&live.rules)
        {
            return false;
        }
        let draft = draft.or(live);
        let reviewer = live.zip(draft).map(|(live, draft)| (live, draft, [live.rules.clone(), draft.rules.clone()]));
        match (&self.reviewer, reviewer) {
            (None, None) => false,
            (Some(known), Some((_, _, compiled))) if known.is_of(&compiled) => false,
            (_, reviewer) => {
                self.reviewer = reviewer.map(|(live, draft, compiled)| {
                    Arc::new(Reviewer::from_compiled([&live.policy, &draft.policy], compiled))
                });
                true
            }
        }
    }

    /// Which items are shown, in which order.
    fn arrange(&mut self) {
        self.counts = BTreeMap::new();
        for row in &self.rows {
            *self.counts.entry(row.standing).or_default() += 1;
        }
        let all: Vec<usize> = match self.order {
            Order::Known => (0..self.items.len()).collect(),
            Order::Image => self.by_image().to_vec(),
            Order::Standing => {
                let of = |standing: Standing| {
                    let stands = move |(at, row): (usize, &ReviewRow)| (row.standing == standing).then_some(at);
                    self.rows.iter().enumerate().filter_map(stands)
                };
                Standing::ALL.into_iter().flat_map(of).collect()
            }
        };
        let words: Vec<String> = self.filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let shows = |at: &usize| {
            let row = self.rows.get(*at);
            let shown = self.show == Show::All || row.is_some_and(|row| self.show.takes(*row));
            shown && self.items.get(*at).is_some_and(|item| fits(item, row, &words))
        };
        self.shown = all.into_iter().filter(shows).collect();
    }

    fn by_image(&mut self) -> &[usize] {
        let items = &self.items;
        self.by_image.get_or_insert_with(|| {
            let mut numbers: Vec<usize> = (0..items.len()).collect();
            numbers.sort_by_cached_key(|at| items.get(*at).map(InventoryItem::title));
            numbers
        })
    }
}

/// Whether each of the words is in what is known of the item.
fn fits(item: &InventoryItem, row: Option<&ReviewRow>, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let standing = row.map_or("", |row| row.standing.as_str());
    let images: Vec<&str> = item.request.images.iter().map(|image| image.image.as_str()).collect();
    let parts = [images.join(" ").as_str(), item.namespace(), &item.workload, &item.owner, standing].join(" ");
    let text = parts.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}
