//! The help's page of each diagnostic: what it means, why it matters, an example where it fires and
//! the same made right, and where the rule comes from.
//!
//! The examples are tests: the wrong one gives the code, the right one does not.

mod example;
mod patterns;
mod platform;
mod project;
mod rules;
mod structure;
mod text;

use std::fmt::Write as _;

pub use self::example::{Example, Page};

use crate::diagnostic::Code;
use crate::spelling::nearest;

/// The code that was probably meant by a text that names none.
pub fn nearest_code(text: &str) -> Option<Code> {
    nearest(text, Code::ALL.iter().map(|code| code.as_str())).and_then(Code::from_name)
}

/// The page of a code.
pub fn page(code: Code) -> Page {
    let groups = [text::page, structure::page, rules::page, patterns::page, platform::page, project::page];
    let nothing = Example::Words("none");
    let bare = Page { code, title: code.as_str(), why: "", wrong: nothing, right: nothing, source: "" };
    groups.iter().find_map(|group| group(code)).unwrap_or(bare)
}

impl Page {
    /// As lines for a terminal, each paragraph on one line.
    pub fn to_text(&self) -> String {
        let mut out = format!(
            "{} ({})\n{}\n\n{}\n\n{}\n",
            self.code,
            self.code.severity(),
            self.title,
            self.why,
            self.code.help()
        );
        for (title, example) in [("Wrong", self.wrong), ("Right", self.right)] {
            let more = match example {
                Example::InProject(_, facts) => format!(" ({facts})"),
                _ => String::new(),
            };
            // Writing to a string cannot fail.
            let _ = write!(out, "\n{title}{more}:\n\n");
            for line in example.text().lines() {
                let _ = writeln!(out, "    {}", shown(line));
            }
        }
        let _ = writeln!(out, "\nSource: {}", self.source);
        out
    }
}

/// A line of an example; what cannot be seen is escaped.
fn shown(line: &str) -> String {
    line.chars().fold(String::with_capacity(line.len()), |mut out, c| {
        match c {
            '\t' => out.push('→'),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests;
