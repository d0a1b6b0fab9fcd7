//! The filters of occurrence and note lists (AIP-160, as far as Container Analysis documents it): the
//! fields that there are, and how they compare in SQL. The grammar is that of all areas (`filter`).
//!
//! Inferred beyond the forms that clients are known to send (`docs/binary-authorization.md`, "Container
//! Analysis API" and "Open questions"): comparisons joined by `AND` and `OR` (which binds tighter, as
//! AIP-160 has it), parentheses, and the two functions on texts.

use rusqlite::types::Value;

use crate::error::ApiError;
use crate::filter::{self, And, Comparator, Dialect, Expression};

/// The table that a filter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    Notes,
    Occurrences,
}

/// The most parentheses in each other: more than any known client sends, and no burden for SQLite.
const MAX_DEPTH: usize = 8;

static DIALECT: Dialect = Dialect {
    and: And::Written,
    functions: &[HAS_PREFIX, HAS_SUFFIX],
    max_depth: MAX_DEPTH,
    expected_field: "a field",
    expected_value: "a text in double quotes",
};

const HAS_PREFIX: &str = "has_prefix";
const HAS_SUFFIX: &str = "has_suffix";

/// Conditions that all have to hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<Term>);

#[derive(Debug, PartialEq, Eq)]
enum Term {
    Is(Condition),
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
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

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let read = filter::parse(text, &DIALECT).and_then(Term::from_expression);
        match read.map_err(|what| ApiError::invalid_field("filter", format!("Invalid filter: {what}")))? {
            Term::All(all) => Ok(Self(all)),
            other => Ok(Self(vec![other])),
        }
    }

    /// The filter as SQL on these columns, with its parameters, to be put behind a `WHERE …`: starts
    /// with ` AND` unless it is empty.
    pub(super) fn sql(&self, columns: Columns, parameters: &mut Vec<Value>) -> String {
        self.0.iter().map(|term| format!(" AND {}", term.sql(columns, parameters))).collect()
    }
}

impl Term {
    /// Reads an expression of the fields that there are here.
    fn from_expression(expression: Expression) -> Result<Self, String> {
        let each = |parts: Vec<Expression>| parts.into_iter().map(Self::from_expression).collect::<Result<Vec<_>, _>>();
        match expression {
            Expression::All(parts) => each(parts).map(Self::All),
            Expression::Any(parts) => each(parts).map(Self::Any),
            Expression::Not(part) => Self::from_expression(*part).map(|part| Self::Not(Box::new(part))),
            Expression::Compare { path, comparator, value } => {
                let field = field(&path.join("."))?;
                let operator = operator(comparator, field)?;
                Ok(Self::Is(Condition { field, operator, value: stored(value, field)? }))
            }
            Expression::Call { function, path, value } => {
                let operator = if function == HAS_PREFIX { Operator::HasPrefix } else { Operator::HasSuffix };
                let field = field(&path.join("."))?;
                Ok(Self::Is(Condition { field, operator, value: stored(value, field)? }))
            }
            Expression::Anywhere(path) => Err(format!("expected = or != behind {:.60}", path.join("."))),
        }
    }

    fn sql(&self, columns: Columns, parameters: &mut Vec<Value>) -> String {
        let mut joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.sql(columns, parameters)).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::Is(condition) => condition.sql(columns, parameters),
            Self::All(all) => joined(all, " AND "),
            Self::Any(any) => joined(any, " OR "),
            Self::Not(term) => format!("NOT {}", term.sql(columns, parameters)),
        }
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

fn field(name: &str) -> Result<Field, String> {
    Field::parse(name).ok_or_else(|| {
        format!("unknown field {name:.60}; known are kind, resourceUrl, noteProjectId, noteId and createTime")
    })
}

fn operator(comparator: Comparator, field: Field) -> Result<Operator, String> {
    let operator = match comparator {
        Comparator::Equal => Operator::Equal,
        Comparator::NotEqual => Operator::NotEqual,
        Comparator::Less => Operator::Less,
        Comparator::LessOrEqual => Operator::LessOrEqual,
        Comparator::Greater => Operator::Greater,
        Comparator::GreaterOrEqual => Operator::GreaterOrEqual,
        Comparator::Has | Comparator::Matches | Comparator::MatchesNot => {
            return Err(format!("expected = or !=, found {}", comparator.sign()));
        }
    };
    if field != Field::CreateTime && !matches!(operator, Operator::Equal | Operator::NotEqual) {
        return Err("only createTime has an order".to_owned());
    }
    Ok(operator)
}

/// A value as it is compared with what is stored: a time comes out as times are stored.
fn stored(value: filter::Value, field: Field) -> Result<String, String> {
    let text = value.text;
    if field != Field::CreateTime {
        return Ok(text);
    }
    let time: jiff::Timestamp = text.parse().map_err(|error| format!("{text:.60} is no time: {error}"))?;
    Ok(crate::state::rfc3339(time))
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
    fn conditions_are_negated() {
        let (text, parameters) = sql("NOT kind = \"A\" AND -(noteId = \"m\" OR noteId = \"n\")").unwrap();
        assert_eq!(text, " AND NOT kind = ?1 AND NOT (note_id = ?2 OR note_id = ?3)");
        assert_eq!(parameters.len(), 3);
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
