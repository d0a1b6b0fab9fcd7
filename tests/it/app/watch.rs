//! What happens in the cluster comes to the screen by itself: events put together, pods that would not
//! come back, and how the watch stands.

use std::collections::BTreeMap;

use countersign::app::cluster;
use countersign::app::cluster::state::{Feed, News, WatchSource};
use countersign::app::effect::Effect;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::domain::resource::{ClusterEvent, Workload, WorkloadKind};

use crate::support::stage::{Stage, running};

/// The ticket of the watch that is under way.
fn ticket(stage: &Stage) -> Ticket {
    stage.model.watch.cluster.as_ref().unwrap().0
}

fn tell(stage: &mut Stage, news: News) {
    let ticket = ticket(stage);
    stage.send(Msg::Cluster(cluster::Msg::Watched(ticket, Box::new(news))));
}

pub(crate) fn event(object: &str, message: &str, count: u32, seen: [&str; 2]) -> ClusterEvent {
    ClusterEvent {
        namespace: "shop".into(),
        kind: if message.contains("denied") { "Warning" } else { "Normal" }.into(),
        reason: if message.contains("denied") { "FailedCreate" } else { "Scheduled" }.into(),
        message: message.into(),
        object: object.into(),
        count,
        first_seen: format!("2026-11-23T{}Z", seen[0]),
        last_seen: format!("2026-11-23T{}Z", seen[1]),
    }
}

pub(crate) fn pod(name: &str, controller: &str, image: &str) -> Workload {
    Workload {
        kind: WorkloadKind::Pod,
        namespace: "shop".into(),
        name: name.into(),
        ready: "1/1".into(),
        status: "Running".into(),
        uid: name.into(),
        generation: 1,
        is_whole: true,
        images: vec![running(image)],
        service_account: "default".into(),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        own_labels: BTreeMap::new(),
        created: "2026-11-23T08:00:00Z".into(),
        failure: None,
        controller: controller.into(),
    }
}

fn denial(image: &str, why: &str) -> String {
    format!(
        "Error creating: admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: \
         Image {image} denied by Binary Authorization default admission rule. {why}"
    )
}

/// Two workloads whose pods are refused for two causes, and pods that run.
pub(crate) fn refused(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let deny = denial("gcr.io/shop/web:1", "Denied by always_deny admission rule");
    let qa = denial(
        "gcr.io/shop/api:2",
        "Image gcr.io/shop/api:2 denied by attestor projects/shop/attestors/qa: No attestations found that were valid and signed by a key trusted by the attestor",
    );
    let set = |name: &str, controller: &str| Workload {
        kind: WorkloadKind::ReplicaSet,
        ready: "0/2".into(),
        is_whole: false,
        failure: Some("denied".into()),
        ..pod(name, controller, "gcr.io/shop/web:1")
    };
    let workloads = vec![
        Workload { kind: WorkloadKind::Deployment, ..set("web", "") },
        set("api-6f4c8d7b9", ""),
        set("web-5d8f7c9b44", "deployment/web"),
        set("web-77c9b7b5d6", "deployment/web"),
        pod("web-77c9b7b5d6-x2x7q", "replicaset/web-77c9b7b5d6", "gcr.io/shop/web:1"),
        pod("pause-1", "", "k8s.gcr.io/pause:3.1"),
    ];
    tell(&mut stage, News::Workloads(workloads));
    let events = vec![
        event("pod/pause-1", "Successfully assigned shop/pause-1 to node-1", 1, ["08:59:30", "08:59:30"]),
        event("replicaset/web-5d8f7c9b44", &deny, 11, ["08:12:09", "08:59:12"]),
        event("replicaset/web-77c9b7b5d6", &deny, 4, ["07:58:03", "08:31:00"]),
        event("replicaset/api-6f4c8d7b9", &qa, 2, ["08:40:00", "08:41:07"]),
    ];
    tell(&mut stage, News::Events(events));
    stage
}

