//! What to do about an error. Roles and permissions: `docs/binary-authorization.md`, "Roles and
//! grants".

use super::{Error, Fault, Refusal};

/// The role that gives permissions of this form; the longest prefix counts.
const ROLES: [(&str, &str); 18] = [
    ("binaryauthorization.policy.get", "roles/binaryauthorization.policyViewer"),
    ("binaryauthorization.policy.update", "roles/binaryauthorization.policyEditor"),
    ("binaryauthorization.policy.", "roles/binaryauthorization.policyAdmin"),
    ("binaryauthorization.attestors.get", "roles/binaryauthorization.attestorsViewer"),
    ("binaryauthorization.attestors.list", "roles/binaryauthorization.attestorsViewer"),
    ("binaryauthorization.attestors.verifyImageAttested", "roles/binaryauthorization.attestorsVerifier"),
    ("binaryauthorization.attestors.getIamPolicy", "roles/binaryauthorization.attestorsAdmin"),
    ("binaryauthorization.attestors.setIamPolicy", "roles/binaryauthorization.attestorsAdmin"),
    ("binaryauthorization.attestors.", "roles/binaryauthorization.attestorsEditor"),
    ("containeranalysis.notes.attachOccurrence", "roles/containeranalysis.notes.attacher"),
    ("containeranalysis.notes.listOccurrences", "roles/containeranalysis.notes.occurrences.viewer"),
    ("containeranalysis.notes.", "roles/containeranalysis.notes.editor"),
    ("containeranalysis.occurrences.", "roles/containeranalysis.occurrences.editor"),
    ("container.clusters.", "roles/container.clusterAdmin"),
    ("container.", "roles/container.developer"),
    ("serviceusage.services.", "roles/serviceusage.serviceUsageAdmin"),
    ("artifactregistry.", "roles/artifactregistry.writer"),
    ("resourcemanager.projects.", "roles/viewer"),
];

impl Error {
    /// What to do about it, in a sentence, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match &self.fault {
            Fault::Connect { .. } => {
                Some("check that it is running and that the network reaches it, then try again".into())
            }
            Fault::Tls { .. } => Some(
                "the certificate is not from the authority that this profile trusts: is it the right server?".into(),
            ),
            Fault::Timeout { .. } | Fault::CutOff { .. } => {
                Some("what was asked for may or may not have happened: read it again before repeating a change".into())
            }
            Fault::Status(refusal) => of_refusal(refusal),
            Fault::Token(error) => Some(error.hint.clone()).filter(|hint| !hint.is_empty()),
            Fault::Unreadable { .. } => {
                Some("is there a proxy or a login page between this machine and the server?".into())
            }
            Fault::Digest { .. } => {
                Some("do not use this content: it was changed on its way or in the registry".into())
            }
            Fault::TooLarge { .. } | Fault::Request { .. } | Fault::Operation { .. } => None,
        }
    }
}

fn of_refusal(refusal: &Refusal) -> Option<String> {
    match refusal.code {
        300..=399 => Some(match &refusal.location {
            Some(location) => format!("the server redirects to {location}, which is not followed"),
            None => "the server redirects without saying where".to_owned(),
        }),
        401 => Some("the access token is missing, expired or not for this server: log in again".to_owned()),
        403 => forbidden(refusal),
        404 => Some("it does not exist, or you may not know that it does: check project and name".to_owned()),
        409 if refusal.says_already_there() => Some("choose another name, or use the one that is there".to_owned()),
        409 | 412 => {
            Some("it changed since you read it: load it again, look at the difference, then repeat".to_owned())
        }
        429 => Some(match refusal.retry_after {
            Some(after) => format!("the quota is used up: try again in {} s", after.as_secs()),
            None => "the quota is used up: try again in a minute".to_owned(),
        }),
        500..=599 => Some("the server has a problem of its own: try again later".to_owned()),
        _ => None,
    }
}

fn forbidden(refusal: &Refusal) -> Option<String> {
    if refusal.detail.as_deref() == Some("SERVICE_DISABLED") {
        let service = refusal.service.as_deref().unwrap_or("SERVICE");
        return Some(format!("enable the API: {}", domain::command::service::enable(&[service], None)));
    }
    if let Some(permission) = permission(&refusal.message) {
        let role = ROLES.iter().filter(|(prefix, _)| permission.starts_with(prefix)).max_by_key(|row| row.0.len());
        return Some(match role {
            Some((_, role)) => format!("you lack {permission}; {role} has it"),
            None => format!("you lack {permission}"),
        });
    }
    // A refusal by admission is an answer, not a lack of rights.
    (refusal.reason != wire::kubernetes::VIOLATES_POLICY && !refusal.message.contains("admission webhook"))
        .then(|| "your account may not do this: ask the project's owner for the role".to_owned())
}

/// The first `service.resource.verb` of a message; the name of an API is none.
fn permission(message: &str) -> Option<&str> {
    let words = message.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).map(|word| word.trim_matches('.'));
    let is_permission = |word: &&str| {
        let service = word.split('.').next().unwrap_or_default();
        let known = ROLES.iter().any(|(prefix, _)| prefix.split('.').next() == Some(service));
        known && word.split('.').count() >= 3 && !word.ends_with(".googleapis.com")
    };
    words.filter(|word| !word.is_empty()).find(is_permission)
}
