//! A page of the help, its examples, and how a group of pages is written.

use crate::diagnostic::Code;
use crate::policy::PolicyKind;

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
    /// The wrong example, made right.
    pub right: Example,
    /// Where the rule is said, or how it was found out.
    pub source: &'static str,
}

/// A text that shows a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// A policy, or the part of one that matters.
    Policy(&'static str),
    /// The example stands in a file that is named `.json`.
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
        use super::example::Example::*;
        use super::example::Page;

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
pub(super) use pages;
