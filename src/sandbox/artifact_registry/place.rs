//! Which host and path of the registry a repository is, and the other way round.

/// The repositories behind the hosts of Container Registry, and where they are (Artifact Registry,
/// "Transition from Container Registry").
const GCR: [(&str, &str); 4] =
    [("gcr.io", "us"), ("us.gcr.io", "us"), ("eu.gcr.io", "europe"), ("asia.gcr.io", "asia")];

const DOCKER: &str = "-docker.pkg.dev";

/// A repository of a project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RepositoryPlace {
    pub(super) project: String,
    pub(super) location: String,
    pub(super) id: String,
}

impl RepositoryPlace {
    /// `projects/P/locations/L/repositories/R`.
    pub(super) fn name(&self) -> String {
        format!("projects/{}/locations/{}/repositories/{}", self.project, self.location, self.id)
    }

    /// Whether it is one that every project has.
    pub(super) fn is_gcr(&self) -> bool {
        GCR.contains(&(self.id.as_str(), self.location.as_str()))
    }

    /// The host that serves its images.
    pub(super) fn host(&self) -> String {
        if self.is_gcr() { self.id.clone() } else { format!("{}{DOCKER}", self.location) }
    }

    /// What the names of its images begin with, on that host.
    pub(super) fn front(&self) -> String {
        // A project of a domain has it as a directory of its own.
        let project = self.project.replace(':', "/");
        if self.is_gcr() { format!("{project}/") } else { format!("{project}/{}/", self.id) }
    }

    /// `HOST/FRONT`, without a slash at the end.
    pub(super) fn uri(&self) -> String {
        format!("{}/{}", self.host(), self.front()).trim_end_matches('/').to_owned()
    }

    /// The repository and the image's name in it, of a name that the registry has for this project.
    pub(super) fn find(project: &str, host: &str, name: &str) -> Option<(Self, String)> {
        let rest = name.strip_prefix(&project.replace(':', "/"))?.strip_prefix('/')?;
        let place = |location: &str, id: &str| Self {
            project: project.to_owned(),
            location: location.to_owned(),
            id: id.to_owned(),
        };
        if let Some((id, location)) = GCR.iter().find(|(id, _)| *id == host) {
            return Some((place(location, id), rest.to_owned()));
        }
        let location = host.strip_suffix(DOCKER)?;
        let (id, image) = rest.split_once('/')?;
        Some((place(location, id), image.to_owned()))
    }
}

/// The host and name under which the registry keeps an image: `us-docker.pkg.dev/P/gcr.io/I` is the
/// same as `gcr.io/P/I`.
pub(crate) fn canonical(host: String, name: String) -> (String, String) {
    let alias = host.strip_suffix(DOCKER).and_then(|location| {
        let parts: Vec<&str> = name.split('/').collect();
        let at = parts.iter().position(|part| GCR.contains(&(*part, location)))?;
        let (project, image) = (parts.get(..at)?, parts.get(at + 1..)?);
        let whole = (1..=2).contains(&project.len()) && !image.is_empty();
        whole.then(|| ((*parts.get(at).unwrap_or(&"")).to_owned(), [project, image].concat().join("/")))
    });
    alias.unwrap_or((host, name))
}

/// Project, location and id of the repository of `pkg.dev` that an image's name is in.
pub(super) fn pushed_to(host: &str, name: &str) -> Option<(String, String, String)> {
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host.strip_suffix(DOCKER)?;
    let resource = repository_of(host, name)?;
    let parts: Vec<&str> = resource.split('/').collect();
    match parts.as_slice() {
        ["projects", project, "locations", location, "repositories", id] => {
            Some(((*project).to_owned(), (*location).to_owned(), (*id).to_owned()))
        }
        _ => None,
    }
}

/// `projects/P/locations/L/repositories/R` of an image's name in the registry. Of a host that is no
/// registry of Google's only the project: the first part of the name.
pub(crate) fn repository_of(host: &str, name: &str) -> Option<String> {
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let (host, name) = canonical(host.to_owned(), name.to_owned());
    let mut parts = name.split('/');
    let first = parts.next()?;
    // A project of a domain: `example.com/project`.
    let project = if first.contains('.') { format!("{first}:{}", parts.next()?) } else { first.to_owned() };
    let place = RepositoryPlace::find(&project, &host, &name);
    Some(place.map_or_else(|| format!("projects/{project}"), |(place, _)| place.name()))
}

/// The places that a list of locations has, whatever is in them.
pub(super) const LOCATIONS: [&str; 6] = ["asia", "europe", "europe-west1", "us", "us-central1", "us-east1"];

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("us-central1-docker.pkg.dev", "p/r/team/img", "us-central1", "r", "team/img")]
    #[case("gcr.io", "p/img", "us", "gcr.io", "img")]
    #[case("eu.gcr.io", "p/a/b", "europe", "eu.gcr.io", "a/b")]
    fn there_and_back(
        #[case] host: &str,
        #[case] name: &str,
        #[case] location: &str,
        #[case] id: &str,
        #[case] image: &str,
    ) {
        let (place, found) = RepositoryPlace::find("p", host, name).unwrap();
        assert_eq!((place.location.as_str(), place.id.as_str(), found.as_str()), (location, id, image));
        assert_eq!((place.host().as_str(), format!("{}{found}", place.front()).as_str()), (host, name));
    }

    #[test]
    fn other_names_are_of_no_repository() {
        for (host, name) in
            [("gcr.io", "q/img"), ("us-docker.pkg.dev", "p/img"), ("docker.io", "p/r/i"), ("gcr.io", "p")]
        {
            assert_eq!(RepositoryPlace::find("p", host, name), None, "{host}/{name}");
        }
        assert_eq!(RepositoryPlace::find("example.com:p", "gcr.io", "example.com/p/i").unwrap().1, "i");
    }

    #[test]
    fn two_names_of_one_image() {
        let same = |host: &str, name: &str| canonical(host.to_owned(), name.to_owned());
        assert_eq!(same("us-docker.pkg.dev", "p/gcr.io/a/b"), ("gcr.io".into(), "p/a/b".into()));
        assert_eq!(same("us-docker.pkg.dev", "p/r/a"), ("us-docker.pkg.dev".into(), "p/r/a".into()));
        assert_eq!(same("europe-docker.pkg.dev", "p/gcr.io/a"), ("europe-docker.pkg.dev".into(), "p/gcr.io/a".into()));
        assert_eq!(same("gcr.io", "p/gcr.io/a"), ("gcr.io".into(), "p/gcr.io/a".into()));
    }
}
