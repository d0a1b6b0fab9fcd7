//! The events of a cluster as people look for them: put together by cause and by workload, rejections
//! first. Causes are what [`message::decode`] reads, as where one of them is explained. Uses the domain's
//! resources, policies and rejections.

use std::collections::{BTreeMap, HashMap};

use crate::explain::message::{self, ReasonKind, Refusal, Relative};
use crate::policy::RuleKind;
use crate::resource::{ClusterEvent, Workload};

/// Events that tell the same of the same workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventGroup {
    /// Admission refused a pod.
    pub refused: bool,
    /// One of them is of type `Warning`.
    pub warning: bool,
    /// What happened, in a few words: for a refusal the rule and the reasons.
    pub cause: String,
    pub namespace: String,
    /// The workload at the top, for example `deployment/hello-world`.
    pub owner: String,
    /// How often it happened.
    pub count: u32,
    /// RFC 3339.
    pub first_seen: String,
    /// RFC 3339.
    pub last_seen: String,
    /// The numbers of the events, in their order: the latest first.
    pub events: Vec<usize>,
}

/// Puts events together, and remembers what their messages say: a cluster repeats itself, and decoding is
/// most of the work.
#[derive(Debug, Default)]
pub struct Grouping(HashMap<String, Option<String>>);

impl Grouping {
    /// The events together; in each part the latest is first.
    pub fn groups(&mut self, events: &[ClusterEvent], workloads: &[Workload]) -> Vec<EventGroup> {
        let mut before = std::mem::take(&mut self.0);
        for event in events {
            if !self.0.contains_key(&event.message) {
                let known = before.remove(&event.message).unwrap_or_else(|| refusal(&event.message));
                self.0.insert(event.message.clone(), known);
            }
        }
        groups(events, workloads, &self.0)
    }
}

fn groups(
    events: &[ClusterEvent],
    workloads: &[Workload],
    causes: &HashMap<String, Option<String>>,
) -> Vec<EventGroup> {
    let owners = Owners::new(workloads);
    let mut groups: Vec<EventGroup> = Vec::new();
    let mut known: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        let refusal = causes.get(&event.message).and_then(Option::as_deref);
        let cause = refusal.unwrap_or(&event.reason);
        let owner = owners.top(&event.namespace, &event.object);
        let at = *known.entry((cause, &event.namespace, owner.clone())).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.add(number, event),
            None => groups.push(EventGroup {
                refused: refusal.is_some(),
                warning: event.kind == "Warning",
                cause: cause.to_owned(),
                namespace: event.namespace.clone(),
                owner,
                count: event.count,
                first_seen: event.first_seen.clone(),
                last_seen: event.last_seen.clone(),
                events: vec![number],
            }),
        }
    }
    let rank = |group: &EventGroup| (!group.refused, !group.warning);
    groups.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| b.last_seen.cmp(&a.last_seen)));
    groups
}

impl EventGroup {
    fn add(&mut self, number: usize, event: &ClusterEvent) {
        self.warning |= event.kind == "Warning";
        self.count = self.count.saturating_add(event.count);
        if !event.first_seen.is_empty() && (self.first_seen.is_empty() || event.first_seen < self.first_seen) {
            self.first_seen.clone_from(&event.first_seen);
        }
        if event.last_seen > self.last_seen {
            self.last_seen.clone_from(&event.last_seen);
        }
        self.events.push(number);
    }
}

/// What made what.
struct Owners<'w>(BTreeMap<(&'w str, String), &'w str>);

impl<'w> Owners<'w> {
    fn new(workloads: &'w [Workload]) -> Self {
        let made = workloads.iter().filter(|workload| !workload.controller.is_empty());
        let name = |w: &Workload| format!("{}/{}", w.kind.as_str(), w.name);
        Self(made.map(|w| ((w.namespace.as_str(), name(w)), w.controller.as_str())).collect())
    }

