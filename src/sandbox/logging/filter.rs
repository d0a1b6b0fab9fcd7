//! The Logging query language, as far as its documentation defines it without functions
//! (cloud.google.com/logging/docs/view/logging-query-language).
//!
//! `NOT` (and `-`) binds closest, then `OR`, then `AND`; comparisons next to each other are joined by
//! `AND`. Texts are compared without case, regular expressions with it.

use serde_json::Value;

use super::compare::{Operator, any_contains, compare};

/// Terms of one filter, and how deep its parentheses may be.
const MAX_TERMS: usize = 256;
const MAX_DEPTH: usize = 32;
/// Bytes of one filter (`ListLogEntriesRequest.filter`).
const MAX_BYTES: usize = 20_000;

/// What an entry has to be.
#[derive(Debug)]
pub(super) struct Filter(Term);

#[derive(Debug)]
enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    /// A field, by its path, compared with a value.
    Compare(Vec<String>, Operator),
    /// A text anywhere in the entry.
    Anywhere(String),
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("it has more than {MAX_BYTES} characters"));
        }
        let mut parser = Parser { tokens: tokens(text)?, at: 0, terms: 0 };
        let term = parser.all(0)?;
        match parser.peek() {
            None => Ok(Self(term)),
            Some(token) => Err(format!("unexpected {}", token.shown())),
        }
    }

    pub(super) fn accepts(&self, entry: &Value) -> bool {
        self.0.accepts(entry)
    }
}

impl Term {
    fn accepts(&self, entry: &Value) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.accepts(entry)),
            Self::Any(terms) => terms.iter().any(|term| term.accepts(entry)),
            Self::Not(term) => !term.accepts(entry),
            Self::Compare(path, operator) => compare(entry, path, operator),
            Self::Anywhere(text) => any_contains(entry, text),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A word, or a part of a path.
    Word(String),
    /// What stood in quotes.
    Text(String),
    Sign(&'static str),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Word(word) => format!("{word:.60}"),
            Self::Text(text) => format!("\"{text:.60}\""),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found == word)
    }
}

/// The longest first.
const SIGNS: [&str; 13] = ["!=", "<=", ">=", "=~", "!~", "=", "<", ">", ":", "(", ")", ".", "-"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if first == '"' || first == '\'' {
            let (token, after) = quoted(rest, first)?;
            tokens.push(token);
            after
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            tokens.push(Token::Sign(sign));
            rest.strip_prefix(sign).unwrap_or_default()
        } else {
            let is_word = |c: char| !c.is_whitespace() && !"!=<>:().\"'".contains(c);
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            // A lone `!` must not stand still.
            let (word, after) = rest.split_at(length.max(first.len_utf8()));
            tokens.push(Token::Word(word.to_owned()));
            after
        }
        .trim_start();
    }
    Ok(tokens)
}

