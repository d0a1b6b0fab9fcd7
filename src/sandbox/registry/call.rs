//! A request to the registry, read once: access rules and the registry have this very value. A path that
//! it cannot be read from, and what no row of the table does, is refused before anybody's rights are asked.

use axum::extract::Query;
use axum::http::{Method, Uri};
use serde::Deserialize;

use domain::image::Digest;

use super::error::Failure;
use super::route::{Kind, Route, digest_of, name_of};
use crate::artifact_registry::{canonical, repository_of};

/// What the registry does: the methods, the path below `/v2/`, and the permission that it needs on the
/// repository; none where everybody with a token may.
pub(crate) type Row = (Kind, &'static [&'static str], &'static str, Option<&'static str>);

const READ: Option<&str> = Some("artifactregistry.repositories.downloadArtifacts");
const WRITE: Option<&str> = Some("artifactregistry.repositories.uploadArtifacts");
const DELETE: Option<&str> = Some("artifactregistry.repositories.deleteArtifacts");
/// The catalogue is of all projects: the owner's alone.
const CATALOG: Option<&str> = Some("sandbox.registry.catalog");

/// All that the registry does (distribution-spec 1.1, "Endpoints").
pub(crate) const ROWS: &[Row] = &[
    (Kind::Root, &["GET", "HEAD"], "", None),
    (Kind::Catalog, &["GET"], "_catalog", CATALOG),
    (Kind::Tags, &["GET"], "{name}/tags/list", READ),
    (Kind::Referrers, &["GET"], "{name}/referrers/{digest}", READ),
    (Kind::Manifest, &["GET", "HEAD"], "{name}/manifests/{reference}", READ),
    (Kind::Manifest, &["PUT"], "{name}/manifests/{reference}", WRITE),
    (Kind::Manifest, &["DELETE"], "{name}/manifests/{reference}", DELETE),
    (Kind::Blob, &["GET", "HEAD"], "{name}/blobs/{digest}", READ),
    (Kind::Blob, &["DELETE"], "{name}/blobs/{digest}", DELETE),
    (Kind::Uploads, &["POST"], "{name}/blobs/uploads/", WRITE),
    (Kind::Upload, &["GET", "PATCH", "PUT", "DELETE"], "{name}/blobs/uploads/{upload}", WRITE),
];

/// A name of an image, at the host that keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) host: String,
    pub(super) name: String,
    /// `projects/P/locations/L/repositories/R`, or what of it the name says; none where it names no project.
    pub(crate) resource: Option<String>,
}

impl Place {
    fn new(host: &str, name: String) -> Self {
        let resource = repository_of(host, &name);
        let (host, name) = canonical(host.to_owned(), name);
        Self { host, name, resource }
    }
}

/// A blob that is to be taken over from another repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    pub(super) digest: Digest,
    pub(crate) from: Place,
}

/// A request to the registry.
#[derive(Debug, Clone)]
pub(crate) struct RegistryCall {
    pub(super) method: Method,
    pub(super) route: Route,
    /// What it is about; of the root and the catalogue a name that is empty.
    pub(crate) place: Place,
    pub(crate) mount: Option<Mount>,
    /// The permission that it needs on its place.
    pub(crate) permission: Option<&'static str>,
}

/// What may stand behind `?` of a request to begin an upload.
#[derive(Debug, Default, Deserialize)]
struct Mounting {
    mount: Option<String>,
    from: Option<String>,
}

impl RegistryCall {
    /// Reads the method and the address of a request to the registry at `host`.
    pub(crate) fn read(method: &Method, host: &str, uri: &Uri) -> Result<Self, Failure> {
        let rest = match uri.path() {
            "/v2" => "",
            path => path.strip_prefix("/v2/").ok_or(Failure::NoSuchPath)?,
        };
        // The names' grammar needs no percent signs; some clients escape the colon of a digest.
        let route = Route::parse(&rest.replace("%3A", ":").replace("%3a", ":"))?;
        let kind = route.kind();
        let row = ROWS.iter().find(|(of, methods, ..)| *of == kind && methods.contains(&method.as_str()));
        let Some((.., permission)) = row else {
            return Err(Failure::Unsupported(format!("{method} {}", uri.path())));
        };
        let mount = if kind == Kind::Uploads { mounted(host, uri)? } else { None };
        let place = Place::new(host, route.name().to_owned());
        Ok(Self { method: method.clone(), route, place, mount, permission: *permission })
    }

    /// Whether something is stored or taken away.
    pub(crate) fn is_write(&self) -> bool {
        self.permission == WRITE || self.permission == DELETE
    }
}

/// `mount` and `from`, which count together alone.
fn mounted(host: &str, uri: &Uri) -> Result<Option<Mount>, Failure> {
    let asked = Query::<Mounting>::try_from_uri(uri).map_err(|error| Failure::Unsupported(error.to_string()))?.0;
    let (Some(digest), Some(from)) = (asked.mount, asked.from) else { return Ok(None) };
    Ok(Some(Mount { digest: digest_of(&digest)?, from: Place::new(host, name_of(&from)?) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &str, host: &str, uri: &str) -> Result<RegistryCall, Failure> {
        RegistryCall::read(&method.parse().unwrap(), host, &uri.parse().unwrap())
    }

    #[test]
    fn a_request_says_what_it_needs_on_which_repository() {
        let call = read("PUT", "us-docker.pkg.dev", "/v2/p/r/i/manifests/latest").unwrap();
        assert_eq!(call.permission, WRITE);
        assert_eq!(call.place.resource.as_deref(), Some("projects/p/locations/us/repositories/r"));
        let call = read("GET", "gcr.io", "/v2/example.com/p/i/tags/list").unwrap();
        assert_eq!(call.permission, READ);
        assert_eq!(call.place.resource.as_deref(), Some("projects/example.com:p/locations/us/repositories/gcr.io"));
        assert_eq!(read("GET", "gcr.io", "/v2/").unwrap().permission, None);
        assert_eq!(read("GET", "gcr.io", "/v2/_catalog").unwrap().permission, CATALOG);
        for (method, path) in [("POST", "/v2/a/manifests/latest"), ("TRACE", "/v2/"), ("GET", "/v2/a/b/c")] {
            assert!(read(method, "gcr.io", path).is_err(), "{method} {path}");
        }
    }

    #[test]
    fn a_mount_is_from_a_repository_by_the_name_that_the_host_keeps() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let path = format!("/v2/p/r/i/blobs/uploads/?mount={digest}&from=q/gcr.io/secret");
        let mount = read("POST", "us-docker.pkg.dev", &path).unwrap().mount.unwrap();
        assert_eq!((mount.from.host.as_str(), mount.from.name.as_str()), ("gcr.io", "q/secret"));
        assert_eq!(mount.from.resource.as_deref(), Some("projects/q/locations/us/repositories/gcr.io"));
        let twice = format!("/v2/p/i/blobs/uploads/?mount={digest}&from=p/a&from=q/b");
        assert!(read("POST", "gcr.io", &twice).is_err(), "two sources are none");
        assert!(read("POST", "gcr.io", "/v2/p/i/blobs/uploads/?from=q/secret").unwrap().mount.is_none());
    }
}
