//! What the services take for JSON beyond JSON, as far as the codelab needs it: strings in single
//! quotes, a comma before a closing bracket, brackets that are still open at the end.

/// The text as JSON, if it was one of these; otherwise it is as wrong as before.
pub(super) fn to_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut open = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' => string(&mut chars, c, &mut out),
            '{' | '[' => {
                open.push(if c == '{' { '}' } else { ']' });
                out.push(c);
            }
            '}' | ']' => {
                open.pop();
                without_trailing_comma(&mut out);
                out.push(c);
            }
            c => out.push(c),
        }
    }
    if !open.is_empty() {
        without_trailing_comma(&mut out);
    }
    out.extend(open.into_iter().rev());
    out
}

/// Copies a string to its closing quote, as one in double quotes.
fn string(chars: &mut std::str::Chars<'_>, quote: char, out: &mut String) {
    out.push('"');
    while let Some(c) = chars.next() {
        match c {
            c if c == quote => break,
            '\\' => match chars.next() {
                // JSON knows no escaped single quote.
                Some('\'') => out.push('\''),
                Some(escaped) => out.extend(['\\', escaped]),
                None => {}
            },
            '"' => out.push_str("\\\""),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn without_trailing_comma(out: &mut String) {
    let trimmed = out.trim_end();
    if let Some(before) = trimmed.strip_suffix(',') {
        out.truncate(before.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("{'a': 'b'}", r#"{"a": "b"}"#)]
    #[case(r#"{'a': 'say "x"', "b": "it's"}"#, r#"{"a": "say \"x\"", "b": "it's"}"#)]
    #[case(r"{'a': 'it\'s \n'}", r#"{"a": "it's \n"}"#)]
    #[case("{'a': [1, 2,], }", r#"{"a": [1, 2]}"#)]
    #[case("{'a': {'b': [1", r#"{"a": {"b": [1]}}"#)]
    #[case("{'a", r#"{"a"}"#)]
    fn becomes_json(#[case] text: &str, #[case] json: &str) {
        assert_eq!(to_json(text), json);
    }

    proptest::proptest! {
        /// Valid JSON is not changed in what it says.
        #[test]
        fn json_stays(text in "[\\PC]{0,40}") {
            let json = serde_json::json!({"k": [text, null, 1.5]});
            let again: serde_json::Value = serde_json::from_str(&to_json(&json.to_string())).unwrap();
            proptest::prop_assert_eq!(again, json);
        }
    }
}
