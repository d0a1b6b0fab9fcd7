//! Replays of long exports on all cores, with progress, and such that they can be stopped: one thread
//! reads and splits, the others read the entries and decide.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::backend::Backend;
use super::error::Error;
use super::exports::{self, Source, sources};
use app::msg::Msg;
use app::replay;
use app::replay::state::{Entries, ReplayAsk, ReplayProgress};
use app::shell::remote::Ticket;
use app::shell::report::Report;
use domain::attestation::Verify;
use domain::name::ProjectId;
use domain::replay::{Replay, Replayer, Unreadable};
use files::audit_log;
use files::audit_log::export::Export;
use files::audit_log::split::{Batch, Piece};
use signing::openpgp::Verifier;

/// Bytes that are read at a time, and about as many a thread takes.
const CHUNK: usize = 256 << 10;

/// How far a replay is, for others to look at; and whether it should end.
#[derive(Debug, Default)]
pub struct Progress {
    entries: AtomicUsize,
    bytes: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// How many entries were taken.
    pub fn entries(&self) -> usize {
        self.entries.load(Ordering::Relaxed)
    }

    /// How many bytes of the export were read.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts what was read.
    pub fn read(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The replay ends soon, without a result.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// A part of one of the files.
struct Part {
    /// Its place among all.
    number: usize,
    file: Arc<str>,
    batch: Batch,
    /// What could not be read of the file, behind the batch.
    damage: Option<String>,
}

/// Parts of an export, numbered in their order.
type Parts = Mutex<Receiver<Part>>;

/// How many admissions are told from each other, to find those that are given twice: 64 MiB hold them.
const MOST_IDS: usize = 2_000_000;

/// The admissions that were taken.
type Seen = Mutex<HashSet<u64>>;

/// Replays an export of one or several files; `None` where it was cancelled. What was read before an error is lost with
/// it; a file that is damaged costs only what is behind the damage.
pub fn replay<'r>(
    sources: impl IntoIterator<Item = io::Result<Source<'r>>>,
    replayer: &Replayer,
    verify: &(dyn Verify + Sync),
    progress: &Progress,
) -> io::Result<Option<Replay>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = sync_channel(threads * 2);
    let parts: Parts = Mutex::new(receiver);
    let results: Mutex<InOrder> = Mutex::default();
    let seen: Seen = Mutex::default();
    let work = || {
        while let Some(part) = next(&parts) {
            let decided = decide(&part, (replayer, verify), &seen, progress);
            results.lock().unwrap_or_else(PoisonError::into_inner).put(part.number, decided);
        }
    };
    let read = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let read = split(sources, &sender, progress);
        // Without it the workers end.
        drop(sender);
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
        read
    });
    read?;
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((!progress.is_cancelled()).then_some(results.whole))
}

fn next(parts: &Parts) -> Option<Part> {
    parts.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Reads and splits, no faster than the workers take it.
fn split<'r>(
    sources: impl IntoIterator<Item = io::Result<Source<'r>>>,
    sender: &SyncSender<Part>,
    progress: &Progress,
) -> io::Result<()> {
    let mut number = 0;
    for source in sources {
        // Nobody listens where a worker panicked.
        if !split_one(source?, &mut number, sender, progress)? {
            break;
        }
    }
    Ok(())
}

/// False where it should not go on.
fn split_one(
    mut source: Source<'_>,
    number: &mut usize,
    sender: &SyncSender<Part>,
    progress: &Progress,
) -> io::Result<bool> {
    let mut export = Export::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match source.reader.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read,
        };
        let (count, damage) = match read {
            Ok(count) => (count, None),
            Err(error) if is_damage(&error) => (0, Some(format!("the file is damaged here: {error}"))),
            Err(error) => return Err(source.named(&error)),
        };
        let mut batch = Batch::default();
        match chunk.get(..count) {
            Some(bytes) if count > 0 => export.push(bytes, &mut batch),
            _ => export.finish(&mut batch),
        }
        let mut goes_on = true;
        if !batch.pieces.is_empty() || damage.is_some() {
            goes_on = sender.send(Part { number: *number, file: source.file.clone(), batch, damage }).is_ok();
            *number += 1;
        }
        if count == 0 || !goes_on || progress.is_cancelled() {
            return Ok(goes_on && !progress.is_cancelled());
        }
    }
}

/// What a compressed file says that is cut off or has other bytes.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}

