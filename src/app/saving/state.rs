//! Whether what was typed is on the disk: what is being written, what came of it, and where.

use crate::shell::report::Report;

/// The draft at one moment, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The editor's; a later one is never written over by an earlier one.
    pub revision: u64,
    pub text: String,
    /// Files that this text was taken in from, and that are removed once it is on the disk: what the person's own editor
    /// wrote.
    pub taken_from: Vec<String>,
}

/// A place of its own for a workbench that is not the first on its data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnPlace {
    /// A new one, which begins as a copy.
    New,
    /// One of before, by its number, with the draft that it has.
    Earlier(u32),
}

/// Where a workbench saves now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seated {
    pub directory: String,
    /// The draft that was there already.
    pub draft: Option<String>,
    pub found: Vec<Finding>,
}

/// Another workbench, which saves in the place that this one was started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Such as `process 812 on thinkpad, since 09:12`.
    pub who: String,
    /// The places of their own that others had before, and nobody has now.
    pub earlier: Vec<u32>,
}

/// Something odd about a file that was found at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which, and what about it.
    pub what: String,
    /// What became of it.
    pub outcome: String,
}

/// What is said of saving on every screen, for as long as it is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The last attempt failed; it is tried again.
    NotSaved,
    /// The disk takes its time.
    Slow,
    /// Another workbench saves here, and this one does not.
    Looks,
}

impl Mark {
    pub fn text(self) -> &'static str {
        match self {
            Self::NotSaved => "NOT SAVED",
            Self::Slow => "saving…",
            Self::Looks => "LOOKS ONLY",
        }
    }
}

/// What is saved, and what is not.
#[derive(Debug, Default)]
pub struct Saving {
    /// The revision of the draft that is on the disk.
    saved: u64,
    /// The last revision that was given to be written, until it is told what came of it.
    in_flight: Option<u64>,
    /// A timer for the next attempt runs.
    armed: bool,
    slow: bool,
    draft_failure: Option<Report>,
    session_failure: Option<Report>,
    /// Another has the place: nothing is saved.
    pub other: Option<Other>,
    /// Files that the draft was taken in from, each with the revision since which it holds them.
    taken_from: Vec<(u64, String)>,
    /// The program ends as soon as all is saved.
    pub leaving: bool,
    /// What was odd about the files, until it is shown.
    pub found: Vec<Finding>,
}

impl Saving {
    /// Nothing is to be saved: the draft of this revision was just read.
    pub fn of(revision: u64) -> Self {
        Self { saved: revision, ..Self::default() }
    }

    /// Takes how the start went: who else saves here, or else why nothing can be saved, and what was odd.
    pub fn open(&mut self, other: Option<Other>, failure: Option<Report>, found: Vec<Finding>) {
        (self.other, self.draft_failure, self.found) = (other, failure, found);
    }

    /// Whether this workbench saves nothing, because another does.
    pub fn looks_only(&self) -> bool {
        self.other.is_some()
    }

    /// Whether this revision is on the disk.
    pub fn has(&self, revision: u64) -> bool {
        self.saved == revision
    }

    /// Why something is not saved, if so.
    pub fn failure(&self) -> Option<&Report> {
        self.draft_failure.as_ref().or(self.session_failure.as_ref())
    }

    pub fn mark(&self) -> Option<Mark> {
        if self.looks_only() {
            return Some(Mark::Looks);
        }
        let slow = || self.slow.then_some(Mark::Slow);
        self.failure().map(|_| Mark::NotSaved).or_else(slow)
    }

    /// Notes that a timer is set for a draft that is not saved; false where none is needed.
    pub(crate) fn arm(&mut self, revision: u64) -> bool {
        let needed = !self.armed && self.in_flight.is_none() && self.is_wanted(revision);
        self.armed |= needed;
        needed
    }

    /// The timer has run out; true if the draft is to be written now.
    pub(crate) fn is_due(&mut self, revision: u64) -> bool {
        self.armed = false;
        self.slow = self.in_flight.is_some();
        !self.slow && self.is_wanted(revision)
    }

    /// Whether there is something to write: a change, or the very text whose writing failed.
    fn is_wanted(&self, revision: u64) -> bool {
        !self.looks_only() && (self.saved != revision || self.draft_failure.is_some())
    }

    /// Whether a pause in typing is a moment to save: while nothing fails, and nothing is under way.
    pub(crate) fn likes_a_pause(&self, revision: u64) -> bool {
        let free = self.in_flight.is_none() && self.failure().is_none();
        free && !self.looks_only() && self.saved != revision
    }

    /// Gives the draft to be written.
    pub(crate) fn give(&mut self, revision: u64, text: String) -> Snapshot {
        (self.in_flight, self.armed, self.slow) = (Some(revision), true, false);
        let taken_from = self.taken_from.iter().map(|(_, path)| path.clone()).collect();
        Snapshot { revision, text, taken_from }
    }

    /// Takes what came of writing the draft.
    pub(crate) fn draft_told(&mut self, revision: u64, result: Result<(), Report>) {
        if self.in_flight == Some(revision) {
            (self.in_flight, self.armed, self.slow) = (None, false, false);
        }
        match result {
            Ok(()) => {
                self.saved = revision;
                self.taken_from.retain(|(since, _)| *since > revision);
                self.draft_failure = None;
            }
            Err(report) => self.draft_failure = Some(report),
        }
    }

    /// Takes what came of writing the session; true if it is to be tried again after a while.
    pub(crate) fn session_told(&mut self, result: Result<(), Report>) -> bool {
        self.session_failure = result.err();
        self.session_failure.is_some()
    }

    /// A file was taken into the draft of this revision: it is removed once that is on the disk.
    pub(crate) fn took(&mut self, revision: u64, path: String) {
        self.taken_from.push((revision, path));
    }

    /// This workbench saves from now on; what it has is not on the disk yet.
    pub(crate) fn sit(&mut self) {
        self.other = None;
        self.saved = u64::MAX;
    }
}
