//! Carries effects out: each as a task whose outcome comes back as messages.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{AbortHandle, JoinError};

use super::backend::Backend;
use super::error::Error;
use super::keeper::{Keeper, Task};
use super::review::Progress;
use super::writer::{Write, Writer};
use super::{jobs, open_files, queries};
use app::cluster::state::{Feed, News, WatchSource};
use app::draft::file;
use app::draft::file::state::{FileTask, Outside};
use app::effect::Effect;
use app::fix::state::FixAsk;
use app::job::Job;
use app::msg::Msg;
use app::query::{Answer, Query};
use app::replay::state::ReplayAsk;
use app::review::ask::Ask;
use app::review::state::ReviewAsk;
use app::shell::remote::Ticket;
use app::shell::report::Report;
use app::shell::timer::Timer;
use app::work::{Failure, WorkMsg};
use app::{cluster, draft, fix, people, replay, review, saving, serving};
use domain::document::{Dialect, Document};
use domain::name::ClusterId;
use domain::text::printable_lines;
use domain::workload_patch::WorkloadPatch;
use signing::openpgp::Verifier;

/// What the loop itself has to do, because it owns the terminal.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    Copy(String),
    Suspend,
    Outside(Outside),
    Quit,
}

/// Runs effects.
#[derive(Debug)]
pub struct Runner {
    backend: Backend,
    messages: UnboundedSender<Msg>,
    works: HashMap<Ticket, AbortHandle>,
    /// The preview that is being decided.
    preview: Option<Arc<Progress>>,
    reviews: HashMap<Ticket, Arc<Progress>>,
    replays: HashMap<Ticket, Arc<super::replay::Progress>>,
    timers: HashMap<Timer, AbortHandle>,
    /// The watch of the chosen cluster.
    watch: Option<AbortHandle>,
    writer: Writer,
    keeper: Keeper,
}

impl Runner {
    pub fn new(backend: Backend, messages: UnboundedSender<Msg>) -> Self {
        let writer = Writer::start(&backend, messages.clone());
        let keeper = Keeper::start(backend.files.clone(), messages.clone());
        Self {
            backend,
            messages,
            works: HashMap::new(),
            preview: None,
            reviews: HashMap::new(),
            replays: HashMap::new(),
            timers: HashMap::new(),
            watch: None,
            writer,
            keeper,
        }
    }

    /// Starts an effect; returns what only the loop can do.
    pub fn carry_out(&mut self, effect: Effect) -> Option<Request> {
        match effect {
            Effect::Load(ticket, query) => self.load(ticket, query),
            Effect::Run(ticket, jobs) => self.run(ticket, jobs),
            Effect::Cancel(ticket) => self.cancel(ticket),
            Effect::After(timer, delay) => self.after(timer, delay),
            Effect::Save(saved) => self.writer.save(saved),
            Effect::Copy(text) => {
                // A terminal that pastes it, or shows the file, is not to obey what strangers wrote.
                let text = printable_lines(&text);
                self.writer.send(Write::Clipboard(text.clone()));
                return Some(Request::Copy(text));
            }
            Effect::Suspend => return Some(Request::Suspend),
            Effect::Quit => return Some(Request::Quit),
            Effect::Cluster(cluster::Effect::Watch(ticket, cluster)) => self.watch(ticket, cluster),
            Effect::Draft(draft::Effect::Parse(revision, text)) => self.parse(revision, text),
            Effect::File(file::Effect::Task(task)) => self.file(task),
            Effect::File(file::Effect::EditOutside(outside)) => return Some(Request::Outside(outside)),
            Effect::Fix(fix::Effect::Find(ticket, ask)) => self.fix(ticket, ask),
            Effect::Fix(fix::Effect::Try(ticket, cluster, patch)) => self.try_change(ticket, cluster, *patch),
            Effect::History(effect) => self.keeper.send(Task::History(effect)),
            Effect::People(people::Effect::ActAs(name)) => self.act_as(name),
            Effect::PolicyTest(effect) => self.keeper.send(Task::PolicyTest(effect)),
            Effect::Replay(replay::Effect::Replay(ticket, ask)) => self.replay(ticket, *ask),
            Effect::Review(review::Effect::Preview(ticket, ask)) => self.preview(ticket, *ask),
            Effect::Review(review::Effect::Review(ticket, ask)) => self.review(ticket, *ask),
            Effect::Saving(saving::Effect::Draft(snapshot)) => self.writer.send(Write::Draft(snapshot)),
            Effect::Saving(saving::Effect::Sit(place)) => self.writer.send(Write::Sit(place)),
            Effect::Serving(serving::Effect::Serve(open)) => self.serve(open),
        }
        None
    }

