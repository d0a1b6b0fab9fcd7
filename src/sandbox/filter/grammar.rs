//! The grammar of filters, by `winnow`.

use winnow::combinator::{alt, fail, opt, peek, preceded, repeat};
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::Stateful;
use winnow::token::{any, take_till, take_while};

use super::expression::{And, Comparator, Dialect, Expression, MAX_COMPARISONS, Value};

/// The rest of a filter, and how much of the limits is used.
type Input<'i> = Stateful<&'i str, State>;
type Parsed<T> = Result<T, ErrMode<Fault>>;

#[derive(Debug, Clone, Copy)]
struct State {
    dialect: &'static Dialect,
    comparisons: usize,
}

/// What is wrong with a filter, in words.
#[derive(Debug, Default)]
struct Fault(String);

impl<'i> ParserError<Input<'i>> for Fault {
    type Inner = Self;

    fn from_input(input: &Input<'i>) -> Self {
        Self(format!("unexpected {}", shown(input.input)))
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Ends the reading: no other alternative is tried.
fn refuse<T>(message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault(message.into())))
}

fn expected<T>(what: &str, input: &Input<'_>) -> Parsed<T> {
    refuse(format!("expected {what}, found {}", shown(input.input)))
}

/// Reads a filter; an empty one accepts everything.
pub(crate) fn parse(text: &str, dialect: &'static Dialect) -> Result<Expression, String> {
    let mut input = Input { input: text, state: State { dialect, comparisons: 0 } };
    let read = whole_in(&mut input);
    read.map_err(|error| error.into_inner().ok().unwrap_or_default().0)
}

fn whole_in(input: &mut Input<'_>) -> Parsed<Expression> {
    blanks(input)?;
    if input.input.is_empty() {
        return Ok(Expression::All(Vec::new()));
    }
    let expression = all(input, 0)?;
    match (input.input.is_empty(), input.state.dialect.and) {
        (true, _) => Ok(expression),
        (false, And::Written) => expected("AND", input),
        (false, And::Optional) => refuse(format!("unexpected {}", shown(input.input))),
    }
}

/// Expressions joined by `AND`, or by nothing.
fn all(input: &mut Input<'_>, depth: usize) -> Parsed<Expression> {
    match input.state.dialect.and {
        And::Written => {
            let mut found = vec![any_of(input, depth)?];
            while keyword(input, "AND")? {
                found.push(any_of(input, depth)?);
            }
            Ok(joined(found, Expression::All))
        }
        And::Optional => {
            let mut found = Vec::new();
            while !input.input.is_empty() && !input.input.starts_with(')') {
                if keyword(input, "AND")? && found.is_empty() {
                    return refuse("there is nothing before AND");
                }
                found.push(any_of(input, depth)?);
            }
            Ok(joined(found, Expression::All))
        }
    }
}

/// Expressions joined by `OR`.
fn any_of(input: &mut Input<'_>, depth: usize) -> Parsed<Expression> {
    let mut found = vec![not(input, depth)?];
    while keyword(input, "OR")? {
        found.push(not(input, depth)?);
    }
    Ok(joined(found, Expression::Any))
}

/// One alone is itself.
fn joined(mut found: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if found.len() == 1 { found.remove(0) } else { join(found) }
}

fn not(input: &mut Input<'_>, depth: usize) -> Parsed<Expression> {
    check_depth(input, depth)?;
    if negation(input)? {
        return Ok(Expression::Not(Box::new(not(input, depth + 1)?)));
    }
    if sign(input, "(")? {
        check_depth(input, depth + 1)?;
        let inner = all(input, depth + 1)?;
        close(input)?;
        return Ok(inner);
    }
    comparison(input, depth)
}

fn negation(input: &mut Input<'_>) -> Parsed<bool> {
    Ok(keyword(input, "NOT")? || sign(input, "-")?)
}

/// Recursion is bounded by this.
fn check_depth(input: &Input<'_>, depth: usize) -> Parsed<()> {
    let max = input.state.dialect.max_depth;
    if depth > max { refuse(format!("more than {max} parentheses in each other")) } else { Ok(()) }
}

fn count(input: &mut Input<'_>) -> Parsed<()> {
    input.state.comparisons += 1;
    if input.state.comparisons > MAX_COMPARISONS {
        return refuse(format!("more than {MAX_COMPARISONS} conditions"));
    }
    Ok(())
}

