//! The pods that kubectl prints as JSON, read one object at a time.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::manifest::{ManifestError, Object};
use domain::inventory::{InventoryItem, MAX_ITEMS, Origin, owner_of};

/// What kubectl prints: an object, or a list of which one object at a time is held.
#[derive(Debug, Default)]
pub(super) struct Pods {
    pub(super) items: Vec<InventoryItem>,
    pub(super) too_many: bool,
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
    fn take(&mut self, object: &Object) -> Result<(), ManifestError> {
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
