//! Pages of a list: how many entries, and from where (AIP-158). A page also ends where it has become large: a
//! service may return fewer entries than were asked for, and says by a token that there are more.

use serde::Serialize;
use serde_json::{Map, Value};

use super::decode::Params;
use super::error::ApiError;
use wire::base64_bytes;

/// What the entries of one page have in all, in bytes of JSON, but for the one that goes beyond it: one entry may
/// have 4 MB, and a thousand would be more than the sandbox may take for one answer.
pub(super) const MAX_PAGE_BYTES: usize = 2 << 20;

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

    /// The page's entries and the token of the next page, from rows with their places, which are read only as far
    /// as the page goes.
    pub(super) fn read<T: Serialize, E>(
        self,
        rows: impl IntoIterator<Item = Result<(i64, T), E>>,
    ) -> Result<(Vec<T>, Option<String>), E> {
        let (mut entries, mut bytes, mut last) = (Vec::new(), 0, None);
        for row in rows {
            let (place, entry) = row?;
            if entries.len() >= self.size || bytes >= MAX_PAGE_BYTES {
                return Ok((entries, last.map(token)));
            }
            bytes += written_bytes(&entry);
            entries.push(entry);
            last = Some(place);
        }
        Ok((entries, None))
    }

    /// The page's entries and the token of the next page, from rows with their places.
    pub(super) fn cut<T>(self, mut rows: Vec<(i64, T)>) -> (Vec<T>, Option<String>) {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let next = rows.last().filter(|_| more).map(|(place, _)| token(*place));
        (rows.into_iter().map(|(_, entry)| entry).collect(), next)
    }
}

/// How long an entry is as JSON.
pub(super) fn written_bytes(entry: &impl Serialize) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // What cannot be written counts as far as it was.
    let _ = serde_json::to_writer(&mut counter, entry);
    counter.0
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
    fn a_page_ends_where_it_is_large_and_reads_no_further() {
        let page = Page { size: 100, after: 0 };
        let mut read = 0;
        let rows = (1..).map(|place| {
            read += 1;
            Ok::<_, ()>((place, "x".repeat(1 << 20)))
        });
        let (entries, next) = page.read(rows).unwrap();
        assert_eq!((entries.len(), place(&next.unwrap()), read), (2, Some(2), 3));
        let small = |count: i64| page.read((1..=count).map(|place| Ok::<_, ()>((place, "x")))).unwrap();
        assert_eq!((small(100).0.len(), small(100).1), (100, None));
        assert_eq!((small(101).0.len(), place(&small(101).1.unwrap())), (100, Some(100)));
    }

    #[test]
    fn other_tokens_are_refused() {
        for text in ["", "x", "AAAA", "/////////////w=="] {
            assert_eq!(place(text), None, "{text}");
        }
    }
}
