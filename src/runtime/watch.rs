//! Watches a cluster for the screen: follows each kind of object, puts what is told together, and sends
//! it on in bursts.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::{ListableResource, Metadata, NamespaceResourceScope};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedSender, channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::backend::Backend;
use super::error::Error;
use super::{convert, queries};
use app::cluster;
use app::cluster::state::{Feed, News, WatchSource};
use app::msg::Msg;
use app::shell::remote::Ticket;
use app::shell::report::Report;
use client::{Fault, Kubernetes, Told};
use domain::name::ClusterId;
use domain::resource::{ClusterEvent, Workload};
use wire::kubernetes::{CronJob, DaemonSet, Deployment, Event, Job, ObjectMeta, Pod, ReplicaSet, StatefulSet};

/// A burst is over when nothing was told for this long.
const QUIET: Duration = Duration::from_millis(40);

/// A burst is over after this long, whatever is told.
const BURST: Duration = Duration::from_millis(250);

/// Changes that wait until the ones before are taken; the watches wait then, too.
const WAITING: usize = 1_024;

/// Objects of one kind that are held at most; more than any cluster has (the documented limit of
/// Kubernetes is 150,000 pods).
const MAX_OBJECTS: usize = 200_000;

/// The pauses between two tries to find the cluster.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];

/// Failures to connect in a row after which the cluster is looked up anew: it may have moved.
const LOOK_UP: u32 = 3;

/// Watches the cluster for as long as it is let.
pub(super) async fn watch(backend: Backend, cluster: ClusterId, ticket: Ticket, messages: UnboundedSender<Msg>) {
    let mut kept = Kept::default();
    let mut pause = PAUSES[0];
    let send = |news| drop(messages.send(Msg::Cluster(cluster::Msg::Watched(ticket, Box::new(news)))));
    loop {
        match queries::kubernetes(&backend, &cluster).await {
            Ok(api) => {
                pause = PAUSES[0];
                follow(&api, &mut kept, &send).await;
            }
            Err(error) => {
                let report = Report::from(error);
                for source in [WatchSource::Workloads, WatchSource::Events] {
                    send(News::Feed(source, Feed::Lost(report.clone())));
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSES[1]);
            }
        }
    }
}

/// Which watch speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Deployments,
    StatefulSets,
    DaemonSets,
    CronJobs,
    Jobs,
    ReplicaSets,
    Pods,
    Events,
}

/// What a watch told, with the namespace and name of each object.
type Heard = (From, Told<(Key, Object)>);

#[derive(Debug)]
enum Object {
    Workload(Workload),
    Event(ClusterEvent),
}

/// Follows until the cluster cannot be reached where it was.
async fn follow(api: &Kubernetes, kept: &mut Kept, send: &impl Fn(News)) {
    let (sender, mut receiver) = channel(WAITING);
    // All end when the set is dropped.
    let mut listeners = JoinSet::new();
    let workloads = Workloads { api: api.clone(), sender: sender.clone() };
    workloads.listen::<Deployment>(&mut listeners, From::Deployments, convert::deployment);
    workloads.listen::<StatefulSet>(&mut listeners, From::StatefulSets, convert::stateful_set);
    workloads.listen::<DaemonSet>(&mut listeners, From::DaemonSets, convert::daemon_set);
    workloads.listen::<CronJob>(&mut listeners, From::CronJobs, convert::cron_job);
    workloads.listen::<Job>(&mut listeners, From::Jobs, convert::job);
    workloads.listen::<ReplicaSet>(&mut listeners, From::ReplicaSets, convert::replica_set);
    workloads.listen::<Pod>(&mut listeners, From::Pods, |pod| convert::pod(&pod));
    drop(workloads);
    listeners.spawn(listen::<Event>(api.clone(), From::Events, |e| Object::Event(convert::event(e)), sender));
    let mut unreachable = 0;
    while unreachable < LOOK_UP {
        let mut take = |(from, told): Heard| {
            unreachable = match &told {
                Told::Lost(error) if is_unreachable(&error.fault) => unreachable + 1,
                Told::Lost(_) => unreachable,
                Told::All(_) | Told::Live | Told::Set(_) | Told::Gone(_) | Told::Polled(_) => 0,
            };
            kept.take(from, told);
        };
        let Some(first) = receiver.recv().await else { return };
        take(first);
        burst(&mut receiver, take).await;
        kept.news().into_iter().for_each(send);
    }
}

/// Where the kinds of workloads are listened to.
struct Workloads {
    api: Kubernetes,
    sender: Sender<Heard>,
}