/// The end of parentheses.
fn close(input: &mut Input<'_>) -> Parsed<()> {
    match (sign(input, ")")?, input.state.dialect.and) {
        (true, _) => Ok(()),
        (false, And::Written) => expected(")", input),
        (false, And::Optional) => refuse("a parenthesis is not closed"),
    }
}

fn comparison(input: &mut Input<'_>, depth: usize) -> Parsed<Expression> {
    count(input)?;
    let dialect = input.state.dialect;
    let path = path(input, dialect.expected_field, &NOT_IN_FIELDS)?;
    if let [name] = path.as_slice()
        && let Some(function) = dialect.functions.iter().find(|function| *function == name)
    {
        return call(input, function);
    }
    match (opt(comparator).parse_next(input)?, dialect.and) {
        (None, And::Written) => expected("= or !=", input),
        (None, And::Optional) => Ok(Expression::Anywhere(path)),
        (Some(comparator), _) if sign(input, "(")? => {
            let values = values(input, (&path, comparator), depth + 1)?;
            close(input)?;
            Ok(values)
        }
        (Some(comparator), _) => {
            let value = value(input, &NOT_IN_VALUES)?;
            Ok(Expression::Compare { path, comparator, value })
        }
    }
}

/// `(path, value)` behind the name of a function.
fn call(input: &mut Input<'_>, function: &'static str) -> Parsed<Expression> {
    argument_sign(input, "(")?;
    let path = path(input, "a field", &NOT_IN_ARGUMENTS)?;
    argument_sign(input, ",")?;
    let value = value(input, &NOT_IN_ARGUMENTS)?;
    argument_sign(input, ")")?;
    Ok(Expression::Call { function, path, value })
}

fn argument_sign(input: &mut Input<'_>, wanted: &'static str) -> Parsed<()> {
    if sign(input, wanted)? { Ok(()) } else { expected(wanted, input) }
}

/// `"a" OR "b"`: the field compared with each.
fn values(input: &mut Input<'_>, field: (&[String], Comparator), depth: usize) -> Parsed<Expression> {
    let mut found = Vec::new();
    while !input.input.is_empty() && !input.input.starts_with(')') {
        keyword(input, "AND")?;
        let mut alternatives = vec![one_of(input, field, depth)?];
        while keyword(input, "OR")? {
            alternatives.push(one_of(input, field, depth)?);
        }
        found.push(joined(alternatives, Expression::Any));
    }
    if found.is_empty() {
        return refuse("there is no value in the parentheses");
    }
    Ok(joined(found, Expression::All))
}

fn one_of(input: &mut Input<'_>, field: (&[String], Comparator), depth: usize) -> Parsed<Expression> {
    check_depth(input, depth)?;
    count(input)?;
    if negation(input)? {
        return Ok(Expression::Not(Box::new(one_of(input, field, depth + 1)?)));
    }
    let value = value(input, &NOT_IN_VALUES)?;
    Ok(Expression::Compare { path: field.0.to_vec(), comparator: field.1, value })
}

fn comparator(input: &mut Input<'_>) -> Parsed<Comparator> {
    for (sign, comparator) in Comparator::ALL {
        if self::sign(input, sign)? {
            return Ok(comparator);
        }
    }
    fail.parse_next(input)
}

/// A text in quotes, or a value without: a number may have a sign and a point, a name points.
fn value(input: &mut Input<'_>, not_in: &[char]) -> Parsed<Value> {
    let what = input.state.dialect.expected_value;
    if let Some(text) = quoted(input)? {
        return Ok(Value { text, is_quoted: true });
    }
    let minus = if sign(input, "-")? { "-" } else { "" };
    let text = path(input, what, not_in)?.join(".");
    Ok(Value { text: format!("{minus}{text}"), is_quoted: false })
}

/// What ends a word, beside blanks: of a field, of a value (a time has colons), and in a function, whose
/// arguments stand between commas.
const NOT_IN_FIELDS: [char; 10] = ['!', '=', '<', '>', ':', '(', ')', '.', '"', '\''];
const NOT_IN_VALUES: [char; 9] = ['!', '=', '<', '>', '(', ')', '.', '"', '\''];
const NOT_IN_ARGUMENTS: [char; 10] = ['!', '=', '<', '>', '(', ')', '.', '"', '\'', ','];