    /// The workload at the top of the chain; what is not known any more is its own.
    fn top(&self, namespace: &'w str, object: &str) -> String {
        // Two steps lead from a pod to its Deployment; a ring leads nowhere.
        let mut top = object.to_owned();
        for _ in 0..4 {
            match self.0.get(&(namespace, top.clone())) {
                Some(controller) => (*controller).clone_into(&mut top),
                None => break,
            }
        }
        top
    }
}

/// The words by which the API server says that an admission refused, whoever it was.
const REFUSES: [&str; 3] = [" denied the request", " is forbidden: ", "webhook"];

/// What an admission refused for, without what is different for each pod: images and names. `None` for
/// what is no refusal.
pub fn refusal(message: &str) -> Option<String> {
    // What nobody refused is most of what a cluster tells.
    if !REFUSES.iter().any(|words| message.contains(words)) && !message.contains("Binary Authorization") {
        return None;
    }
    let reading = message::decode(message);
    let case = reading.cases.first()?;
    match case.relative.map(|known| known.relative) {
        None => Some(cause(case)),
        Some(Relative::OtherWebhook) => Some(
            webhook(message).map_or_else(|| Relative::OtherWebhook.as_str().to_owned(), |w| format!("webhook {w}")),
        ),
        Some(Relative::ApiServer) => Some("forbidden by another admission plugin".to_owned()),
        Some(other) => Some(other.as_str().to_owned()),
    }
}

fn webhook(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("webhook \"")?;
    rest.split_once('"').map(|(name, _)| name)
}

/// The reasons first: they are what is seen where there is little room.
fn cause(case: &Refusal) -> String {
    let mut parts: Vec<String> = Vec::new();
    for finding in &case.findings {
        let id = finding.attestor.as_deref().map(|name| name.rsplit('/').next().unwrap_or(name));
        let text = finding.reason.text.trim_end_matches('.');
        let reason = match (&finding.reason.kind, id) {
            (ReasonKind::AlwaysDeny, _) => "always_deny".to_owned(),
            (ReasonKind::NotGiven, _) => continue,
            (ReasonKind::Unreachable, _) => "the enforcer does not answer".to_owned(),
            (_, Some(id)) => format!("{id}: {text}"),
            (_, None) => text.to_owned(),
        };
        if !parts.contains(&reason) {
            parts.push(reason);
        }
    }
    let reasons = parts.join("; ");
    match (&case.rule, reasons.is_empty()) {
        (None, true) => "Binary Authorization".to_owned(),
        (None, false) => reasons,
        (Some(rule), true) => rule_words(rule.kind, &rule.key),
        (Some(rule), false) => format!("{reasons} · {}", rule_words(rule.kind, &rule.key)),
    }
}

