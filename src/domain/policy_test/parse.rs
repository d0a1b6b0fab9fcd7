//! The text of a tests file, read strictly: an unknown or repeated key, a wrong type or value is a
//! fault at its place, and a file with a fault gives no tests at all.

use std::collections::{BTreeMap, HashSet};

use super::fields::{Fields, Found};
use super::{
    ExemptBy, Expectation, Fault, MAX_IMAGES, MAX_TESTS, PodFault, PodReader, PolicyTest, PolicyTests, kind_name,
};
use crate::admission::{Fact, Facts, NO_IDENTITY, Outcome, Platform, Request, RequestImage};
use crate::diagnostic::{Code, Severity, excerpt};
use crate::document::{self, Node, Value};
use crate::image::Digest;
use crate::name::ClusterKey;
use crate::policy::RuleKind;
use crate::span::Bytes;
use crate::span::Position;
use crate::spelling::{nearest, suggestion};

const FILE: &[&str] = &["defaults", "tests"];
/// The fields of a request alone; it has those of [`SHARED`] too.
const REQUEST: &[&str] = &["images", "pod"];
const TEST: &[&str] = &["name", "request", "expect"];
const SHARED: &[&str] = &[
    "cluster",
    "namespace",
    "serviceAccount",
    "serviceIdentity",
    "labels",
    "annotations",
    "platform",
    "attestedBy",
    "resolvedDigest",
];
const EXPECT: &[&str] = &["outcome", "rule", "exemptBy", "message"];

const OUTCOMES: [Outcome; 4] = [Outcome::Admit, Outcome::Deny, Outcome::AdmitDryRun, Outcome::AdmitBreakGlass];
const KINDS: [RuleKind; 5] =
    [RuleKind::Default, RuleKind::Cluster, RuleKind::Namespace, RuleKind::ServiceAccount, RuleKind::ServiceIdentity];

/// Reads a tests file, YAML or JSON; `pod` reads the manifests in it. Faults are in the order of the
/// text.
pub fn parse(text: &str, pod: &PodReader) -> Result<PolicyTests, Vec<Fault>> {
    let (root, lines, problems) = document::tree_of(text);
    let mut fields = Fields { text, lines: &lines, faults: Vec::new() };
    let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    // Where the text is no policy, these problems say that it should be one.
    let errors = errors.filter(|problem| problem.code != Code::EmptyDocument);
    fields.faults.extend(errors.map(|problem| Fault { span: problem.span, message: problem.message }));
    let mut reader = Reader { fields, pod, names: HashSet::new() };
    let tests = root.as_ref().and_then(|root| reader.file(root));
    if root.is_none() && reader.fields.faults.is_empty() {
        reader.fields.fault(Bytes::new(0, 0), "there are no tests in this text: it starts with `tests:`");
    }
    let mut faults = reader.fields.faults;
    faults.sort_by_key(|fault| fault.span.bytes.start);
    match tests {
        Some(tests) if faults.is_empty() => Ok(PolicyTests { tests }),
        _ => Err(faults),
    }
}

/// What requests of one file share.
#[derive(Debug, Clone, Default)]
struct Shared {
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    service_identity: Option<String>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    platform: Option<Platform>,
    attested_by: Option<Vec<String>>,
    resolved: Option<Digest>,
}

struct Reader<'t, 'p> {
    fields: Fields<'t>,
    pod: &'p PodReader,
    names: HashSet<String>,
}

impl Reader<'_, '_> {
    fn file(&mut self, root: &Node) -> Option<Vec<PolicyTest>> {
        let found = self.fields.map(root, "a tests file", FILE)?;
        let defaults = match found.get("defaults") {
            Some((node, _)) => {
                let shared = self.fields.map(node, "`defaults`", SHARED)?;
                self.shared(&shared)
            }
            None => Shared::default(),
        };
        let Some((list, _)) = found.get("tests") else {
            self.fields.fault(root.at, "`tests` is missing: a list of tests");
            return None;
        };
        let elements = self.fields.list(list, "`tests`")?;
        if elements.len() > MAX_TESTS {
            self.fields.fault(list.at, format!("there are {} tests, more than {MAX_TESTS}", elements.len()));
            return None;
        }
        elements.iter().map(|element| self.test(element, &defaults)).collect()
    }

