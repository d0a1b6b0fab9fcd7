//! What an unquoted scalar means: text, or something else that only looks like text.
//!
//! gcloud reads YAML by the rules of version 1.1 (`googlecloudsdk/core/yaml.py`, ruamel.yaml 0.15),
//! where `no`, `0123`, `12:30` and `2018-01-01` are no texts; a `%YAML 1.2` directive changes that.

/// Whose rules tell text from other scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    Yaml11,
    Yaml12,
    Json,
}

/// What a scalar is read as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Means {
    Text,
    Null,
    Bool(bool),
    /// `None`: too large for any field of a policy.
    Int(Option<i64>),
    Float(f64),
    Timestamp,
    /// A lone `=`, for which no YAML reader has a value.
    Nothing,
    /// A `<<`, which merges as a key and has no value elsewhere.
    Merge,
    /// The value is not known, because the text is broken here; that was reported.
    Unread,
}

/// The meaning of `text`, written without quotes.
pub(super) fn plain(text: &str, rules: Rules) -> Means {
    match rules {
        Rules::Json => json(text),
        Rules::Yaml11 | Rules::Yaml12 => yaml(text, rules),
    }
}

/// Whether either version of YAML would read `text` as something else than text.
pub(super) fn is_ambiguous(text: &str) -> bool {
    [Rules::Yaml11, Rules::Yaml12].into_iter().any(|rules| plain(text, rules) != Means::Text)
}

fn json(text: &str) -> Means {
    match text {
        "null" | "" => Means::Null,
        "true" => Means::Bool(true),
        "false" => Means::Bool(false),
        _ if integer_digits(text.trim_start_matches('-')) => Means::Int(text.parse().ok()),
        _ if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => number(text),
        _ => Means::Text,
    }
}

fn yaml(text: &str, rules: Rules) -> Means {
    let Some(first) = text.chars().next() else { return Means::Null };
    match first {
        '~' | 'n' | 'N' if matches!(text, "~" | "null" | "Null" | "NULL") => Means::Null,
        '<' if text == "<<" => Means::Merge,
        '=' if text == "=" => Means::Nothing,
        '-' | '+' | '.' | '0'..='9' => numeric(text, rules),
        'y' | 'Y' | 'n' | 'N' | 't' | 'T' | 'f' | 'F' | 'o' | 'O' => boolean(text, rules),
        _ => Means::Text,
    }
}

fn boolean(text: &str, rules: Rules) -> Means {
    match text {
        "true" | "True" | "TRUE" => Means::Bool(true),
        "false" | "False" | "FALSE" => Means::Bool(false),
        _ if rules == Rules::Yaml12 => Means::Text,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Means::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Means::Bool(false),
        _ => Means::Text,
    }
}

/// Numbers and times, in the order in which ruamel.yaml tries its expressions.
fn numeric(text: &str, rules: Rules) -> Means {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if is_float(unsigned, unsigned.len() == text.len(), rules) {
        return float(sign, unsigned);
    }
    match integer(unsigned, rules) {
        Means::Int(value) => Means::Int(value.and_then(|value| value.checked_mul(sign))),
        _ if is_timestamp(text) => Means::Timestamp,
        other => other,
    }
}

