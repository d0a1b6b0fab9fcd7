//! Addresses as logs may show them: without credentials, and of the query only what is known to be
//! harmless. Pure.

/// The query parameters whose values are shown.
const SHOWN: [&str; 26] = [
    "allowWatchBookmarks",
    "attestorId",
    "continue",
    "digest",
    "dryRun",
    "fieldManager",
    "fieldSelector",
    "fieldValidation",
    "filter",
    "labelSelector",
    "last",
    "limit",
    "n",
    "noteId",
    "options.requestedPolicyVersion",
    "pageSize",
    "pageToken",
    "platform",
    "policyId",
    "resourceVersion",
    "scope",
    "service",
    "timeout",
    "timeoutSeconds",
    "updateMask",
    "watch",
];

/// `base` (scheme, host and path) and the query, with `…` for values that may be secret.
pub fn printable_url<K: AsRef<str>, V: AsRef<str>>(base: &str, query: impl IntoIterator<Item = (K, V)>) -> String {
    let pair = |(key, value): (K, V)| {
        let key = key.as_ref();
        let value = if SHOWN.contains(&key) { value.as_ref() } else { "…" };
        format!("{key}={value}")
    };
    let query: Vec<String> = query.into_iter().map(pair).collect();
    if query.is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) }
}
