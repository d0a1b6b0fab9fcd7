//! The events of a cluster as people look for them: put together by cause and by workload, rejections
//! first. Causes are what [`message::decode`] reads, as where one of them is explained. Uses the domain's
//! resources, policies and rejections.

use std::collections::{BTreeMap, HashMap};

use crate::explain::incident::{CausesKey, Standing};
use crate::explain::message::{self, Relative};
use crate::owner::{self, Owners};
use crate::resource::{ClusterEvent, Workload, WorkloadKind};

/// Events that tell the same of the same workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventGroup {
    /// Admission refused a pod.
    pub refused: bool,
    /// What became of the workload since, where that is known and takes the refusal back.
    pub aftermath: Option<Aftermath>,
    /// One of them is of type `Warning`.
    pub warning: bool,
    /// What happened, in a few words: for a refusal the reasons and the rule.
    pub cause: String,
    /// The same for Binary Authorization's refusals, as values.
    pub key: Option<CausesKey>,
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

/// Why a refusal is not one any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aftermath {
    /// Everything that the workload wants runs: since when (RFC 3339), as far as that is known.
    Runs { since: String },
    /// It wants no pods.
    Idle,
    /// The workload is not there any more.
    Deleted,
}

/// Puts events together, and remembers what their messages say: a cluster repeats itself, and decoding is
/// most of the work.
#[derive(Debug, Default)]
pub struct Grouping(HashMap<String, Option<Refused>>);

/// What a message of the API server refuses for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refused {
    cause: String,
    key: Option<CausesKey>,
}

impl Grouping {
    /// The events together; in each part the latest is first. Without workloads it is not known what became of them.
    pub fn groups(&mut self, events: &[ClusterEvent], workloads: Option<&[Workload]>) -> Vec<EventGroup> {
        let mut before = std::mem::take(&mut self.0);
        for event in events {
            if !self.0.contains_key(&event.message) {
                let known = before.remove(&event.message).unwrap_or_else(|| refused(&event.message));
                self.0.insert(event.message.clone(), known);
            }
        }
        groups(events, workloads, &self.0)
    }
}

fn groups(
    events: &[ClusterEvent],
    workloads: Option<&[Workload]>,
    causes: &HashMap<String, Option<Refused>>,
) -> Vec<EventGroup> {
    let owners = Owners::new(workloads.unwrap_or_default());
    let mut groups: Vec<EventGroup> = Vec::new();
    let mut known: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        let refusal = causes.get(&event.message).and_then(Option::as_ref);
        let cause = refusal.map_or(event.reason.as_str(), |refused| &refused.cause);
        let owner = owners.top(&event.namespace, &event.object);
        let at = *known.entry((cause, &event.namespace, owner.clone())).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.add(number, event),
            None => groups.push(EventGroup {
                refused: refusal.is_some(),
                aftermath: None,
                warning: event.kind == "Warning",
                cause: cause.to_owned(),
                key: refusal.and_then(|refused| refused.key.clone()),
                namespace: event.namespace.clone(),
                owner,
                count: event.count,
                first_seen: event.first_seen.clone(),
                last_seen: event.last_seen.clone(),
                events: vec![number],
            }),
        }
    }
    if let Some(workloads) = workloads {
        let now = Now::new(&owners, workloads);
        for group in groups.iter_mut().filter(|group| group.refused) {
            group.aftermath = now.aftermath(group);
        }
    }
    let rank = |group: &EventGroup| (!group.is_refused_now(), !group.warning || group.aftermath.is_some());
    groups.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| b.last_seen.cmp(&a.last_seen)));
    groups
}

/// What there is now, to say what became of what was refused.
struct Now<'w> {
    owners: &'w Owners<'w>,
    workloads: &'w [Workload],
    /// When the last pod of each came, by namespace and the workload at the top.
    last_pods: HashMap<(&'w str, String), &'w str>,
}

