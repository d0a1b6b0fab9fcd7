//! An inventory as people have it: images one a line, requests as JSON lines, or what
//! `kubectl get pods -A -o json` prints.
//!
//! Pure; may use `domain`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::manifest::{self, Object};
use domain::admission::{Platform, Request, RequestImage};
use domain::image::{Digest, ImageRef};
use domain::inventory::{InventoryItem, MAX_ITEMS, Origin, owner_of};
use domain::name::AttestorName;

/// The pods of a very large cluster; kubectl prints some 6 KiB for each.
pub const MAX_BYTES: usize = 512 << 20;

/// Why a text is no inventory, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
    #[error("the inventory has {found} bytes, more than the {MAX_BYTES} that are read")]
    TooLarge { found: usize },
    #[error("the inventory has more than {MAX_ITEMS} images and pods")]
    TooMany,
    #[error("line {line}: {message}")]
    Line { line: usize, message: String },
    #[error("line {line}, column {column}: {message}")]
    Json { line: usize, column: usize, message: String },
    #[error("{0}")]
    Manifest(#[from] manifest::ManifestError),
    #[error("the inventory is empty: expected one image a line, JSON lines, or pods as kubectl prints them")]
    Empty,
}

/// What is not said by the inventory itself.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The pod that images without a pod are asked about as, and the cluster of every pod.
    pub pod: Request,
    /// The attestors that a short `attestedBy` can mean.
    pub attestors: Vec<AttestorName>,
}

/// The items of a text in any of the forms, told apart by what it begins with.
pub fn parse(text: &str, defaults: &Defaults) -> Result<Vec<InventoryItem>, InventoryError> {
    if text.len() > MAX_BYTES {
        return Err(InventoryError::TooLarge { found: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}');
    let items = match text.trim_start().chars().next() {
        None => Vec::new(),
        Some('{') => objects_or_lines(text, defaults)?,
        _ if is_manifest(text) => pods_in_yaml(text, defaults)?,
        Some(_) => images(text, defaults)?,
    };
    match items.len() {
        0 => Err(InventoryError::Empty),
        1..=MAX_ITEMS => Ok(items),
        _ => Err(InventoryError::TooMany),
    }
}

/// The first line that is not empty or a comment is a field of a Kubernetes object.
fn is_manifest(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.find(|line| *line != "---");
    first.is_some_and(|line| ["apiVersion:", "kind:", "items:", "metadata:"].iter().any(|f| line.starts_with(f)))
}

fn images(text: &str, defaults: &Defaults) -> Result<Vec<InventoryItem>, InventoryError> {
    let mut items = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let image = line.trim();
        if image.is_empty() || image.starts_with('#') {
            continue;
        }
        if let Err(error) = image.parse::<ImageRef>() {
            return Err(InventoryError::Line { line: at + 1, message: error.to_string() });
        }
        items.push(InventoryItem::image(image, &defaults.pod, Origin::List));
        if items.len() > MAX_ITEMS {
            return Err(InventoryError::TooMany);
        }
    }
    Ok(items)
}

fn pods_in_yaml(text: &str, defaults: &Defaults) -> Result<Vec<InventoryItem>, InventoryError> {
    let pods = manifest::pods(text)?;
    Ok(pods
        .into_iter()
        .map(|pod| {
            let workload = format!("{}/{}", pod.kind.to_lowercase(), pod.name);
            let owner = owner_of(&pod.labels).to_owned();
            let request = in_cluster(pod.into_request(), defaults);
            InventoryItem { request, origin: Origin::Running, workload, owner, ..InventoryItem::default() }
        })
        .collect())
}

/// One JSON text is Kubernetes' objects; several are lines.
fn objects_or_lines(text: &str, defaults: &Defaults) -> Result<Vec<InventoryItem>, InventoryError> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let single = matches!(values.next(), Some(Ok(_))) && values.next().is_none();
    if !single || is_request(text) {
        return lines(text, defaults);
    }
    let pods: Pods = serde_json::from_str(text).map_err(|error| json_error(&error))?;
    if pods.too_many {
        return Err(InventoryError::TooMany);
    }
    let item = |item: InventoryItem| InventoryItem { request: in_cluster(item.request, defaults), ..item };
    Ok(pods.items.into_iter().map(item).collect())
}

fn is_request(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        image: Option<IgnoredAny>,
        images: Option<IgnoredAny>,
    }
    serde_json::from_str::<Probe>(text).is_ok_and(|probe| probe.image.is_some() || probe.images.is_some())
}