    fn act_as(&self, name: String) {
        let result = self.backend.act_as(&name).map(|()| name).map_err(Report::from);
        let _ = self.messages.send(Msg::People(people::Msg::ActsAs(result)));
    }

    fn load(&self, ticket: Ticket, query: Query) {
        let (backend, messages) = (self.backend.clone(), self.messages.clone());
        let source = query.source();
        let task = tokio::spawn(async move { queries::answer(&backend, query).await });
        tokio::spawn(async move {
            let answer = match task.await {
                Ok(answer) => answer,
                Err(error) => Answer::failed(source, Error::from(error).into()),
            };
            let _ = messages.send(Msg::Answered(ticket, answer));
        });
    }

    fn serve(&self, open: bool) {
        let (backend, messages) = (self.backend.clone(), self.messages.clone());
        tokio::task::spawn_blocking(move || {
            let result = match backend.door() {
                Some(door) if open => door.open(),
                Some(door) => {
                    door.close();
                    Ok(())
                }
                None => Ok(()),
            };
            let result = result.map(|()| open).map_err(|error| Error::from(error).into());
            let _ = messages.send(Msg::Serving(serving::Msg::Changed(result)));
        });
    }

    /// Reads a long draft beside; keys are taken meanwhile.
    fn parse(&self, revision: u64, text: String) {
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let document = Document::parse(&text, Dialect::Gcloud);
            let _ = messages.send(Msg::Draft(draft::Msg::Parsed(revision, Box::new(document))));
        });
    }

    fn file(&self, task: FileTask) {
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let _ = messages.send(Msg::File(file::Msg::Replied(open_files::perform(task))));
        });
    }

    fn run(&mut self, ticket: Ticket, list: Vec<Job>) {
        let (backend, messages) = (self.backend.clone(), self.messages.clone());
        let sender = messages.clone();
        let task = tokio::spawn(async move { all(&backend, ticket, list, &sender).await });
        self.works.insert(ticket, task.abort_handle());
        tokio::spawn(async move {
            let _ = messages.send(Msg::Work(WorkMsg::Ended(ticket, ended(task).await)));
        });
    }

    /// Decides a long inventory; the one before is given up.
    fn preview(&mut self, ticket: Ticket, ask: Ask) {
        let progress = Arc::new(Progress::beside_the_screen());
        if let Some(before) = self.preview.replace(progress.clone()) {
            before.cancel();
        }
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let verifier = Verifier::default();
            let rows = super::review::rows(&ask.reviewer, &ask.items, &ask.evidence, &verifier, &progress);
            if let Some(rows) = rows {
                let _ = messages.send(Msg::Review(review::Msg::Previewed(ticket, rows)));
            }
        });
    }

    fn review(&mut self, ticket: Ticket, ask: ReviewAsk) {
        let progress = Arc::new(Progress::default());
        self.reviews.retain(|_, review| Arc::strong_count(review) > 1);
        self.reviews.insert(ticket, progress.clone());
        let (messages, counted) = (self.messages.clone(), progress.clone());
        let task = tokio::task::spawn_blocking(move || super::review::review(&ask, &progress));
        tokio::spawn(async move {
            let mut task = task;
            loop {
                match tokio::time::timeout(REVIEW_TICK, &mut task).await {
                    Ok(Ok(Some(reviewed))) => {
                        break drop(messages.send(Msg::Review(review::Msg::Reviewed(ticket, Box::new(reviewed)))));
                    }
                    Ok(Ok(None)) => break,
                    Ok(Err(error)) => break drop(messages.send(Msg::Notice(Error::from(error).into()))),
                    Err(_) => drop(messages.send(Msg::Review(review::Msg::Progress(ticket, counted.decided())))),
                }
            }
        });
    }

    fn replay(&mut self, ticket: Ticket, ask: ReplayAsk) {
        let progress = Arc::new(super::replay::Progress::default());
        self.replays.retain(|_, replay| Arc::strong_count(replay) > 1);
        self.replays.insert(ticket, progress.clone());
        super::replay::start(ticket, ask, self.backend.clone(), progress, self.messages.clone());
    }

    /// Watches a cluster; the watch before ends.
    fn watch(&mut self, ticket: Ticket, cluster: Option<ClusterId>) {
        if let Some(before) = self.watch.take() {
            before.abort();
        }
        let Some(cluster) = cluster else { return };
        let messages = self.messages.clone();
        let task = tokio::spawn(super::watch::watch(self.backend.clone(), cluster, ticket, messages.clone()));
        self.watch = Some(task.abort_handle());
        tokio::spawn(async move {
            // It ends by a panic alone, unless it is ended.
            let Err(error) = task.await else { return };
            let is_panic = error.is_panic();
            let report = Report::from(Error::from(error));
            for source in [WatchSource::Workloads, WatchSource::Events].into_iter().filter(|_| is_panic) {
                let news = News::Feed(source, Feed::Lost(report.clone()));
                let _ = messages.send(Msg::Cluster(cluster::Msg::Watched(ticket, Box::new(news))));
            }
        });
    }

    /// Works out what would admit a refused pod.
    fn fix(&self, ticket: Ticket, ask: Arc<FixAsk>) {
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let fixes = ask.answer(&Verifier::default());
            let _ = messages.send(Msg::Fix(fix::Msg::Fixed(ticket, fixes)));
        });
    }

    /// Tries a change of a workload.
    fn try_change(&self, ticket: Ticket, cluster: ClusterId, patch: WorkloadPatch) {
        let (backend, messages) = (self.backend.clone(), self.messages.clone());
        let task = tokio::spawn(async move { jobs::try_change(&backend, &cluster, &patch).await });
        tokio::spawn(async move {
            let result = match task.await {
                Ok(result) => result.map_err(Report::from),
                Err(error) => Err(bug(error)),
            };
            let _ = messages.send(Msg::Fix(fix::Msg::Tried(ticket, result)));
        });
    }

    fn cancel(&mut self, ticket: Ticket) {
        if let Some(review) = self.reviews.remove(&ticket) {
            review.cancel();
        }
        if let Some(replay) = self.replays.remove(&ticket) {
            replay.cancel();
        }
        if let Some(task) = self.works.remove(&ticket) {
            task.abort();
        }
    }

    fn after(&mut self, timer: Timer, delay: Duration) {
        let messages = self.messages.clone();
        let task = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let _ = messages.send(Msg::Timer(timer));
        });
        if let Some(before) = self.timers.insert(timer, task.abort_handle()) {
            before.abort();
        }
    }

    /// Waits until everything that was to be written is on the disk; why the last draft is not, if so.
    pub fn finish(self) -> Option<Report> {
        let failure = self.writer.finish();
        self.keeper.finish();
        failure
    }
}

