//! Which permission a request needs, on which resource: one table for all of Google's APIs.
//!
//! The permissions are those that the services document for their methods
//! (`docs/binary-authorization.md`, "Binary Authorization API"); of Artifact Registry, Cloud KMS and
//! Kubernetes Engine they follow the same pattern.

use axum::http::Method;

/// A permission and the resource that it is needed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) permission: String,
    /// `projects/P`, `projects/P/notes/N`, …, with the project as the request names it.
    pub(super) resource: String,
}

impl Need {
    pub(super) fn new(permission: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { permission: permission.into(), resource: resource.into() }
    }
}

/// What a request is, as far as permissions go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Everybody may.
    Nothing,
    Needs(Need),
    /// A list that holds only what the caller may see.
    Projects,
    /// Which of the permissions in the body the caller has on this resource.
    Test(String),
    /// The resources are in the body.
    Logs,
}

/// What a request to a routable path (`google::routable`) needs.
pub(super) fn needs(method: &Method, path: &str) -> Asked {
    let path = path.trim_matches('/');
    let (path, verb) = path.rsplit_once("/@").unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["v2", "entries"] if verb == "list" => Asked::Logs,
        [_, "projects"] if method == Method::GET => Asked::Projects,
        [_, "projects"] => need("resourcemanager.projects.create", "organizations/sandbox"),
        [_, "operations", _] | [_, "locations", _, "policy"] => Asked::Nothing,
        [_, "projects", project, rest @ ..] => below(method, &format!("projects/{project}"), rest, verb),
        _ => need("sandbox.unknown.call", "organizations/sandbox"),
    }
}

fn need(permission: &str, resource: &str) -> Asked {
    Asked::Needs(Need::new(permission, resource))
}

/// `get`, `list`, … of a collection or of one of its entries.
fn standard(method: &Method, entry: bool) -> &'static str {
    match (method.as_str(), entry) {
        ("GET", false) => "list",
        ("GET", true) => "get",
        ("POST", _) => "create",
        ("DELETE", _) => "delete",
        _ => "update",
    }
}

fn below(method: &Method, project: &str, rest: &[&str], verb: &str) -> Asked {
    let resource = || format!("{project}/{}", rest.join("/"));
    if verb == "testIamPermissions" {
        return Asked::Test(if rest.is_empty() { project.to_owned() } else { resource() });
    }
    let plain = |permission: String, entry: bool| {
        // A collection's permissions are needed on what it is in.
        let on = if entry { resource() } else { parent(project, rest) };
        Asked::Needs(Need::new(permission, on))
    };
    match rest {
        [] if verb.is_empty() => need(&format!("resourcemanager.projects.{}", standard(method, true)), project),
        [] => need(&format!("resourcemanager.projects.{verb}"), project),
        ["policy"] => plain(format!("binaryauthorization.policy.{}", or(verb, standard(method, true))), true),
        ["continuousValidationConfig"] => {
            let verb = or(verb, standard(method, true));
            plain(format!("binaryauthorization.continuousValidationConfig.{verb}"), true)
        }
        ["attestors", entry @ ..] => {
            let verb = if verb == "validateAttestationOccurrence" { "verifyImageAttested" } else { verb };
            let verb = or(verb, standard(method, !entry.is_empty()));
            plain(format!("binaryauthorization.attestors.{verb}"), !entry.is_empty())
        }
        ["platforms", ..] => platforms(method, project, rest, verb),
        ["notes", _, "occurrences"] => need("containeranalysis.notes.listOccurrences", &parent(project, rest)),
        ["occurrences", _, "notes"] => need("containeranalysis.occurrences.get", &parent(project, rest)),
        [kind @ ("notes" | "occurrences"), entry @ ..] => {
            let verb = match verb {
                "batchCreate" => "create",
                "vulnerabilitySummary" => "list",
                verb => or(verb, standard(method, !entry.is_empty())),
            };
            plain(format!("containeranalysis.{kind}.{verb}"), !entry.is_empty())
        }
        ["services", ..] => services(method, project, rest, verb),
        ["projectSettings"] => need("artifactregistry.projectsettings.get", project),
        ["locations"] => need("artifactregistry.locations.list", project),
        ["locations" | "zones", _, "clusters" | "operations", ..] => engine(method, project, rest, verb),
        ["locations", _, "keyRings", ..] => kms(method, project, rest, verb),
        ["locations", _, "repositories", ..] => artifacts(method, project, rest, verb),
        _ => need("sandbox.unknown.call", project),
    }
}

