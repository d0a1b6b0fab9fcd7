//! Indentation and comments as YAML has them.

/// Spaces for one level.
const STEP: usize = 2;

/// How many blanks a line starts with.
pub(crate) fn blanks(line: &str) -> usize {
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).count()
}

/// The indentation of a line that follows a line beginning with `before`: one level deeper after a
/// key without a value and after the head of a block.
pub(crate) fn indent_after(before: &str) -> String {
    let (indentation, rest) = before.split_at(blanks(before));
    let content = rest.trim_end();
    let key = content.trim_start_matches("- ").trim_start();
    if content.starts_with('#') || !opens(content) {
        return indentation.to_owned();
    }
    let dashes = content.chars().count() - key.chars().count();
    format!("{indentation}{}", " ".repeat(dashes + STEP))
}

/// The indentation of a line between one beginning with `before` and `below`: that of a list below its
/// key which is not indented, as gcloud writes lists; else [`indent_after`].
pub(crate) fn indent_between(before: &str, below: &str) -> String {
    let indentation = before.split_at(blanks(before)).0;
    let list = below.strip_prefix(indentation).is_some_and(|rest| rest == "-" || rest.starts_with("- "));
    if list && opens(before.trim()) && !before.trim_start().starts_with('-') {
        indentation.to_owned()
    } else {
        indent_after(before)
    }
}

fn opens(content: &str) -> bool {
    let head = content.split(" #").next().unwrap_or_default().trim_end();
    head.ends_with(':') || [": |", ": >", ": |-", ": >-", ": |+", ": >+"].iter().any(|end| head.ends_with(end))
}

/// How many columns back the stop before `column` is.
pub(crate) fn to_stop_before(column: usize) -> usize {
    if column.is_multiple_of(STEP) { STEP } else { column % STEP }
}

/// How many columns on the stop after `column` is.
pub(crate) fn to_stop_after(column: usize) -> usize {
    STEP - column % STEP
}

/// A line one level deeper; an empty one stays empty.
pub(crate) fn indent(line: &str) -> String {
    if line.trim().is_empty() { line.to_owned() } else { format!("{}{line}", " ".repeat(STEP)) }
}

/// A line one level less deep, as far as it is indented.
pub(crate) fn outdent(line: &str) -> &str {
    if let Some(line) = line.strip_prefix('\t') {
        return line;
    }
    let spaces = line.chars().take_while(|c| *c == ' ').count().min(STEP);
    line.split_at(spaces).1
}

/// The column for the signs that make these lines comments; `None` where all are comments already.
pub(crate) fn comment_column(lines: &[String]) -> Option<usize> {
    let mut written = lines.iter().filter(|line| !line.trim().is_empty()).peekable();
    let any = written.peek().is_some();
    let column = written.clone().map(|line| blanks(line)).min().unwrap_or(0);
    let all_comments = any && written.all(|line| line.trim_start().starts_with('#'));
    (!all_comments).then_some(column)
}

/// A line made a comment by a sign at `column`, which only blanks are before.
pub(crate) fn comment(line: &str, column: usize) -> String {
    match line.split_at_checked(column) {
        Some((indentation, rest)) if !line.trim().is_empty() => format!("{indentation}# {rest}"),
        _ => line.to_owned(),
    }
}

/// A comment made a line again.
pub(crate) fn uncomment(line: &str) -> String {
    let (indentation, rest) = line.split_at(blanks(line));
    match rest.strip_prefix("# ").or_else(|| rest.strip_prefix('#')) {
        Some(rest) => format!("{indentation}{rest}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_after_a_key_is_deeper() {
        assert_eq!(indent_after("defaultAdmissionRule:"), "  ");
        assert_eq!(indent_after("  clusters: # all"), "    ");
        assert_eq!(indent_after("- rule:"), "    ");
        assert_eq!(indent_after("  description: |"), "    ");
    }

    #[test]
    fn a_line_after_a_value_is_as_deep() {
        assert_eq!(indent_after("  evaluationMode: ALWAYS_ALLOW"), "  ");
        assert_eq!(indent_after("- namePattern: a"), "");
        assert_eq!(indent_after("  # note:"), "  ");
        assert_eq!(indent_after(""), "");
    }

    #[test]
    fn stops_are_two_apart() {
        assert_eq!([1, 2, 3, 4].map(to_stop_before), [1, 2, 1, 2]);
        assert_eq!([0, 1, 2, 3].map(to_stop_after), [2, 1, 2, 1]);
    }

    #[test]
    fn comments_come_and_go() {
        let lines = ["  a: 1".to_owned(), "    b: 2".to_owned(), String::new()];
        let column = comment_column(&lines);
        assert_eq!(column, Some(2));
        let comments: Vec<String> = lines.iter().map(|line| comment(line, 2)).collect();
        assert_eq!(comments, ["  # a: 1", "  #   b: 2", ""]);
        assert_eq!(comment_column(&comments), None);
        assert_eq!(comments.iter().map(|line| uncomment(line)).collect::<Vec<_>>(), lines);
    }
}
