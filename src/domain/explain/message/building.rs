//! One message to a case: what its statements add up to, and what stands between them that is not understood.

use super::cursor::{Cursor, EXCERPT, clipped, excerpt};
use super::kind::{DISTRIBUTED_WEBHOOK, RefusalKind, is_binary_authorization};
use super::reason::{Reason, ReasonKind};
use super::refusal::{Finding, Refusal, Subject, Verdict};
use super::relatives;
use super::statement::{Named, Statement};
use super::text::{BREAK, WRAP};
use super::watch::not_watched;

/// What is kept of a message.
const TEXT: usize = 4_000;

/// A statement and where it stands.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) statement: Statement,
}

/// What waits for its cause.
struct Pending {
    /// The message may not name it.
    image: Option<String>,
    reason: ReasonKind,
}

/// A case as it is put together.
struct Building {
    kind: Option<RefusalKind>,
    /// The message has its beginning, so that it is known who says it.
    has_head: bool,
    /// An image whose cause has not come yet.
    pending: Option<Pending>,
    /// A webhook that is none of Binary Authorization's; empty where its name is lost.
    other_webhook: Option<String>,
    /// A backend of image policies said no, whose ever it is.
    has_backend: bool,
    case: Refusal,
}

/// The case that the statements of one message make; the next one begins at `next`.
pub(super) fn built(plain: &str, message: &[Found], next: usize) -> Option<Refusal> {
    let (first, last) = (message.first()?, message.last()?);
    if let Statement::NotWatched { description } = &first.statement {
        return Some(not_watched(description, Subject::default()));
    }
    // Where a message is known only by some of its words, its line has the rest.
    let is_relative = matches!(first.statement, Statement::Relative { .. });
    let start = if is_relative { line_start(plain, first.start) } else { first.start };
    let text = clipped(&excerpt(plain.get(start..last.end).unwrap_or_default()), TEXT);
    let mut building = Building {
        kind: None,
        has_head: false,
        pending: None,
        other_webhook: None,
        has_backend: false,
        case: Refusal::new(RefusalKind::Unknown, Verdict::Denied, Subject::default(), text),
    };
    for (number, found) in message.iter().enumerate() {
        building.add(&found.statement);
        let behind = message.get(number + 1).map(|found| found.start);
        let is_followed = behind.is_some() && matches!(found.statement, Statement::Backend);
        if found.statement.wants_more() || is_followed {
            building.gap(plain, found, behind, next);
        } else if found.statement.can_be_last() {
            building.more(plain, found, behind);
        }
    }
    match &last.statement {
        Statement::Webhook { name } if name.is_empty() => {
            building.rest_of_line(plain, last.end, &relatives::UNNAMED_WEBHOOK);
        }
        Statement::Webhook { name } if !is_binary_authorization(name) => {
            building.rest_of_line(plain, last.end, &relatives::OTHER_WEBHOOK);
        }
        Statement::Backend => building.backend(plain, last.end),
        _ => {}
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
            Statement::Backend => self.has_backend = true,
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
                self.wait_for(&Named::new(image.clone()));
            }
            Statement::RunReason => {
                self.head(RefusalKind::CloudRun);
                self.wait_for_reason();
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
            Statement::Paraphrase { image, reason } => self.paraphrased(image, reason.as_ref()),
            Statement::Rule { rule } => {
                self.kind.get_or_insert(RefusalKind::GkeLegacy);
                self.case.rule = Some(rule.clone());
                self.wait_for_reason();
            }
            Statement::AlwaysDeny { text } => {
                self.kind.get_or_insert(RefusalKind::GkeLegacy);
                let image = self.pending.take().and_then(|pending| pending.image);
                self.find(image, None, Reason::new(ReasonKind::AlwaysDeny, text.clone()));
            }
            Statement::DeniedByAttestor => {
                self.kind.get_or_insert(RefusalKind::GkeLegacy);
                self.pending = Some(Pending { image: None, reason: ReasonKind::AttestorCut });
            }
            Statement::ImageAttestor { image, attestor, reason } => self.attestor(image, attestor, reason),
            Statement::Cause { image } => {
                self.head(RefusalKind::Gke);
                self.wait_for(&Named::new(image.clone()));
            }
            Statement::Relative { known } => {
                self.case.relative.get_or_insert(known);
            }
            _ => {}
        }
    }

    /// An attestor's reason, about the image that waits for it or about one of its own.
    fn attestor(&mut self, image: &Named, attestor: &Named, reason: &Reason) {
        self.kind.get_or_insert(RefusalKind::Gke);
        let name = self.name("image", image);
        let waits = self
            .pending
            .as_ref()
            .is_some_and(|pending| name.is_none() || pending.image.is_none() || pending.image == name);
        let waited = if waits { self.pending.take().and_then(|pending| pending.image) } else { None };
        let attestor = self.name("attestor", attestor);
        self.find(name.or(waited), attestor, reason.clone());
    }

    /// Somebody's own words for it.
    fn paraphrased(&mut self, image: &Named, reason: Option<&Reason>) {
        self.kind.get_or_insert(RefusalKind::Gke);
        self.wait_for(image);
        self.case.unknown.push("what Binary Authorization said word for word: these are words of another".to_owned());
        if let Some(reason) = reason {
            let image = self.pending.take().and_then(|pending| pending.image);
            self.find(image, None, reason.clone());
        }
    }

    /// The name, if it is one; what stands for it is told.
    fn name(&mut self, what: &str, named: &Named) -> Option<String> {
        if let Named::Elided(text) = named {
            let told = format!("the {what}: the text has `{text}` in its place");
            if !self.case.unknown.contains(&told) {
                self.case.unknown.push(told);
            }
        }
        named.name().cloned()
    }

    fn webhook_failed(&mut self, name: &str, why: &str) {
        if is_binary_authorization(name) {
            self.head(webhook_kind(name));
            self.find(None, None, Reason::new(ReasonKind::Unreachable, why));
        } else {
            self.case.relative = Some(&relatives::WEBHOOK_FAILED);
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
    fn wait_for(&mut self, image: &Named) {
        let image = self.name("image", image);
        let before = self.pending.replace(Pending { image, reason: ReasonKind::NotGiven });
        if let Some(before) = before.filter(|before| before.image.is_some()) {
            self.not_given(before);
        }
    }

    /// A word that says only that it was refused: whatever else is said goes before it.
    fn wait_for_reason(&mut self) {
        if self.pending.is_none() && self.case.findings.is_empty() {
            self.pending = Some(Pending { image: None, reason: ReasonKind::NotGiven });
        }
    }

    fn not_given(&mut self, Pending { image, reason }: Pending) {
        let known = match &image {
            Some(image) => self.case.findings.iter().any(|finding| finding.image.as_ref() == Some(image)),
            None => !self.case.findings.is_empty(),
        };
        if known {
            return;
        }
        let of = image.as_deref().map_or_else(String::new, |image| format!(" for {image}"));
        match reason {
            ReasonKind::AttestorCut => {
                self.case.unknown.push("which attestor refused it, and why: the message is cut off there".to_owned());
            }
            ReasonKind::AlwaysDeny => {}
            _ => self.case.unknown.push(format!("the message names no cause{of}")),
        }
        self.find(image, None, Reason::new(reason, ""));
    }

    /// A message that is cut off within the next sentence tells by its first words which one that is.
    fn cut_off(&mut self, rest: &str) {
        const DENY: [&str; 3] = [
            "Denied by always_deny admission rule",
            "Denied by an ALWAYS_DENY admission rule",
            "Overridden by evaluation mode",
        ];
        let rest = rest.trim_end_matches(['\u{2026}', '.', ' ', '"', '\'']).trim_start();
        let begins = |words: &str| !rest.is_empty() && (words.starts_with(rest) || rest.starts_with(words));
        let Some(pending) = &mut self.pending else { return };
        // Of the old path `Denied by ` goes on in more than one way.
        let is_legacy = self.kind == Some(RefusalKind::GkeLegacy);
        let denies = |words: &&&str| {
            words.starts_with(rest) && (!is_legacy || rest.len() > "Denied by A".len() || rest.starts_with('O'))
        };
        if begins("Image ") || begins("Denied by Attestor. ") && is_legacy && rest.len() > "Denied by ".len() {
            pending.reason = ReasonKind::AttestorCut;
        } else if !rest.is_empty() && DENY.iter().find(denies).is_some() {
            pending.reason = ReasonKind::AlwaysDeny;
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
        if is_last {
            self.cut_off(&text);
        }
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

    /// What a backend of image policies says that says nothing in words of Binary Authorization.
    fn backend(&mut self, plain: &str, from: usize) {
        const OWN: [&str; 2] = ["Denied by default admission rule", "Denied by cluster admission rule for"];
        let (text, _) = Cursor { text: plain, at: from }.line(EXCERPT);
        let said = text.trim_end_matches(['\u{2026}', '.', ' ', '"', '\'']).trim_start();
        if said.is_empty() {
            self.rest_of_line(plain, from, &relatives::IMAGE_POLICY_CUT);
        } else if said.len() > "Denied by ".len() && OWN.iter().any(|words| words.starts_with(said)) {
            self.head(RefusalKind::GkeLegacy);
            self.wait_for_reason();
            self.case.unknown.push(format!("the message ends in a part that is not whole: `{said}`"));
        } else {
            self.rest_of_line(plain, from, &relatives::IMAGE_POLICY);
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
        if let Some(pending) = self.pending.take() {
            self.not_given(pending);
        }
        if self.has_backend && self.kind.is_some() {
            self.kind = Some(RefusalKind::GkeLegacy);
            self.has_head = true;
        }
        let case = &mut self.case;
        if let (Some(name), Some(_)) = (self.other_webhook.as_ref().filter(|name| !name.is_empty()), self.kind) {
            case.unknown.push(format!("whose webhook `{name}` is: Binary Authorization registers none of that name"));
        }
        // The webhook may answer with what kept it from judging.
        let is_judged = case.rule.is_some() || !case.findings.is_empty();
        if let Some(known) = case.relative.filter(|_| self.kind.is_none() || !is_judged) {
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
        case.unknown.extend(case.findings.iter().filter_map(no_digest));
        case.has_head = self.has_head;
        if !self.has_head {
            self.case.unknown.push(no_head(&self.case).to_owned());
        }
        self.case
    }
}

fn say_reasons(case: &mut Refusal) {
    for finding in &case.findings {
        let (reason, by) = (&finding.reason, finding.attestor.as_deref().unwrap_or("the attestor"));
        if reason.is_cut {
            case.unknown.push(format!("the reason of {by} is cut off: `{}`", clipped(&reason.text, EXCERPT)));
        } else if reason.kind == ReasonKind::Unknown {
            case.unknown
                .push(format!("the reason of {by} is none of those known: `{}`", clipped(&reason.text, EXCERPT)));
        }
    }
}

/// What is not right about the digest that the message has, where it is not the reason itself.
fn no_digest(finding: &Finding) -> Option<String> {
    const DIGITS: usize = 64;
    let image = finding.image.as_deref().filter(|_| finding.reason.kind != ReasonKind::NoDigest)?;
    let digits = image.split_once("@sha256:")?.1;
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let what = match digits.chars().find(|c| !is_hex(*c)) {
        Some(c) => format!("`{c}` is no hexadecimal digit in lower case"),
        None if digits.len() != DIGITS => format!("it has {} of {DIGITS} digits", digits.len()),
        None => return None,
    };
    Some(format!("the digest: {what} in `{}`", clipped(image, EXCERPT)))
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
