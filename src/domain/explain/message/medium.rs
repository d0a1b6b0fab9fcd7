//! What media put around and into words: links of chats and of Markdown, tags of web pages, the encoding of mail,
//! characters that editors and readers of pictures put in place of others.
//!
//! Uses `std` only. Each looks ahead no further than a name is long.

use std::borrow::Cow;

/// No link or tag is longer.
const LONGEST: usize = 1_500;

/// What stands for something else.
pub(super) struct Markup {
    /// How many characters it has.
    pub(super) length: usize,
    pub(super) means: String,
}

/// Elements of web pages; what they end. All others are left as they are: `<image>` stands for a name.
const ELEMENTS: [(&str, &str); 34] = [
    ("br", "\n"),
    ("p", "\n"),
    ("div", "\n"),
    ("tr", "\n"),
    ("li", "\n"),
    ("td", " "),
    ("th", " "),
    ("h1", "\n"),
    ("h2", "\n"),
    ("h3", "\n"),
    ("ul", ""),
    ("ol", ""),
    ("a", ""),
    ("b", ""),
    ("i", ""),
    ("u", ""),
    ("s", ""),
    ("em", ""),
    ("tt", ""),
    ("kbd", ""),
    ("pre", ""),
    ("sub", ""),
    ("wbr", ""),
    ("code", ""),
    ("font", ""),
    ("html", ""),
    ("body", ""),
    ("mark", ""),
    ("samp", ""),
    ("span", ""),
    ("small", ""),
    ("table", ""),
    ("tbody", ""),
    ("strong", ""),
];

/// Reads `<http://I|I>` of Slack, `<https://I>` of Markdown and mail, and tags of web pages.
pub(super) fn angle(ahead: &[char]) -> Option<Markup> {
    let inner = ahead.iter().skip(1).take(LONGEST).take_while(|c| !matches!(c, '>' | '<' | '\n'));
    let inner: String = inner.collect();
    let length = inner.chars().count() + 2;
    if ahead.get(length - 1) != Some(&'>') {
        return None;
    }
    let schemes = ["http://", "https://", "mailto:"];
    if let Some(rest) = schemes.iter().find_map(|scheme| inner.strip_prefix(scheme)) {
        let means = rest.rsplit_once('|').map_or(rest, |(_, label)| label);
        return (!means.contains(' ')).then(|| Markup { length, means: means.to_owned() });
    }
    let name = inner.trim_matches('/').split([' ', '/']).next().unwrap_or_default().to_ascii_lowercase();
    let (_, means) = ELEMENTS.iter().find(|(element, _)| *element == name)?;
    Some(Markup { length, means: (*means).to_owned() })
}

/// Reads `[I](https://I)`.
pub(super) fn link(ahead: &[char]) -> Option<Markup> {
    let label: String =
        ahead.iter().skip(1).take(LONGEST).take_while(|c| !matches!(c, ']' | '[') && !c.is_whitespace()).collect();
    let at = label.chars().count() + 1;
    if label.is_empty() || ahead.get(at) != Some(&']') || ahead.get(at + 1) != Some(&'(') {
        return None;
    }
    let target: String =
        ahead.iter().skip(at + 2).take(LONGEST).take_while(|c| **c != ')' && !c.is_whitespace()).collect();
    let length = at + 2 + target.chars().count() + 1;
    let is_link = target.contains("://") && ahead.get(length - 1) == Some(&')');
    is_link.then(|| Markup { length, means: label.trim_matches('`').to_owned() })
}

/// Reads `&#39;` and `&#x27;`, with the length.
pub(super) fn numeric_entity(ahead: &[char]) -> Option<(usize, char)> {
    let text: String = ahead.iter().take(10).take_while(|c| **c != ';').collect();
    let digits = text.strip_prefix("&#")?;
    let (digits, radix) = digits.strip_prefix(['x', 'X']).map_or((digits, 10), |digits| (digits, 16));
    let length = text.chars().count() + 1;
    let meaning = char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|c| !c.is_control())?;
    (ahead.get(length - 1) == Some(&';')).then_some((length, meaning))
}

/// Hyphens that editors and web pages write for the one that names have.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

/// The word that readers of pictures take for another: `lmage` is none.
pub(super) fn recognised(word: &str) -> &str {
    if matches!(word, "lmage" | "|mage" | "1mage") { "Image" } else { word }
}

/// The text of a mail's quoted-printable (RFC 2045), where the text is that: it breaks lines by `=` at their ends.
pub(super) fn unquoted(text: &str) -> Cow<'_, str> {
    let is_soft = |line: &str| line.strip_suffix('\r').unwrap_or(line).ends_with('=');
    let lines = text.split('\n');
    if !lines.clone().any(is_soft) || !text.contains("=3D") && !lines.clone().any(|l| is_soft(l) && l.len() > 60) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    for line in lines {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let (line, end) = line.strip_suffix('=').map_or((line, "\n"), |line| (line, ""));
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once('=') {
            bytes.extend_from_slice(before.as_bytes());
            let byte = behind.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            bytes.push(byte.unwrap_or(b'='));
            rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
        }
        bytes.extend_from_slice(rest.as_bytes());
        bytes.extend_from_slice(end.as_bytes());
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("<http://gcr.io/p/a|gcr.io/p/a> x", Some((30, "gcr.io/p/a")))]
    #[case("<https://gcr.io/p/a>", Some((20, "gcr.io/p/a")))]
    #[case("<BR />", Some((6, "\n")))]
    #[case("</code>", Some((7, "")))]
    #[case("<span class=\"x\">", Some((16, "")))]
    #[case("<image>", None)]
    #[case("<http://gcr.io", None)]
    #[case("<", None)]
    fn angles(#[case] text: &str, #[case] expected: Option<(usize, &str)>) {
        let chars: Vec<char> = text.chars().collect();
        let found = angle(&chars).map(|markup| (markup.length, markup.means));
        assert_eq!(found, expected.map(|(length, means)| (length, means.to_owned())));
    }

    #[rstest::rstest]
    #[case("[gcr.io/p/a](https://gcr.io/p/a) x", Some("gcr.io/p/a"))]
    #[case("[`gcr.io/p/a`](https://gcr.io/p/a)", Some("gcr.io/p/a"))]
    #[case("[two words](https://gcr.io/p/a)", None)]
    #[case("[a](b)", None)]
    #[case("[a](https://b", None)]
    fn links(#[case] text: &str, #[case] expected: Option<&str>) {
        let chars: Vec<char> = text.chars().collect();
        assert_eq!(link(&chars).map(|markup| markup.means).as_deref(), expected);
    }

    #[rstest::rstest]
    #[case("a =3D b=\r\nc", "a = bc\n")]
    #[case("caf=C3=A9 =3D=\n x", "caf\u{e9} = x\n")]
    #[case("key=\nvalue", "key=\nvalue")]
    #[case("a=3Db", "a=3Db")]
    fn mail(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(unquoted(text).trim_end(), expected.trim_end());
    }
}
