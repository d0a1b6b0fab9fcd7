use super::expression::MAX_COMPARISONS;
use super::*;

static STRICT: Dialect = Dialect {
    and: And::Written,
    functions: &["has"],
    max_depth: 4,
    expected_field: "a field",
    expected_value: "a text",
};

static LOOSE: Dialect = Dialect {
    and: And::Optional,
    functions: &[],
    max_depth: 4,
    expected_field: "a field or a value",
    expected_value: "a field or a value",
};

/// An expression as the least text that is read as the same.
fn shown(expression: &Expression) -> String {
    let all = |parts: &[Expression], word: &str| parts.iter().map(shown).collect::<Vec<_>>().join(word);
    let value = |value: &Value| if value.is_quoted { format!("'{}'", value.text) } else { value.text.clone() };
    match expression {
        Expression::All(parts) => format!("({})", all(parts, " AND ")),
        Expression::Any(parts) => format!("({})", all(parts, " OR ")),
        Expression::Not(part) => format!("NOT {}", shown(part)),
        Expression::Compare { path, comparator, value: v } => {
            format!("{}{}{}", path.join("."), comparator.sign(), value(v))
        }
        Expression::Call { function, path, value: v } => format!("{function}({}, {})", path.join("."), value(v)),
        Expression::Anywhere(path) => path.join("."),
    }
}

#[rstest::rstest]
#[case("a=1", "a=1")]
#[case(" a = 'x y' ", "a='x y'")]
#[case(r#"a="it\"s""#, "a='it\"s'")]
#[case("a=1 AND b=2 and c=3", "(a=1 AND b=2 AND c=3)")]
#[case("a=1 OR b=2 AND c=3", "((a=1 OR b=2) AND c=3)")]
#[case("a=1 OR (b=2 AND c=3)", "(a=1 OR (b=2 AND c=3))")]
#[case("NOT a=1 AND -b=2", "(NOT a=1 AND NOT b=2)")]
#[case("has(a.b, 'x')", "has(a.b, 'x')")]
#[case("t>=2026-01-01T00:00:00Z", "t>=2026-01-01T00:00:00Z")]
#[case("a=(1 OR 2)", "(a=1 OR a=2)")]
#[case("n<-1.5", "n<-1.5")]
fn with_a_written_and(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(parse(text, &STRICT).map(|read| shown(&read)), Ok(expected.to_owned()), "{text}");
}

#[rstest::rstest]
#[case("", "()")]
#[case("a=1 b=2", "(a=1 AND b=2)")]
#[case("a=1 -- why\nb=2", "(a=1 AND b=2)")]
#[case("x and y", "(x AND and AND y)")]
#[case("a.'b.c':*", "a.b.c:*")]
#[case("a=~'x|y' NOT b!~z", "(a=~'x|y' AND NOT b!~z)")]
#[case("()", "()")]
fn with_an_optional_and(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(parse(text, &LOOSE).map(|read| shown(&read)), Ok(expected.to_owned()), "{text}");
}

#[rstest::rstest]
#[case("a=1 b=2", "expected AND, found b")]
#[case("a", "expected = or !=, found the end")]
#[case("a= AND b=1", "expected a text, found AND")]
#[case("a=!=", "expected a text, found !=")]
#[case("(a=1", "expected ), found the end")]
#[case("a='x", "the quote before x is not closed")]
#[case("has(a 'x')", "expected ,, found \"x\"")]
#[case("(((((a=1", "more than 4 parentheses in each other")]
#[case("NOT NOT NOT NOT NOT a=1", "more than 4 parentheses in each other")]
fn what_is_wrong(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(parse(text, &STRICT), Err(expected.to_owned()), "{text}");
}

#[test]
fn comparisons_are_counted() {
    let many = |count: usize| vec!["a=1"; count].join(" AND ");
    assert!(parse(&many(MAX_COMPARISONS), &STRICT).is_ok());
    assert_eq!(parse(&many(MAX_COMPARISONS + 1), &STRICT), Err("more than 256 conditions".to_owned()));
    let values = vec!["x"; MAX_COMPARISONS].join(" OR ");
    assert!(parse(&format!("a=({values})"), &LOOSE).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = parse(&text, &STRICT);
        let _ = parse(&text, &LOOSE);
    }
}
