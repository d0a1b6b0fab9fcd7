//! What happens in the cluster comes to the screen by itself: events put together, pods that would not
//! come back, and how the watch stands.

use std::collections::BTreeMap;

use countersign::app::cluster;
use countersign::app::cluster::state::{Feed, News, WatchSource};
use countersign::app::effect::Effect;
use countersign::app::history::state::{Author, History, Version};
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::domain::policy::{EvaluationMode, Policy};
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
    let whole = at("✗ 2 refused in namespace shop since 07:58: 1 × the rule");
    assert!(whole < at("×15") && at("×15") < at("no valid attest") && at("no valid attest") < at("Scheduled"));
    let row = stage.row("×15");
    assert!(row.contains("shop/web ") && row.contains("07:58–08:59"), "{row}");
    // Enter reads the latest of the group, and the filter looks at its whole text.
    stage.keys("Down Enter");
    stage.row("11 times, first 2026-11-23T08:12:09Z, last 2026-11-23T08:59:12Z");
    stage.keys("Esc / n o d e - 1 Enter");
    stage.row("Events 1 of 4");
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
    assert_eq!(selected.object, "replicaset/web-5d8f7c9b44");
    let mut events = stage.model.session.remotes.events.items().to_vec();
    events.insert(0, event("replicaset/new", &denial("a", ""), 1, ["08:59:59", "08:59:59"]));
    tell(&mut stage, News::Events(events));
    assert_eq!(stage.model.selected_event(), Some(&selected));
}

/// Sixty Deployments of five namespaces that are refused, two thirds of them for a tag.
pub(crate) fn incident(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let namespace = |number: usize| format!("team-{}", number % 5);
    let workload = |number: usize| Workload {
        kind: WorkloadKind::ReplicaSet,
        namespace: namespace(number),
        ready: "0/1".into(),
        is_whole: false,
        failure: Some("denied".into()),
        ..pod(&format!("service-{number}-5d8f7c9b44"), "", "gcr.io/shop/web:1")
    };
    tell(&mut stage, News::Workloads((0..60).map(workload).collect()));
    let attestor = stage.model.session.remotes.attestors.items()[0].name.to_string();
    let refusal = |number: usize| {
        let (image, why) = match number % 3 {
            0 => {
                let digest = format!("{number:02x}").repeat(32);
                (
                    format!("gcr.io/shop/s{number}@sha256:{digest}"),
                    "No attestations found that were valid and signed by a key trusted by the attestor",
                )
            }
            _ => (
                format!("gcr.io/shop/s{number}:1"),
                "Expected digest with sha256 scheme, but got tag or malformed digest",
            ),
        };
        let message = denial(&image, &format!("Image {image} denied by attestor {attestor}: {why}"));
        let seen = [format!("08:{:02}:00", 10 + number % 30), "08:59:00".to_owned()];
        let object = format!("replicaset/service-{number}-5d8f7c9b44");
        let event = event(&object, &message, 3, [&seen[0], &seen[1]]);
        ClusterEvent { namespace: namespace(number), ..event }
    };
    let mut events: Vec<ClusterEvent> = (0..60).map(refusal).collect();
    events.push(event("pod/pause-1", "Successfully assigned shop/pause-1 to node-1", 1, ["08:59:30", "08:59:30"]));
    tell(&mut stage, News::Events(events));
    stage.keys("1 Tab Tab Tab");
    stage
}

const WHOLE: &str = "✗ 60 refused in 5 namespaces since 08:10: 40 × no digest for my-binauthz-attestor, 20 × no valid";

#[test]
fn an_incident_is_one_row_and_each_cause_opens() {
    let mut stage = incident((140, 45));
    stage.keys("z");
    stage.row(WHOLE);
    stage.row("40 workloads");
    assert!(!stage.rows().iter().any(|row| row.contains("team-1/service-1 ")));
    // A cause opens to its workloads, and closes.
    stage.keys("Down Enter");
    stage.row("team-1/service-1 ");
    stage.keys("Enter");
    assert!(!stage.rows().iter().any(|row| row.contains("team-1/service-1 ")));
    // What is folded is found nevertheless.
    stage.keys("/");
    stage.type_text("service-43");
    stage.keys("Enter");
    assert!(stage.row("team-3/service-43 ").starts_with("│›"), "{:#?}", stage.rows());
}

#[test]
fn the_box_over_all_refusals_says_the_same_as_their_row() {
    for keys in ["Enter", "e"] {
        let mut stage = incident((140, 45));
        stage.keys(keys);
        stage.row("Explain · all 60");
        stage.row("60 workloads refused in 5 namespaces since 2026-11-23 08:10:00Z, by 2 causes");
        stage.row("40 × no digest for my-binauthz-attestor · default rule  (120 times)");
        stage.row("team-1 (8): service-1");
        stage.row("what changed before it");
        let copied = stage.keys("y");
        assert!(
            copied.iter().any(|effect| matches!(effect, Effect::Copy(text) if text.contains("60 workloads refused")))
        );
        stage.keys("Right");
        stage.row("Explain · 1 of 60");
    }
    // Of one cause, its own.
    let mut stage = incident((140, 45));
    stage.keys("Down Down e");
    stage.row("Explain · all 20");
    stage.row("20 workloads refused in 5 namespaces");
}

#[test]
fn the_policy_before_the_first_refusal_is_named_with_its_author() {
    let mut stage = incident((140, 45));
    let mut deny = stage.model.session.live_policy().unwrap().clone();
    let mut allow = deny.clone();
    allow.default_admission_rule.evaluation_mode = EvaluationMode::AlwaysAllow;
    allow.update_time = Some("2026-11-22T07:00:00Z".into());
    deny.update_time = Some("2026-11-23T08:09:20Z".into());
    let version =
        |author: Author, policy: Policy| Version { at: "2026-11-23T08:09:20Z".parse().unwrap(), author, policy };
    let versions =
        vec![version(Author::Unknown, allow), version(Author::Here("alice@acme.example".into()), deny.clone())];
    let project = stage.model.session.project.as_ref().unwrap().to_string();
    stage.model.history = History { project, versions, ..History::default() };
    stage.keys("Enter");
    let mode = deny.default_admission_rule.evaluation_mode.as_str();
    stage.row("changed   policy 2026-11-23 08:09:20Z by alice@acme.example, 40 s before the first refusal: rule");
    stage.row("until     It would have been admitted until the policy of 2026-11-23 08:09:20Z (alice@acme.example):");
    stage.row(&format!("rule default ALWAYS_ALLOW → {mode}"));
    stage.row("whether attestors, keys, notes or images changed: only the policy has a history here");
    // Of one refusal too.
    stage.keys("Right");
    stage.row("It would have been admitted until the policy of 2026-11-23 08:09:20Z (alice@acme.example)");
}

#[test]
fn pods_that_would_not_come_back_are_marked_and_counted() {
    let mut stage = refused((80, 24));
    // The live policy denies all but the images of its patterns.
    stage.row("Workloads 6 · 1 would not come back");
    stage.keys("1 Tab Tab Down Down Down Down");
    stage.row("›pod         shop/web-77c9b7b5d6-x2x7q    1/1    Running   ✗ no");
    stage.keys("Down");
    stage.row("›pod         shop/pause-1                 1/1    Running   ✓");
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