    fn test(&mut self, node: &Node, defaults: &Shared) -> Option<PolicyTest> {
        let found = self.fields.map(node, "a test", TEST)?;
        for key in TEST {
            if !found.contains_key(key) {
                self.fields.fault(start(node), format!("this test has no `{key}`"));
            }
        }
        let (name, at) =
            found.get("name").and_then(|(name, _)| Some((self.fields.filled(name, "`name`")?, name.at)))?;
        if !self.names.insert(name.to_owned()) {
            self.fields.fault(at, format!("another test has the name `{}`", excerpt(name)));
        }
        let asked = found.get("request").and_then(|(request, _)| self.request(request, defaults));
        let expect = found.get("expect").and_then(|(expect, _)| self.expectation(expect));
        let ((request, shared), expect) = (asked?, expect?);
        Some(PolicyTest {
            name: name.to_owned(),
            span: self.fields.lines.span(self.fields.text, at.range()),
            request,
            attested_by: shared.attested_by.unwrap_or_default(),
            resolved: shared.resolved,
            expect,
        })
    }

    /// The defaults, then what the manifest says, then what the request itself says. Whether Binary Authorization is asked
    /// about such a pod is no matter of the policy.
    fn request(&mut self, node: &Node, defaults: &Shared) -> Option<(Request, Shared)> {
        let found = self.fields.map(node, "a request", &[REQUEST, SHARED].concat())?;
        let own = self.shared(&found);
        let mut request = self.asked(node, &found)?;
        let or = |own: &Option<String>, manifest: &str, default: &Option<String>| {
            let manifest = (!manifest.is_empty()).then(|| manifest.to_owned());
            own.clone().or(manifest).or_else(|| default.clone()).unwrap_or_default()
        };
        for (fact, said) in [
            (Fact::Cluster, own.cluster.is_some() || defaults.cluster.is_some()),
            (Fact::Namespace, own.namespace.is_some() || defaults.namespace.is_some()),
            (Fact::ServiceAccount, own.service_account.is_some() || defaults.service_account.is_some()),
            (Fact::ServiceIdentity, own.service_identity.is_some() || defaults.service_identity.is_some()),
        ] {
            if said {
                request.not_known.remove(fact);
            }
        }
        // A test asks the policy itself.
        request.not_known.remove(Fact::Enforcement);
        request.namespace = or(&own.namespace, &request.namespace, &defaults.namespace);
        request.service_account = or(&own.service_account, &request.service_account, &defaults.service_account);
        request.cluster = own.cluster.clone().or_else(|| defaults.cluster.clone());
        let identity = own.service_identity.clone().or_else(|| defaults.service_identity.clone());
        request.service_identity = identity.filter(|identity| identity != NO_IDENTITY);
        if let Some(platform) = own.platform.or(defaults.platform.filter(|_| !found.contains_key("pod"))) {
            request.platform = platform;
        }
        request.labels = [&defaults.labels, &request.labels, &own.labels].into_iter().fold(BTreeMap::new(), merged);
        request.annotations =
            [&defaults.annotations, &request.annotations, &own.annotations].into_iter().fold(BTreeMap::new(), merged);
        let attested_by = own.attested_by.clone().or_else(|| defaults.attested_by.clone());
        let resolved = own.resolved.clone().or_else(|| defaults.resolved.clone());
        if let (Some((_, at)), Platform::Gke) = (found.get("resolvedDigest"), request.platform) {
            let message = "`resolvedDigest` is for `platform: cloud-run`: GKE takes the image as it stands in the pod";
            self.fields.fault(*at, message);
        }
        Some((request, Shared { attested_by, resolved, ..own }))
    }

