//! What a filter is once it was read, and what the dialects of the areas differ in.

/// The most comparisons of one filter: gcloud names many images at once.
pub(super) const MAX_COMPARISONS: usize = 256;

/// What an area's filters have that others' have not.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Between two comparisons.
    pub(crate) and: And,
    /// The functions of a field and a text.
    pub(crate) functions: &'static [&'static str],
    /// How deep parentheses and negations may stand in each other.
    pub(crate) max_depth: usize,
    /// What stands at the beginning of a comparison, for the words of an error.
    pub(crate) expected_field: &'static str,
    /// What stands behind a comparator, for the words of an error.
    pub(crate) expected_value: &'static str,
}

/// How comparisons are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum And {
    /// Terms are joined by `AND`, which like `OR` may be in lower case; a path alone is no comparison.
    Written,
    /// Terms are joined by `AND` in capitals or by nothing; a path alone is looked for anywhere.
    Optional,
}

/// A filter, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Compare {
        path: Vec<String>,
        comparator: Comparator,
        value: Value,
    },
    Call {
        function: &'static str,
        path: Vec<String>,
        value: Value,
    },
    /// A path without a comparator.
    Anywhere(Vec<String>),
}

/// What stands behind a comparator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) text: String,
    /// Whether it stood in quotes: a `*` in quotes is a text.
    pub(crate) is_quoted: bool,
}

/// The comparators of AIP-160, and those of regular expressions, which Cloud Logging has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `:`: has.
    Has,
    Matches,
    MatchesNot,
}

impl Comparator {
    /// The operators in the order in which they are looked for: the longer ones first.
    pub(super) const ALL: [(&'static str, Self); 9] = [
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=~", Self::Matches),
        ("!~", Self::MatchesNot),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
        (":", Self::Has),
    ];

    /// As a filter spells it.
    pub(crate) fn sign(self) -> &'static str {
        Self::ALL.iter().find(|(_, comparator)| *comparator == self).map_or("", |(sign, _)| sign)
    }
}
