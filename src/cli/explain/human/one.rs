//! One refusal: what it says, what can be behind it and how to tell, the smallest act, what is not known; and below
//! that whom it was about.

use std::fmt::Write as _;

use super::super::report::{Answer, Explained};
use crate::cli::assumed::settled_by;
use crate::cli::styles::{BOLD, FAINT, MAGENTA, RED, Styles, YELLOW};
use crate::cli::terminal::printable;
use domain::explain::cause::{Cause, Confidence, Diagnosis, Tell, tell};
use domain::explain::message::{Finding, Refusal, RefusalKind, Verdict, says};
use domain::text::Digests;

/// How many causes of one finding are told; more is for the JSON.
const CAUSES: usize = 6;
/// How many ways to have it admitted are told.
const FIXES: usize = 3;

pub(super) fn case(case: &Refusal, explained: &Explained, answer: &Answer, styles: Styles) -> String {
    let mut page = Page { out: String::new(), styles, digests: Digests::default() };
    page.head(case);
    if case.relative.is_none() {
        page.causes(case, explained);
    }
    page.asked(explained, answer);
    page.fixes(explained);
    page.unknown(case, explained);
    page.context(case);
    page.out
}

/// What is written: each digest in full where it comes first, and short afterwards.
struct Page {
    out: String,
    styles: Styles,
    digests: Digests,
}

impl Page {
    /// A text from outside, as it may be printed.
    fn text(&mut self, text: &str) -> String {
        printable(&self.digests.short(text))
    }

    fn line(&mut self, before: &str, text: &str) {
        let text = self.text(text);
        let _ = writeln!(self.out, "{before}{text}");
    }

    fn head(&mut self, case: &Refusal) {
        let mut lines = says(case).into_iter();
        let head = lines.next().unwrap_or_default();
        let (style, mark) = match (case.relative.is_some(), case.verdict) {
            (true, _) | (false, Verdict::Running | Verdict::NotWatched) => (YELLOW.bold(), "·"),
            (false, Verdict::Denied) => (RED.bold(), "✗"),
            (false, _) => (YELLOW.bold(), "✓"),
        };
        let times = if case.times > 1 { format!("  ({} times)", case.times) } else { String::new() };
        let head = self.text(&head);
        let _ = writeln!(self.out, "{}{times}", self.styles.paint(style, &format!("{mark} {head}")));
        for line in lines {
            self.line("  ", &line);
        }
    }

    fn causes(&mut self, case: &Refusal, explained: &Explained) {
        let several = case.findings.len() > 1;
        for (finding, found) in case.findings.iter().zip(&explained.diagnoses) {
            let of = match (&finding.image, &finding.attestor) {
                (Some(image), Some(attestor)) if several => format!(" of {image} by {attestor}"),
                (Some(image), None) if several => format!(" of {image}"),
                _ => String::new(),
            };
            let of = self.text(&of);
            let _ = writeln!(self.out, "\nWhat can be behind it{of}:");
            self.told(case, finding, found);
        }
    }

    /// The causes of a finding, and the commands that tell those apart that are only possible.
    fn told(&mut self, case: &Refusal, finding: &Finding, found: &Diagnosis) {
        let mut commands: Vec<String> = Vec::new();
        for cause in found.causes.iter().take(CAUSES) {
            self.cause(cause);
            let Some(Tell { command, shows }) = told_by(cause, case, finding) else { continue };
            let at = commands.iter().position(|known| *known == command).unwrap_or(commands.len());
            if at == commands.len() {
                commands.push(command);
            }
            let _ = writeln!(self.out, "             so if    ({}) {shows}", at + 1);
        }
        let more = found.causes.len().saturating_sub(CAUSES);
        if more > 0 {
            let text = format!("and {more} more: --format json has them");
            let _ = writeln!(self.out, "  {}", self.styles.faint(&text));
        }
        for (number, command) in commands.iter().enumerate() {
            // A command is for a shell: its digests stay whole.
            let command = printable(command);
            let _ = writeln!(self.out, "  {} {command}", self.styles.faint(&format!("({})", number + 1)));
        }
    }