    /// The images, or the pod of a manifest.
    fn asked(&mut self, node: &Node, found: &Found<'_>) -> Option<Request> {
        match (found.get("images"), found.get("pod")) {
            (Some(_), Some((_, at))) => {
                self.fields.fault(*at, "a request has `images` or a `pod`, not both");
                None
            }
            (Some((images, _)), None) => {
                let images = self.images(images)?;
                Some(Request { images, not_known: Facts::of_bare_images(), ..Request::default() })
            }
            (None, Some((pod, at))) => self.manifest(pod, *at),
            (None, None) => {
                self.fields.fault(start(node), "a request has `images` or a `pod`, and this one has neither");
                None
            }
        }
    }

    fn images(&mut self, node: &Node) -> Option<Vec<RequestImage>> {
        let images = self.fields.texts(node, "`images`", "an image")?;
        if images.is_empty() || images.len() > MAX_IMAGES {
            self.fields.fault(node.at, format!("a request has 1 to {MAX_IMAGES} images; here are {}", images.len()));
            return None;
        }
        Some(images.into_iter().map(|image| RequestImage { image, ..RequestImage::default() }).collect())
    }

    /// The manifest is read from the text where it stands, so that its faults have their places.
    fn manifest(&mut self, node: &Node, key: Bytes) -> Option<Request> {
        if !matches!(node.value, Value::Map(_)) || node.is_alias {
            let message = "`pod` is a manifest, a map with `kind` and `spec`, written out here";
            self.fields.fault(node.at, message);
            return None;
        }
        let from = self.fields.lines.position(self.fields.text, node.at.start());
        let body = self.fields.text.get(node.at.range()).unwrap_or_default();
        let manifest = format!("{:indent$}{body}", "", indent = from.column - 1);
        let request = match (self.pod)(&manifest) {
            Ok(request) => request,
            Err(fault) => {
                let at = self.inside(node, from, &fault).unwrap_or(key);
                self.fields.fault(at, fault.message);
                return None;
            }
        };
        if request.images.len() > MAX_IMAGES {
            self.fields.fault(key, format!("a pod of more than {MAX_IMAGES} images"));
            return None;
        }
        Some(request)
    }

    fn inside(&self, node: &Node, from: Position, fault: &PodFault) -> Option<Bytes> {
        let (line, column) = fault.place?;
        let place = Position { line: from.line + line.saturating_sub(1), column };
        let at = self.fields.lines.offset(self.fields.text, place).min(node.at.end());
        Some(Bytes::new(at, at + 1))
    }

    fn shared(&mut self, found: &Found<'_>) -> Shared {
        let mut shared = Shared::default();
        for (key, (node, _)) in found {
            match *key {
                "cluster" => shared.cluster = self.parsed::<ClusterKey>(node, "`cluster`").map(|key| key.to_string()),
                "namespace" => shared.namespace = self.owned(node, "`namespace`"),
                "serviceAccount" => shared.service_account = self.owned(node, "`serviceAccount`"),
                "serviceIdentity" => shared.service_identity = self.owned(node, "`serviceIdentity`"),
                "labels" => shared.labels = self.fields.pairs(node, "`labels`", "a label").unwrap_or_default(),
                "annotations" => {
                    shared.annotations = self.fields.pairs(node, "`annotations`", "an annotation").unwrap_or_default();
                }
                "platform" => shared.platform = self.platform(node),
                "attestedBy" => shared.attested_by = self.fields.texts(node, "`attestedBy`", "an attestor"),
                "resolvedDigest" => shared.resolved = self.parsed(node, "`resolvedDigest`"),
                _ => {}
            }
        }
        shared
    }

    fn owned(&mut self, node: &Node, what: &str) -> Option<String> {
        self.fields.filled(node, what).map(str::to_owned)
    }

