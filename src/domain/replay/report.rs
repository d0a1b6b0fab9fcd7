//! What came of a whole log: counts, who is concerned, and the entries that flip.

use std::collections::BTreeMap;

use super::{Entry, Logged, ReplayRow, Replayer, Then};
use crate::attestation::Verify;
use crate::review::Standing;

/// Entries that are told at length, of each kind.
const MAX_DETAILS: usize = 1_000;

/// Workloads that are told apart; the rest are counted together.
const MAX_OWNERS: usize = 10_000;

/// How many entries stand in each way.
pub type Counts = BTreeMap<Standing, usize>;

/// Who is concerned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Owner {
    pub namespace: String,
    pub workload: String,
    pub owner: String,
}

impl Owner {
    /// `shop/replicaset/web-5d8f (shop-team)`.
    pub fn title(&self) -> String {
        if *self == Self::default() {
            return "all other workloads".to_owned();
        }
        let place = format!("{}/{}", self.namespace, self.workload);
        if self.owner.is_empty() { place } else { format!("{place} ({})", self.owner) }
    }
}

/// An entry that flips, or that its time's policy does not explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flipped {
    /// Empty where there is one file alone.
    pub file: String,
    pub number: usize,
    pub line: usize,
    /// RFC 3339, or empty.
    pub time: String,
    pub owner: Owner,
    /// The image that decides, and how many others there are.
    pub image: String,
    pub logged: Logged,
    pub standing: Standing,
    /// What decides now, or what differs.
    pub because: String,
}

/// An entry that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub file: String,
    pub number: usize,
    pub line: usize,
    pub why: String,
}

/// A log that was replayed, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replay {
    pub admissions: usize,
    /// Entries that tell of something else.
    pub others: usize,
    /// Admissions that were given before, in another export or twice in one.
    pub repeated: usize,
    pub unreadable: usize,
    /// The first of those.
    pub unreadable_at: Vec<Unreadable>,
    pub logged: BTreeMap<Logged, usize>,
    pub counts: Counts,
    /// The owners of whose pods something flips or is undecided.
    pub owners: BTreeMap<Owner, Counts>,
    /// The entries that flip, in the order of the log.
    pub flipped: Vec<Flipped>,
    /// Under the policies of their time: as logged, not known, without a policy, not asked.
    pub same: usize,
    pub unknown: usize,
    pub without_policy: usize,
    pub not_asked: usize,
    pub differs: usize,
    /// The first that differ, in the order of the log.
    pub different: Vec<Flipped>,
}

impl Replay {
    /// Takes an entry, decided.
    pub fn record(&mut self, entry: &Entry, replayer: &Replayer, verify: &dyn Verify) {
        let ReplayRow { standing, because, image, then, .. } = replayer.row(entry, verify);
        self.admissions += 1;
        *self.logged.entry(entry.logged).or_default() += 1;
        *self.counts.entry(standing).or_default() += 1;
        if standing != Standing::Unchanged {
            *self.owners.entry(owner(entry)).or_default().entry(standing).or_default() += 1;
            if self.flipped.iter().filter(|flipped| flipped.standing == standing).count() < MAX_DETAILS {
                self.flipped.push(flipped(entry, standing, because, image.as_deref()));
            }
        }
        match then {
            Then::NoPolicy => self.without_policy += 1,
            Then::NotAsked => self.not_asked += 1,
            Then::Same => self.same += 1,
            Then::Unknown => self.unknown += 1,
            Then::Differs(why) => {
                self.differs += 1;
                if self.different.len() < MAX_DETAILS {
                    self.different.push(flipped(entry, standing, why, image.as_deref()));
                }
            }
        }
    }

    /// Takes an entry that cannot be read.
    pub fn take_unreadable(&mut self, unreadable: Unreadable) {
        self.unreadable += 1;
        if self.unreadable_at.len() < MAX_DETAILS {
            self.unreadable_at.push(unreadable);
        }
    }

    /// Takes what follows this part of the log.
    pub fn append(&mut self, next: Self) {
        self.admissions += next.admissions;
        self.others += next.others;
        self.repeated += next.repeated;
        self.unreadable += next.unreadable;
        let room = MAX_DETAILS.saturating_sub(self.unreadable_at.len());
        self.unreadable_at.extend(next.unreadable_at.into_iter().take(room));
        add(&mut self.logged, next.logged);
        add(&mut self.counts, next.counts);
        for (owner, counts) in next.owners {
            let room = self.owners.len() < MAX_OWNERS || self.owners.contains_key(&owner);
            add(self.owners.entry(if room { owner } else { Owner::default() }).or_default(), counts);
        }
        let mut told: Counts = BTreeMap::new();
        self.flipped.iter().for_each(|flipped| *told.entry(flipped.standing).or_default() += 1);
        for flipped in next.flipped {
            let told = told.entry(flipped.standing).or_default();
            *told += 1;
            if *told <= MAX_DETAILS {
                self.flipped.push(flipped);
            }
        }
        self.same += next.same;
        self.unknown += next.unknown;
        self.without_policy += next.without_policy;
        self.not_asked += next.not_asked;
        self.differs += next.differs;
        let room = MAX_DETAILS.saturating_sub(self.different.len());
        self.different.extend(next.different.into_iter().take(room));
    }

