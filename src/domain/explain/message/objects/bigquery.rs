//! Rows of `BigQuery`, where a log is kept by a sink: an entry, with other names for its fields
//! (Cloud Logging, "`BigQuery` schema for routed logs"): `protopayload_auditlog` for the payload, its request and
//! response as JSON in texts, and `_` in names of labels for what `BigQuery` does not take.

use serde_json::{Map, Value};

/// A label's name as a column has it.
pub fn column(label: &str) -> String {
    label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Whether an object is such a row: nested, or flat with points or underscores between the names.
pub fn is_row(value: &Value) -> bool {
    let is_column = |name: &String| {
        name.starts_with("protopayload_auditlog") || matches!(name.as_str(), "requestJson" | "responseJson")
    };
    value.as_object().is_some_and(|row| row.keys().any(is_column))
}

/// The entry that a row is.
pub fn entry(row: &Value) -> Value {
    let row = without_nulls(nested(row));
    let mut payload = row.get("protopayload_auditlog").cloned().unwrap_or(Value::Null);
    // A query may have chosen the fields alone.
    if payload.is_null() {
        payload = Value::Object(Map::new());
    }
    for (column, field) in [("requestJson", "request"), ("responseJson", "response"), ("metadataJson", "metadata")] {
        let text = payload.get(column).or_else(|| row.get(column)).and_then(Value::as_str).unwrap_or_default();
        if let (Ok(value), Some(payload)) = (serde_json::from_str(text), payload.as_object_mut()) {
            payload.insert(field.to_owned(), value);
        }
    }
    for field in ["methodName", "resourceName", "serviceName"] {
        if let (Some(value), None) = (row.get(field).cloned(), payload.get(field)) {
            payload.as_object_mut().map(|payload| payload.insert(field.to_owned(), value));
        }
    }
    if let Some(code) = payload.pointer_mut("/status/code") {
        let number = code.as_str().and_then(|text| text.parse::<i64>().ok());
        *code = number.map_or_else(|| code.take(), Value::from);
    }
    let mut entry = Map::new();
    for field in ["timestamp", "insertId", "logName", "resource", "labels"] {
        if let Some(value) = row.get(field) {
            entry.insert(field.to_owned(), value.clone());
        }
    }
    if let Some(Value::String(time)) = entry.get_mut("timestamp") {
        *time = rfc_3339(time);
    }
    entry.insert("protoPayload".to_owned(), payload);
    Value::Object(entry)
}

/// A field that a row does not have is null there.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}

/// `2026-05-12 05:37:31.5 UTC`, as `bq` prints it.
fn rfc_3339(time: &str) -> String {
    let time = time.trim_end_matches(" UTC");
    let has_zone = time.ends_with('Z') || time.contains('+');
    let is_date = time.get(4..5) == Some("-") && time.get(10..11) == Some(" ");
    if is_date && !has_zone { format!("{}Z", time.replacen(' ', "T", 1)) } else { time.to_owned() }
}

/// A row with points in the names of its columns, as a query or a CSV file has them, as objects in objects.
fn nested(row: &Value) -> Value {
    let mut whole = Map::new();
    for (name, value) in row.as_object().into_iter().flatten() {
        put(&mut whole, name, value.clone());
    }
    Value::Object(whole)
}

fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    let dotted = name.split_once('.').or_else(|| {
        let rest = name.strip_prefix("protopayload_auditlog_")?;
        Some(("protopayload_auditlog", rest))
    });
    let Some((first, rest)) = dotted else {
        object.insert(name.to_owned(), value);
        return;
    };
    if let Value::Object(inner) = object.entry(first).or_insert_with(|| Value::Object(Map::new())) {
        put(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_nested_row_and_a_flat_one_are_the_same_entry() {
        let nested = json!({"timestamp": "2026-05-12 05:37:31.5 UTC", "insertId": "a", "protopayload_auditlog": {
            "methodName": "io.k8s.core.v1.pods.create", "status": {"code": "3"}, "responseJson": "{\"code\": 400}"}});
        let flat = json!({"timestamp": "2026-05-12 05:37:31.5", "insertId": "a",
            "protopayload_auditlog.methodName": "io.k8s.core.v1.pods.create", "protopayload_auditlog.status.code": "3",
            "protopayload_auditlog_responseJson": "{\"code\": 400}"});
        assert!(is_row(&nested) && is_row(&flat) && !is_row(&json!({"protoPayload": {}})));
        let expected = json!("io.k8s.core.v1.pods.create");
        for row in [&nested, &flat] {
            let entry = entry(row);
            assert_eq!(entry.pointer("/protoPayload/methodName"), Some(&expected));
            assert_eq!(entry.pointer("/protoPayload/response/code"), Some(&json!(400)));
            assert_eq!(entry.pointer("/protoPayload/status/code"), Some(&json!(3)));
            assert_eq!(entry["timestamp"], "2026-05-12T05:37:31.5Z");
        }
    }

    #[test]
    fn labels_have_underscores() {
        assert_eq!(
            column("imagepolicywebhook.image-policy.k8s.io/dry-run"),
            "imagepolicywebhook_image_policy_k8s_io_dry_run"
        );
    }
}
