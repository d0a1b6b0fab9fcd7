//! Entries in other carriers than JSON of Cloud Logging, made that.

use serde_json::Value;

use domain::explain::message::{bigquery, pushed};

/// What stands in a row of `BigQuery`, or in a message of Pub/Sub.
const SIGNS: [&[u8]; 4] = [b"protopayload_auditlog", b"responseJson", b"requestJson", b"\"data\""];

/// The entry in a row or an envelope, as JSON; `None` where there is none.
pub(super) fn entry(bytes: &[u8]) -> Option<Vec<u8>> {
    let has = |sign: &&[u8]| bytes.windows(sign.len()).any(|window| window == *sign);
    if !SIGNS.iter().any(has) {
        return None;
    }
    let value: Value = serde_json::from_slice(bytes).ok()?;
    if bigquery::is_row(&value) {
        return serde_json::to_vec(&bigquery::entry(&value)).ok();
    }
    let data = pushed(&value)?;
    data.trim_start().starts_with('{').then(|| data.into_bytes())
}

/// A document of YAML, or an item of a list, as JSON.
pub(super) fn yaml(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(bytes);
    let options = serde_saphyr::options! { no_schema: false, with_snippet: false };
    let value = serde_saphyr::from_str_with_options::<Value>(&text, options);
    let mut value = value.map_err(|error| error.to_string())?;
    if let Some(list) = value.as_array_mut()
        && list.len() == 1
    {
        value = list.remove(0);
    }
    serde_json::to_vec(&value).map_err(|error| error.to_string())
}
