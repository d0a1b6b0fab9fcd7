//! One message to a case: what its statements add up to, and what stands between them that is not understood.

use super::cursor::{Cursor, EXCERPT, clipped, excerpt};
use super::kind::{DISTRIBUTED_WEBHOOK, RefusalKind, is_binary_authorization};
use super::reason::{Reason, ReasonKind};
use super::refusal::{Finding, Refusal, Subject, Verdict};
use super::relatives;
use super::statement::Statement;
use super::text::{BREAK, WRAP};

/// What is kept of a message.
const TEXT: usize = 4_000;

/// A statement and where it stands.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) statement: Statement,
}

/// A case as it is put together.
struct Building {
    kind: Option<RefusalKind>,
    /// The message has its beginning, so that it is known who says it.
    has_head: bool,
    /// An image whose cause has not come yet.
    pending: Option<String>,
    /// A webhook that is none of Binary Authorization's.
    other_webhook: Option<String>,
    case: Refusal,
}

/// The case that the statements of one message make; the next one begins at `next`.
pub(super) fn built(plain: &str, message: &[Found], next: usize) -> Option<Refusal> {
    let (first, last) = (message.first()?, message.last()?);
    // Where a message is known only by some of its words, its line has the rest.
    let is_relative = matches!(first.statement, Statement::Relative { .. });
    let start = if is_relative { line_start(plain, first.start) } else { first.start };
    let text = clipped(&excerpt(plain.get(start..last.end).unwrap_or_default()), TEXT);
    let mut building = Building {
        kind: None,
        has_head: false,
        pending: None,
        other_webhook: None,
        case: Refusal {
            kind: RefusalKind::Unknown,
            verdict: Verdict::Denied,
            rule: None,
            findings: Vec::new(),
            subject: Subject::default(),
            relative: None,
            carriers: Vec::new(),
            unknown: Vec::new(),
            times: 1,
            text,
        },
    };
    for (number, found) in message.iter().enumerate() {
        building.add(&found.statement);
        let behind = message.get(number + 1).map(|found| found.start);
        if found.statement.wants_more() {
            building.gap(plain, found, behind, next);
        } else if found.statement.can_be_last() {
            building.more(plain, found, behind);
        }
    }
    if let Statement::Webhook { name } = &last.statement
        && !is_binary_authorization(name)
    {
        building.rest_of_line(plain, last.end, &relatives::OTHER_WEBHOOK);
    }
    Some(building.finish(plain, last.end))
}

impl Building {
    /// What stands before the message, its head, or a sentence of it.
    fn add(&mut self, statement: &Statement) {
        match statement {
            Statement::Server { .. } => self.case.carriers.push("kubectl"),
            Statement::File { name } => {
                if self.case.carriers.last() != Some(&"kubectl") {
                    self.case.carriers.push("kubectl");
                }
                self.case.subject.object.clone_from(name);
            }
            Statement::Forbidden { pod } => self.case.subject.pod.clone_from(pod),
            Statement::Webhook { name } if is_binary_authorization(name) => self.head(webhook_kind(name)),
            Statement::Webhook { name } => self.other_webhook = Some(name.clone()),
            Statement::WebhookFailed { name, why } => self.webhook_failed(name, why),
            Statement::Backend => self.head(RefusalKind::GkeLegacy),
            Statement::BackendNoReason => {
                self.head(RefusalKind::GkeLegacy);
                self.find(None, None, Reason::new(ReasonKind::NotGiven, ""));
            }
            Statement::ServiceUpdate => self.head(RefusalKind::CloudRun),
            Statement::Revision { name } => {
                self.head(RefusalKind::CloudRun);
                self.case.subject.revision.clone_from(name);
            }
            Statement::ContainerImage { image } => {
                self.head(RefusalKind::CloudRun);
                self.wait_for(image);
            }
            statement => self.sentence(statement),
        }
    }