    fn cause(&mut self, cause: &Cause) {
        let style = match cause.confidence {
            Confidence::Certain => RED.bold(),
            Confidence::Likely => YELLOW,
            Confidence::Possible => FAINT,
        };
        let word = self.styles.paint(style, &format!("{:<8}", cause.confidence.as_str()));
        self.line(&format!("  {word} "), &cause.text);
        for text in &cause.evidence {
            self.line("             for      ", text);
        }
        for text in &cause.against {
            self.line("             against  ", text);
        }
    }

    fn asked(&mut self, explained: &Explained, answer: &Answer) {
        if let Some(elsewhere) = &explained.elsewhere {
            let text = self.text(&elsewhere.text());
            let _ = writeln!(self.out, "\n{}", self.styles.paint(MAGENTA, &text));
        }
        if let Some(decision) = &explained.again {
            let outcome = self.styles.paint(BOLD, decision.outcome.as_str());
            let _ = writeln!(self.out, "\nAsked again under {}: {outcome}", printable(answer.file()));
            if let Some(settled_by) = settled_by(decision.open) {
                self.line("  ", &settled_by);
            }
        }
        if let [Some(turn)] = answer.turns.as_slice() {
            self.line("\n", turn);
        }
    }

    fn fixes(&mut self, explained: &Explained) {
        if !explained.fixes.is_empty() {
            let _ = writeln!(self.out, "\nWhat would admit it, the least that is let in first:");
        }
        for (number, fix) in explained.fixes.iter().take(FIXES).enumerate() {
            let title = self.text(&fix.title());
            let _ = writeln!(self.out, "  {}. {}", number + 1, self.styles.paint(BOLD, &title));
            self.line("     lets in: ", &fix.reach.words);
        }
        let more = explained.fixes.len().saturating_sub(FIXES);
        if more > 0 {
            let text = format!("and {more} more: --format json has them, and what each changes");
            let _ = writeln!(self.out, "  {}", self.styles.faint(&text));
        }
    }

    fn unknown(&mut self, case: &Refusal, explained: &Explained) {
        let mut unknown: Vec<&String> = case.unknown.iter().collect();
        unknown.extend(explained.diagnoses.iter().flat_map(|found| &found.unknown));
        unknown.dedup();
        if !unknown.is_empty() {
            let _ = writeln!(self.out, "\nNot known from here:");
        }
        for text in unknown {
            let mark = self.styles.paint(MAGENTA, "?");
            self.line(&format!("  {mark} "), text);
        }
    }

    /// Whom it was about, a line for each fact that is known.
    fn context(&mut self, case: &Refusal) {
        let subject = &case.subject;
        let request = case.request();
        let rule = case.rule.as_ref().map(|rule| match rule.key.as_str() {
            "" => rule.kind.field().to_owned(),
            key => format!("{}.{key}", rule.kind.field()),
        });
        let is_quoted = case.kind == RefusalKind::Unknown || case.relative.is_some();
        let rows = [
            ("kind", if case.has_head { case.kind.as_str().to_owned() } else { String::new() }),
            ("in", case.carriers.join(", ")),
            ("rule", rule.unwrap_or_default()),
            ("cluster", request.cluster.unwrap_or_default()),
            ("namespace", subject.namespace.clone()),
            ("pod", subject.pod.clone()),
            ("revision", subject.revision.clone()),
            ("service", subject.service.clone()),
            ("of", subject.object.clone()),
            ("by", subject.principal.clone()),
            ("at", subject.time.clone()),
            ("message", if is_quoted { case.text.clone() } else { String::new() }),
        ];
        self.out.push('\n');
        for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
            let name = self.styles.faint(&format!("{name:<10}"));
            self.line(&format!("  {name} "), &value);
        }
    }
}

/// How to tell a cause from the others, where it is not known already.
fn told_by(cause: &Cause, case: &Refusal, finding: &Finding) -> Option<Tell> {
    let is_open = cause.confidence != Confidence::Certain && cause.against.is_empty();
    if is_open { tell(cause.kind, case, finding) } else { None }
}
