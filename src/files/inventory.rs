//! An inventory as people have it: images one a line, requests as JSON lines, or what
//! `kubectl get pods -A -o json` prints.
//!
//! Pure; may use `domain`.

mod defaults;
mod line;
mod pods;

use serde::Deserialize;
use serde::de::IgnoredAny;

pub use self::defaults::Defaults;
use self::line::Line;
use self::pods::Pods;
use crate::manifest;
use domain::admission::{Platform, Request};
use domain::image::ImageRef;
use domain::inventory::{InventoryItem, MAX_ITEMS, Origin, owner_of};

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

/// The items of a text in any of the forms, told apart by what it begins with.
pub fn parse(text: &str, defaults: &Defaults) -> Result<Vec<InventoryItem>, InventoryError> {
    if text.len() > MAX_BYTES {
        return Err(InventoryError::TooLarge { found: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}');
    let mut items = match text.trim_start().chars().next() {
        None => Vec::new(),
        Some('{') => objects_or_lines(text, defaults)?,
        _ if is_manifest(text) => pods_in_yaml(text, defaults)?,
        Some(_) => images(text, defaults)?,
    };
    for item in &mut items {
        item.request.settle_enforcement();
    }
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

/// What a pod's object does not say of where it runs.
fn in_cluster(mut request: Request, defaults: &Defaults) -> Request {
    request.complete(&defaults.pod);
    if request.platform == Platform::Gke {
        request.enforcement = defaults.pod.enforcement;
    }
    request
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