    /// A sentence of the message itself: of the rule, an image, or an attestor.
    fn sentence(&mut self, statement: &Statement) {
        match statement {
            Statement::ImageRule { image, rule } => {
                // Only GKE's webhook says so.
                self.head(RefusalKind::Gke);
                match rule {
                    Ok(rule) => self.case.rule = Some(rule.clone()),
                    Err(words) => {
                        self.case.unknown.push(format!("the rule is named in words that are not known: `{words}`"));
                    }
                }
                self.wait_for(image);
            }
            Statement::Rule { rule } => {
                self.kind.get_or_insert(RefusalKind::GkeLegacy);
                self.case.rule = Some(rule.clone());
            }
            Statement::AlwaysDeny { text } => {
                self.kind.get_or_insert(RefusalKind::GkeLegacy);
                let image = self.pending.take();
                self.find(image, None, Reason::new(ReasonKind::AlwaysDeny, text.clone()));
            }
            Statement::DeniedByAttestor => {
                self.kind.get_or_insert(RefusalKind::GkeLegacy);
            }
            Statement::ImageAttestor { image, attestor, reason } => {
                self.kind.get_or_insert(RefusalKind::Gke);
                if self.pending.as_ref() == Some(image) {
                    self.pending = None;
                }
                self.find(Some(image.clone()), Some(attestor.clone()), reason.clone());
            }
            Statement::Cause { image } => {
                self.head(RefusalKind::Gke);
                self.wait_for(image);
            }
            Statement::Relative { known } => {
                self.case.relative.get_or_insert(known);
            }
            _ => {}
        }
    }

    fn webhook_failed(&mut self, name: &str, why: &str) {
        if is_binary_authorization(name) {
            self.head(webhook_kind(name));
            self.find(None, None, Reason::new(ReasonKind::Unreachable, why));
        } else {
            self.case.relative = Some(&relatives::OTHER_WEBHOOK);
        }
    }

    fn head(&mut self, kind: RefusalKind) {
        self.kind.get_or_insert(kind);
        self.has_head = true;
    }

    fn find(&mut self, image: Option<String>, attestor: Option<String>, reason: Reason) {
        let finding = Finding { image, attestor, reason };
        if !self.case.findings.contains(&finding) {
            self.case.findings.push(finding);
        }
    }

    /// The cause of an image comes behind it; that of the image before did not come.
    fn wait_for(&mut self, image: &str) {
        if let Some(before) = self.pending.replace(image.to_owned()) {
            self.not_given(before);
        }
    }

    fn not_given(&mut self, image: String) {
        let known = self.case.findings.iter().any(|finding| finding.image.as_ref() == Some(&image));
        if !known {
            self.case.unknown.push(format!("the message names no cause for {image}"));
            self.find(Some(image), None, Reason::new(ReasonKind::NotGiven, ""));
        }
    }

    /// What stands between a statement and the one that should follow it.
    fn gap(&mut self, plain: &str, found: &Found, behind: Option<usize>, next: usize) {
        let from = Cursor { text: plain, at: found.end };
        let gap = match behind {
            Some(behind) => from.text_until(behind),
            None => from.line(EXCERPT).0,
        };
        let is_last = behind.is_none();
        let text = excerpt(
            gap.trim_matches(|c: char| c.is_ascii_punctuation() && c != '`' || matches!(c, ' ' | WRAP | BREAK)),
        );
        let is_cut = gap.contains('\u{2026}') || gap.trim_end().ends_with("...");
        let ends = is_last && found.end + gap.len() >= plain.len().min(next);
        if !text.is_empty() {
            let text = clipped(&text, EXCERPT);
            let how = if is_cut || ends && is_last {
                "the message ends in a part that is not whole"
            } else {
                "not understood"
            };
            self.case.unknown.push(format!("{how}: `{text}`"));
        } else if is_last && !matches!(found.statement, Statement::ImageRule { .. } | Statement::ContainerImage { .. })
        {
            self.case.unknown.push("the message ends before it says why".to_owned());
        } else if is_cut {
            self.case.unknown.push("the message is cut off".to_owned());
        }
    }

