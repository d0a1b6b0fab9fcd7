//! The lines of the box, each with how it is meant and where it leads to.

use crate::decision::settle;
use crate::explain::line::{ExplainLine, Look};
use crate::explain::state::Link;
use crate::model::Model;
use domain::admission::Outcome;
use domain::explain::cause::{Cause, CauseKind, Confidence, Diagnosis, Tell, tell};
use domain::explain::message::{Elsewhere, Finding, Place, Recognised, Refusal, Subject, Verdict, is_whole, says};
use domain::name::ProjectId;
use domain::text::Digests;

impl Model {
    /// What the box says: each digest whole where it comes first.
    pub fn explain_lines(&self) -> Vec<ExplainLine> {
        let mut lines = if self.explain.together { self.incident_lines() } else { self.case_lines() };
        let mut digests = Digests::default();
        // A command is for a shell.
        for line in lines.iter_mut().filter(|line| line.look != Look::Command) {
            line.text = digests.short(&line.text);
        }
        lines
    }

    /// One refusal: the answer first, whom it was about below it.
    fn case_lines(&self) -> Vec<ExplainLine> {
        let mut lines = Vec::new();
        let Some(case) = self.explain.case() else {
            let reading = &self.explain.reading;
            let (look, text) = if reading.refuses_nothing() {
                (Look::Plain, "There is no refusal in it.")
            } else {
                (Look::Elsewhere, "This is no refusal that is known.")
            };
            lines.push(ExplainLine::new(look, "", text));
            lines.extend(recognised(&self.explain.reading.recognised));
            let unknown = reading.unread.iter().chain(&reading.unknown);
            lines.extend(unknown.map(|text| ExplainLine::new(Look::Unknown, "?", text.clone())));
            return lines;
        };
        head(&mut lines, case);
        lines.extend(recognised(&self.explain.reading.recognised));
        if case.relative.is_none() {
            self.asked_again(&mut lines, case);
            let diagnoses = self.diagnoses();
            for (finding, diagnosis) in case.findings.iter().zip(&diagnoses) {
                causes(&mut lines, case, finding, (diagnosis, self.explain.then.is_some()));
            }
            self.unknown(&mut lines, case, &diagnoses);
        }
        lines.push(ExplainLine::new(Look::Heading, "", "What it was about"));
        self.facts(&mut lines, case);
        lines.push(ExplainLine::new(Look::Heading, "", "The message"));
        lines.push(ExplainLine::new(Look::Dim, "", case.text.clone()));
        lines
    }

    /// What was recognised; where the session has it, the line leads there.
    fn facts(&self, lines: &mut Vec<ExplainLine>, case: &Refusal) {
        for image in case.images() {
            lines.push(ExplainLine::new(Look::Fact, "image", image).link_to(Link::Image(image.to_owned())));
        }
        if let Some(rule) = &case.rule {
            let field = rule.kind.field();
            let name = if rule.key.is_empty() { field.to_owned() } else { format!("{field}.{}", rule.key) };
            let text = match self.draft.document.line_of_rule(rule.kind, &rule.key) {
                Some(line) => format!("{name}  (line {line} of the draft)"),
                None => format!("{name}  (the draft has no such rule)"),
            };
            lines.push(ExplainLine::new(Look::Fact, "rule", text).link_to(Link::Rule(rule.kind, rule.key.clone())));
        }
        let mut attestors: Vec<&String> = Vec::new();
        for attestor in case.findings.iter().filter_map(|finding| finding.attestor.as_ref()) {
            if !attestors.contains(&attestor) {
                attestors.push(attestor);
            }
        }
        for attestor in attestors {
            lines.push(
                ExplainLine::new(Look::Fact, "attestor", attestor.clone()).link_to(Link::Attestor(attestor.clone())),
            );
        }
        let subject = &case.subject;
        let request = case.request();
        for (label, text) in [
            ("cluster", request.cluster.unwrap_or_default()),
            ("namespace", subject.namespace.clone()),
            ("pod", subject.pod.clone()),
            ("revision", subject.revision.clone()),
            ("of", subject.object.clone()),
            ("by", subject.principal.clone()),
            ("at", subject.time.clone()),
            ("in", case.carriers.join(", ")),
        ] {
            if !text.is_empty() {
                lines.push(ExplainLine::new(Look::Fact, label, text));
            }
        }
    }