fn rule_words(kind: RuleKind, key: &str) -> String {
    match kind {
        RuleKind::Default => "default rule".to_owned(),
        RuleKind::Cluster => format!("cluster rule for {key}"),
        RuleKind::Namespace => format!("namespace rule for {key}"),
        RuleKind::ServiceAccount => format!("service account rule for {key}"),
        RuleKind::ServiceIdentity => format!("service identity rule for {key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::WorkloadKind;

    const NONE: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

    fn denial(image: &str, rule: &str, why: &str) -> String {
        format!(
            "Error creating: admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: \
             Image {image} denied by Binary Authorization {rule}. {why}"
        )
    }

    #[rstest::rstest]
    #[case(
        denial("gcr.io/p/a", "default admission rule", "Denied by always_deny admission rule"),
        "always_deny · default rule"
    )]
    #[case(
        denial("a", "cluster admission rule for us-central1-a.c", &format!("Image a denied by attestor projects/p/attestors/qa: {NONE}. Image a denied by attestor projects/p/attestors/b: {NONE}")),
        &format!("qa: {NONE}; b: {NONE} · cluster rule for us-central1-a.c")
    )]
    #[case(denial("ubuntu", "default admission rule", ""), "default rule")]
    #[case("pods \"x\" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Overridden by evaluation mode".into(), "always_deny · default rule")]
    #[case(format!("pods \"x\" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Denied by Attestor. Image a:v1 denied by projects/p/attestors/qa: {NONE}"), &format!("qa: {NONE} · default rule"))]
    #[case("admission webhook \"gatekeeper.sh\" denied the request: no latest".into(), "webhook gatekeeper.sh")]
    #[case("Error creating: pods \"x\" is forbidden: exceeded quota: q".into(), "a quota")]
    #[case("Error creating: pods \"x\" is forbidden: for a reason of its own".into(), "forbidden by another admission plugin")]
    #[case(
        denial("a", "kubernetes namespace admission rule for shop", "Denied by always_deny admission rule"),
        "always_deny · namespace rule for shop"
    )]
    fn what_is_the_same_for_all_pods_is_the_cause(#[case] message: String, #[case] cause: &str) {
        assert_eq!(refusal(&message).as_deref(), Some(cause));
    }

    #[test]
    fn what_is_no_refusal_has_none() {
        assert_eq!(refusal("Scaled up replica set a to 1"), None);
        assert_eq!(refusal("Failed to pull image \"a\": 403 Forbidden"), None);
        assert_eq!(refusal(""), None);
    }

    fn event(object: &str, message: &str, count: u32, seen: [&str; 2]) -> ClusterEvent {
        ClusterEvent {
            namespace: "shop".into(),
            kind: if message.contains("denied") { "Warning" } else { "Normal" }.into(),
            reason: "Happened".into(),
            message: message.into(),
            object: object.into(),
            count,
            first_seen: seen[0].into(),
            last_seen: seen[1].into(),
        }
    }

    fn set(name: &str, controller: &str) -> Workload {
        Workload {
            kind: WorkloadKind::ReplicaSet,
            namespace: "shop".into(),
            name: name.into(),
            ready: "0/1".into(),
            status: String::new(),
            images: Vec::new(),
            service_account: String::new(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            created: String::new(),
            failure: None,
            controller: controller.into(),
        }
    }

    #[test]
    fn refusals_of_one_workload_are_one_row_with_their_times() {
        let deny = |image: &str| denial(image, "default admission rule", "Denied by always_deny admission rule");
        let events = [
            event("pod/x", "started", 1, ["09:03", "09:03"]),
            event("replicaset/web-2", &deny("a:2"), 3, ["09:01", "09:02"]),
            event("replicaset/web-1", &deny("a:1"), 4, ["08:00", "08:30"]),
            event("replicaset/other", &deny("a:1"), 1, ["09:00", "09:00"]),
        ];
        let workloads = [set("web-1", "deployment/web"), set("web-2", "deployment/web")];
        let mut grouping = Grouping::default();
        let groups = grouping.groups(&events, &workloads);
        let rows: Vec<_> = groups.iter().map(|g| (g.refused, g.owner.as_str(), g.count, g.events.clone())).collect();
        assert_eq!(
            rows,
            [
                (true, "deployment/web", 7, vec![1, 2]),
                (true, "replicaset/other", 1, vec![3]),
                (false, "pod/x", 1, vec![0]),
            ]
        );
        assert_eq!((groups[0].first_seen.as_str(), groups[0].last_seen.as_str()), ("08:00", "09:02"));
        assert_eq!(grouping.groups(&events, &workloads), groups, "from memory");
        assert_eq!(grouping.0.len(), 3, "each message once");
        assert!(grouping.groups(&events[..1], &workloads).len() == 1 && grouping.0.len() == 1, "nothing else is kept");
    }

    #[test]
    fn a_ring_of_owners_ends() {
        let workloads = [set("a", "replicaset/b"), set("b", "replicaset/a")];
        let events = [event("replicaset/a", "x", 1, ["", ""])];
        assert_eq!(Grouping::default().groups(&events, &workloads).len(), 1);
    }
}