impl<'w> Now<'w> {
    fn new(owners: &'w Owners<'w>, workloads: &'w [Workload]) -> Self {
        let mut last_pods: HashMap<(&str, String), &str> = HashMap::new();
        for pod in workloads.iter().filter(|workload| workload.kind == WorkloadKind::Pod) {
            let top = owners.top(&pod.namespace, &pod.id().to_string());
            let last = last_pods.entry((&pod.namespace, top)).or_default();
            *last = (*last).max(&pod.created);
        }
        Self { owners, workloads, last_pods }
    }

    fn aftermath(&self, group: &EventGroup) -> Option<Aftermath> {
        let Some(owner) = self.owners.find(&group.namespace, &group.owner) else {
            return owner::is_workload(&group.owner).then_some(Aftermath::Deleted);
        };
        if owner.kind == WorkloadKind::CronJob {
            return self.later_job(owner, &group.last_seen);
        }
        if !owner.is_whole {
            return None;
        }
        if owner.ready == "0/0" {
            return Some(Aftermath::Idle);
        }
        let since = self.last_pods.get(&(group.namespace.as_str(), group.owner.clone()));
        Some(Aftermath::Runs { since: since.copied().unwrap_or_default().to_owned() })
    }

    /// A Job of the `CronJob` that came later and runs.
    fn later_job(&self, cron_job: &Workload, seen: &str) -> Option<Aftermath> {
        let id = cron_job.id().to_string();
        let is_later = |job: &&Workload| {
            job.kind == WorkloadKind::Job
                && job.namespace == cron_job.namespace
                && job.controller == id
                && job.is_whole
                && job.created.as_str() > seen
        };
        let job = self.workloads.iter().find(is_later)?;
        Some(Aftermath::Runs { since: job.created.clone() })
    }
}

