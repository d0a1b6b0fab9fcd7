//! What a text of a platform policy must look like, by what it names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::pattern::fault_code;
use super::platform_pattern;
use crate::diagnostic::{Code, excerpt};
use crate::name::{KubernetesName, NoteName, ProjectId, is_namespace};
use crate::pattern::Pattern;
use crate::schema::Role;

/// What is wrong with a text, by what it names.
pub(crate) fn fault(role: Role, text: &str) -> Option<(Code, String)> {
    let not = |form: &str| format!("`{}` is not {form}", excerpt(text));
    let (code, message) = match role {
        Role::Free | Role::Attestor => return None,
        Role::Note => (Code::NoteName, text.parse::<NoteName>().is_err().then(|| not("a note (`projects/P/notes/N`)"))),
        Role::Project => (Code::ProjectName, project_fault(text).map(|form| not(&form))),
        Role::Pattern => match Pattern::parse(text) {
            Ok(_) => return None,
            Err(error) => (fault_code(error.kind), Some(error.to_string())),
        },
        Role::AllowPattern => (Code::AllowPattern, platform_pattern::allow_pattern_fault(text).map(str::to_owned)),
        Role::Directory => (Code::DirectoryPattern, platform_pattern::directory_fault(text).map(str::to_owned)),
        Role::SourceRepository => (Code::SourcePattern, platform_pattern::source_fault(text).map(str::to_owned)),
        Role::Namespace => {
            (Code::NamespaceKey, text.parse::<KubernetesName>().is_err().then(|| not("the name of a namespace")))
        }
        Role::ServiceAccount => {
            let valid = text.split_once(':').is_some_and(|(a, b)| is_namespace(a) && is_namespace(b));
            (Code::ServiceAccountKey, (!valid).then(|| not("a service account (`NAMESPACE:SERVICE_ACCOUNT`)")))
        }
        Role::Vulnerability => (Code::VulnerabilityId, vulnerability_fault(text).map(str::to_owned)),
        Role::Pem => (Code::BadKey, pem_fault(text)),
        Role::Armored => (Code::BadKey, armor_fault(text)),
    };
    message.map(|message| (code, message))
}

/// The form that a project should have, if it has another.
fn project_fault(text: &str) -> Option<String> {
    let form = "a project (`projects/ID`)";
    let Some(id) = text.strip_prefix("projects/") else { return Some(form.to_owned()) };
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("{form}: the project's id is needed, not its number"));
    }
    id.parse::<ProjectId>().is_err().then(|| form.to_owned())
}

/// The ids are those of Container Analysis notes.
fn vulnerability_fault(text: &str) -> Option<&'static str> {
    if text.contains('/') {
        return Some("write only the id of the note, without `projects/…/notes/`");
    }
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c == ',') {
        return Some("one id each, without blanks or commas");
    }
    let upper = text.to_ascii_uppercase();
    let cve = upper.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    match cve {
        _ if upper != text && upper.starts_with("CVE") => Some("`CVE` is written in capital letters"),
        Some((year, number)) if !is_digits(year, 4..=4) || !is_digits(number, 4..=19) => {
            Some("a CVE has a year and at least four more digits: `CVE-2021-20305`")
        }
        None if upper.starts_with("CVE") => Some("a CVE is written `CVE-2021-20305`"),
        _ => None,
    }
}

fn is_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

const BEGIN: &str = "-----BEGIN ";

/// What is wrong with a public key in PEM (RFC 7468), as far as its outside shows.
fn pem_fault(text: &str) -> Option<String> {
    let Some((_, rest)) = text.split_once(BEGIN) else {
        return Some("this is no public key in PEM: `-----BEGIN PUBLIC KEY-----` is missing".to_owned());
    };
    let (title, rest) = rest.split_once("-----").unwrap_or((rest, ""));
    if title.contains("PRIVATE KEY") {
        return Some("this is a PRIVATE key: it must never be in a policy, and is no longer secret".to_owned());
    }
    if title != "PUBLIC KEY" {
        return Some(format!("this is a PEM block `{}`, not a `PUBLIC KEY`", excerpt(title)));
    }
    let Some((body, after)) = rest.split_once("-----END PUBLIC KEY-----") else {
        return Some("`-----END PUBLIC KEY-----` is missing".to_owned());
    };
    if after.contains(BEGIN) {
        return Some("more than one PEM block: write one key each".to_owned());
    }
    let base64: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    // A SubjectPublicKeyInfo is a SEQUENCE of DER.
    let der = STANDARD.decode(base64).ok().filter(|der| der.first() == Some(&0x30));
    der.is_none().then(|| "the PEM block is damaged".to_owned())
}

fn armor_fault(text: &str) -> Option<String> {
    let has = |title: &str| text.contains(&format!("{BEGIN}{title}-----"));
    if has("PGP PRIVATE KEY BLOCK") {
        return Some("this is a PRIVATE key: it must never be in a policy, and is no longer secret".to_owned());
    }
    if has("PGP PUBLIC KEY BLOCK") { None } else { Some("this is no armored public key of OpenPGP".to_owned()) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("CVE-2021-20305", true)]
    #[case("GHSA-jfh8-c2jp-5v3q", true)]
    #[case("CVE-2021-1", false)]
    #[case("cve-2021-20305", false)]
    #[case("CVE 2021-20305", false)]
    #[case("CVE2021-20305", false)]
    #[case("projects/goog-vulnz/notes/CVE-2021-20305", false)]
    fn vulnerabilities(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(vulnerability_fault(text).is_none(), valid);
    }

    #[rstest]
    #[case("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", "")]
    #[case("MAA=", "no public key")]
    #[case("-----BEGIN EC PRIVATE KEY-----\n", "PRIVATE")]
    #[case("-----BEGIN CERTIFICATE-----\n", "`CERTIFICATE`")]
    #[case("-----BEGIN PUBLIC KEY-----\nMAA=\n", "END PUBLIC KEY")]
    #[case("-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----\n", "damaged")]
    fn keys_in_pem(#[case] text: &str, #[case] expected: &str) {
        let fault = pem_fault(text);
        assert!(fault.as_deref().unwrap_or_default().contains(expected), "{fault:?}");
        assert_eq!(fault.is_none(), expected.is_empty());
    }

    #[rstest]
    #[case("projects/my-project", true)]
    #[case("my-project", false)]
    #[case("projects/1234567890", false)]
    #[case("projects/my-project/", false)]
    fn projects(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(project_fault(text).is_none(), valid);
    }
}
