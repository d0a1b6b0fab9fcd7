//! The events of a cluster as people look for them: put together by cause and by workload, rejections
//! first. Uses the domain's resources, nothing else.

use std::collections::BTreeMap;

use crate::domain::resource::{ClusterEvent, Workload};

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

/// Puts events together; in each part the latest is first.
pub fn groups(events: &[ClusterEvent], workloads: &[Workload]) -> Vec<EventGroup> {
    let owners = Owners::new(workloads);
    let mut groups: Vec<EventGroup> = Vec::new();
    let mut known: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        let (refused, cause) = cause(event);
        let owner = owners.top(&event.namespace, &event.object);
        let key = (cause.clone(), event.namespace.clone(), owner.clone());
        let at = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.add(number, event),
            None => groups.push(EventGroup {
                refused,
                warning: event.kind == "Warning",
                cause,
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

/// Whether admission refused something, and what happened in a few words.
fn cause(event: &ClusterEvent) -> (bool, String) {
    match refusal(&event.message) {
        Some(cause) => (true, cause),
        None => (false, event.reason.clone()),
    }
}

/// The rule and the reasons of a refusal, without what is different for each pod: images and names.
/// The texts are those of the facts' sections 5.1 to 5.4.
pub fn refusal(message: &str) -> Option<String> {
    let named = between(message, "denied by Binary Authorization ", ". ")
        .or_else(|| between(message, "denied one or more images: Denied by ", ". "))
        .or_else(|| between(message, "denied the request: Denied by ", ". "));
    if let Some(rule) = named {
        let rule = rule.trim_end_matches('.').replacen("admission rule", "rule", 1);
        let reasons = reasons(message);
        // The reasons first: they are what is seen where there is little room.
        return Some(if reasons.is_empty() { rule } else { format!("{} · {rule}", reasons.join("; ")) });
    }
    let webhook = between(message, "admission webhook \"", "\"");
    match webhook {
        Some(webhook) if message.contains("denied the request") => Some(format!("webhook {webhook}")),
        _ if message.contains(" is forbidden: ") => Some("forbidden by another admission plugin".to_owned()),
        _ => None,
    }
}

/// What stands between the first `before` and the next `after`, or the end.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(found, _)| found).trim_end())
}

/// Each reason once: `always_deny`, or an attestor with what it says.
fn reasons(message: &str) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    if message.contains("Denied by always_deny") || message.contains("Overridden by evaluation mode") {
        reasons.push("always_deny".to_owned());
    }
    for refused in message.split(". Image ").flat_map(|part| part.split("Denied by Attestor. Image ")) {
        let said = refused.split_once(" denied by attestor ").or_else(|| refused.split_once(" denied by projects/"));
        let Some((attestor, reason)) = said.and_then(|(_, said)| said.split_once(": ")) else { continue };
        let id = attestor.rsplit('/').next().unwrap_or(attestor);
        let reason = format!("{id}: {}", reason.trim_end_matches(['.', '\n']));
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::resource::WorkloadKind;

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
    #[case("Error creating: pods \"x\" is forbidden: exceeded quota: q".into(), "forbidden by another admission plugin")]
    fn what_is_the_same_for_all_pods_is_the_cause(#[case] message: String, #[case] cause: &str) {
        assert_eq!(refusal(&message).as_deref(), Some(cause));
    }

    #[test]
    fn what_is_no_refusal_has_none() {
        assert_eq!(refusal("Scaled up replica set a to 1"), None);
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
        let groups = groups(&events, &workloads);
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
    }

    #[test]
    fn a_ring_of_owners_ends() {
        let workloads = [set("a", "replicaset/b"), set("b", "replicaset/a")];
        assert_eq!(groups(&[event("replicaset/a", "x", 1, ["", ""])], &workloads).len(), 1);
    }
}