impl EventGroup {
    /// Whether a pod was refused, and nothing is known that takes it back.
    pub fn is_refused_now(&self) -> bool {
        self.refused && self.aftermath.is_none()
    }

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

/// The words by which the API server says that an admission refused, whoever it was.
const REFUSES: [&str; 3] = [" denied the request", " is forbidden: ", "webhook"];

/// What an admission refused for, without what is different for each pod: images and names. `None` for
/// what is no refusal.
pub fn refusal(message: &str) -> Option<String> {
    refused(message).map(|refused| refused.cause)
}

fn refused(message: &str) -> Option<Refused> {
    // What nobody refused is most of what a cluster tells.
    if !REFUSES.iter().any(|words| message.contains(words)) && !message.contains("Binary Authorization") {
        return None;
    }
    let reading = message::decode(message);
    let case = reading.cases.first()?;
    let key = CausesKey::of(case);
    let cause = match key.standing {
        Standing::Elsewhere(Relative::OtherWebhook) => {
            webhook(message).map_or_else(|| key.title(), |name| format!("webhook {name}"))
        }
        Standing::Elsewhere(Relative::ApiServer) => "forbidden by another admission plugin".to_owned(),
        Standing::Elsewhere(_) | Standing::Refused | Standing::Marked(_) => key.title_by_rule(),
    };
    let key = Some(key).filter(|key| key.standing == Standing::Refused);
    Some(Refused { cause, key })
}

fn webhook(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("webhook \"")?;
    rest.split_once('"').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        "the rule refuses all · default rule"
    )]
    #[case(
        denial("a", "cluster admission rule for us-central1-a.c", &format!("Image a denied by attestor projects/p/attestors/qa: {NONE}. Image a denied by attestor projects/p/attestors/b: {NONE}")),
        "no valid attestation by qa and b · cluster rule for us-central1-a.c"
    )]
    #[case(denial("ubuntu", "default admission rule", ""), "no cause told · default rule")]
    #[case("pods \"x\" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Overridden by evaluation mode".into(), "the rule refuses all · default rule")]
    #[case(format!("pods \"x\" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Denied by Attestor. Image a:v1 denied by projects/p/attestors/qa: {NONE}"), "no valid attestation by qa · default rule")]
    #[case("admission webhook \"gatekeeper.sh\" denied the request: no latest".into(), "webhook gatekeeper.sh")]
    #[case("Error creating: pods \"x\" is forbidden: exceeded quota: q".into(), "a quota")]
    #[case("Error creating: pods \"x\" is forbidden: for a reason of its own".into(), "forbidden by another admission plugin")]
    #[case(
        denial("a", "kubernetes namespace admission rule for shop", "Denied by always_deny admission rule"),
        "the rule refuses all · namespace rule for shop"
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
        object(WorkloadKind::ReplicaSet, name, controller)
    }

    fn object(kind: WorkloadKind, name: &str, controller: &str) -> Workload {
        Workload {
            kind,
            namespace: "shop".into(),
            name: name.into(),
            uid: name.into(),
            generation: 1,
            ready: "0/1".into(),
            status: String::new(),
            is_whole: false,
            images: Vec::new(),
            service_account: String::new(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            own_labels: BTreeMap::new(),
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
        let web = object(WorkloadKind::Deployment, "web", "");
        let workloads = [web, set("web-1", "deployment/web"), set("web-2", "deployment/web"), set("other", "")];
        let mut grouping = Grouping::default();
        let groups = grouping.groups(&events, Some(&workloads));
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
        assert_eq!(grouping.groups(&events, Some(&workloads)), groups, "from memory");
        assert_eq!(grouping.0.len(), 3, "each message once");
        assert!(
            grouping.groups(&events[..1], Some(&workloads)).len() == 1 && grouping.0.len() == 1,
            "nothing else is kept"
        );
    }

    #[test]
    fn a_ring_of_owners_ends() {
        let workloads = [set("a", "replicaset/b"), set("b", "replicaset/a")];
        let events = [event("replicaset/a", "x", 1, ["", ""])];
        assert_eq!(Grouping::default().groups(&events, Some(&workloads)).len(), 1);
    }

    fn aftermath(workloads: Option<&[Workload]>, object: &str) -> Option<Aftermath> {
        let deny = denial("a:1", "default admission rule", "Denied by always_deny admission rule");
        let events = [event(object, &deny, 1, ["09:00", "09:00"])];
        let group = Grouping::default().groups(&events, workloads).swap_remove(0);
        assert!(group.refused && group.is_refused_now() == group.aftermath.is_none());
        group.aftermath
    }

    #[test]
    fn what_was_mended_or_deleted_is_not_refused_any_more() {
        let pod = |created: &str| Workload {
            created: created.into(),
            ..object(WorkloadKind::Pod, created, "replicaset/web-2")
        };
        let web = |is_whole, ready: &str| Workload {
            is_whole,
            ready: ready.into(),
            ..object(WorkloadKind::Deployment, "web", "")
        };
        let sets = || [set("web-1", "deployment/web"), set("web-2", "deployment/web"), pod("09:05"), pod("09:04")];
        let with = |web: Workload| [vec![web], sets().to_vec()].concat();
        let of = |workloads: Option<&[Workload]>| aftermath(workloads, "replicaset/web-1");
        assert_eq!(of(None), None, "nothing is known of workloads");
        assert_eq!(of(Some(&with(web(false, "2/3")))), None);
        assert_eq!(of(Some(&with(web(true, "3/3")))), Some(Aftermath::Runs { since: "09:05".into() }));
        assert_eq!(of(Some(&with(web(true, "0/0")))), Some(Aftermath::Idle));
        assert_eq!(of(Some(&sets())), Some(Aftermath::Deleted));
        assert_eq!(aftermath(Some(&[]), "rollout/web"), None, "such objects are not looked at");
    }

    #[test]
    fn a_cron_job_is_mended_by_a_later_job_that_runs() {
        let job = |name: &str, created: &str, is_whole| Workload {
            created: created.into(),
            is_whole,
            ..object(WorkloadKind::Job, name, "cronjob/nightly")
        };
        let of = |later: Workload| {
            let nightly = object(WorkloadKind::CronJob, "nightly", "");
            aftermath(Some(&[nightly, job("nightly-1", "08:59", false), later]), "job/nightly-1")
        };
        assert_eq!(of(job("nightly-2", "09:59", true)), Some(Aftermath::Runs { since: "09:59".into() }));
        assert_eq!(of(job("nightly-2", "09:59", false)), None);
        assert_eq!(of(job("nightly-0", "08:00", true)), None);
    }
}
