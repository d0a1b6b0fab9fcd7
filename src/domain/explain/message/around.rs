//! What stands around a message: whose output it is in, and about what.
//!
//! Each line is looked at once; of what is before and behind a message only as much as tools put there.

use std::ops::Range;

use super::cursor::Cursor;
use super::kind::RefusalKind;
use super::refusal::Refusal;
use super::text::{BREAK, WRAP};

/// How far before and behind a message its carrier is looked for, in bytes.
const BEFORE: usize = 400;
const BEHIND: usize = 600;

/// Words by which tools are known, where they stand before or behind the message.
const CARRIERS: [(&str, &str); 27] = [
    ("INSTALLATION FAILED", "Helm"),
    ("UPGRADE FAILED", "Helm"),
    ("Error: release ", "Helm"),
    ("helm.go:", "Helm"),
    (".tf line ", "Terraform"),
    ("resource is in failed state", "Terraform"),
    ("Error waiting to create", "Terraform"),
    ("terraform", "Terraform"),
    ("KNV2", "Config Sync"),
    ("g.co/cloud/acm-errors", "Config Sync"),
    ("skaffold", "Skaffold"),
    ("exiting dev mode", "Skaffold"),
    ("kubectl apply: exit status", "Skaffold"),
    ("deploying \"", "Skaffold"),
    ("Cloud Deploy", "Cloud Deploy"),
    ("clouddeploy", "Cloud Deploy"),
    ("deployFailureCause", "Cloud Deploy"),
    ("ERROR: (gcloud.", "gcloud"),
    ("one or more objects failed to apply", "Argo CD"),
    ("dry-run failed", "Flux"),
    ("Step #", "Cloud Build"),
    ("##[error]", "GitHub Actions"),
    ("FailedCreate", "a controller's event"),
    ("Error creating: ", "a controller's event"),
    ("failed error: ", "a controller's event"),
    ("-controller", "a controller's event"),
    ("ReplicaFailure", "a controller's condition"),
];

/// Kinds of Kubernetes objects as `kind/name` has them.
const KINDS: [&str; 11] = [
    "replicaset",
    "deployment",
    "job",
    "cronjob",
    "daemonset",
    "statefulset",
    "pod",
    "replicationcontroller",
    "rayjob",
    "rollout",
    "service",
];

/// The lines of a text, each looked at once, with what those before say of the object that is described.
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
    described: Described,
    has_namespaces: bool,
}

/// What `kubectl describe` said last.
#[derive(Default)]
struct Described {
    name: String,
    namespace: String,
    account: String,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, described: Described::default(), has_namespaces: false }
    }

    /// Adds to a case what stands before and behind it.
    pub(super) fn tell(&mut self, case: &mut Refusal, before: Range<usize>, behind: Range<usize>) {
        self.read_to(before.end);
        let prefix = window(self.text, before.start.max(before.end.saturating_sub(BEFORE)), before.end);
        let suffix = window(self.text, behind.start, behind.end.min(behind.start + BEHIND));
        let line = prefix.rsplit([WRAP, BREAK]).next().unwrap_or_default();
        carriers(case, prefix, suffix);
        self.subject(case, line);
        behind_it(case, suffix);
        if case.kind == RefusalKind::CloudRun {
            cloud_run(case, prefix);
        }
    }

    fn read_to(&mut self, end: usize) {
        let upto = Cursor { text: self.text, at: self.at }.text_until(end);
        for line in upto.split([WRAP, BREAK]) {
            let value = |name: &str| line.strip_prefix(name).map(|rest| rest.trim().to_owned());
            if let Some(name) = value("Name:") {
                self.described = Described { name, ..Described::default() };
            } else if let Some(namespace) = value("Namespace:") {
                self.described.namespace = namespace;
            } else if let Some(account) = value("Service Account:") {
                self.described.account = account;
            } else if line.starts_with("NAMESPACE LAST SEEN") {
                self.has_namespaces = true;
            }
        }
        self.at = end.max(self.at);
    }

    fn subject(&self, case: &mut Refusal, line: &str) {
        // `(x13 over 33s)`, as `kubectl describe` counts events.
        let count = line.split(' ').find_map(|word| word.strip_prefix("(x")?.parse::<usize>().ok());
        case.times = count.unwrap_or(case.times).max(1);
        let subject = &mut case.subject;
        let mut words = line.split(' ').map(|word| word.trim_matches(['"', '\'', ':', ',', '(', ')', '[', ']']));
        let first = words.clone().next().unwrap_or_default().to_owned();
        let object = words.clone().find_map(object_name);
        let named = words.clone().find_map(namespaced_object);
        let controller =
            line.split(' ').find_map(|word| word.strip_suffix("-controller")).filter(|kind| KINDS.contains(kind));
        if let Some((namespace, object)) = named {
            (subject.namespace, subject.object) = (namespace, object);
        } else if let Some(object) = object {
            subject.object = object;
            if self.has_namespaces && subject.namespace.is_empty() {
                subject.namespace = first;
            }
        } else if let (Some(kind), false) = (controller, self.described.name.is_empty()) {
            subject.object = format!("{kind}/{}", self.described.name);
            subject.namespace.clone_from(&self.described.namespace);
            subject.service_account.clone_from(&self.described.account);
        }
        // `create Pod web-0 in StatefulSet web failed error: `
        if words.any(|word| word == "create") {
            let rest: Vec<&str> = words.collect();
            if let ["Pod", pod, "in", kind, name, ..] = rest.as_slice() {
                (*pod).clone_into(&mut subject.pod);
                subject.object = format!("{}/{name}", kind.to_lowercase());
            }
        }
    }
}