    /// A sentence goes on behind one that could be the last: it is a part of the message too.
    fn more(&mut self, plain: &str, found: &Found, behind: Option<usize>) {
        let from = Cursor { text: plain, at: found.end };
        let Some(sentence) = from.eat(". ") else { return };
        let line = sentence.line(EXCERPT).0;
        let text = match behind {
            Some(behind) if behind < sentence.at + line.len() => sentence.text_until(behind),
            _ => line,
        };
        let text = excerpt(text.trim_matches(|c: char| c.is_ascii_punctuation() || matches!(c, ' ' | WRAP | BREAK)));
        if !text.is_empty() {
            self.case.unknown.push(format!("not understood: `{}`", clipped(&text, EXCERPT)));
        }
    }

    /// The rest of the line is what another says.
    fn rest_of_line(&mut self, plain: &str, from: usize, known: &'static relatives::KnownMessage) {
        let (text, _) = Cursor { text: plain, at: from }.line(2 * EXCERPT);
        self.case.relative = Some(known);
        let text = format!("{} {}", self.case.text, excerpt(text));
        text.trim().clone_into(&mut self.case.text);
    }

    fn finish(mut self, plain: &str, end: usize) -> Refusal {
        if let Some(image) = self.pending.take() {
            self.not_given(image);
        }
        let case = &mut self.case;
        if let (Some(name), Some(_)) = (&self.other_webhook, self.kind) {
            case.unknown.push(format!("whose webhook `{name}` is: Binary Authorization registers none of that name"));
        }
        if let Some(known) = case.relative.filter(|_| self.kind.is_none()) {
            case.kind = known.kind;
            let reason = Reason::new(ReasonKind::Other, case.text.clone());
            case.findings = vec![Finding { image: None, attestor: None, reason }];
            return self.case;
        }
        let Some(kind) = self.kind else {
            // A pod that is forbidden, or an error of the server, and nothing that is known behind it.
            self.rest_of_line(plain, end, &relatives::API_SERVER);
            let case = &mut self.case;
            case.kind = RefusalKind::ApiError;
            let text = clipped(&case.text, EXCERPT);
            case.unknown.push(format!("why, in words that are not known: `{text}`"));
            return self.case;
        };
        case.kind = kind;
        if case.findings.is_empty() && case.rule.is_some() {
            let reason = Reason::new(ReasonKind::NotGiven, "");
            case.findings.push(Finding { image: None, attestor: None, reason });
        }
        say_reasons(case);
        if !self.has_head {
            self.case.unknown.push(no_head(&self.case).to_owned());
        }
        self.case
    }
}

fn say_reasons(case: &mut Refusal) {
    for finding in &case.findings {
        let (reason, by) = (&finding.reason, finding.attestor.as_deref().unwrap_or_default());
        if reason.is_cut {
            case.unknown.push(format!("the reason of {by} is cut off: `{}`", clipped(&reason.text, EXCERPT)));
        } else if reason.kind == ReasonKind::Unknown {
            case.unknown
                .push(format!("the reason of {by} is none of those known: `{}`", clipped(&reason.text, EXCERPT)));
        }
    }
}

/// What is missing with the beginning of a message.
fn no_head(case: &Refusal) -> &'static str {
    if case.rule.is_some() {
        "the beginning of the message is missing: the old GKE and the distributed cloud both say this"
    } else {
        "the beginning of the message is missing, which names the rule"
    }
}

fn webhook_kind(name: &str) -> RefusalKind {
    if name == DISTRIBUTED_WEBHOOK { RefusalKind::DistributedCloud } else { RefusalKind::Gke }
}

/// The start of the line that this place is in; no further back than a line is looked for.
fn line_start(plain: &str, at: usize) -> usize {
    let before = plain.get(..at).unwrap_or_default();
    let mut back = before.char_indices().rev().take(EXCERPT);
    let end = back.clone().last().map_or(at, |(start, _)| start);
    back.find(|(_, c)| matches!(*c, WRAP | BREAK)).map_or(end, |(start, c)| start + c.len_utf8())
}
