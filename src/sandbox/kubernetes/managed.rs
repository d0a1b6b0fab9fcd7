//! Who set which field of an object (`metadata.managedFields`), and server-side apply.
//!
//! Kubernetes' structured merge, as far as clients see it, with these limits: lists are merged by
//! the keys of `patch` and not by a schema, so unknown ones are taken as one value each; only what
//! clients send is recorded, not what the controllers write; `scale` is recorded as a change of the
//! object itself. What was there before anybody was recorded belongs to `before-first-apply`.

mod conflict;
mod fields;
mod lists;
mod object;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry, Time};
use serde_json::Value;

use super::failure::Failure;
use conflict::conflict;
use fields::Fields;
use object::fields_of;

/// The most entries that are kept; the API server merges updates beyond ten as well.
const MAX_ENTRIES: usize = 20;

/// Who writes, when, and in which version of the API.
#[derive(Debug, Clone)]
pub(super) struct Writer<'w> {
    pub(super) manager: &'w str,
    pub(super) api_version: &'w str,
    pub(super) now: Time,
}

/// What an apply comes to.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) object: Value,
    pub(super) entries: Vec<ManagedFieldsEntry>,
}

impl Writer<'_> {
    fn entry(&self, operation: &str, fields: &Fields) -> ManagedFieldsEntry {
        ManagedFieldsEntry {
            manager: Some(self.manager.chars().take(128).collect()),
            operation: Some(operation.to_owned()),
            api_version: Some(self.api_version.to_owned()),
            time: Some(self.now.clone()),
            fields_type: Some("FieldsV1".to_owned()),
            fields_v1: Some(FieldsV1(fields.to_tree())),
            subresource: None,
        }
    }

    fn is(&self, entry: &ManagedFieldsEntry, operation: &str) -> bool {
        entry.manager.as_deref() == Some(self.manager) && entry.operation.as_deref() == Some(operation)
    }

    /// The record of an object that is made by `POST`.
    pub(super) fn of_new(&self, object: &Value) -> Vec<ManagedFieldsEntry> {
        vec![self.entry("Update", &fields_of(object))]
    }

    /// The record after a change: what is new or different is the writer's, and nobody else's.
    pub(super) fn after_update(
        &self,
        entries: Vec<ManagedFieldsEntry>,
        old: &Value,
        new: &Value,
    ) -> Vec<ManagedFieldsEntry> {
        let (had, has) = (fields_of(old), fields_of(new));
        let changed = object::changed(&has, new, &had, old);
        let gone = had.minus(&has);
        if changed.is_empty() && gone.is_empty() {
            return entries;
        }
        let mut mine = changed.clone();
        let mut kept = Vec::new();
        for entry in entries {
            let fields = Fields::of_entry(&entry);
            if self.is(&entry, "Update") {
                mine.extend(fields.minus(&gone));
            } else {
                kept.extend(with(entry, &fields.minus(&changed).minus(&gone)));
            }
        }
        if !mine.is_empty() {
            kept.push(self.entry("Update", &mine));
        }
        let excess = kept.len().saturating_sub(MAX_ENTRIES);
        kept.drain(..excess);
        kept
    }

    /// An object that server-side apply makes.
    pub(super) fn create(&self, applied: &Value) -> Applied {
        Applied { object: applied.clone(), entries: vec![self.entry("Apply", &fields_of(applied))] }
    }

    /// An object with what a client applies. It fails where others have set a field to another
    /// value, unless it is forced. What the same client applied before and now leaves out goes, if
    /// nobody else has it.
    pub(super) fn apply(
        &self,
        live: &Value,
        applied: &Value,
        entries: Option<Vec<ManagedFieldsEntry>>,
        force: bool,
    ) -> Result<Applied, Failure> {
        let entries = entries.filter(|entries| !entries.is_empty()).unwrap_or_else(|| self.before_first_apply(live));
        let wanted = fields_of(applied);
        let (mine, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| self.is(entry, "Apply"));
        let others: Vec<(ManagedFieldsEntry, Fields)> =
            others.into_iter().map(|entry| (entry.clone(), Fields::of_entry(&entry))).collect();
        let contested = object::contested(&wanted, applied, live);
        if !force {
            let conflicts: Vec<_> = others.iter().map(|(entry, fields)| (entry, fields.common(&contested))).collect();
            if let Some(refused) = conflict(&conflicts) {
                return Err(refused);
            }
        }
        let mut object = live.clone();
        object::merge(&mut object, applied).map_err(|list| Failure::duplicate_entries(&list))?;
        let before = mine.iter().map(Fields::of_entry).next().unwrap_or_default();
        let mut kept = wanted.clone();
        for (_, fields) in &others {
            kept.extend(fields.clone());
        }
        object::remove(&mut object, &before.beyond(&kept));
        let mut entries: Vec<ManagedFieldsEntry> = Vec::new();
        for (entry, fields) in &others {
            entries.extend(with(entry.clone(), &fields.minus(&contested)));
        }
        // Applied again and the same: the record keeps its time.
        let same = mine.into_iter().next().filter(|_| before == wanted);
        entries.insert(0, same.unwrap_or_else(|| self.entry("Apply", &wanted)));
        Ok(Applied { object, entries })
    }

    fn before_first_apply(&self, live: &Value) -> Vec<ManagedFieldsEntry> {
        let writer = Writer { manager: "before-first-apply", ..self.clone() };
        writer.of_new(live)
    }
}