/// How a task ended; one that panicked is a failure like others, and the program goes on.
async fn ended(task: tokio::task::JoinHandle<Result<(), Failure>>) -> Result<(), Failure> {
    match task.await {
        Ok(result) => result,
        Err(error) if error.is_cancelled() => Err(Failure::Cancelled),
        Err(error) => Err(Failure::Failed(0, bug(error))),
    }
}

fn bug(error: JoinError) -> Report {
    Error::from(error).with_hint("This is a bug: the log has more.").into()
}

/// The jobs of one ticket, one after the other.
async fn all(
    backend: &Backend,
    ticket: Ticket,
    list: Vec<Job>,
    messages: &UnboundedSender<Msg>,
) -> Result<(), Failure> {
    for (number, job) in list.into_iter().enumerate() {
        let sender = messages.clone();
        let progress = move |text: String| {
            let _ = sender.send(Msg::Work(WorkMsg::Progress(ticket, number, text)));
        };
        match jobs::perform(backend, job, &progress).await {
            Ok(outcome) => {
                let _ = messages.send(Msg::Work(WorkMsg::Done(ticket, number, outcome)));
            }
            Err(error) => {
                let report = Report::from(error);
                tracing::warn!("{}", report.line());
                return Err(Failure::Failed(number, report));
            }
        }
    }
    Ok(())
}

/// How often the count of a review moves.
const REVIEW_TICK: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure() {
        let Err(Failure::Failed(0, report)) = ended(tokio::spawn(async { panic!("as it was told to") })).await else {
            panic!("it did not fail")
        };
        assert!(report.line().contains("panicked"), "{report:?}");
    }

    #[tokio::test]
    async fn what_is_aborted_is_cancelled() {
        let task = tokio::spawn(std::future::pending());
        task.abort();
        assert!(matches!(ended(task).await, Err(Failure::Cancelled)));
    }
}
