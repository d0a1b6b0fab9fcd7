//! How many values a JSON text has, before they are read: each takes some hundred bytes of memory, however short it
//! is written. Uses nothing of the crate.

/// The most values of a request: several times what the largest real objects have.
pub(crate) const MAX_VALUES: usize = 100_000;

/// Whether a JSON text has no more values than a request may have: what stands between commas and behind brackets
/// is counted, outside of strings.
pub(crate) fn are_few(text: &[u8]) -> bool {
    // Shorter ones cannot have as many.
    if text.len() <= MAX_VALUES {
        return true;
    }
    let (mut count, mut in_string, mut is_escaped) = (0, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => count += 1,
            _ => {}
        }
    }
    count < MAX_VALUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_what_strings_hold_is_not() {
        let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
        assert!(are_few(list(99_999).as_bytes()));
        assert!(!are_few(list(100_001).as_bytes()));
        assert!(are_few(format!("[\"{}\\\"\"]", ",".repeat(200_000)).as_bytes()));
        assert!(!are_few(format!("[\"\\\\\"{}]", ",{}".repeat(200_000)).as_bytes()));
    }
}
