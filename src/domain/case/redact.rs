//! What a case does not tell: e-mail addresses, project numbers, tokens and passwords, and annotations
//! that decide nothing. Each gets the same stand-in everywhere, so that what belongs together still does.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decision::{Essence, KnownAttestor, known_attestors, system_patterns};
use super::file::CaseRequest;
use super::parts::{CaseSource, Parts, Redaction};
use crate::admission::{
    BREAK_GLASS_ANNOTATION, CLOUD_RUN_BREAK_GLASS_ANNOTATION, Decision, Exemption, ImageOutcome, Request,
};
use crate::policy::Policy;

/// Access tokens and keys by their published prefixes, JSON web tokens, private keys, and what is called a
/// secret.
static TOKENS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) ya29\.[\w.-]+ | eyJ[\w-]+\.[\w-]+\.[\w-]* | AIza[\w-]{35} | gh[pousr]_\w{20,} | AKIA[0-9A-Z]{16}
        | -----BEGIN[^-]*PRIVATE\ KEY-----[^-]*(-----END[^-]*-----)?
        | (?i:bearer\s+[\w.~+/-]+=*) | (?i:(password|passwd|secret|token)\s*[=:]\s*[^\s,;]+)",
    )
    .expect("a constant that a test reads")
});

static EMAILS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
        .expect("a constant that a test reads")
});

/// A project by its number, where a name says that it is one.
static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bprojects/([0-9]{6,})\b").expect("a constant that a test reads"));

/// Gives the same stand-in for the same text.
#[derive(Debug, Default)]
struct Redactor {
    number: Option<Regex>,
    emails: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    tokens: BTreeMap<String, String>,
    annotations: usize,
}

impl Redactor {
    fn new(project_number: Option<&str>) -> Self {
        let digits = |number: &&str| number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = project_number.filter(digits).and_then(|number| Regex::new(&format!(r"\b{number}\b")).ok());
        Self { number, ..Self::default() }
    }

    fn text(&mut self, text: &str) -> String {
        let tokens = &mut self.tokens;
        let text = TOKENS.replace_all(text, |found: &Captures<'_>| stand_in(tokens, &found[0], token));
        let emails = &mut self.emails;
        let text = EMAILS.replace_all(&text, |found: &Captures<'_>| stand_in(emails, &found[0], email)).into_owned();
        let numbers = &mut self.numbers;
        let text = NUMBERS
            .replace_all(&text, |found: &Captures<'_>| format!("projects/{}", stand_in(numbers, &found[1], number)))
            .into_owned();
        match &self.number {
            Some(known) => {
                known.replace_all(&text, |found: &Captures<'_>| stand_in(numbers, &found[0], number)).into_owned()
            }
            None => text,
        }
    }

    /// Every text in a value, keys too.
    fn value(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(values) => Value::Array(values.into_iter().map(|value| self.value(value)).collect()),
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(key, value)| (self.text(&key), self.value(value))).collect())
            }
            other => other,
        }
    }

    /// Redacts anything that is JSON; leaves it as it is where the stand-ins do not fit.
    fn part<T: Serialize + for<'de> Deserialize<'de> + Clone>(&mut self, part: &T) -> T {
        let value = serde_json::to_value(part).ok().map(|value| self.value(value));
        value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_else(|| part.clone())
    }

    /// Redacts a request, without the annotations that decide nothing: they hold whole manifests, and what tools put
    /// there.
    fn request(&mut self, request: &Request, everything: bool) -> Request {
        let mut case = CaseRequest::from(request);
        let decides =
            |name: &String| [BREAK_GLASS_ANNOTATION, CLOUD_RUN_BREAK_GLASS_ANNOTATION].contains(&name.as_str());
        self.annotations += case.annotations.keys().filter(|name| !decides(name)).count();
        case.annotations.retain(|name, _| decides(name));
        Request::from(&if everything { self.part(&case) } else { case })
    }

    fn known(&mut self, known: &KnownAttestor, everything: bool) -> KnownAttestor {
        let why = self.text(&known.why);
        if everything { KnownAttestor { why, ..self.part(known) } } else { KnownAttestor { why, ..known.clone() } }
    }

    fn essence(&mut self, decision: &Decision) -> Essence {
        let mut essence = Essence::from_decision(decision);
        essence.message = self.text(&essence.message);
        if let Some((_, key)) = &mut essence.rule {
            *key = self.text(key);
        }
        for (image, outcome, attestors) in &mut essence.images {
            *image = self.text(image);
            if let ImageOutcome::Exempt(Exemption::System { pattern } | Exemption::Allowlist { pattern, .. }) = outcome
            {
                *pattern = self.text(pattern);
            }
            for (name, _) in attestors {
                *name = self.text(name);
            }
        }
        essence
    }

    fn redactions(&self) -> Vec<Redaction> {
        let counts = [
            ("e-mail addresses", self.emails.len()),
            ("project numbers", self.numbers.len()),
            ("tokens and passwords", self.tokens.len()),
            ("annotations that decide nothing", self.annotations),
        ];
        let found = counts.into_iter().filter(|(_, count)| *count > 0);
        found.map(|(what, count)| Redaction { what: what.to_owned(), count }).collect()
    }
}

fn stand_in(known: &mut BTreeMap<String, String>, text: &str, make: fn(usize, &str) -> String) -> String {
    let next = known.len() + 1;
    known.entry(text.to_owned()).or_insert_with(|| make(next, text)).clone()
}

fn token(number: usize, _: &str) -> String {
    format!("redacted-token-{number}")
}

fn email(number: usize, _: &str) -> String {
    format!("redacted-{number}@example.com")
}

/// As long as the number, and none that exists: those begin with another digit than 0.
fn number(number: usize, text: &str) -> String {
    format!("{number:0width$}", width = text.len())
}

/// Redacts every part.
pub(super) fn redact(source: &CaseSource<'_>, decision: &Decision) -> Parts {
    parts(source, decision, true)
}

/// Redacts what people wrote, and leaves what decides.
pub(super) fn texts_alone(source: &CaseSource<'_>, decision: &Decision) -> Parts {
    let mut parts = parts(source, decision, false);
    let what = "names that decide (kept as they are: without them the decision would be another)".to_owned();
    parts.redactions.push(Redaction { what, count: 0 });
    parts
}

fn parts(source: &CaseSource<'_>, decision: &Decision, everything: bool) -> Parts {
    let mut redactor = Redactor::new(source.project_number);
    let request = redactor.request(source.request, everything);
    let policy = Policy {
        description: source.policy.description.as_ref().map(|text| redactor.text(text)),
        name: source.policy.name.as_ref().map(|name| redactor.text(name)),
        ..if everything { redactor.part(source.policy) } else { source.policy.clone() }
    };
    let known = known_attestors(decision).iter().map(|known| redactor.known(known, everything)).collect();
    let resolved = source.evidence.resolved.iter().map(|(image, digest)| (image.clone(), digest.as_str().to_owned()));
    let mut resolved: BTreeMap<String, String> = resolved.collect();
    if everything {
        resolved = redactor.part(&resolved);
    }
    let assumptions = source.assumptions.iter().map(|text| redactor.text(text)).collect();
    let decision = if everything { redactor.essence(decision) } else { Essence::from_decision(decision) };
    Parts {
        policy,
        system_patterns: system_patterns(source.policy, source.system),
        system_is_whole: source.system.is_whole(),
        request,
        known,
        resolved,
        assumptions,
        redactions: redactor.redactions(),
        decision,
    }
}
