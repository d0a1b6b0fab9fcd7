//! All that the sandbox answers, and what its caller needs for it: the table of the documents, and what the
//! tests attack. Made of the rows that the routers and the access rules are made of.

use super::access::permission_in_cluster;
use super::kubernetes::resources::{RESOURCES, Resource};
use super::kubernetes::verb::Verb;
use super::registry::ROWS;
use super::route::{Also, Needs, Route};
use super::{
    artifact_registry, binary_authorization, container, container_analysis, kms, logging, operations, projects,
    services,
};

/// A method of one of Google's APIs.
#[derive(Debug, Clone, Copy)]
pub struct ApiRoute {
    pub host: &'static str,
    pub method: &'static str,
    pub versions: &'static [&'static str],
    /// Behind the version: `projects/{project}/notes/{note}`.
    pub path: &'static str,
    /// The custom method behind the path; empty without.
    pub verb: &'static str,
    pub needs: Needs,
    pub also: Also,
}

/// The methods of Google's APIs.
pub fn api_routes() -> Vec<ApiRoute> {
    let operations = || routes_of(operations::rows());
    let apis = [
        ("binaryauthorization.googleapis.com", routes_of(binary_authorization::rows())),
        ("containeranalysis.googleapis.com", routes_of(container_analysis::rows())),
        ("cloudresourcemanager.googleapis.com", [routes_of(projects::rows()), operations()].concat()),
        ("serviceusage.googleapis.com", [routes_of(services::rows()), operations()].concat()),
        ("container.googleapis.com", routes_of(container::rows())),
        ("logging.googleapis.com", routes_of(logging::rows())),
        ("cloudkms.googleapis.com", routes_of(kms::rows())),
        ("artifactregistry.googleapis.com", routes_of(artifact_registry::rows())),
    ];
    let of_api = |(host, routes): (&'static str, Vec<Route>)| {
        routes.into_iter().map(move |route| {
            let Route { method, versions, path, verb, needs, also, body: _ } = route;
            ApiRoute { host, method, versions, path, verb, needs, also }
        })
    };
    apis.into_iter().flat_map(of_api).collect()
}

fn routes_of<S>(rows: Vec<super::route::Row<S>>) -> Vec<Route> {
    rows.into_iter().map(|row| row.route).collect()
}

/// What the registry does at a path.
#[derive(Debug, Clone, Copy)]
pub struct RegistryRoute {
    pub methods: &'static [&'static str],
    /// Behind `/v2/`: `{name}/tags/list`.
    pub path: &'static str,
    /// What it needs on the repository; none where everybody with a token may.
    pub permission: Option<&'static str>,
}

/// What the registry does.
pub fn registry_routes() -> impl Iterator<Item = RegistryRoute> {
    ROWS.iter().map(|(_, methods, path, permission)| RegistryRoute { methods, path, permission: *permission })
}

/// What can be done with a resource of a cluster.
#[derive(Debug, Clone)]
pub struct ClusterRoute {
    /// Empty for the core group.
    pub group: &'static str,
    /// `pods`, or with a part of it `pods/log`.
    pub resource: String,
    /// `get`, `list`, …
    pub verb: &'static str,
    /// What it needs on the cluster's project; none where everybody with a token may.
    pub permission: Option<String>,
}

/// What can be done in clusters.
pub fn cluster_routes() -> Vec<ClusterRoute> {
    RESOURCES.iter().flat_map(of_resource).collect()
}

fn of_resource(resource: &'static Resource) -> Vec<ClusterRoute> {
    let row = |verb: Verb, part: Option<&'static str>| ClusterRoute {
        group: resource.group,
        resource: part.map_or_else(|| resource.plural.to_owned(), |part| format!("{}/{part}", resource.plural)),
        verb: verb.as_str(),
        permission: permission_in_cluster(resource, verb, part),
    };
    let whole = resource.verbs.iter().map(|verb| row(*verb, None));
    let parts = resource.subresources.iter();
    let parts = parts.flat_map(|part| part.verbs.iter().map(move |verb| row(*verb, Some(part.name))));
    whole.chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What a permission is needed on has to be what the path begins with.
    #[test]
    fn every_route_needs_something_on_what_its_path_names() {
        for ApiRoute { method, path, verb, needs, versions, .. } in api_routes() {
            let shown = format!("{method} {path}:{verb}");
            assert!(!versions.is_empty(), "{shown}");
            match needs {
                Needs::On(permission, on) => {
                    let rest = path.strip_prefix(on).unwrap_or_else(|| panic!("{shown}: {on}"));
                    assert!(rest.is_empty() || rest.starts_with('/'), "{shown}: {on}");
                    assert_eq!(permission.matches('.').count(), 2, "{shown}");
                }
                Needs::Tested(on) => assert_eq!(path, on, "{shown}"),
                Needs::Everywhere(permission) | Needs::Named(permission) => {
                    assert_eq!(permission.matches('.').count(), 2, "{shown}");
                }
                Needs::Nothing | Needs::Visible => assert_eq!(method, "GET", "{shown}"),
            }
        }
    }

    #[test]
    fn no_two_routes_are_the_same() {
        let mut seen = BTreeSet::new();
        for ApiRoute { host, method, path, verb, versions, .. } in api_routes() {
            for version in versions {
                // Names stand for the same, whatever they are called.
                let path: Vec<&str> =
                    path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
                assert!(seen.insert((host, method, version, path.join("/"), verb)), "{host} {method} {path:?}:{verb}");
            }
        }
        assert!(seen.len() > 150, "{}", seen.len());
    }

    /// A change needs more than to read.
    #[test]
    fn only_a_token_is_needed_for_nothing_that_changes() {
        for RegistryRoute { methods, permission, .. } in registry_routes() {
            assert!(permission.is_some() || methods == ["GET", "HEAD"], "{methods:?}");
        }
        for ClusterRoute { resource, permission, .. } in cluster_routes() {
            assert!(permission.is_some() || resource.starts_with("selfsubject"), "{resource}");
        }
    }
}
