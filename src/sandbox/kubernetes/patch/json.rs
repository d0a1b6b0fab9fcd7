//! JSON patches (RFC 6902) within the API server's bounds: few bytes of them could otherwise make an object of any
//! size, by copies of copies.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;

use super::effort::Effort;
use crate::kubernetes::failure::Failure;
use crate::values::MAX_VALUES;

/// `maxJSONPatchOperations` of `k8s.io/apiserver`.
const MAX_OPERATIONS: usize = 10_000;

/// What all copies of a patch may add to the object, in bytes of JSON: `AccumulatedCopySizeLimit`, which the API
/// server sets to its limit for bodies.
const MAX_COPIED_BYTES: usize = 3 << 20;

/// How deep objects may nest, as `serde_json` reads them back: what is read and written by recursion must not end
/// the stack.
const MAX_DEPTH: usize = 120;

/// How many elements of a list are moved in the time of one step.
const MOVED_AT_ONCE: usize = 16;

pub(super) fn apply(object: &mut Value, patch: &Patch) -> Result<(), Failure> {
    let count = patch.0.len();
    if count > MAX_OPERATIONS {
        let message = format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {count}");
        return Err(Failure::entity_too_large(&message));
    }
    let mut cost = Cost::default();
    for (at, operation) in patch.0.iter().enumerate() {
        cost.add(object, operation)?;
        json_patch::patch_unsafe(object, std::slice::from_ref(operation))
            .map_err(|error| unprocessable(&format!("operation {at}: {}", error.kind)))?;
    }
    Ok(())
}

/// What the operations of a patch have cost.
#[derive(Debug, Default)]
struct Cost {
    effort: Effort,
    copied: usize,
    /// Values that were copied: each takes some hundred bytes of memory, however short it is written.
    copied_values: usize,
}

impl Cost {
    /// Counts an operation before it is done to this object.
    fn add(&mut self, object: &Value, operation: &PatchOperation) -> Result<(), Failure> {
        match operation {
            PatchOperation::Add(add) => self.put(object, add.path.as_str(), &add.value),
            PatchOperation::Replace(replace) => self.put(object, replace.path.as_str(), &replace.value),
            PatchOperation::Remove(remove) => self.shift(object, remove.path.as_str()),
            PatchOperation::Test(_) => Ok(()),
            PatchOperation::Move(moved) => {
                self.shift(object, moved.from.as_str())?;
                self.put_from(object, moved.from.as_str(), moved.path.as_str())
            }
            PatchOperation::Copy(copy) => {
                self.copy(object, copy.from.as_str())?;
                self.put_from(object, copy.from.as_str(), copy.path.as_str())
            }
        }
    }

    fn put(&mut self, object: &Value, path: &str, value: &Value) -> Result<(), Failure> {
        self.shift(object, path)?;
        let depth = self.depth(value)?;
        if depth + path.matches('/').count() > MAX_DEPTH {
            return Err(unprocessable(&format!("objects nest at most {MAX_DEPTH} deep")));
        }
        Ok(())
    }

    fn put_from(&mut self, object: &Value, from: &str, path: &str) -> Result<(), Failure> {
        // What is not there is the operation's own error.
        object.pointer(from).map_or(Ok(()), |value| self.put(object, path, value))
    }

    /// A list in which something is put or from which it is taken moves what is behind it.
    fn shift(&mut self, object: &Value, path: &str) -> Result<(), Failure> {
        let parent = path.rsplit_once('/').and_then(|(parent, _)| object.pointer(parent));
        let moved = parent.and_then(Value::as_array).map_or(0, Vec::len);
        self.effort.spend(moved / MOVED_AT_ONCE)
    }

    fn copy(&mut self, object: &Value, from: &str) -> Result<(), Failure> {
        let Some(value) = object.pointer(from) else { return Ok(()) };
        let mut counter = Counter { left: MAX_COPIED_BYTES - self.copied };
        let fits = serde_json::to_writer(&mut counter, value).is_ok();
        let copied = MAX_COPIED_BYTES - counter.left;
        if !fits {
            return Err(unprocessable(&format!(
                "Unable to complete the copy, the accumulated size increase of copy is more than {copied}, exceeding \
                 the limit {MAX_COPIED_BYTES}"
            )));
        }
        self.copied = copied;
        self.copied_values += count(value);
        if self.copied_values > MAX_VALUES {
            return Err(Failure::entity_too_large(&format!(
                "the sandbox copies at most {MAX_VALUES} values in a patch"
            )));
        }
        Ok(())
    }