/// Words and texts joined by points.
fn path(input: &mut Input<'_>, what: &str, not_in: &[char]) -> Parsed<Vec<String>> {
    let mut path = vec![part(input, what, not_in)?];
    while sign(input, ".")? {
        path.push(part(input, what, not_in)?);
    }
    Ok(path)
}

fn part(input: &mut Input<'_>, what: &str, not_in: &[char]) -> Parsed<String> {
    if let Some(text) = quoted(input)? {
        return Ok(text);
    }
    let is_keyword = ["AND", "OR", "NOT"].iter().any(|word| peek_keyword(input, word));
    if is_keyword || ends_here(input, not_in) {
        return expected(what, input);
    }
    let word = word(not_in).map(str::to_owned).parse_next(input)?;
    blanks(input)?;
    Ok(word)
}

/// Whether there is no word here. A lone `!` counts as one, so that an error can show it.
fn ends_here(input: &Input<'_>, not_in: &[char]) -> bool {
    let first = input.input.chars().next();
    if ["!=", "!~"].iter().any(|sign| input.input.starts_with(sign)) {
        return true;
    }
    first.is_none_or(|c| c.is_whitespace() || (c != '!' && (not_in.contains(&c) || c == ',' && not_in.contains(&','))))
}

fn word<'i>(not_in: &[char]) -> impl Parser<Input<'i>, &'i str, ErrMode<Fault>> {
    let in_word = move |c: char| !c.is_whitespace() && !not_in.contains(&c);
    alt((take_while(1.., in_word), any.take()))
}

/// A text in quotes of either kind; `\` takes the next character as it is.
fn quoted(input: &mut Input<'_>) -> Parsed<Option<String>> {
    let Some(quote) = opt(alt(('"', '\''))).parse_next(input)? else { return Ok(None) };
    let plain = move |input: &mut Input<'_>| -> Parsed<String> {
        take_till(1.., [quote, '\\']).map(str::to_owned).parse_next(input)
    };
    let escaped = preceded('\\', any.map(String::from));
    let text: String = repeat(0.., alt((plain, escaped)))
        .fold(String::new, |text: String, piece: String| text + &piece)
        .parse_next(input)?;
    if opt(quote).parse_next(input)?.is_none() {
        return refuse(format!("the quote before {text:.60} is not closed"));
    }
    blanks(input)?;
    Ok(Some(text))
}

/// Takes a sign, and the blanks behind it.
fn sign(input: &mut Input<'_>, sign: &'static str) -> Parsed<bool> {
    let found = opt(sign).parse_next(input)?.is_some();
    if found {
        blanks(input)?;
    }
    Ok(found)
}

/// Takes a word of the grammar, and the blanks behind it.
fn keyword(input: &mut Input<'_>, word: &'static str) -> Parsed<bool> {
    let found = peek_keyword(input, word);
    if found {
        input.next_slice(word.len());
        blanks(input)?;
    }
    Ok(found)
}

fn peek_keyword(input: &mut Input<'_>, wanted: &str) -> bool {
    let found = peek(self::word(&NOT_IN_FIELDS)).parse_next(input).unwrap_or_default();
    match input.state.dialect.and {
        And::Written => found.eq_ignore_ascii_case(wanted),
        And::Optional => found == wanted,
    }
}

/// Blanks, and comments up to the end of their line.
fn blanks(input: &mut Input<'_>) -> Parsed<()> {
    let comment = ("--", take_till(0.., '\n')).void();
    repeat(0.., alt((take_while(1.., char::is_whitespace).void(), comment))).parse_next(input)
}

/// The next token, for the words of an error.
fn shown(rest: &str) -> String {
    let Some(first) = rest.chars().next() else { return "the end".to_owned() };
    if first == '"' || first == '\'' {
        let text = rest.split(first).nth(1).unwrap_or_default();
        return format!("\"{text:.60}\"");
    }
    let signs = ["!=", "<=", ">=", "=~", "!~", "=", "<", ">", ":", "(", ")", ",", "."];
    if let Some(sign) = signs.into_iter().find(|sign| rest.starts_with(sign)) {
        return sign.to_owned();
    }
    let word = rest.split(|c: char| c.is_whitespace() || NOT_IN_FIELDS.contains(&c)).next().unwrap_or_default();
    if word.is_empty() { first.to_string() } else { format!("{word:.60}") }
}
