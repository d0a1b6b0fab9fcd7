//! Addresses as logs may show them: on one line, without credentials, of the query only what is known to be
//! harmless, and not longer than a log can hold many of. Pure.

use domain::text::is_deceptive;

/// Characters of the longest address that is shown whole. A head may have 64 KiB, and a log keeps a thousand.
const LIMIT: usize = 2000;

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

/// `base` (scheme, host and path) and the query, with `…` for values that may be secret, and cut where it is long.
/// What no line may hold, and what would pass for the end of a name or a value, is percent-encoded.
pub fn printable_url<K: AsRef<str>, V: AsRef<str>>(base: &str, query: impl IntoIterator<Item = (K, V)>) -> String {
    let mut url = Clipped::default();
    url.push(base, "");
    for (number, (key, value)) in query.into_iter().enumerate() {
        if url.is_full() {
            break;
        }
        let key = key.as_ref();
        url.plain(if number == 0 { "?" } else { "&" });
        url.push(key, "%&=");
        url.plain("=");
        if SHOWN.contains(&key) { url.push(value.as_ref(), "%&") } else { url.plain("…") }
    }
    url.text
}

/// A text that takes no more than fits.
#[derive(Default)]
struct Clipped {
    text: String,
    characters: usize,
}

impl Clipped {
    fn is_full(&self) -> bool {
        self.characters > LIMIT
    }

    fn plain(&mut self, text: &str) {
        text.chars().for_each(|c| self.character(c));
    }

    /// Adds a text with what is deceptive, and these characters, percent-encoded (RFC 3986, section 2.1).
    fn push(&mut self, text: &str, also: &str) {
        for c in text.chars().take(LIMIT + 1) {
            if is_deceptive(c) || also.contains(c) {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.plain(&format!("%{byte:02X}")));
            } else {
                self.character(c);
            }
        }
    }

    fn character(&mut self, c: char) {
        match self.characters {
            ..LIMIT => self.text.push(c),
            LIMIT => self.text.push('…'),
            _ => return,
        }
        self.characters += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_value_forges_a_line_or_a_parameter() {
        let query = [
            ("fil\nter\u{1b}]0;x\u{7}", "a"),
            ("filter", "\u{1b}]0;x\u{7}\n200 OK&b=\u{9b}\u{202e}%41é c"),
            ("a=b&c", ""),
        ];
        assert_eq!(
            printable_url("localhost/v1/x\u{85}%41", query),
            "localhost/v1/x%C2%85%41?fil%0Ater%1B]0;x%07=…&filter=%1B]0;x%07%0A200 OK%26b=%C2%9B%E2%80%AE%2541é c&a%3Db%26c=…"
        );
    }

    #[test]
    fn a_long_address_is_cut() {
        let long = "x".repeat(60_000);
        for (base, query) in
            [(long.as_str(), vec![]), ("h", vec![("filter", long.as_str())]), ("h", vec![("n", "1"); 9000])]
        {
            let url = printable_url(base, query);
            assert!(url.chars().count() == LIMIT + 1 && url.ends_with('…'), "{}", url.len());
        }
    }
}