    /// How deep a value nests; a plain one does not.
    fn depth(&mut self, value: &Value) -> Result<usize, Failure> {
        let mut deepest = 0;
        match value {
            Value::Array(list) => {
                self.effort.spend(list.len())?;
                for element in list {
                    deepest = deepest.max(1 + self.depth(element)?);
                }
            }
            Value::Object(map) => {
                self.effort.spend(map.len())?;
                for element in map.values() {
                    deepest = deepest.max(1 + self.depth(element)?);
                }
            }
            _ => {}
        }
        Ok(deepest)
    }
}

/// How many values a value is, itself and all below it.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(count).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Counts the bytes that are written, up to what is left.
struct Counter {
    left: usize,
}

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn unprocessable(what: &str) -> Failure {
    Failure::new(422, "Invalid", format!("the server rejected our request due to an error in our request: {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn apply_text(object: &mut Value, patch: &Value) -> Result<(), String> {
        let patch = serde_json::from_value(patch.clone()).unwrap();
        apply(object, &patch).map_err(|failure| failure.to_string())
    }

    /// Each copy doubles what the next one copies: 30 of them would be 20 GB.
    #[test]
    fn copies_of_copies_are_refused_at_three_megabytes() {
        let mut operations =
            vec![json!({ "op": "add", "path": "/metadata/annotations", "value": { "a": "x".repeat(1000) } })];
        for n in 0..30 {
            let path = format!("/metadata/annotations/k{n}");
            operations.push(json!({ "op": "copy", "from": "/metadata", "path": path }));
        }
        let mut object = json!({ "metadata": { "name": "base" } });
        let refused = apply_text(&mut object, &operations.into()).unwrap_err();
        assert!(refused.contains("exceeding the limit 3145728"), "{refused}");
        assert!(object.to_string().len() < 4 << 20);
    }

    /// A million numbers of one digit are two megabytes of JSON, and a hundred in memory.
    #[test]
    fn copies_have_no_more_values_than_a_body() {
        let mut operations = vec![json!({ "op": "add", "path": "/list", "value": vec![0; 50_000] })];
        operations.extend((0..20).map(|n| json!({ "op": "copy", "from": "/list", "path": format!("/copy{n}") })));
        let mut object = json!({});
        let refused = apply_text(&mut object, &operations.into()).unwrap_err();
        assert_eq!(refused, "Request entity too large: the sandbox copies at most 100000 values in a patch");
        assert!(object.get("copy0").is_some() && object.get("copy1").is_none());
    }

    #[test]
    fn a_patch_has_at_most_ten_thousand_operations() {
        let operations = |count: usize| Value::from(vec![json!({ "op": "test", "path": "/a", "value": 1 }); count]);
        let mut object = json!({ "a": 1 });
        apply_text(&mut object, &operations(10_000)).unwrap();
        let refused = apply_text(&mut object, &operations(10_001)).unwrap_err();
        let expected = "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001";
        assert_eq!(refused, expected);
    }

    #[test]
    fn nothing_is_nested_deeper_than_it_can_be_read() {
        let mut operations = vec![json!({ "op": "add", "path": "/x", "value": {} })];
        for _ in 0..500 {
            operations.push(json!({ "op": "add", "path": "/y", "value": {} }));
            operations.push(json!({ "op": "move", "from": "/x", "path": "/y/x" }));
            operations.push(json!({ "op": "move", "from": "/y", "path": "/x" }));
        }
        let refused = apply_text(&mut json!({}), &operations.into()).unwrap_err();
        assert!(refused.ends_with("objects nest at most 120 deep"), "{refused}");
    }

    /// Each operation moves all elements of the list by one place.
    #[test]
    fn a_long_list_is_not_moved_ten_thousand_times() {
        let mut operations = vec![json!({ "op": "add", "path": "/list", "value": vec![0; 400_000] })];
        operations.extend(std::iter::repeat_n(json!({ "op": "add", "path": "/list/0", "value": 0 }), 9_000));
        let refused = apply_text(&mut json!({}), &operations.into()).unwrap_err();
        assert!(refused.starts_with("Request entity too large: "), "{refused}");
    }
}
