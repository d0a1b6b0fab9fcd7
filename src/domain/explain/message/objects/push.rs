//! What Pub/Sub pushes: the data of a message, in base64.

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use base64::{DecodeError, Engine as _};
use serde_json::Value;

use super::field::text;

/// The data of `{"message": {"data": …, "messageId": …}, "subscription": …}`, or of a message that was pulled.
pub fn pushed(value: &Value) -> Option<String> {
    let message = value.get("message").filter(|message| message.is_object()).unwrap_or(value);
    let is_message =
        ["messageId", "message_id", "publishTime", "publish_time"].iter().any(|name| message.get(*name).is_some());
    let is_pushed = value.get("subscription").is_some() || value.get("ackId").is_some();
    if !is_message && !is_pushed {
        return None;
    }
    let data = text(message, "/data");
    let bytes: Result<Vec<u8>, DecodeError> = STANDARD.decode(&*data).or_else(|_| URL_SAFE.decode(&*data));
    String::from_utf8(bytes.ok()?).ok().filter(|data| !data.is_empty())
}