/// The entry with these fields, unchanged if they are the same; none if there are none left.
fn with(entry: ManagedFieldsEntry, fields: &Fields) -> Option<ManagedFieldsEntry> {
    if fields.is_empty() {
        return None;
    }
    Some(ManagedFieldsEntry { fields_v1: Some(FieldsV1(fields.to_tree())), ..entry })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn writer(manager: &str) -> Writer<'_> {
        Writer { manager, api_version: "apps/v1", now: Time(jiff::Timestamp::UNIX_EPOCH) }
    }

    fn web(image: &str, labels: &Value) -> Value {
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "labels": labels },
            "spec": { "replicas": 2, "template": { "spec": { "containers": [{ "name": "c", "image": image }] } } } })
    }

    #[test]
    fn a_field_of_another_manager_is_a_conflict_unless_it_is_the_same() {
        let live = web("a", &json!({}));
        let entries = writer("kubectl-client-side-apply").of_new(&live);
        let applied = web("b", &json!({}));
        let refused = writer("kubectl").apply(&live, &applied, Some(entries.clone()), false).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1: \
             .spec.template.spec.containers[name=\"c\"].image"
        );
        assert!(writer("kubectl").apply(&live, &live, Some(entries.clone()), false).is_ok());
        let forced = writer("kubectl").apply(&live, &applied, Some(entries), true).unwrap();
        assert_eq!(forced.object["spec"]["template"]["spec"]["containers"][0]["image"], "b");
        let other = serde_json::to_string(&forced.entries[1]).unwrap();
        assert!(!other.contains("f:image") && other.contains("f:replicas"), "{other}");
    }

    #[test]
    fn what_is_no_longer_applied_goes() {
        let first = writer("kubectl").create(&web("a", &json!({ "app": "web", "old": "x" })));
        let mut live = first.object.clone();
        live["spec"]["template"]["spec"]["dnsPolicy"] = "ClusterFirst".into();
        let second = web("a", &json!({ "app": "web" }));
        let applied = writer("kubectl").apply(&live, &second, Some(first.entries), false).unwrap();
        assert_eq!(applied.object["metadata"]["labels"], json!({ "app": "web" }));
        assert_eq!(applied.object["spec"]["template"]["spec"]["dnsPolicy"], "ClusterFirst");
    }

    #[test]
    fn a_list_element_goes_with_its_fields_and_stays_with_another_manager() {
        let mut two = web("a", &json!({}));
        two["spec"]["template"]["spec"]["containers"] =
            json!([{ "name": "c", "image": "a" }, { "name": "d", "image": "x" }]);
        let first = writer("kubectl").create(&two);
        let one = web("a", &json!({}));
        let applied = writer("kubectl").apply(&two, &one, Some(first.entries.clone()), false).unwrap();
        assert_eq!(applied.object["spec"]["template"]["spec"]["containers"], json!([{ "name": "c", "image": "a" }]));
        let mut changed = two.clone();
        changed["spec"]["template"]["spec"]["containers"][1]["image"] = "y".into();
        let entries = writer("kubectl-set").after_update(first.entries, &two, &changed);
        let applied = writer("kubectl").apply(&changed, &one, Some(entries), false).unwrap();
        assert_eq!(applied.object["spec"]["template"]["spec"]["containers"][1]["image"], "y");
    }

    #[test]
    fn applied_again_the_record_stays() {
        let first = writer("kubectl").create(&web("a", &json!({})));
        let again = Writer { now: Time(jiff::Timestamp::MAX), ..writer("kubectl") };
        let applied = again.apply(&first.object, &first.object, Some(first.entries.clone()), false).unwrap();
        assert_eq!(applied.entries, first.entries);
        assert_eq!(applied.object, first.object);
    }
}