/// A text up to its closing quote; `\` takes the next character as it is.
fn quoted(text: &str, quote: char) -> Result<(Token, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((Token::Text(value), text.split_at(at + c.len_utf8()).1)),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    Err(format!("the quote before {value:.60} is not closed"))
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    terms: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(here)) if *here == sign);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(found);
        found
    }

    /// Terms joined by `AND`, or by nothing.
    fn all(&mut self, depth: usize) -> Result<Term, String> {
        let mut terms = Vec::new();
        while self.peek().is_some_and(|token| *token != Token::Sign(")")) {
            if self.take_word("AND") && terms.is_empty() {
                return Err("there is nothing before AND".to_owned());
            }
            terms.push(self.any(depth)?);
        }
        Ok(Term::All(terms))
    }

    fn any(&mut self, depth: usize) -> Result<Term, String> {
        let mut terms = vec![self.not(depth)?];
        while self.take_word("OR") {
            terms.push(self.not(depth)?);
        }
        Ok(Term::Any(terms))
    }

    fn not(&mut self, depth: usize) -> Result<Term, String> {
        self.terms += 1;
        if self.terms > MAX_TERMS || depth > MAX_DEPTH {
            return Err(format!("more than {MAX_TERMS} comparisons, or parentheses deeper than {MAX_DEPTH}"));
        }
        if self.take_word("NOT") || self.take("-") {
            return Ok(Term::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.all(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("a parenthesis is not closed".to_owned()) };
        }
        self.comparison(depth)
    }

    fn comparison(&mut self, depth: usize) -> Result<Term, String> {
        let path = self.path()?;
        let sign = match self.peek() {
            Some(Token::Sign(sign)) if !["(", ")", ".", "-"].contains(sign) => *sign,
            _ => return Ok(Term::Anywhere(path.join("."))),
        };
        self.at += 1;
        if self.take("(") {
            let values = self.values(&path, sign, depth + 1)?;
            return if self.take(")") { Ok(values) } else { Err("a parenthesis is not closed".to_owned()) };
        }
        self.value(path, sign)
    }

    /// `("a" OR "b")`: the field compared with each.
    fn values(&mut self, path: &[String], sign: &str, depth: usize) -> Result<Term, String> {
        let mut all = Vec::new();
        while self.peek().is_some_and(|token| *token != Token::Sign(")")) {
            self.take_word("AND");
            let mut any = vec![self.one_of(path, sign, depth)?];
            while self.take_word("OR") {
                any.push(self.one_of(path, sign, depth)?);
            }
            all.push(Term::Any(any));
        }
        if all.is_empty() { Err("there is no value in the parentheses".to_owned()) } else { Ok(Term::All(all)) }
    }

    fn one_of(&mut self, path: &[String], sign: &str, depth: usize) -> Result<Term, String> {
        self.terms += 1;
        if self.terms > MAX_TERMS || depth > MAX_DEPTH {
            return Err(format!("more than {MAX_TERMS} comparisons, or parentheses deeper than {MAX_DEPTH}"));
        }
        if self.take_word("NOT") || self.take("-") {
            return Ok(Term::Not(Box::new(self.one_of(path, sign, depth + 1)?)));
        }
        self.value(path.to_vec(), sign)
    }

    fn value(&mut self, path: Vec<String>, sign: &str) -> Result<Term, String> {
        let quoted = matches!(self.peek(), Some(Token::Text(_)));
        let value = if quoted { self.part()? } else { self.bare()? };
        let operator = Operator::new(sign, &value, quoted)?;
        operator.fits(&path)?;
        Ok(match sign {
            "!=" | "!~" => Term::Not(Box::new(Term::Compare(path, operator))),
            _ => Term::Compare(path, operator),
        })
    }

    /// A value without quotes: a number may have a sign and a point, a name points.
    fn bare(&mut self) -> Result<String, String> {
        let sign = if self.take("-") { "-" } else { "" };
        Ok(format!("{sign}{}", self.path()?.join(".")))
    }

    /// Words and texts joined by points.
    fn path(&mut self) -> Result<Vec<String>, String> {
        let mut path = vec![self.part()?];
        while self.take(".") {
            path.push(self.part()?);
        }
        Ok(path)
    }

    fn part(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) if !["AND", "OR", "NOT"].contains(&word.as_str()) => Ok(word),
            Some(Token::Text(text)) => Ok(text),
            Some(token) => Err(format!("expected a field or a value, found {}", token.shown())),
            None => Err("expected a field or a value, found the end".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry() -> Value {
        json!({
            "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
            "timestamp": "2026-11-23T12:00:00Z",
            "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c"}},
            "labels": {"imagepolicywebhook.image-policy.k8s.io/dry-run": "true"},
            "protoPayload": {
                "methodName": "io.k8s.core.v1.pods.create",
                "response": {"reason": "VIOLATES_POLICY", "code": 400},
                "request": {"spec": {"containers": [{"image": "gcr.io/p/a"}, {"image": "gcr.io/p/b"}]}},
            },
        })
    }

    #[rstest::rstest]
    // The queries of the documentation (`docs/binary-authorization.md`, "Admitted with a mark").
    #[case("resource.type=\"k8s_cluster\"\nprotoPayload.response.reason=\"VIOLATES_POLICY\"")]
    #[case(
        "logName:\"cloudaudit.googleapis.com%2Factivity\" (protoPayload.methodName=\"io.k8s.core.v1.pods.create\" OR protoPayload.methodName=\"io.k8s.core.v1.pods.update\")\n labels.\"imagepolicywebhook.image-policy.k8s.io/dry-run\"=\"true\""
    )]
    #[case("")]
    #[case("-- a comment\nresource.type = k8s_cluster")]
    // What gcloud adds.
    #[case("resource.type=k8s_cluster AND timestamp>=\"2026-11-22T12:00:00.000000Z\"")]
    #[case("timestamp<\"2026-11-23T13:00:00+01:00\" OR timestamp=\"2026-11-23T13:00:00+01:00\"")]
    #[case("protoPayload.response.code>=400 protoPayload.response.code<401")]
    #[case("protoPayload.response.reason=(\"Forbidden\" OR \"violates_policy\")")]
    #[case("protoPayload.request.spec.containers.image=\"gcr.io/p/b\"")]
    #[case("protoPayload.methodName=~\"pods\\\\.(create|update)$\"")]
    #[case("protoPayload.methodName!~\"PODS\"")]
    #[case("\"gcr.io/p/b\" NOT gcr.io/p/c")]
    #[case("protoPayload.response:*")]
    #[case("-protoPayload.authenticationInfo:*")]
    #[case("resource.type=x OR resource.type=k8s_cluster AND labels:*")]
    #[case("resource.labels.cluster_name!=d")]
    fn accepted(#[case] text: &str) {
        assert!(Filter::parse(text).unwrap().accepts(&entry()), "{text}");
    }

    #[rstest::rstest]
    #[case("resource.type=\"k8s_pod\"")]
    #[case("NOT resource.type:k8s")]
    #[case("resource.type=k8s_cluster OR resource.type=x AND resource.type=x")]
    #[case("protoPayload.response.code>400")]
    #[case("timestamp>\"2026-11-23T12:00:00Z\"")]
    #[case("protoPayload.request.spec.containers.image=\"gcr.io/p\"")]
    #[case("protoPayload.status.code=3")]
    fn not_accepted(#[case] text: &str) {
        assert!(!Filter::parse(text).unwrap().accepts(&entry()), "{text}");
    }

    #[rstest::rstest]
    #[case("a=", "found the end")]
    #[case("(a=b", "a parenthesis is not closed")]
    #[case("a=b)", "unexpected )")]
    #[case("a=()", "there is no value in the parentheses")]
    #[case("AND a=b", "there is nothing before AND")]
    #[case("a=\"b", "is not closed")]
    #[case("a=~\"(\"", "is no regular expression")]
    #[case("timestamp>=yesterday", "is no time")]
    fn refused(#[case] text: &str, #[case] why: &str) {
        let error = Filter::parse(text).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Filter::parse(&"(".repeat(10_000)).is_err());
        assert!(Filter::parse(&"NOT ".repeat(4_000)).is_err());
        assert!(Filter::parse(&"a ".repeat(300)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            if let Ok(filter) = Filter::parse(&text) {
                filter.accepts(&entry());
            }
        }
    }
}