impl Workloads {
    fn listen<T>(&self, listeners: &mut JoinSet<()>, from: From, convert: fn(T) -> Workload)
    where
        T: ListableResource<Scope = NamespaceResourceScope>
            + Metadata<Ty = ObjectMeta>
            + DeserializeOwned
            + Send
            + 'static,
    {
        let convert = move |object| Object::Workload(convert(object));
        listeners.spawn(listen::<T>(self.api.clone(), from, convert, self.sender.clone()));
    }
}

fn is_unreachable(fault: &Fault) -> bool {
    matches!(fault, Fault::Connect { .. } | Fault::Tls { .. })
}

async fn listen<T>(
    api: Kubernetes,
    from: From,
    convert: impl Fn(T) -> Object + Send + Sync + 'static,
    sender: Sender<Heard>,
) where
    T: ListableResource<Scope = NamespaceResourceScope> + Metadata<Ty = ObjectMeta> + DeserializeOwned + Send,
{
    let keyed = |object: T| {
        let meta = object.metadata();
        let key = (meta.namespace.clone().unwrap_or_default(), meta.name.clone().unwrap_or_default());
        (key, convert(object))
    };
    let mut follow = api.follow::<T>(None);
    loop {
        let told = follow.next().await.map(keyed);
        if sender.send((from, told)).await.is_err() {
            return;
        }
    }
}

/// Takes what is told, until nothing was for a moment.
async fn burst(receiver: &mut Receiver<Heard>, mut take: impl FnMut(Heard)) {
    let end = Instant::now() + BURST;
    while let Ok(Some(heard)) = timeout_at(end.min(Instant::now() + QUIET), receiver.recv()).await {
        take(heard);
    }
}

/// Namespace and name.
type Key = (String, String);

/// Everything that is known of the cluster.
#[derive(Debug, Default)]
struct Kept {
    workloads: BTreeMap<(From, Key), Workload>,
    events: BTreeMap<Key, ClusterEvent>,
    watches: BTreeMap<From, Standing>,
    /// There is something new to send.
    workloads_changed: bool,
    events_changed: bool,
    /// What was last sent.
    sent: [Feed; 2],
}

/// How one watch stands.
#[derive(Debug, Clone, Default)]
struct Standing {
    /// Its objects are known.
    complete: bool,
    feed: Feed,
}

impl Kept {
    fn take(&mut self, from: From, told: Told<(Key, Object)>) {
        match told {
            Told::All(objects) => {
                match from {
                    From::Events => self.events.clear(),
                    From::Deployments
                    | From::StatefulSets
                    | From::DaemonSets
                    | From::CronJobs
                    | From::Jobs
                    | From::ReplicaSets
                    | From::Pods => {
                        self.workloads.retain(|(of, _), _| *of != from);
                    }
                }
                objects.into_iter().take(MAX_OBJECTS).for_each(|(key, object)| self.set(from, key, object));
                self.touch(from);
                self.watches.entry(from).or_default().complete = true;
            }
            Told::Set(object) => {
                let (key, object) = *object;
                self.set(from, key, object);
                self.touch(from);
            }
            Told::Gone(object) => {
                let (key, _) = *object;
                match from {
                    From::Events => drop(self.events.remove(&key)),
                    From::Deployments
                    | From::StatefulSets
                    | From::DaemonSets
                    | From::CronJobs
                    | From::Jobs
                    | From::ReplicaSets
                    | From::Pods => {
                        drop(self.workloads.remove(&(from, key)));
                    }
                }
                self.touch(from);
            }
            Told::Live => self.feed(from, Feed::Live),
            Told::Lost(error) => self.feed(from, Feed::Lost(Error::from(error).into())),
            Told::Polled(error) => self.feed(from, Feed::Polled(Error::from(error).into())),
        }
    }

    fn set(&mut self, from: From, key: Key, object: Object) {
        match object {
            Object::Event(event) if self.events.len() < MAX_OBJECTS => drop(self.events.insert(key, event)),
            Object::Workload(workload) if self.workloads.len() < 3 * MAX_OBJECTS => {
                self.workloads.insert((from, key), workload);
            }
            Object::Event(_) | Object::Workload(_) => {}
        }
    }

    fn touch(&mut self, from: From) {
        match from {
            From::Events => self.events_changed = true,
            From::Deployments
            | From::StatefulSets
            | From::DaemonSets
            | From::CronJobs
            | From::Jobs
            | From::ReplicaSets
            | From::Pods => self.workloads_changed = true,
        }
    }

    fn feed(&mut self, from: From, feed: Feed) {
        self.watches.entry(from).or_default().feed = feed;
    }