fn or<'a>(verb: &'a str, standard: &'a str) -> &'a str {
    if verb.is_empty() { standard } else { verb }
}

/// What a collection is in.
fn parent(project: &str, rest: &[&str]) -> String {
    match rest {
        // A location has no policy of its own.
        ["locations" | "zones", _, _] | [_] | [] => project.to_owned(),
        [front @ .., _] => format!("{project}/{}", front.join("/")),
    }
}

fn platforms(method: &Method, project: &str, rest: &[&str], verb: &str) -> Asked {
    let action = match (verb, method.as_str(), rest.len()) {
        ("evaluate", ..) => "evaluatePolicy",
        (_, "PUT", _) => "replace",
        (_, _, 4) => standard(method, true),
        _ => standard(method, false),
    };
    need(&format!("binaryauthorization.platformPolicies.{action}"), project)
}

fn services(method: &Method, project: &str, rest: &[&str], verb: &str) -> Asked {
    let action = match verb {
        "batchEnable" | "enable" => "enable",
        "disable" => "disable",
        "batchGet" => "get",
        _ => standard(method, rest.len() > 1),
    };
    // The service is no resource with grants of its own, but the refusal names it.
    need(&format!("serviceusage.services.{action}"), &format!("{project}/{}", rest.join("/")))
}

fn engine(method: &Method, project: &str, rest: &[&str], verb: &str) -> Asked {
    if rest.get(2) == Some(&"operations") {
        return need("container.operations.get", project);
    }
    let verb = or(verb, standard(method, rest.len() > 3));
    need(&format!("container.clusters.{verb}"), project)
}

fn kms(method: &Method, project: &str, rest: &[&str], verb: &str) -> Asked {
    let name = format!("{project}/{}", rest.join("/"));
    let (kind, entry) = match rest.len() {
        3 | 4 => ("keyRings", rest.len() == 4),
        5 | 6 => ("cryptoKeys", rest.len() == 6),
        7 | 8 => ("cryptoKeyVersions", rest.len() == 8),
        _ => match name.strip_suffix("/publicKey") {
            Some(version) if rest.len() == 9 => return need("cloudkms.cryptoKeyVersions.viewPublicKey", version),
            _ => return need("sandbox.unknown.call", project),
        },
    };
    let verb = if verb == "asymmetricSign" { "useToSign" } else { or(verb, standard(method, entry)) };
    let on = if entry { name } else { parent(project, rest) };
    need(&format!("cloudkms.{kind}.{verb}"), &on)
}

