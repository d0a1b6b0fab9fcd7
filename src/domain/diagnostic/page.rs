//! The help's page of each diagnostic: what it means, why it matters, an example where it fires and
//! the same made right, and where the rule comes from.
//!
//! The examples are tests: the wrong one gives the code, the right one does not.

mod patterns;
mod platform;
mod project;
mod rules;
mod structure;
mod text;

use std::fmt::Write as _;

use crate::diagnostic::Code;
use crate::policy::PolicyKind;
use crate::spelling::nearest;

/// All that the help says about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub code: Code,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it matters. What to do is [`Code::help`].
    pub why: &'static str,
    /// Where the code comes up.
    pub wrong: Example,
    /// The same, made right.
    pub right: Example,
    /// Where the rule is said, or how it was found out.
    pub source: &'static str,
}

/// A text that shows a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// A policy, or the part of one that matters.
    Policy(&'static str),
    /// The same in a file that is named `.json`.
    Json(&'static str),
    /// A policy that is given where one of this kind is asked for.
    Asked(PolicyKind, &'static str),
    /// A policy, and what is known of the project, in words.
    InProject(&'static str, &'static str),
    /// Too long to be shown: what it would be, in words.
    Words(&'static str),
}

/// What is added to an example that has no rule for everything else.
const REST: &str = "\
globalPolicyEvaluationMode: ENABLE
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

impl Example {
    /// What is shown.
    pub fn text(self) -> &'static str {
        match self {
            Self::Policy(text)
            | Self::Json(text)
            | Self::Asked(_, text)
            | Self::InProject(text, _)
            | Self::Words(text) => text,
        }
    }

    /// The text made a whole policy; of a part of one, by adding a default rule.
    pub fn whole(self) -> String {
        let text = self.text();
        let partial = matches!(self, Self::Policy(_) | Self::InProject(..)) && text.starts_with("# …\n");
        if partial { text.replacen("# …\n", REST, 1) } else { text.to_owned() }
    }
}

macro_rules! pages {
    ($($code:ident $title:literal
        why $why:literal
        source $source:literal
        wrong $wrong:expr;
        right $right:expr;)*) => {
        use crate::diagnostic::Code;
        use crate::diagnostic::page::Example::*;
        use crate::diagnostic::page::Page;

        /// The page of a code of this group.
        pub(super) fn page(code: Code) -> Option<Page> {
            let (title, why, source, wrong, right) = match code {
                $(Code::$code => ($title, $why, $source, $wrong, $right),)*
                _ => return None,
            };
            Some(Page { code, title, why, wrong, right, source })
        }
    };
}
use pages;

/// The code that was probably meant by a text that names none.
pub fn nearest_code(text: &str) -> Option<Code> {
    nearest(text, Code::ALL.iter().map(|code| code.as_str())).and_then(Code::named)
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
