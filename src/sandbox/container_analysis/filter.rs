//! The filters of occurrence and note lists (AIP-160, as far as Container Analysis documents it).
//!
//! Inferred beyond the forms that clients are known to send (`docs/binary-authorization.md`, "Container
//! Analysis API" and "Open questions"): comparisons joined by `AND` and `OR` (which binds tighter, as
//! AIP-160 has it), parentheses, and the two functions on texts.

use rusqlite::types::Value;

use crate::error::ApiError;

/// The table that a filter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    Notes,
    Occurrences,
}

/// Expressions that all have to hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<Expression>);

#[derive(Debug, PartialEq, Eq)]
enum Expression {
    Is(Condition),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    field: Field,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Kind,
    ResourceUrl,
    NoteProjectId,
    NoteId,
    CreateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    HasPrefix,
    HasSuffix,
}

/// The most conditions that one filter may have: gcloud names many images at once.
const MAX_CONDITIONS: usize = 256;

/// How deep parentheses may stand in each other.
const MAX_DEPTH: usize = 8;

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let invalid = |what: String| ApiError::invalid_field("filter", format!("Invalid filter: {what}"));
        let mut reader = Reader { tokens: Tokens(text.trim()).peekable(), conditions: 0, depth: 0 };
        if reader.tokens.peek().is_none() {
            return Ok(Self::default());
        }
        let expression = reader.all().map_err(invalid)?;
        match reader.tokens.next() {
            None => Ok(Self(match expression {
                Expression::All(all) => all,
                other => vec![other],
            })),
            other => Err(invalid(format!("expected AND, found {}", shown(other)))),
        }
    }

    /// The filter as SQL on these columns, with its parameters, to be put behind a `WHERE …`: starts
    /// with ` AND` unless it is empty.
    pub(super) fn sql(&self, columns: Columns, parameters: &mut Vec<Value>) -> String {
        self.0.iter().map(|expression| format!(" AND {}", expression.sql(columns, parameters))).collect()
    }
}

impl Expression {
    fn sql(&self, columns: Columns, parameters: &mut Vec<Value>) -> String {
        let mut joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.sql(columns, parameters)).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::Is(condition) => condition.sql(columns, parameters),
            Self::All(all) => joined(all, " AND "),
            Self::Any(any) => joined(any, " OR "),
        }
    }
}

/// Reads a filter, and counts.
struct Reader<'a> {
    tokens: std::iter::Peekable<Tokens<'a>>,
    conditions: usize,
    depth: usize,
}

impl Reader<'_> {
    /// Expressions joined by `AND`.
    fn all(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.any()?];
        while self.take_word("and") {
            all.push(self.any()?);
        }
        Ok(if all.len() > 1 { Expression::All(all) } else { all.remove(0) })
    }

    /// Expressions joined by `OR`.
    fn any(&mut self) -> Result<Expression, String> {
        let mut any = vec![self.one()?];
        while self.take_word("or") {
            any.push(self.one()?);
        }
        Ok(if any.len() > 1 { Expression::Any(any) } else { any.remove(0) })
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.tokens.next_if(|token| *token == Token::Sign("(")).is_none() {
            self.conditions += 1;
            if self.conditions > MAX_CONDITIONS {
                return Err(format!("more than {MAX_CONDITIONS} conditions"));
            }
            return condition(&mut self.tokens).map(Expression::Is);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} parentheses in each other"));
        }
        let inner = self.all()?;
        expect(self.tokens.next(), ")")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = |token: &Token<'_>| matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word));
        self.tokens.next_if(is).is_some()
    }
}

impl Condition {
    fn sql(&self, columns: Columns, parameters: &mut Vec<Value>) -> String {
        parameters.push(self.value.clone().into());
        let (column, n) = (self.field.column(columns), parameters.len());
        let holds = match self.operator {
            Operator::Equal => format!("{column} = ?{n}"),
            Operator::NotEqual => format!("{column} <> ?{n}"),
            Operator::Less => format!("{column} < ?{n}"),
            Operator::LessOrEqual => format!("{column} <= ?{n}"),
            Operator::Greater => format!("{column} > ?{n}"),
            Operator::GreaterOrEqual => format!("{column} >= ?{n}"),
            Operator::HasPrefix => format!("substr({column}, 1, length(?{n})) = ?{n}"),
            Operator::HasSuffix => format!("(length(?{n}) = 0 OR substr({column}, -length(?{n})) = ?{n})"),
        };
        // A whole digest is found by its index; the comparison itself still decides.
        let indexed = columns == Columns::Occurrences
            && self.field == Field::ResourceUrl
            && matches!(self.operator, Operator::Equal | Operator::HasSuffix);
        match super::schema::digest_of(&self.value).filter(|_| indexed) {
            Some(digest) => {
                parameters.push(digest.to_owned().into());
                format!("({holds} AND digest = ?{})", parameters.len())
            }
            None => holds,
        }
    }
}