fn json_error(error: &serde_json::Error) -> InventoryError {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
    InventoryError::Json { line: error.line(), column: error.column(), message }
}

fn in_cluster(request: Request, defaults: &Defaults) -> Request {
    Request { cluster: defaults.pod.cluster.clone(), enforcement: defaults.pod.enforcement, ..request }
}

/// What kubectl prints: an object, or a list of which one object at a time is held.
#[derive(Debug, Default)]
struct Pods {
    items: Vec<InventoryItem>,
    too_many: bool,
}

impl<'de> Deserialize<'de> for Pods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PodsVisitor)
    }
}

struct PodsVisitor;

impl<'de> Visitor<'de> for PodsVisitor {
    type Value = Pods;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Kubernetes object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pods, M::Error> {
        let mut own = serde_json::Map::new();
        let mut pods = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                pods = Some(map.next_value::<Items>()?.0);
            } else {
                own.insert(key, map.next_value()?);
            }
        }
        if let Some(pods) = pods {
            return Ok(pods);
        }
        let own = serde_json::Value::Object(own);
        let object: Object = serde_json::from_value(own).map_err(serde::de::Error::custom)?;
        let mut pods = Pods::default();
        pods.take(&object).map_err(serde::de::Error::custom)?;
        Ok(pods)
    }
}

struct Items(Pods);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor).map(Self)
    }
}

struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Pods;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of Kubernetes objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Pods, S::Error> {
        let mut pods = Pods::default();
        while !pods.too_many {
            let Some(object) = seq.next_element::<Object>()? else { return Ok(pods) };
            pods.take(&object).map_err(serde::de::Error::custom)?;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(pods)
    }
}

impl Pods {
    /// Pods that ended are never admitted again; objects without pods are passed over.
    fn take(&mut self, object: &Object) -> Result<(), manifest::ManifestError> {
        if object.has_ended() {
            return Ok(());
        }
        if let Some(pod) = object.pod()? {
            let owner = owner_of(&pod.labels).to_owned();
            let origin = if object.is_bare_pod() { Origin::Running } else { Origin::List };
            let request = pod.into_request();
            self.items.push(InventoryItem {
                request,
                origin,
                workload: object.workload(),
                owner,
                ..InventoryItem::default()
            });
        }
        self.too_many = self.items.len() > MAX_ITEMS;
        Ok(())
    }
}

/// A line of JSON: the request of `countersign simulate`, by the names of its flags.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Line {
    image: Option<String>,
    images: Option<Vec<String>>,
    platform: Option<LinePlatform>,
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    service_identity: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    attested_by: Option<Vec<String>>,
    resolved_digest: Option<String>,
    workload: Option<String>,
    owner: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LinePlatform {
    Gke,
    CloudRun,
}

fn lines(text: &str, defaults: &Defaults) -> Result<Vec<InventoryItem>, InventoryError> {
    let mut items = Vec::new();
    for (at, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let fault = |message: String| InventoryError::Line { line: at + 1, message };
        let line: Line = serde_json::from_str(text).map_err(|error| fault(plain(&error)))?;
        items.push(line.into_item(defaults).map_err(fault)?);
        if items.len() > MAX_ITEMS {
            return Err(InventoryError::TooMany);
        }
    }
    Ok(items)
}

fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    format!("column {}: {message}", error.column())
}

impl Line {
    fn into_item(self, defaults: &Defaults) -> Result<InventoryItem, String> {
        let names: Vec<String> = self.image.into_iter().chain(self.images.unwrap_or_default()).collect();
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err("expected `image`, or `images` with at least one".to_owned());
        }
        let image = |image: String| RequestImage { image, ..RequestImage::default() };
        let attested = self.attested_by.map(|names| names.iter().map(|name| attestor(name, defaults)).collect());
        let digest = |text: String| text.parse::<Digest>().map_err(|error| error.to_string());
        let pod = defaults.pod.clone();
        let labels = self.labels.unwrap_or(pod.labels);
        let owner = self.owner.unwrap_or_else(|| owner_of(&labels).to_owned());
        let request = Request {
            platform: match self.platform {
                Some(LinePlatform::CloudRun) => Platform::CloudRun,
                Some(LinePlatform::Gke) => Platform::Gke,
                None => pod.platform,
            },
            cluster: self.cluster.or(pod.cluster),
            namespace: self.namespace.unwrap_or(pod.namespace),
            service_account: self.service_account.unwrap_or(pod.service_account),
            service_identity: self.service_identity.or(pod.service_identity),
            labels,
            annotations: self.annotations.unwrap_or(pod.annotations),
            images: names.into_iter().map(image).collect(),
            ..Request { enforcement: pod.enforcement, ..Request::default() }
        };
        Ok(InventoryItem {
            request,
            origin: Origin::List,
            workload: self.workload.unwrap_or_default(),
            owner,
            attested_by: attested.transpose()?,
            resolved_digest: self.resolved_digest.map(digest).transpose()?,
        })
    }
}