fn decide(part: &Part, by: (&Replayer, &dyn Verify), seen: &Seen, progress: &Progress) -> Replay {
    let mut decided = Replay::default();
    for piece in &part.batch.pieces {
        if progress.is_cancelled() {
            break;
        }
        take(&mut decided, part, piece, by, seen);
        progress.entries.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(why) = &part.damage {
        let last = part.batch.pieces.last();
        let (number, line) = last.map_or((0, 0), |piece| (piece.number, piece.line));
        decided.take_unreadable(Unreadable { file: part.file.to_string(), number, line, why: why.clone() });
    }
    decided
}

fn take(decided: &mut Replay, part: &Part, piece: &Piece, (replayer, verify): (&Replayer, &dyn Verify), seen: &Seen) {
    let file = || part.file.to_string();
    let unreadable = |why: String| Unreadable { file: file(), number: piece.number, line: piece.line, why };
    let bytes = match &piece.entry {
        Ok(range) => part.batch.bytes.get(range.clone()).unwrap_or_default(),
        Err(broken) => return decided.take_unreadable(unreadable(broken.to_string())),
    };
    match audit_log::read(bytes) {
        Ok(Some(entry)) if entry.id.is_some_and(|id| is_repeated(id, seen)) => decided.repeated += 1,
        Ok(Some(mut entry)) => {
            (entry.file, entry.number, entry.line) = (file(), piece.number, piece.line);
            decided.record(&entry, replayer, verify);
        }
        Ok(None) => decided.others += 1,
        Err(error) => decided.take_unreadable(unreadable(error.to_string())),
    }
}

/// Whether an admission of this id was taken before.
fn is_repeated(id: u64, seen: &Seen) -> bool {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.len() < MOST_IDS { !seen.insert(id) } else { seen.contains(&id) }
}

/// Puts parts together that come in any order.
#[derive(Debug, Default)]
struct InOrder {
    whole: Replay,
    /// Ahead of their turn; no more than there are threads.
    waiting: BTreeMap<usize, Replay>,
    turn: usize,
}

impl InOrder {
    fn put(&mut self, number: usize, part: Replay) {
        self.waiting.insert(number, part);
        while let Some(part) = self.waiting.remove(&self.turn) {
            self.whole.append(part);
            self.turn += 1;
        }
    }
}

/// How often the count on the screen moves.
const TICK: Duration = Duration::from_millis(100);

/// The admissions of the newest entries of a project's log; more are not read from here.
const LOG_FILTER: &str = "protoPayload.methodName=(\"io.k8s.core.v1.pods.create\" OR \"io.k8s.core.v1.pods.update\") OR resource.type=\"cloud_run_revision\"";
const LOG_ENTRIES: usize = 10_000;

/// Replays entries beside the screen, and tells how far it is.
pub(super) fn start(
    ticket: Ticket,
    ask: ReplayAsk,
    backend: Backend,
    progress: Arc<Progress>,
    messages: UnboundedSender<Msg>,
) {
    let counted = progress.clone();
    let size = match &ask.entries {
        Entries::File(path) => exports::size(&[PathBuf::from(path)]).unwrap_or(0),
        Entries::Log(_) => 0,
    };
    let mut task = tokio::spawn(async move { perform(ask, &backend, progress).await });
    tokio::spawn(async move {
        let result = loop {
            match tokio::time::timeout(TICK, &mut task).await {
                Ok(Ok(Ok(None))) => return,
                Ok(Ok(Ok(Some(replay)))) => break Ok(replay),
                Ok(Ok(Err(report))) => break Err(report),
                Ok(Err(error)) => break Err(Error::from(error)),
                Err(_) => {
                    let percent = (counted.bytes() * 100).checked_div(size).unwrap_or(0).min(100);
                    let progress = ReplayProgress { entries: counted.entries(), percent };
                    let _ = messages.send(Msg::Replay(replay::Msg::Progress(ticket, progress)));
                }
            }
        };
        let _ = messages.send(Msg::Replay(replay::Msg::Replayed(ticket, Box::new(result.map_err(Report::from)))));
    });
}

async fn perform(ask: ReplayAsk, backend: &Backend, progress: Arc<Progress>) -> Result<Option<Replay>, Error> {
    let log = match &ask.entries {
        Entries::File(_) => None,
        Entries::Log(project) => Some(log(project, backend).await?),
    };
    let task = tokio::task::spawn_blocking(move || match (&ask.entries, log) {
        (Entries::Log(_), log) => {
            let log = log.unwrap_or_default();
            of([Source::of("", log.as_slice())], &ask, &progress)
        }
        (Entries::File(path), _) => {
            let paths = [PathBuf::from(path)];
            let files = sources(&paths, |bytes| progress.read(bytes));
            let files = files.map_err(|error| Error::from(error).with_hint(format!("The file is {path}.")))?;
            of(files, &ask, &progress)
        }
    });
    task.await?
}

/// The log's entries, one a line.
async fn log(project: &ProjectId, backend: &Backend) -> Result<Vec<u8>, Error> {
    let entries = backend.client()?.log_entries(project, LOG_FILTER, LOG_ENTRIES).await?;
    Ok(entries.iter().map(|entry| format!("{entry}\n")).collect::<String>().into_bytes())
}

fn of<'r>(
    sources: impl IntoIterator<Item = io::Result<Source<'r>>>,
    ask: &ReplayAsk,
    progress: &Progress,
) -> Result<Option<Replay>, Error> {
    let title = ask.entries.title();
    let replayer = Replayer::new(&ask.policy, &ask.system, (*ask.evidence).clone(), &ask.past);
    let replay = replay(sources, &replayer, &Verifier::default(), progress);
    match replay.map_err(|error| Error::from(error).with_hint(format!("The entries are of {title}.")))? {
        Some(replay) if !replay.has_admissions() => {
            Err(Report::new(format!("no admission in {title}: {} entries tell of something else", replay.others))
                .with_hint(
                    "Expected: audit log entries of pods, as gcloud logging read prints them or a sink keeps them.",
                )
                .into())
        }
        replay => Ok(replay),
    }
}