    fn parsed<T: std::str::FromStr>(&mut self, node: &Node, what: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.fields.filled(node, what)?;
        text.parse().map_err(|error: T::Err| self.fields.fault(node.at, format!("{what}: {error}"))).ok()
    }

    fn platform(&mut self, node: &Node) -> Option<Platform> {
        match self.fields.filled(node, "`platform`")? {
            "gke" => Some(Platform::Gke),
            "cloud-run" => Some(Platform::CloudRun),
            other => {
                self.one_of(node, "`platform`", other, &["gke", "cloud-run"]);
                None
            }
        }
    }

    fn one_of(&mut self, node: &Node, what: &str, found: &str, names: &[&str]) {
        let hint = suggestion(nearest(found, names.iter().copied()));
        self.fields
            .fault(node.at, format!("{what} is one of {}; here is `{}`{hint}", names.join(", "), excerpt(found)));
    }

    /// A word, or a map that says more.
    fn expectation(&mut self, node: &Node) -> Option<Expectation> {
        let Value::Map(_) = node.value else {
            let outcome = self.outcome(node)?;
            return Some(Expectation { outcome, rule: None, exempt_by: ExemptBy::Any, message: None });
        };
        let found = self.fields.map(node, "`expect`", EXPECT)?;
        let Some((outcome, _)) = found.get("outcome") else {
            self.fields.fault(start(node), "`expect` has no `outcome`");
            return None;
        };
        let outcome = self.outcome(outcome);
        let rule = found.get("rule").map(|(rule, _)| self.rule(rule));
        let exempt_by = found.get("exemptBy").map(|(by, _)| self.exempt_by(by));
        let message = found.get("message").map(|(message, _)| self.owned(message, "`message`"));
        Some(Expectation {
            outcome: outcome?,
            rule: rule.flatten(),
            exempt_by: exempt_by.flatten().unwrap_or_default(),
            message: message.flatten(),
        })
    }

    fn outcome(&mut self, node: &Node) -> Option<Outcome> {
        let text = self.fields.filled(node, "an outcome")?;
        let outcome = OUTCOMES.into_iter().find(|outcome| outcome.as_str() == text);
        if outcome.is_none() {
            self.one_of(node, "an outcome", text, &OUTCOMES.map(Outcome::as_str));
        }
        outcome
    }

    fn rule(&mut self, node: &Node) -> Option<(RuleKind, String)> {
        let text = self.fields.filled(node, "`rule`")?;
        let (kind, key) = text.split_once('/').unwrap_or((text, ""));
        let Some(kind) = KINDS.into_iter().find(|known| kind_name(*known) == kind) else {
            self.one_of(node, "the kind of a rule", kind, &KINDS.map(kind_name));
            return None;
        };
        if (kind == RuleKind::Default) != key.is_empty() {
            let message = format!("a rule is `default`, or its kind and key as in `{}/…`", kind_name(kind));
            self.fields.fault(node.at, message);
            return None;
        }
        Some((kind, key.to_owned()))
    }

    fn exempt_by(&mut self, node: &Node) -> Option<ExemptBy> {
        if node.is_null() {
            return Some(ExemptBy::Every(None));
        }
        let Value::Map(_) = node.value else {
            return self.owned(node, "`exemptBy`").map(|pattern| ExemptBy::Every(Some(pattern)));
        };
        let mut each = BTreeMap::new();
        for (image, pattern, _) in self.fields.entries(node, "`exemptBy`")? {
            let pattern = if pattern.is_null() { None } else { Some(self.owned(pattern, "a pattern")?) };
            each.insert(image.to_owned(), pattern);
        }
        Some(ExemptBy::Each(each))
    }
}

/// The first character of a node: a test is as long as many lines.
fn start(node: &Node) -> Bytes {
    Bytes::new(node.at.start(), node.at.start() + 1)
}

fn merged(mut all: BTreeMap<String, String>, more: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    all.extend(more.clone());
    all
}