/// A whole name, or the id of an attestor that one of the policies names.
fn attestor(text: &str, defaults: &Defaults) -> Result<AttestorName, String> {
    if let Ok(name) = text.parse() {
        return Ok(name);
    }
    let mut known = defaults.attestors.iter().filter(|name| name.id() == text);
    match (known.next(), known.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(format!("no policy names an attestor {text:?}: write projects/PROJECT/attestors/{text}")),
        (Some(_), Some(_)) => {
            Err(format!("several attestors are called {text:?}: write projects/PROJECT/attestors/{text}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(items: &[InventoryItem]) -> Vec<String> {
        items.iter().map(|item| format!("{} {} {}", item.title(), item.namespace(), item.workload)).collect()
    }

    #[test]
    fn images_stand_one_a_line() {
        let items = parse("# mine\n\n gcr.io/p/a:1 \ngcr.io/p/b\n", &Defaults::default()).unwrap();
        assert_eq!(titles(&items), ["gcr.io/p/a:1 default ", "gcr.io/p/b default "]);
        let error = parse("gcr.io/p/a\nNAME READY\n", &Defaults::default()).unwrap_err().to_string();
        assert!(error.starts_with("line 2: \"NAME READY\" is not an image reference"), "{error}");
    }

    #[test]
    fn lines_are_requests() {
        let text = r#"{"image": "gcr.io/p/a", "namespace": "shop", "attestedBy": ["qa"], "owner": "me"}
{"images": ["gcr.io/p/a", "gcr.io/p/b"], "workload": "deployment/web"}"#;
        let attestors = vec!["projects/p/attestors/qa".parse().unwrap()];
        let items = parse(text, &Defaults { attestors, ..Defaults::default() }).unwrap();
        assert_eq!(titles(&items), ["gcr.io/p/a shop ", "gcr.io/p/a and 1 more default deployment/web"]);
        assert_eq!(
            (items[0].owner.as_str(), items[0].attested_by.as_ref().map(std::collections::BTreeSet::len)),
            ("me", Some(1))
        );
    }

    #[rstest::rstest]
    #[case("", "the inventory is empty")]
    #[case("{\"image\": \"a\"}\n{\"img\": \"b\"}", "line 2: column 6: unknown field `img`")]
    #[case("{\"namespace\": \"a\"}\n{\"image\": \"b\"}", "line 1: expected `image`")]
    #[case("{\"image\": \"a\", \"attestedBy\": [\"qa\"]}", "line 1: no policy names an attestor \"qa\"")]
    #[case("{\"items\": 3}", "line 1, column 11: invalid type")]
    fn what_is_wrong_is_said_with_its_line(#[case] text: &str, #[case] expected: &str) {
        let error = parse(text, &Defaults::default()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn pods_are_those_that_kubectl_lists_and_that_still_run() {
        let text = r#"{"apiVersion": "v1", "kind": "List", "items": [
            {"kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", "labels": {"team": "a"},
              "ownerReferences": [{"kind": "ReplicaSet", "name": "web", "controller": true}]},
             "spec": {"serviceAccountName": "sa", "containers": [{"name": "c", "image": "gcr.io/p/a"}]},
             "status": {"phase": "Running"}},
            {"kind": "Pod", "metadata": {"name": "job-1"}, "spec": {"containers": [{"name": "c", "image": "x"}]},
             "status": {"phase": "Succeeded"}},
            {"kind": "Service", "metadata": {"name": "s"}, "spec": {}}]}"#;
        let pod = Request { cluster: Some("l.c".to_owned()), ..Request::default() };
        let items = parse(text, &Defaults { pod, ..Defaults::default() }).unwrap();
        assert_eq!(titles(&items), ["gcr.io/p/a shop replicaset/web"]);
        assert_eq!((items[0].owner.as_str(), items[0].request.service_account.as_str()), ("a", "sa"));
        assert_eq!((items[0].request.cluster.as_deref(), items[0].origin), (Some("l.c"), Origin::Running));
    }

    #[test]
    fn pods_in_yaml_are_read_too() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: x}]}\n";
        assert_eq!(titles(&parse(text, &Defaults::default()).unwrap()), ["x default pod/a"]);
    }
}
