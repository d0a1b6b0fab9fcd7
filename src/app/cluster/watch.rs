//! The watch of the chosen cluster: when it begins, what it tells, how its events are shown.

use crate::cluster;
use crate::cluster::Msg;
use crate::cluster::state::{Feed, News, WatchSource};
use crate::effect::Effect;
use crate::model::Model;
use crate::shell::notice::Weight;
use crate::shell::remote::Ticket;
use crate::shell::tab::Pane;

/// Begins to watch the chosen cluster as soon as it runs, and ends it when another is chosen or none.
pub(crate) fn follow(model: &mut Model) -> Option<Effect> {
    let wanted = model.session.watchable();
    let same = match (&model.watch.cluster, &wanted) {
        (Some((_, watched)), Some(wanted)) => watched == wanted,
        (None, None) => true,
        _ => false,
    };
    if same {
        return None;
    }
    Some(begin(model))
}

/// Reads everything anew, and watches from there on.
pub(crate) fn restart(model: &mut Model) -> Vec<Effect> {
    if model.session.watchable().is_some() { vec![begin(model)] } else { Vec::new() }
}

fn begin(model: &mut Model) -> Effect {
    let ticket = model.next_ticket();
    let wanted = model.session.watchable();
    let watching = &mut model.watch;
    let before = watching.cluster.take().map(|(_, cluster)| cluster);
    (watching.workloads, watching.events) = (Feed::Silent, Feed::Silent);
    let remotes = &mut model.session.remotes;
    if before != wanted {
        remotes.workloads.clear();
        remotes.events.clear();
    }
    if wanted.is_some() {
        remotes.workloads.start(ticket);
        remotes.events.start(ticket);
    }
    watching.cluster = wanted.clone().map(|cluster| (ticket, cluster));
    Effect::Cluster(cluster::Effect::Watch(ticket, wanted))
}

/// Takes what is told of the cluster.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Watched(ticket, news) => news_arrived(model, ticket, *news),
    }
    Vec::new()
}

/// Takes news; those of a watch that was given up are dropped.
fn news_arrived(model: &mut Model, ticket: Ticket, news: News) {
    if model.watch.cluster.as_ref().is_none_or(|(current, _)| *current != ticket) {
        return;
    }
    let now = model.ui.now;
    let remotes = &mut model.session.remotes;
    match news {
        News::Workloads(workloads) => remotes.workloads.tell(workloads, now),
        News::Events(events) => {
            let selected = model.selected_event().cloned();
            model.session.remotes.events.tell(events, now);
            refresh(model);
            keep_selected(model, selected.as_ref());
        }
        News::Feed(source, feed) => heard(model, source, feed),
    }
}

/// Takes how a source is followed now: a value was true for as long as it was followed.
fn heard(model: &mut Model, source: WatchSource, feed: Feed) {
    let now = model.ui.now;
    let until = (*model.watch.feed(source) == Feed::Live).then_some(now);
    let remotes = &mut model.session.remotes;
    match (&feed, source) {
        (Feed::Lost(report), WatchSource::Workloads) => remotes.workloads.lose(report.clone(), until),
        (Feed::Lost(report), WatchSource::Events) => remotes.events.lose(report.clone(), until),
        (Feed::Live, WatchSource::Workloads) => remotes.workloads.regain(now),
        (Feed::Live, WatchSource::Events) => remotes.events.regain(now),
        (Feed::Silent | Feed::Polled(_), _) => {}
    }
    if let (Feed::Polled(report), Feed::Live | Feed::Silent) = (&feed, model.watch.feed(source)) {
        let text = format!("the cluster does not let us watch, so it is read every 10 s: {}", report.title);
        model.say(Weight::Warning, text);
    }
    *model.watch.feed_mut(source) = feed;
}

/// Works out what stands on the session.
pub(crate) fn refresh(model: &mut Model) {
    let [live, _] = model.decisions.rules_as_they_are();
    let evidence = model.preview.evidence().clone();
    model.watch.refresh(&model.session, live, &evidence, model.deps.verifier.as_ref());
}

/// Events come in on top: the selection stays on what it was on.
fn keep_selected(model: &mut Model, selected: Option<&domain::resource::ClusterEvent>) {
    let Some(selected) = selected else { return };
    if model.nav.selected(Pane::Events) == 0 {
        return;
    }
    let same = |event: &domain::resource::ClusterEvent| {
        event.object == selected.object && event.reason == selected.reason && event.message == selected.message
    };
    let number = model.session.remotes.events.items().iter().position(same);
    if let Some(row) = number.and_then(|number| model.event_row(number)) {
        model.nav.list_mut(Pane::Events).selected = row;
    }
}

/// Shows events one by one, or put together.
pub(crate) fn toggle(model: &mut Model) -> Vec<Effect> {
    let selected = model.selected_event().cloned();
    model.watch.plain = !model.watch.plain;
    keep_selected(model, selected.as_ref());
    let text = if model.watch.plain { "events one by one" } else { "events by cause and workload" };
    model.say(Weight::Info, text);
    Vec::new()
}