    pub fn count(&self, standing: Standing) -> usize {
        self.counts.get(&standing).copied().unwrap_or(0)
    }

    /// All entries, whatever they tell.
    pub fn entries(&self) -> usize {
        self.admissions + self.others + self.repeated + self.unreadable
    }

    /// Whether anything was replayed, or something that could not be read may be an admission.
    pub fn has_admissions(&self) -> bool {
        self.admissions + self.repeated + self.unreadable > 0
    }

    /// How many flip.
    pub fn flips(&self) -> usize {
        let flips = self.counts.iter().filter(|(standing, _)| is_flip(**standing));
        flips.map(|(_, count)| count).sum()
    }

    /// Whether a policy of the time of any entry was known.
    pub fn has_past(&self) -> bool {
        self.same + self.unknown + self.differs + self.not_asked > 0
    }

    /// The owners with the most flips first.
    pub fn by_flips(&self) -> Vec<(&Owner, &Counts)> {
        let mut owners: Vec<_> = self.owners.iter().collect();
        let flips = |counts: &Counts| {
            counts.iter().filter(|(standing, _)| is_flip(**standing)).map(|(_, count)| count).sum::<usize>()
        };
        owners.sort_by_key(|(_, counts)| std::cmp::Reverse((flips(counts), counts.values().sum::<usize>())));
        owners
    }

    /// The whole in a few sentences.
    pub fn summary(&self) -> Vec<String> {
        let repeated = match self.repeated {
            0 => String::new(),
            count => format!("{count} given twice, "),
        };
        let mut lines = vec![format!(
            "{} entries: {} admissions, {repeated}{} of something else, {} that cannot be read.",
            self.entries(),
            self.admissions,
            self.others,
            self.unreadable
        )];
        let logged: Vec<String> = self.logged.iter().map(|(logged, n)| format!("{n} {}", logged.as_str())).collect();
        if !logged.is_empty() {
            lines.push(format!("Logged: {}.", logged.join(", ")));
        }
        let told = Standing::ALL.into_iter().filter(|s| self.count(*s) > 0 || *s <= Standing::Undecided);
        let counts: Vec<String> = told.map(|s| format!("{} {}", self.count(s), s.as_str())).collect();
        lines.push(format!("Under the policy: {}.", counts.join(", ")));
        if self.has_past() {
            lines.push(format!(
                "Under the policies of their time: {} as logged, {} otherwise, {} for which attestations are not known any more, {} of a time without a known policy, {} that nobody decided.",
                self.same, self.differs, self.unknown, self.without_policy, self.not_asked
            ));
        }
        lines
    }
}

impl Replay {
    /// Everything that is known of it, as plain text.
    pub fn text(&self) -> String {
        let mut lines = self.summary();
        for (owner, counts) in self.by_flips() {
            let counts: Vec<String> = counts.iter().map(|(standing, n)| format!("{n} {}", standing.as_str())).collect();
            lines.push(format!("{}: {}", owner.title(), counts.join(", ")));
        }
        lines.extend(self.flipped.iter().map(|flipped| flipped.text(flipped.standing.as_str())));
        lines.extend(self.different.iter().map(|flipped| flipped.text("not as the policy of its time")));
        let unreadable =
            |at: &Unreadable| format!("{}: cannot be read: {}", place(&at.file, at.number, at.line), at.why);
        lines.extend(self.unreadable_at.iter().map(unreadable));
        lines.join("\n") + "\n"
    }
}

impl Flipped {
    fn text(&self, what: &str) -> String {
        let Self { file, number, line, time, owner, image, logged, because, .. } = self;
        let (owner, logged) = (owner.title(), logged.as_str());
        let place = place(file, *number, *line);
        format!("{place}, {time}: {what}: {owner}: {image}: {logged}; {because}")
    }
}

/// `hour.json, entry 3, line 17`.
pub fn place(file: &str, number: usize, line: usize) -> String {
    let file = if file.is_empty() { String::new() } else { format!("{file}, ") };
    format!("{file}entry {number}, line {line}")
}

fn is_flip(standing: Standing) -> bool {
    !matches!(standing, Standing::Undecided | Standing::Unchanged)
}

fn add<K: Ord>(counts: &mut BTreeMap<K, usize>, more: BTreeMap<K, usize>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

fn owner(entry: &Entry) -> Owner {
    let namespace = if entry.request.namespace.is_empty() { "default" } else { &entry.request.namespace };
    Owner { namespace: namespace.to_owned(), workload: entry.workload.clone(), owner: entry.owner.clone() }
}

fn flipped(entry: &Entry, standing: Standing, because: String, decides: Option<&str>) -> Flipped {
    let images = &entry.request.images;
    let image = match decides.or(images.first().map(|image| image.image.as_str())) {
        None => "no image".to_owned(),
        Some(only) if images.len() < 2 => only.to_owned(),
        Some(decides) => format!("{decides} and {} more", images.len() - 1),
    };
    Flipped {
        file: entry.file.clone(),
        number: entry.number,
        line: entry.line,
        time: entry.time.map(|time| time.to_string()).unwrap_or_default(),
        owner: owner(entry),
        image,
        logged: entry.logged,
        standing,
        because,
    }
}