fn artifacts(method: &Method, project: &str, rest: &[&str], verb: &str) -> Asked {
    let entry = rest.len().is_multiple_of(2);
    let kind = rest.get(if entry { rest.len() - 2 } else { rest.len() - 1 }).copied().unwrap_or_default();
    let kind = if kind == "dockerImages" { "dockerimages" } else { kind };
    let on = match rest {
        // Grants are on repositories; their contents have none of their own.
        [locations, location, repositories, repository, ..] => {
            format!("{project}/{locations}/{location}/{repositories}/{repository}")
        }
        _ => project.to_owned(),
    };
    need(&format!("artifactregistry.{kind}.{}", or(verb, standard(method, entry))), &on)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "/v1/projects/p/locations/global/keyRings/r/cryptoKeys/k";

    #[rstest::rstest]
    #[case("GET", "/v1/projects/p/policy", "binaryauthorization.policy.get", "projects/p/policy")]
    #[case("PUT", "/v1beta1/projects/p/policy", "binaryauthorization.policy.update", "projects/p/policy")]
    #[case(
        "GET",
        "/v1/projects/p/policy/@getIamPolicy",
        "binaryauthorization.policy.getIamPolicy",
        "projects/p/policy"
    )]
    #[case("POST", "/v1/projects/p/attestors", "binaryauthorization.attestors.create", "projects/p")]
    #[case(
        "POST",
        "/v1/projects/p/attestors/a/@validateAttestationOccurrence",
        "binaryauthorization.attestors.verifyImageAttested",
        "projects/p/attestors/a"
    )]
    #[case(
        "PUT",
        "/v1/projects/p/platforms/gke/policies/x",
        "binaryauthorization.platformPolicies.replace",
        "projects/p"
    )]
    #[case("GET", "/v1/projects/p/platforms/gke/policies", "binaryauthorization.platformPolicies.list", "projects/p")]
    #[case(
        "POST",
        "/v1/projects/p/platforms/gke/policies",
        "binaryauthorization.platformPolicies.create",
        "projects/p"
    )]
    #[case("GET", "/v1/projects/p/platforms/gke/policies/x", "binaryauthorization.platformPolicies.get", "projects/p")]
    #[case(
        "DELETE",
        "/v1/projects/p/platforms/gke/policies/x",
        "binaryauthorization.platformPolicies.delete",
        "projects/p"
    )]
    #[case(
        "POST",
        "/v1/projects/p/platforms/gke/policies/x/@evaluate",
        "binaryauthorization.platformPolicies.evaluatePolicy",
        "projects/p"
    )]
    #[case(
        "PUT",
        "/v1alpha2/projects/p/continuousValidationConfig",
        "binaryauthorization.continuousValidationConfig.update",
        "projects/p/continuousValidationConfig"
    )]
    #[case("POST", "/v1/projects/p/notes/", "containeranalysis.notes.create", "projects/p")]
    #[case(
        "POST",
        "/v1/projects/p/notes/n/@setIamPolicy",
        "containeranalysis.notes.setIamPolicy",
        "projects/p/notes/n"
    )]
    #[case(
        "GET",
        "/v1/projects/p/notes/n/occurrences",
        "containeranalysis.notes.listOccurrences",
        "projects/p/notes/n"
    )]
    #[case("POST", "/v1/projects/p/occurrences/@batchCreate", "containeranalysis.occurrences.create", "projects/p")]
    #[case("GET", "/v1/projects/example.com:p", "resourcemanager.projects.get", "projects/example.com:p")]
    #[case("POST", "/v1/projects/p/@setIamPolicy", "resourcemanager.projects.setIamPolicy", "projects/p")]
    #[case(
        "POST",
        "/v1/projects/p/services/x.googleapis.com/@enable",
        "serviceusage.services.enable",
        "projects/p/services/x.googleapis.com"
    )]
    #[case("PUT", "/v1/projects/p/zones/z/clusters/c", "container.clusters.update", "projects/p")]
    #[case("GET", "/v1/projects/p/locations/-/clusters", "container.clusters.list", "projects/p")]
    #[case("POST", &format!("{KEY}/cryptoKeyVersions/1/@asymmetricSign"), "cloudkms.cryptoKeyVersions.useToSign",
           "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1")]
    #[case("GET", &format!("{KEY}/cryptoKeyVersions/1/publicKey"), "cloudkms.cryptoKeyVersions.viewPublicKey",
           "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1")]
    #[case("POST", KEY.rsplit_once('/').unwrap().0, "cloudkms.cryptoKeys.create",
           "projects/p/locations/global/keyRings/r")]
    #[case(
        "DELETE",
        "/v1/projects/p/locations/us/repositories/r/packages/i/versions/sha256:ab",
        "artifactregistry.versions.delete",
        "projects/p/locations/us/repositories/r"
    )]
    #[case("POST", "/v1/projects/p/locations/us/repositories", "artifactregistry.repositories.create", "projects/p")]
    #[case("POST", &format!("{KEY}/cryptoKeyVersions/1/x"), "sandbox.unknown.call", "projects/p")]
    #[case(
        "POST",
        "/v1/projects/example.com:p/@setIamPolicy",
        "resourcemanager.projects.setIamPolicy",
        "projects/example.com:p"
    )]
    #[case("GET", "/v1/elsewhere", "sandbox.unknown.call", "organizations/sandbox")]
    fn what_requests_need(#[case] method: &str, #[case] path: &str, #[case] permission: &str, #[case] resource: &str) {
        let asked = needs(&method.parse().unwrap(), path);
        assert_eq!(asked, Asked::Needs(Need::new(permission, resource)), "{method} {path}");
    }

    #[test]
    fn what_everybody_may() {
        assert_eq!(needs(&Method::GET, "/v1/operations/x"), Asked::Nothing);
        assert_eq!(needs(&Method::GET, "/v1/projects"), Asked::Projects);
        assert_eq!(needs(&Method::POST, "/v2/entries/@list"), Asked::Logs);
        let test = needs(&Method::POST, "/v1/projects/p/notes/n/@testIamPermissions");
        assert_eq!(test, Asked::Test("projects/p/notes/n".to_owned()));
    }
}