    /// What there is to send; nothing of a source that is known in part alone.
    fn news(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        if self.workloads_changed && self.is_complete(WORKLOADS) {
            self.workloads_changed = false;
            news.push(News::Workloads(self.workloads.values().cloned().collect()));
        }
        if self.events_changed && self.is_complete(&[From::Events]) {
            self.events_changed = false;
            let mut events: Vec<ClusterEvent> = self.events.values().cloned().collect();
            events.sort_by(|a, b| b.last_seen.cmp(&a.last_seen));
            news.push(News::Events(events));
        }
        let feeds =
            [(WatchSource::Workloads, self.worst(WORKLOADS)), (WatchSource::Events, self.worst(&[From::Events]))];
        for ((source, feed), sent) in feeds.into_iter().zip(&mut self.sent) {
            if *sent != feed {
                sent.clone_from(&feed);
                news.push(News::Feed(source, feed));
            }
        }
        news
    }

    fn is_complete(&self, watches: &[From]) -> bool {
        watches.iter().all(|from| self.watches.get(from).is_some_and(|watch| watch.complete))
    }

    /// A source is as good as the worst of its watches.
    fn worst(&self, watches: &[From]) -> Feed {
        let rank = |feed: &Feed| match feed {
            Feed::Lost(_) => 0,
            Feed::Silent => 1,
            Feed::Polled(_) => 2,
            Feed::Live => 3,
        };
        let feeds =
            watches.iter().map(|from| self.watches.get(from).map(|watch| watch.feed.clone()).unwrap_or_default());
        feeds.min_by_key(rank).unwrap_or_default()
    }
}

/// The watches that workloads come from, in the order in which they are shown.
const WORKLOADS: &[From] = &[
    From::Deployments,
    From::StatefulSets,
    From::DaemonSets,
    From::CronJobs,
    From::Jobs,
    From::ReplicaSets,
    From::Pods,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        ("default".to_owned(), name.to_owned())
    }

    fn event(name: &str, message: &str, last_seen: &str) -> (Key, Object) {
        let event = ClusterEvent {
            namespace: "default".into(),
            kind: "Warning".into(),
            reason: "FailedCreate".into(),
            message: message.into(),
            object: "replicaset/x".into(),
            count: 1,
            first_seen: last_seen.into(),
            last_seen: last_seen.into(),
        };
        (key(name), Object::Event(event))
    }

    fn pod(name: &str) -> (Key, Object) {
        let mut pod = Pod::default();
        pod.metadata.name = Some(name.to_owned());
        (key(name), Object::Workload(convert::pod(&pod)))
    }

    #[test]
    fn a_source_is_sent_when_all_of_it_is_known_and_then_at_every_change() {
        let mut kept = Kept::default();
        kept.take(From::Pods, Told::All(vec![pod("p")]));
        kept.take(From::Deployments, Told::All(Vec::new()));
        assert_eq!(kept.news(), []);
        for from in WORKLOADS.iter().filter(|from| !matches!(from, From::Pods | From::Deployments)) {
            kept.take(*from, Told::All(Vec::new()));
        }
        for from in WORKLOADS {
            kept.take(*from, Told::Live);
        }
        let [News::Workloads(list), News::Feed(WatchSource::Workloads, Feed::Live)] = &kept.news()[..] else {
            panic!()
        };
        assert_eq!(list.len(), 1);
        assert_eq!(kept.news(), [], "nothing is sent twice");
        kept.take(From::Pods, Told::Gone(Box::new(pod("p"))));
        assert_eq!(kept.news(), [News::Workloads(Vec::new())]);
    }

    #[test]
    fn events_are_replaced_by_name_and_the_latest_is_first() {
        let mut kept = Kept::default();
        kept.take(From::Events, Told::All(vec![event("a", "one", "1"), event("b", "two", "2")]));
        kept.take(From::Events, Told::Set(Box::new(event("a", "three", "3"))));
        let Some(News::Events(events)) = kept.news().into_iter().next() else { panic!() };
        let messages: Vec<&str> = events.iter().map(|event| event.message.as_str()).collect();
        assert_eq!(messages, ["three", "two"]);
        // A new list forgets what is not in it.
        kept.take(From::Events, Told::All(Vec::new()));
        assert_eq!(kept.news(), [News::Events(Vec::new())]);
    }

    #[test]
    fn a_source_is_as_good_as_its_worst_watch() {
        let mut kept = Kept::default();
        let report = Report::new("gone");
        for from in WORKLOADS {
            kept.feed(*from, Feed::Live);
        }
        assert_eq!(kept.worst(WORKLOADS), Feed::Live);
        kept.feed(From::Pods, Feed::Lost(report.clone()));
        assert_eq!(kept.news(), [News::Feed(WatchSource::Workloads, Feed::Lost(report))]);
    }
}
