//! What the tables of several kinds have in common: columns, and the texts of cells.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Container;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::kubernetes::age::since;
use crate::kubernetes::selector::written;

/// A column: its title, its type, and 1 where only `-o wide` shows it.
pub(super) type Column = (&'static str, &'static str, u8);

pub(super) const AGE: Column = ("Age", "string", 0);
pub(super) const NAME: Column = ("Name", "string", 0);

pub(super) fn name(meta: &ObjectMeta) -> &str {
    meta.name.as_deref().unwrap_or_default()
}

pub(super) fn age(meta: &ObjectMeta, now: Timestamp) -> String {
    since(meta.creation_timestamp.as_ref().map(|time| time.0), now)
}

pub(super) fn names(containers: &[Container]) -> String {
    containers.iter().map(|container| container.name.as_str()).collect::<Vec<_>>().join(",")
}

pub(super) fn images(containers: &[Container]) -> String {
    containers.iter().filter_map(|container| container.image.as_deref()).collect::<Vec<_>>().join(",")
}

pub(super) fn selected(selector: &LabelSelector) -> String {
    let text = written(selector);
    if text.is_empty() { "<none>".to_owned() } else { text }
}