    /// Asks again under the policy as it is, or as it was.
    fn asked_again(&self, lines: &mut Vec<ExplainLine>, case: &Refusal) {
        lines.push(ExplainLine::new(Look::Dim, "", ""));
        if let Some(elsewhere) = self.explained_elsewhere() {
            return self.not_here(lines, &elsewhere);
        }
        let when = match &self.explain.then {
            None => "as the policy is now".to_owned(),
            Some(version) => format!("as the policy was then (live since {})", version.live_since()),
        };
        let text = match self.explained_decision() {
            Some(decision) if self.is_explaining_behind() => format!("{} so far, {when}", decision.outcome.as_str()),
            Some(decision) => format!("{} {when}", decision.outcome.as_str()),
            None => format!("not decided {when}: {}", self.why_not_asked()),
        };
        let line = ExplainLine::new(Look::Fact, "decision", text);
        lines.push(if self.explained_decision().is_some() { line.link_to(Link::Decision) } else { line });
        if self.is_explaining_behind() {
            lines.push(ExplainLine::new(Look::Busy, "", "reading what the attestors have…"));
        }
        let is_denied = self.explained_decision().is_some_and(|decision| decision.outcome == Outcome::Deny);
        if is_denied && self.explain.then.is_none() && !self.is_explaining_behind() {
            lines.push(
                ExplainLine::new(Look::Fact, "fixes", "what would admit it, the least that is let in first")
                    .link_to(Link::Fixes),
            );
        }
        let other = match (&self.explain.then, self.version_then()) {
            (Some(_), _) => {
                ExplainLine::new(Look::Fact, "now", "ask it under the policy as it is now").link_to(Link::OtherTime)
            }
            (None, Ok(version)) => {
                let text = format!("ask it under the policy as it was then (live since {})", version.live_since());
                ExplainLine::new(Look::Fact, "then", text).link_to(Link::OtherTime)
            }
            (None, Err(why)) => ExplainLine::new(Look::Dim, "then", format!("not under the policy of its time: {why}")),
        };
        lines.push(other);
        if let Some(text) = self.until(case, None) {
            lines.push(ExplainLine::new(Look::Fact, "until", text));
        }
    }

    /// Says that it was in another place, and offers to open that.
    fn not_here(&self, lines: &mut Vec<ExplainLine>, elsewhere: &Elsewhere) {
        lines.push(ExplainLine::new(Look::Elsewhere, "", elsewhere.text()));
        let open = self.session.project.as_ref().map(ProjectId::as_str);
        let Some(project) = elsewhere.project.as_deref().filter(|project| Some(*project) != open) else { return };
        let known = self.session.remotes.projects.items().iter().find(|known| known.id == project);
        lines.push(match known.and_then(|known| known.id.parse().ok()) {
            Some(id) => ExplainLine::new(Look::Fact, "open", format!("project {project}, which it seems to be of"))
                .link_to(Link::Project(id)),
            None => ExplainLine::new(Look::Dim, "", format!("project {project} is not among the projects here")),
        });
    }

    fn why_not_asked(&self) -> &'static str {
        if self.session.project.is_none() {
            "no project is chosen"
        } else if self.explain.asked.is_none() {
            "the message names no image"
        } else if !self.session.assumptions.is_empty() {
            "something is assumed, which W drops"
        } else if self.explained_policy().is_none() {
            "the policy is not read yet"
        } else {
            "something else was chosen since"
        }
    }

    fn unknown(&self, lines: &mut Vec<ExplainLine>, case: &Refusal, diagnoses: &[Diagnosis]) {
        let mut texts: Vec<String> = case.unknown.clone();
        texts.extend(diagnoses.iter().flat_map(|diagnosis| diagnosis.unknown.iter().cloned()));
        texts.extend(self.explain.reading.unread.iter().chain(&self.explain.reading.unknown).cloned());
        if self.session.project.is_some() && self.place_of(case) == Place::NotSaid {
            let what = if is_of_cluster(&case.subject) { "which cluster" } else { "which project" };
            texts.push(format!("{what} it was in: the text does not say it, and it is asked of what is open"));
        }
        if let Some(open) = self.explained_decision().and_then(settle::line) {
            texts.push(open);
        }
        let mut known: Vec<String> = Vec::new();
        for text in texts {
            if !known.contains(&text) {
                known.push(text);
            }
        }
        if !known.is_empty() {
            lines.push(ExplainLine::new(Look::Heading, "", "Not known from here"));
        }
        lines.extend(known.into_iter().map(|text| ExplainLine::new(Look::Unknown, "?", text)));
    }
}