#[test]
fn rejections_come_first_by_cause_and_workload() {
    let mut stage = refused((120, 40));
    stage.keys("1 Tab Tab Tab");
    let rows = stage.rows();
    let at = |text: &str| {
        rows.iter().position(|row| row.contains(text)).unwrap_or_else(|| panic!("{text}\n{}", rows.join("\n")))
    };
    assert!(at("deployment/web") < at("✗ qa: No"));
    assert!(at("✗ qa: No") < at("Scheduled"));
    let row = stage.row("deployment/web");
    assert!(row.contains("×15") && row.contains("07:58–08:59"), "{row}");
    // Enter reads the latest of the group, and the filter looks at its whole text.
    stage.keys("Enter");
    stage.row("11 times, first 2026-11-23T08:12:09Z, last 2026-11-23T08:59:12Z");
    stage.keys("Esc / n o d e - 1 Enter");
    stage.row("Events 1 of 3");
    stage.keys("Esc o");
    stage.row("events one by one");
    assert!(stage.row("Scheduled").contains("pod/pause-1"));
    stage.keys("o");
    stage.row("×15");
}

#[test]
fn the_selection_stays_on_its_event_when_others_come() {
    let mut stage = refused((120, 40));
    stage.keys("1 Tab Tab Tab Down");
    let selected = stage.model.selected_event().cloned().unwrap();
    assert_eq!(selected.object, "replicaset/api-6f4c8d7b9");
    let mut events = stage.model.session.remotes.events.items().to_vec();
    events.insert(0, event("replicaset/new", &denial("a", ""), 1, ["08:59:59", "08:59:59"]));
    tell(&mut stage, News::Events(events));
    assert_eq!(stage.model.selected_event(), Some(&selected));
}

#[test]
fn pods_that_would_not_come_back_are_marked_and_counted() {
    let mut stage = refused((80, 24));
    // The live policy denies all but the images of its patterns.
    stage.row("Workloads 6 · 1 would not come back");
    stage.keys("1 Tab Tab Down Down Down Down");
    stage.row("›pod         web-77c9b7b5d…  1/1    Running   ✗ no");
    stage.keys("Down");
    stage.row("›pod         pause-1         1/1    Running   ✓");
}

#[test]
fn how_the_watch_stands_is_said() {
    let mut stage = Stage::full((80, 24));
    assert!(stage.row("Events 2").contains("live"));
    tell(&mut stage, News::Feed(WatchSource::Events, Feed::Lost(Report::new("the connection broke"))));
    let row = stage.row("Events 2");
    assert!(row.contains("failed: the connection broke · as of now"), "{row}");
    tell(&mut stage, News::Feed(WatchSource::Events, Feed::Live));
    assert!(stage.row("Events 2").contains("live"));
    tell(&mut stage, News::Feed(WatchSource::Workloads, Feed::Polled(Report::new("pods is forbidden"))));
    let row = stage.row("Workloads 4");
    assert!(row.contains("read every 10 s · now"), "{row}");
    stage.row("the cluster does not let us watch");
}

#[test]
fn news_of_a_watch_that_was_given_up_are_dropped() {
    let mut stage = Stage::full((80, 24));
    let old = ticket(&stage);
    let effects = stage.keys("1 r");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cluster(cluster::Effect::Watch(_, Some(_))))));
    assert_ne!(old, ticket(&stage));
    stage.send(Msg::Cluster(cluster::Msg::Watched(old, Box::new(News::Events(Vec::new())))));
    assert_eq!(stage.model.session.remotes.events.items().len(), 2);
    // Without its cluster there is nothing to watch.
    stage.model.session.cluster = None;
    let effects = stage.send(Msg::Terminal(TerminalEvent::Resumed));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cluster(cluster::Effect::Watch(_, None)))));
    assert_eq!(stage.model.session.remotes.events.items().len(), 0);
}
