//! Quick fixes: for a diagnostic that has an obvious remedy, the edits of the text that bring it.
//!
//! Pure functions of the document. An edit changes only what it has to: comments, the order of keys
//! and the layout around it stay as they are, in block style, in flow style and in JSON, with
//! either kind of line break.

mod change;
mod edit;
mod fields;
mod patterns;
mod platform;
mod rules;
mod snippet;
mod spot;
mod text;
mod token;
mod write;

pub use self::edit::{Edit, QuickFix};

use self::change::TextChange;
use self::spot::Spot;
pub(crate) use self::write::{with_pattern, with_rule};
use crate::diagnostic::Diagnostic;
use crate::document::Document;

/// What can be done about `problem`, the best first; nothing where the remedy is not obvious.
pub fn quick_fixes(document: &Document, problem: &Diagnostic) -> Vec<QuickFix> {
    let change = TextChange { document };
    let mut fixes = text::fixes(change, problem);
    if let Some(spot) = Spot::find(document, &problem.span.bytes) {
        fixes.extend(fields::fixes(change, &spot, problem));
        fixes.extend(rules::fixes(change, &spot, problem));
        fixes.extend(patterns::fixes(change, &spot, problem));
        fixes.extend(platform::fixes(change, &spot, problem));
    }
    fixes
}

#[cfg(test)]
mod tests;
