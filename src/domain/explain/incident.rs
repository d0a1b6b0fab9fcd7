//! Many refusals as one incident: how much is refused since when, by which causes, and what changed just before.
//!
//! Refusals are put together by what was said ([`CausesKey`]), not by the text of their messages, which names images.
//! Whoever has refusals, from a text or from a cluster's events, makes a [`Told`] of each. Uses `explain::message` and
//! `explain::cause`.

mod key;
mod owner;
mod proof;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::change::Changes;
use super::message::Refusal;

pub use self::key::{CausesKey, Standing};
pub use self::owner::{Owner, owner};
pub use self::proof::{Guess, guesses};
pub use self::words::Layout;

/// One refusal, as far as it matters for the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub key: CausesKey,
    /// What runs the pod; `None` where the text does not name it.
    pub owner: Option<Owner>,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub times: usize,
}

impl Told {
    /// What a decoded refusal says.
    pub fn of(case: &Refusal) -> Self {
        let time = |text: &str| text.parse().ok();
        let last = time(&case.subject.time);
        Self {
            key: CausesKey::of(case),
            owner: owner(&case.subject),
            first: time(&case.subject.first_time).or(last),
            last,
            times: case.times,
        }
    }
}

/// Everything that was refused for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub key: CausesKey,
    /// The names of what was refused, by namespace; the namespace is empty where it is not known.
    pub names: BTreeMap<String, BTreeSet<String>>,
    /// Refusals that do not say what they are about.
    pub nameless: usize,
    pub since: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub times: usize,
    /// The numbers of its refusals, in the order in which they were told.
    pub cases: Vec<usize>,
}

impl Cause {
    fn new(key: CausesKey) -> Self {
        Self { key, names: BTreeMap::new(), nameless: 0, since: None, last: None, times: 0, cases: Vec::new() }
    }

    fn add(&mut self, number: usize, told: Told) {
        self.since = earlier(self.since, told.first);
        self.last = self.last.max(told.last);
        self.times += told.times;
        self.cases.push(number);
        match told.owner {
            Some(owner) => {
                self.names.entry(owner.namespace).or_default().insert(owner.name);
            }
            None => self.nameless += 1,
        }
    }

    /// How many workloads; of refusals that name none, each counts as one.
    pub fn count(&self) -> usize {
        self.names.values().map(BTreeSet::len).sum::<usize>() + self.nameless
    }
}

/// All refusals together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incident {
    /// What was refused by Binary Authorization first, the cause of most workloads before the others.
    pub causes: Vec<Cause>,
    /// What changed around it.
    pub changes: Changes,
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

impl Incident {
    pub fn new(all: impl IntoIterator<Item = Told>) -> Self {
        let mut causes: Vec<Cause> = Vec::new();
        let mut known: HashMap<CausesKey, usize> = HashMap::new();
        for (number, told) in all.into_iter().enumerate() {
            let at = *known.entry(told.key.clone()).or_insert(causes.len());
            if at == causes.len() {
                causes.push(Cause::new(told.key.clone()));
            }
            if let Some(cause) = causes.get_mut(at) {
                cause.add(number, told);
            }
        }
        causes.sort_by_key(|cause| (cause.key.standing, std::cmp::Reverse(cause.count())));
        Self { causes, changes: Changes::default() }
    }

    /// The incident of decoded refusals, with the changes that are known.
    pub fn of(cases: &[Refusal], changes: Changes) -> Self {
        Self::new(cases.iter().map(Told::of)).changed(changes)
    }

    /// The same, with what is known to have changed around it.
    #[must_use]
    pub fn changed(mut self, changes: Changes) -> Self {
        self.changes = changes.around(self.since());
        self
    }

    /// What Binary Authorization refused.
    pub fn refused(&self) -> impl Iterator<Item = &Cause> {
        self.causes.iter().filter(|cause| cause.key.standing == Standing::Refused)
    }

    /// How many workloads were refused: one that was refused for several causes counts once.
    pub fn count(&self) -> usize {
        let named = self.refused().flat_map(|cause| {
            cause.names.iter().flat_map(|(namespace, names)| names.iter().map(move |name| (namespace, name)))
        });
        named.collect::<BTreeSet<_>>().len() + self.nameless()
    }

    /// How many refusals do not say what they are about.
    pub fn nameless(&self) -> usize {
        self.refused().map(|cause| cause.nameless).sum()
    }

    /// The namespaces that are known of what was refused.
    pub fn namespaces(&self) -> BTreeSet<&str> {
        let names = self.refused().flat_map(|cause| cause.names.keys());
        names.map(String::as_str).filter(|namespace| !namespace.is_empty()).collect()
    }

    /// When the first was refused, as far as the times are told.
    pub fn since(&self) -> Option<Timestamp> {
        self.refused().filter_map(|cause| cause.since).min()
    }
}

#[cfg(test)]
mod tests;