/// Whether nothing says that it is a Cloud Run service, which has no namespace.
fn is_of_cluster(subject: &Subject) -> bool {
    subject.revision.is_empty() && subject.service.is_empty()
}

/// The names in a text that is not explained; where one can be gone to, its line leads there.
fn recognised(names: &Recognised) -> Vec<ExplainLine> {
    if names.is_empty() {
        return Vec::new();
    }
    let heading = ExplainLine::new(Look::Heading, "", "Recognised in it, by their form alone");
    let line = |(what, name): (&'static str, &str)| {
        let line = ExplainLine::new(Look::Fact, what, name);
        match what {
            "image" if is_whole(name) => line.link_to(Link::Image(name.to_owned())),
            "image" => ExplainLine::new(Look::Fact, what, format!("{name}  (its digest is not whole)")),
            "attestor" => line.link_to(Link::Attestor(name.to_owned())),
            _ => line,
        }
    };
    std::iter::once(heading).chain(names.iter().map(line)).collect()
}

fn head(lines: &mut Vec<ExplainLine>, case: &Refusal) {
    let look = match (case.relative.is_some(), case.verdict) {
        (true, _) => Look::Elsewhere,
        (false, Verdict::Denied) => Look::Refused,
        (false, _) => Look::Marked,
    };
    let mut texts = says(case).into_iter();
    let mut first = texts.next().unwrap_or_default();
    if case.times > 1 {
        first.push_str(&format!("  ({} times)", case.times));
    }
    lines.push(ExplainLine::new(look, "", first));
    lines.extend(texts.map(|text| ExplainLine::new(Look::Plain, "", text)));
}

/// `was`: the question was asked of the policy of its time, with what the attestors have now.
fn causes(lines: &mut Vec<ExplainLine>, case: &Refusal, finding: &Finding, (diagnosis, was): (&Diagnosis, bool)) {
    let of = match (&finding.image, &finding.attestor) {
        (Some(image), Some(attestor)) => format!(": {image} and {attestor}"),
        (Some(image), None) => format!(": {image}"),
        (None, _) => String::new(),
    };
    let of = if case.findings.len() > 1 { of } else { String::new() };
    lines.push(ExplainLine::new(Look::Heading, "", format!("What can be behind it{of}")));
    let mut commands: Vec<String> = Vec::new();
    for cause in &diagnosis.causes {
        let Cause { kind, confidence, text, evidence, against } = cause;
        let is_admitted = *kind == CauseKind::AdmittedNow;
        let look = if is_admitted { Look::Admitted } else { Look::Cause(*confidence) };
        let then = "That policy would admit it, with what the attestors have now.".to_owned();
        lines.push(ExplainLine::new(look, confidence.as_str(), if was && is_admitted { then } else { text.clone() }));
        lines.extend(evidence.iter().map(|text| ExplainLine::new(Look::For, "", format!("for: {text}"))));
        lines.extend(against.iter().map(|text| ExplainLine::new(Look::Against, "", format!("against: {text}"))));
        if *confidence == Confidence::Certain || !against.is_empty() {
            continue;
        }
        if let Some(Tell { command, shows }) = tell(*kind, case, finding) {
            let at = commands.iter().position(|known| *known == command).unwrap_or(commands.len());
            if at == commands.len() {
                commands.push(command);
            }
            lines.push(ExplainLine::new(Look::Against, "", format!("so if: ({}) {shows}", at + 1)));
        }
    }
    for (number, command) in commands.into_iter().enumerate() {
        lines.push(ExplainLine::new(Look::Command, "", format!("({}) {command}", number + 1)));
    }
}