impl Field {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "kind" => Some(Self::Kind),
            // The resource's field is `resourceUri`; the filter's is not.
            "resourceUrl" | "resource_url" => Some(Self::ResourceUrl),
            "noteProjectId" | "note_project_id" => Some(Self::NoteProjectId),
            "noteId" | "note_id" => Some(Self::NoteId),
            "createTime" | "create_time" => Some(Self::CreateTime),
            _ => None,
        }
    }

    fn column(self, columns: Columns) -> &'static str {
        match (self, columns) {
            (Self::Kind, _) => "kind",
            (Self::CreateTime, _) => "create_time",
            (Self::ResourceUrl, Columns::Occurrences) => "resource_uri",
            (Self::NoteProjectId, Columns::Occurrences) => "note_project",
            (Self::NoteId, Columns::Occurrences) => "note_id",
            (Self::ResourceUrl, Columns::Notes) => "''",
            (Self::NoteProjectId, Columns::Notes) => "project",
            (Self::NoteId, Columns::Notes) => "id",
        }
    }
}

/// `field OP "value"` or `has_suffix(field, "value")`.
fn condition<'a>(tokens: &mut impl Iterator<Item = Token<'a>>) -> Result<Condition, String> {
    let first = match tokens.next() {
        Some(Token::Word(word)) => word,
        other => return Err(format!("expected a field, found {}", shown(other))),
    };
    let function = match first {
        "has_prefix" => Some(Operator::HasPrefix),
        "has_suffix" => Some(Operator::HasSuffix),
        _ => None,
    };
    let Some(operator) = function else {
        let field = field(first)?;
        let operator = operator(tokens.next(), field)?;
        return Ok(Condition { field, operator, value: value(tokens.next(), field)? });
    };
    expect(tokens.next(), "(")?;
    let field = match tokens.next() {
        Some(Token::Word(word)) => field(word)?,
        other => return Err(format!("expected a field, found {}", shown(other))),
    };
    expect(tokens.next(), ",")?;
    let value = value(tokens.next(), field)?;
    expect(tokens.next(), ")")?;
    Ok(Condition { field, operator, value })
}

fn field(name: &str) -> Result<Field, String> {
    Field::parse(name).ok_or_else(|| {
        format!("unknown field {name:.60}; known are kind, resourceUrl, noteProjectId, noteId and createTime")
    })
}

fn operator(token: Option<Token<'_>>, field: Field) -> Result<Operator, String> {
    let operator = match token {
        Some(Token::Sign("=")) => Operator::Equal,
        Some(Token::Sign("!=")) => Operator::NotEqual,
        Some(Token::Sign("<")) => Operator::Less,
        Some(Token::Sign("<=")) => Operator::LessOrEqual,
        Some(Token::Sign(">")) => Operator::Greater,
        Some(Token::Sign(">=")) => Operator::GreaterOrEqual,
        other => return Err(format!("expected = or !=, found {}", shown(other))),
    };
    if field != Field::CreateTime && !matches!(operator, Operator::Equal | Operator::NotEqual) {
        return Err("only createTime has an order".to_owned());
    }
    Ok(operator)
}

/// A text in quotes; a time comes out as times are stored.
fn value(token: Option<Token<'_>>, field: Field) -> Result<String, String> {
    let text = match token {
        Some(Token::Text(text)) => text,
        Some(Token::Word(word)) => word.to_owned(),
        other => return Err(format!("expected a text in double quotes, found {}", shown(other))),
    };
    if field != Field::CreateTime {
        return Ok(text);
    }
    let time: jiff::Timestamp = text.parse().map_err(|error| format!("{text:.60} is no time: {error}"))?;
    Ok(crate::state::rfc3339(time))
}

fn expect(token: Option<Token<'_>>, sign: &str) -> Result<(), String> {
    match token {
        Some(Token::Sign(found)) if found == sign => Ok(()),
        other => Err(format!("expected {sign}, found {}", shown(other))),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// What stood in quotes.
    Text(String),
    Sign(&'a str),
}

fn shown(token: Option<Token<'_>>) -> String {
    match token {
        None => "the end".to_owned(),
        Some(Token::Word(word) | Token::Sign(word)) => format!("{word:.60}"),
        Some(Token::Text(text)) => format!("\"{text:.60}\""),
    }
}

/// The rest of a filter's text.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.0 = self.0.trim_start();
        let first = self.0.chars().next()?;
        if first == '"' || first == '\'' {
            return Some(Token::Text(self.text(first)));
        }
        let signs = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];
        if let Some(sign) = signs.into_iter().find(|sign| self.0.starts_with(sign)) {
            return Some(Token::Sign(self.take(sign.len())));
        }
        let is_word = |c: char| !c.is_whitespace() && !"=!<>(),\"'".contains(c);
        let length = self.0.find(|c| !is_word(c)).unwrap_or(self.0.len());
        // A lone `!` is no word either, and must not stand still.
        Some(Token::Word(self.take(length.max(first.len_utf8()))))
    }
}

