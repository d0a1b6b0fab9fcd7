//! Replays of long exports on all cores, with progress, and such that they can be stopped: one thread
//! reads and splits, the others read the entries and decide.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::backend::Backend;
use super::error::Error;
use app::msg::Msg;
use app::replay;
use app::replay::state::{Entries, ReplayAsk, ReplayProgress};
use app::shell::remote::Ticket;
use app::shell::report::Report;
use domain::attestation::Verify;
use domain::name::ProjectId;
use domain::replay::{Replay, Replayer, Unreadable};
use files::audit_log;
use files::audit_log::split::{Batch, Piece, Splitter};
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

    /// The replay ends soon, without a result.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Parts of an export, numbered in their order.
type Parts = Mutex<Receiver<(usize, Batch)>>;

/// Replays an export; `None` where it was cancelled. What was read before an error is lost with it.
pub fn replay(
    export: &mut dyn Read,
    replayer: &Replayer,
    verify: &(dyn Verify + Sync),
    progress: &Progress,
) -> io::Result<Option<Replay>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = sync_channel(threads * 2);
    let parts: Parts = Mutex::new(receiver);
    let results: Mutex<InOrder> = Mutex::default();
    let work = || {
        while let Some((number, batch)) = next(&parts) {
            let part = decide(&batch, replayer, verify, progress);
            results.lock().unwrap_or_else(PoisonError::into_inner).put(number, part);
        }
    };
    let read = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let read = split(export, &sender, progress);
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

fn next(parts: &Parts) -> Option<(usize, Batch)> {
    parts.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Reads and splits, no faster than the workers take it.
fn split(export: &mut dyn Read, sender: &SyncSender<(usize, Batch)>, progress: &Progress) -> io::Result<()> {
    let mut splitter = Splitter::default();
    let mut chunk = vec![0; CHUNK];
    let mut number = 0;
    loop {
        let count = match export.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        progress.bytes.fetch_add(count as u64, Ordering::Relaxed);
        let mut batch = Batch::default();
        match chunk.get(..count) {
            Some(bytes) if count > 0 => splitter.push(bytes, &mut batch),
            _ => splitter.finish(&mut batch),
        }
        // Nobody listens where a worker panicked.
        let mut goes_on = true;
        if !batch.pieces.is_empty() {
            goes_on = sender.send((number, batch)).is_ok();
            number += 1;
        }
        if count == 0 || !goes_on || progress.is_cancelled() {
            return Ok(());
        }
    }
}

fn decide(batch: &Batch, replayer: &Replayer, verify: &dyn Verify, progress: &Progress) -> Replay {
    let mut part = Replay::default();
    for piece in &batch.pieces {
        if progress.is_cancelled() {
            break;
        }
        take(&mut part, batch, piece, replayer, verify);
        progress.entries.fetch_add(1, Ordering::Relaxed);
    }
    part
}

fn take(part: &mut Replay, batch: &Batch, piece: &Piece, replayer: &Replayer, verify: &dyn Verify) {
    let unreadable = |why: String| Unreadable { number: piece.number, line: piece.line, why };
    let bytes = match &piece.entry {
        Ok(range) => batch.bytes.get(range.clone()).unwrap_or_default(),
        Err(broken) => return part.take_unreadable(unreadable(broken.to_string())),
    };
    match audit_log::read(bytes) {
        Ok(Some(mut entry)) => {
            (entry.number, entry.line) = (piece.number, piece.line);
            part.record(&entry, replayer, verify);
        }
        Ok(None) => part.others += 1,
        Err(error) => part.take_unreadable(unreadable(error.to_string())),
    }
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
        Entries::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
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
        (Entries::Log(_), log) => of(&mut log.unwrap_or_default().as_slice(), &ask, &progress),
        (Entries::File(path), _) => match std::fs::File::open(path) {
            Ok(mut file) => of(&mut file, &ask, &progress),
            Err(error) => Err(Error::from(error).with_hint(format!("The file is {path}."))),
        },
    });
    task.await?
}

/// The log's entries, one a line.
async fn log(project: &ProjectId, backend: &Backend) -> Result<Vec<u8>, Error> {
    let entries = backend.client()?.log_entries(project, LOG_FILTER, LOG_ENTRIES).await?;
    Ok(entries.iter().map(|entry| format!("{entry}\n")).collect::<String>().into_bytes())
}

fn of(export: &mut dyn Read, ask: &ReplayAsk, progress: &Progress) -> Result<Option<Replay>, Error> {
    let title = ask.entries.title();
    let replayer = Replayer::new(&ask.policy, &ask.system, (*ask.evidence).clone(), &ask.past);
    let replay = replay(export, &replayer, &Verifier::default(), progress);
    match replay.map_err(|error| Error::from(error).with_hint(format!("The entries are of {title}.")))? {
        Some(replay) if replay.entries() == 0 => Err(Report::new(format!("no audit log entries in {title}"))
            .with_hint("Expected: what gcloud logging read --format=json prints, or entries one a line.")
            .into()),
        replay => Ok(replay),
    }
}
