//! Pages of a list: how many entries, and from where (AIP-158).

use serde_json::{Map, Value};

use super::decode::Params;
use super::error::ApiError;
use wire::base64_bytes;

/// One page of a list whose entries have a place (a number that only grows).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// Entries on it, at least 1.
    pub(super) size: usize,
    /// The place after which it starts.
    pub(super) after: i64,
}

impl Page {
    /// `pageSize` and `pageToken` of a request; sizes beyond `max` are cut to it, as the services do.
    pub(super) fn from_params(params: &Params, default: usize, max: usize) -> Result<Self, ApiError> {
        let size = match params.get("pageSize") {
            None => 0,
            Some(text) => text.parse().map_err(|_not_a_number| invalid_size(text))?,
        };
        Self::new(size, params.get("pageToken"), default, max)
    }

    /// Size and token as the body of a request has them; a size of 0 means the default.
    pub(super) fn new(size: i64, token: Option<&str>, default: usize, max: usize) -> Result<Self, ApiError> {
        let size = match size {
            0 => default,
            size if size > 0 => usize::try_from(size).unwrap_or(max).min(max),
            _ => return Err(invalid_size(&size.to_string())),
        };
        let after = match token {
            None => 0,
            Some(token) => place(token).ok_or_else(|| ApiError::invalid_field("page_token", "Invalid page token."))?,
        };
        Ok(Self { size, after })
    }

    /// How many rows to read: one more than the page shows, to know whether there is a next one.
    pub(super) fn limit(self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The page's entries and the token of the next page, from rows with their places.
    pub(super) fn cut<T>(self, mut rows: Vec<(i64, T)>) -> (Vec<T>, Option<String>) {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let next = rows.last().filter(|_| more).map(|(place, _)| token(*place));
        (rows.into_iter().map(|(_, entry)| entry).collect(), next)
    }
}

/// One page of a list as the APIs answer it; empty lists are left out, as proto3 JSON has it.
pub(super) fn list_body(field: &str, entries: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = Map::new();
    if !entries.is_empty() {
        answer.insert(field.to_owned(), entries.into());
    }
    if let Some(next) = next {
        answer.insert("nextPageToken".to_owned(), next.into());
    }
    Value::Object(answer)
}

fn invalid_size(text: &str) -> ApiError {
    ApiError::invalid_field("page_size", format!("Invalid page size: {text:.40}"))
}

fn token(place: i64) -> String {
    base64_bytes::encode(&place.to_be_bytes())
}

fn place(token: &str) -> Option<i64> {
    let bytes = base64_bytes::decode(token).ok()?;
    bytes.try_into().ok().map(i64::from_be_bytes).filter(|place| *place >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_where_to_go_on() {
        let page = Page { size: 2, after: 0 };
        let (entries, next) = page.cut(vec![(5, 'a'), (9, 'b'), (11, 'c')]);
        assert_eq!(entries, ['a', 'b']);
        assert_eq!(place(&next.unwrap()), Some(9));
        assert_eq!(page.cut(vec![(5, 'a'), (9, 'b')]).1, None);
    }

    #[test]
    fn other_tokens_are_refused() {
        for text in ["", "x", "AAAA", "/////////////w=="] {
            assert_eq!(place(text), None, "{text}");
        }
    }
}
