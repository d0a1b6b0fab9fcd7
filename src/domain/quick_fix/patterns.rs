//! Fixes of patterns, of both kinds of policy.

use super::change::TextChange;
use super::edit::QuickFix;
use super::spot::Spot;
use super::token;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn fixes<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    let text = token::content(change.slice(at.clone()));
    let write = |text: &str| QuickFix::new(format!("Write `{text}`"), vec![change.scalar(at.clone(), text)]);
    let delete = || {
        let edit = spot.element().and_then(|element| change.delete(&element));
        edit.map(|edit| QuickFix::new("Delete the pattern", vec![edit]))
    };
    if matches!(
        problem.code,
        Code::DuplicatePattern | Code::ShadowedPattern | Code::PatternEmpty | Code::OpenRegistry | Code::PatternUnused
    ) {
        return delete().into_iter().collect();
    }
    let mut meant = rewritten(problem.code, text);
    meant.retain(|meant| meant != text);
    let mut fixes: Vec<QuickFix> = meant.iter().map(|text| write(text)).collect();
    if fixes.is_empty() && problem.code == Code::PatternRegistry {
        fixes.extend(delete());
    }
    fixes
}

/// What was meant by a pattern, the most likely first.
fn rewritten(code: Code, text: &str) -> Vec<String> {
    let literal = text.trim_end_matches('*');
    let stars = text.len() - literal.len();
    match code {
        Code::PatternWildcard if stars > 2 && !literal.contains('*') => vec![format!("{literal}**")],
        Code::PatternRegistry => registry(text),
        Code::PatternBracket => ["[:@]*", "[@:]**", "[@:]", "[:@]", "[:@]**"]
            .iter()
            .find_map(|tail| text.strip_suffix(tail))
            .map(|name| format!("{name}[@:]*"))
            .into_iter()
            .collect(),
        Code::PatternBlank => {
            let trimmed = text.trim();
            let whole = !trimmed.is_empty() && !trimmed.contains(char::is_whitespace);
            whole.then(|| trimmed.to_owned()).into_iter().collect()
        }
        Code::LeakyPrefix => vec![format!("{literal}/**")],
        Code::PatternTooShallow | Code::StarStopsAtSlash if stars == 1 => vec![format!("{literal}**")],
        Code::BareName => vec![format!("{text}[@:]*"), format!("{text}@*")],
        Code::AllowPattern => allow_pattern(text),
        Code::DirectoryPattern => directory(text),
        Code::SourcePattern => text.split_once("://").map(|(_, rest)| rest.to_owned()).into_iter().collect(),
        Code::VulnerabilityId => vulnerability(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `gcr.io/…` for `*.gcr.io/…`, of which there are four.
fn registry(text: &str) -> Vec<String> {
    match text.strip_prefix("*.gcr.io/") {
        Some(rest) => ["", "us.", "eu.", "asia."].iter().map(|part| format!("{part}gcr.io/{rest}")).collect(),
        None => Vec::new(),
    }
}

fn allow_pattern(text: &str) -> Vec<String> {
    let name = [":*", "@*", "[@:]*", "@sha256:*"].iter().find_map(|tail| text.strip_suffix(tail));
    match (name, text.strip_suffix("**")) {
        (Some(name), _) if !name.is_empty() && !name.contains('*') => vec![name.to_owned()],
        (None, Some(front)) if front.contains('/') && !front.contains('*') => {
            vec![format!("{front}/**"), format!("{front}*")]
        }
        _ => Vec::new(),
    }
}

fn directory(text: &str) -> Vec<String> {
    if let Some((_, rest)) = text.split_once("://") {
        return vec![rest.to_owned()];
    }
    let rest = ["*pkg.dev/", "*.pkg.dev/", "**-docker.pkg.dev/"].iter().find_map(|front| text.strip_prefix(front));
    rest.map(|rest| format!("*-docker.pkg.dev/{rest}")).into_iter().collect()
}

fn vulnerability(text: &str) -> Option<String> {
    let id = text.rsplit('/').next().unwrap_or(text).trim().to_ascii_uppercase().replace(' ', "-");
    let cve = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'))?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(cve.0) && cve.0.len() == 4 && digits(cve.1) && cve.1.len() > 3).then_some(id)
}