impl<'a> Tokens<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.0.split_at(bytes);
        self.0 = rest;
        taken
    }

    /// A text up to its closing quote; `\` takes the next character as it is.
    fn text(&mut self, quote: char) -> String {
        let mut text = String::new();
        let mut chars = self.0.char_indices().skip(1);
        while let Some((_, c)) = chars.next() {
            match c {
                c if c == quote => break,
                '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
                c => text.push(c),
            }
        }
        self.0 = chars.next().map_or("", |(at, _)| self.0.split_at(at).1);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

    fn sql(text: &str) -> Result<(String, Vec<Value>), String> {
        let mut parameters = Vec::new();
        let filter = Filter::parse(text).map_err(|error| error.message().to_owned())?;
        let sql = filter.sql(Columns::Occurrences, &mut parameters);
        Ok((sql, parameters))
    }

    #[test]
    fn the_forms_that_clients_send() {
        assert_eq!(sql("").unwrap(), (String::new(), vec![]));
        let (text, parameters) = sql(&format!("has_suffix(resourceUrl, \"sha256:{HEX}\")")).unwrap();
        assert_eq!(text, " AND ((length(?1) = 0 OR substr(resource_uri, -length(?1)) = ?1) AND digest = ?2)");
        assert_eq!(parameters, [Value::from(format!("sha256:{HEX}")), Value::from(HEX.to_owned())]);
        let (text, parameters) = sql("resourceUrl=\"https://x\" AND kind=\"ATTESTATION\"").unwrap();
        assert_eq!(text, " AND resource_uri = ?1 AND kind = ?2");
        assert_eq!(parameters.len(), 2);
        assert_eq!(
            sql("has_prefix(resourceUrl, \"gcr.io\")").unwrap().0,
            " AND substr(resource_uri, 1, length(?1)) = ?1"
        );
        assert_eq!(
            sql("noteProjectId = \"p\" and noteId != \"n\"").unwrap().0,
            " AND note_project = ?1 AND note_id <> ?2"
        );
        assert_eq!(
            sql("createTime >= \"2026-01-01T00:00:00Z\"").unwrap().1,
            [Value::from("2026-01-01T00:00:00.000000Z".to_owned())]
        );
    }

    /// What `gcloud artifacts docker images describe` sends.
    #[test]
    fn alternatives_in_parentheses() {
        let (text, parameters) = sql("((kind = \"BUILD\") OR (kind = \"SBOM\")) AND ((noteId = \"n\"))").unwrap();
        assert_eq!(text, " AND (kind = ?1 OR kind = ?2) AND note_id = ?3");
        assert_eq!(parameters.len(), 3);
        // OR binds tighter than AND.
        let (text, _) = sql("kind = \"A\" OR kind = \"B\" AND noteId = \"n\"").unwrap();
        assert_eq!(text, " AND (kind = ?1 OR kind = ?2) AND note_id = ?3");
        let (text, _) = sql("(kind = \"A\" AND noteId = \"m\") OR noteId = \"n\"").unwrap();
        assert_eq!(text, " AND ((kind = ?1 AND note_id = ?2) OR note_id = ?3)");
    }

    #[rstest::rstest]
    #[case("kind", "expected = or !=, found the end")]
    #[case("kind = ", "expected a text in double quotes, found the end")]
    #[case("color = \"red\"", "unknown field color")]
    #[case("kind = \"A\" kind = \"B\"", "expected AND, found kind")]
    #[case("(kind = \"A\"", "expected ), found the end")]
    #[case("kind = \"A\")", "expected AND, found )")]
    #[case("((((((((((kind", "more than 8 parentheses")]
    #[case("()", "expected a field, found )")]
    #[case("kind > \"A\"", "only createTime has an order")]
    #[case("createTime > \"yesterday\"", "yesterday is no time")]
    #[case("has_suffix(kind \"A\")", "expected ,, found \"A\"")]
    #[case("! = !", "unknown field !")]
    fn refused(#[case] text: &str, #[case] message: &str) {
        let found = sql(text).unwrap_err();
        assert!(found.contains(message), "{found}");
    }

    #[test]
    fn a_quote_in_a_text_stays_in_it() {
        let (_, parameters) = sql(r#"noteId = "a\"b' OR 1=1 --""#).unwrap();
        assert_eq!(parameters, [Value::from("a\"b' OR 1=1 --".to_owned())]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = Filter::parse(&text);
        }
    }
}