fn window(text: &str, from: usize, to: usize) -> &str {
    let at = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text.get(at(from)..at(to)).unwrap_or_default()
}

/// `replicaset/web-5d8f`, also `replicaset.apps/web`.
fn object_name(word: &str) -> Option<String> {
    let (kind, name) = word.split_once('/')?;
    let kind = kind.split('.').next().unwrap_or(kind).to_lowercase();
    (KINDS.contains(&kind.as_str()) && !name.is_empty() && !name.contains('/')).then(|| format!("{kind}/{name}"))
}

/// Namespace and object of `Pod/shop/migrate`, as Flux names what it applies.
fn namespaced_object(word: &str) -> Option<(String, String)> {
    let mut parts = word.split('/');
    let (kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
    // An image has a name in lower case there.
    let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase()) && KINDS.contains(&kind.to_lowercase().as_str());
    let is_whole = parts.next().is_none() && !namespace.is_empty() && !name.is_empty();
    (is_kind && is_whole).then(|| (namespace.to_owned(), format!("{}/{name}", kind.to_lowercase())))
}

fn carriers(case: &mut Refusal, prefix: &str, suffix: &str) {
    for (words, name) in CARRIERS {
        if (prefix.contains(words) || suffix.contains(words)) && !case.carriers.contains(&name) {
            case.carriers.insert(0, name);
        }
    }
}

/// Terraform names its resource behind the message, Config Sync the object.
fn behind_it(case: &mut Refusal, suffix: &str) {
    let value =
        |line: &str, name: &str| line.strip_prefix(name).map(|rest| rest.trim().to_owned()).filter(|v| !v.is_empty());
    let is_sync = case.carriers.contains(&"Config Sync");
    let (mut kind, mut name) = (String::new(), String::new());
    for line in suffix.split([WRAP, BREAK]) {
        if let Some(resource) = value(line, "with ").filter(|_| case.carriers.contains(&"Terraform")) {
            resource.trim_end_matches(',').clone_into(&mut case.subject.object);
        }
        if !is_sync {
            continue;
        }
        if let Some(namespace) = value(line, "namespace: ") {
            case.subject.namespace = namespace;
        } else if let Some(found) = value(line, "metadata.name: ") {
            name = found;
        } else if let Some(found) = value(line, "kind: ") {
            kind = found.to_lowercase();
        }
    }
    if !name.is_empty() && !kind.is_empty() {
        case.subject.object = format!("{kind}/{name}");
    }
}

/// `Deploying container to Cloud Run service [web] in project [p] region [us-central1]`; `Revision
/// "web-00001" is not ready`.
fn cloud_run(case: &mut Refusal, prefix: &str) {
    let bracketed = |name: &str| {
        let (_, rest) = prefix.rsplit_once(name)?;
        Some(rest.split_once(']')?.0.to_owned()).filter(|value| !value.contains(' '))
    };
    let subject = &mut case.subject;
    for (slot, name) in
        [(&mut subject.service, "service ["), (&mut subject.project, "project ["), (&mut subject.location, "region [")]
    {
        if let Some(value) = bracketed(name) {
            *slot = value;
        }
    }
    let quoted = prefix.rsplit_once("Revision ").map(|(_, rest)| rest);
    if let Some(rest) = quoted.filter(|_| subject.revision.is_empty()) {
        let name = rest.split([' ', WRAP, BREAK]).next().unwrap_or_default().trim_matches(['"', '\'', '[', ']', '.']);
        name.clone_into(&mut subject.revision);
    }
}