fn is_float(text: &str, unsigned: bool, rules: Rules) -> bool {
    if let Some(special) = text.strip_prefix('.') {
        let (fraction, exponent) = split_exponent(special);
        return matches!(special, "inf" | "Inf" | "INF")
            || (unsigned && matches!(special, "nan" | "NaN" | "NAN"))
            || ((unsigned || rules == Rules::Yaml12)
                && digits_and_underscores(fraction)
                && exponent.is_none_or(|e| e.strip_prefix(['-', '+']).is_some_and(integer_digits)));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    if rules == Rules::Yaml11 && text.contains(':') {
        return sexagesimal(text, |c| c.is_ascii_digit()) && text.contains('.');
    }
    let (mantissa, exponent) = split_exponent(text);
    let exponent_ok = exponent.is_none_or(|e| integer_digits(e.strip_prefix(['-', '+']).unwrap_or(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let dotted = mantissa.len() > whole.len();
    exponent_ok
        && (dotted || exponent.is_some())
        && digits_and_underscores(whole)
        && (fraction.is_empty() || digits_and_underscores(fraction))
}

fn split_exponent(text: &str) -> (&str, Option<&str>) {
    text.split_once(['e', 'E']).map_or((text, None), |(mantissa, exponent)| (mantissa, Some(exponent)))
}

fn float(sign: i64, unsigned: &str) -> Means {
    let text = unsigned.replace('_', "").to_ascii_lowercase();
    let value = match text.as_str() {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if text.contains(':') => {
            text.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap_or(0.0))
        }
        _ => text.parse().unwrap_or(0.0),
    };
    Means::Float(if sign < 0 { -value } else { value })
}

/// An integer without its sign, or text.
fn integer(text: &str, rules: Rules) -> Means {
    if let Some(digits) = text.strip_prefix("0b") {
        return radix(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if rules == Rules::Yaml12 {
        return text.strip_prefix("0o").map_or_else(|| radix(text, 10), |digits| radix(digits, 8));
    }
    match text.strip_prefix('0') {
        Some("") => Means::Int(Some(0)),
        Some(digits) => radix(digits, 8),
        None if text.contains('.') => Means::Text,
        None if sexagesimal(text, |c| matches!(c, '1'..='9')) => Means::Int(sexagesimal_value(text)),
        None => radix(text, 10),
    }
}

fn radix(digits: &str, radix: u32) -> Means {
    let plain = digits.replace('_', "");
    let valid = !digits.is_empty() && plain.chars().all(|c| c.is_digit(radix));
    if valid { Means::Int(i64::from_str_radix(&plain, radix).ok()) } else { Means::Text }
}

/// `[0-9][0-9_]*(:[0-5]?[0-9])+`, and `.[0-9_]*` after it; `first` narrows the first digit.
fn sexagesimal(text: &str, first: impl Fn(char) -> bool) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let head = parts.next().unwrap_or_default();
    head.starts_with(first)
        && digits_and_underscores(head)
        && parts.all(|part| match part.as_bytes() {
            [one] => one.is_ascii_digit(),
            [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
            _ => false,
        })
        && (fraction.is_empty() || digits_and_underscores(fraction))
}

fn sexagesimal_value(text: &str) -> Option<i64> {
    text.split(':').try_fold(0i64, |sum, part| {
        let part: i64 = part.replace('_', "").parse().ok()?;
        sum.checked_mul(60)?.checked_add(part)
    })
}

/// `2018-01-01`, or a date (months and days also of one digit) with a time.
fn is_timestamp(text: &str) -> bool {
    let mut rest = text;
    let mut date = [0; 3];
    for (at, field) in date.iter_mut().enumerate() {
        if at > 0 {
            let Some(after) = rest.strip_prefix('-') else { return false };
            rest = after;
        }
        *field = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest = rest.get(*field..).unwrap_or_default();
    }
    match (date, rest) {
        ([4, 2, 2], "") => true,
        ([4, 1..=2, 1..=2], time) => {
            time.strip_prefix(['T', 't']).or_else(|| time.strip_prefix([' ', '\t'])).is_some_and(is_time)
        }
        _ => false,
    }
}

/// `H:MM:SS`, a fraction, and a zone.
fn is_time(text: &str) -> bool {
    let mut parts = text.trim_start_matches([' ', '\t']).splitn(3, ':');
    let (hour, minute, rest) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (second, rest) = rest.split_at_checked(2).unwrap_or_default();
    let rest =
        rest.strip_prefix('.').map_or(rest, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    (1..=2).contains(&hour.len())
        && [minute, second].iter().all(|part| part.len() == 2)
        && [hour, minute, second].iter().all(|part| integer_digits(part))
        && is_zone(rest.trim_start_matches([' ', '\t']))
}

fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['-', '+']) else { return matches!(text, "" | "Z") };
    let (hour, minute) = offset.split_once(':').unwrap_or((offset, "00"));
    (1..=2).contains(&hour.len()) && minute.len() == 2 && [hour, minute].iter().all(|part| integer_digits(part))
}

fn number(text: &str) -> Means {
    text.parse().map_or(Means::Text, Means::Float)
}

fn integer_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits_and_underscores(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Each row was read by the reader inside gcloud (528).
    #[rstest]
    #[case("no", Means::Bool(false))]
    #[case("y", Means::Bool(true))]
    #[case("On", Means::Bool(true))]
    #[case("oN", Means::Text)]
    #[case("3", Means::Int(Some(3)))]
    #[case("-3", Means::Int(Some(-3)))]
    #[case("0123", Means::Int(Some(83)))]
    #[case("089", Means::Text)]
    #[case("0o12", Means::Text)]
    #[case("0x1F", Means::Int(Some(31)))]
    #[case("0b11", Means::Int(Some(3)))]
    #[case("1_000", Means::Int(Some(1000)))]
    #[case("1:30", Means::Int(Some(90)))]
    #[case("12:30:45", Means::Int(Some(45045)))]
    #[case("1:75", Means::Text)]
    #[case("1:30.5", Means::Float(90.5))]
    #[case("1e3", Means::Float(1000.0))]
    #[case("1.", Means::Float(1.0))]
    #[case(".5", Means::Float(0.5))]
    #[case("-.5", Means::Text)]
    #[case(".inf", Means::Float(f64::INFINITY))]
    #[case("-.Inf", Means::Float(f64::NEG_INFINITY))]
    #[case("1.2.3", Means::Text)]
    #[case("99999999999999999999", Means::Int(None))]
    #[case("2018-01-01", Means::Timestamp)]
    #[case("2018-1-1", Means::Text)]
    #[case("2018-01-01T00:00:00Z", Means::Timestamp)]
    #[case("2024-05-12T05:17:42.444479Z", Means::Timestamp)]
    #[case("2018-1-1 0:00:00 -5:30", Means::Timestamp)]
    #[case("2018-01-01T00:00", Means::Text)]
    #[case("~", Means::Null)]
    #[case("NULL", Means::Null)]
    #[case("", Means::Null)]
    #[case("=", Means::Nothing)]
    #[case("-", Means::Text)]
    #[case("gcr.io/p/*", Means::Text)]
    fn by_version_1_1(#[case] text: &str, #[case] expected: Means) {
        assert_eq!(plain(text, Rules::Yaml11), expected, "{text}");
    }

    #[rstest]
    #[case("no", Means::Text)]
    #[case("0123", Means::Int(Some(123)))]
    #[case("0o12", Means::Int(Some(10)))]
    #[case("1:30", Means::Text)]
    #[case("-.5", Means::Float(-0.5))]
    fn by_version_1_2(#[case] text: &str, #[case] expected: Means) {
        assert_eq!(plain(text, Rules::Yaml12), expected, "{text}");
    }

    #[rstest]
    #[case("yes", Means::Text)]
    #[case("1e3", Means::Float(1000.0))]
    #[case("-7", Means::Int(Some(-7)))]
    fn by_json(#[case] text: &str, #[case] expected: Means) {
        assert_eq!(plain(text, Rules::Json), expected, "{text}");
    }
}
