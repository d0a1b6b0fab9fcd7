//! What a path of the API names: a resource, and which objects of it.

use super::resources::{Resource, Scope, SubresourceRow};

/// What a path below `/api/v1` or `/apis/GROUP/v1` names.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) resource: &'static Resource,
    /// `None` on lists across namespaces, and for what has no namespace.
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<&'static SubresourceRow>,
}

impl Target {
    /// Reads a path; `None` where nothing is served. Percent signs need no decoding: no name that
    /// the API server takes holds one.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let (group, rest) = match path.strip_prefix("/api/v1/") {
            Some(rest) => ("", rest),
            None => path.strip_prefix("/apis/")?.split_once("/v1/")?,
        };
        let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        match parts.as_slice() {
            ["namespaces", namespace, plural, rest @ ..] => {
                let resource = Resource::find(group, plural).filter(|r| r.scope == Scope::Namespaced)?;
                Self::from_path(resource, Some((*namespace).to_owned()), rest)
            }
            [plural, rest @ ..] => {
                let resource = Resource::find(group, plural)?;
                // An object of a namespace has no path without it; a list across namespaces has.
                (resource.scope == Scope::Cluster || rest.is_empty()).then(|| Self::from_path(resource, None, rest))?
            }
            [] => None,
        }
    }

    fn from_path(resource: &'static Resource, namespace: Option<String>, rest: &[&str]) -> Option<Self> {
        let (name, subresource) = match rest {
            [] => (None, None),
            [name] => (Some((*name).to_owned()), None),
            [name, subresource] => (Some((*name).to_owned()), Some(resource.subresource(subresource)?)),
            _ => return None,
        };
        Some(Self { resource, namespace, name, subresource })
    }

    /// The object's name, or as much of one as there is.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    pub(super) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("/api/v1/pods", "pods", None, None)]
    #[case("/api/v1/namespaces", "namespaces", None, None)]
    #[case("/api/v1/namespaces/default", "namespaces", None, Some("default"))]
    #[case("/api/v1/namespaces/default/pods", "pods", Some("default"), None)]
    #[case("/api/v1/namespaces/default/pods/p/log", "pods", Some("default"), Some("p"))]
    #[case("/apis/apps/v1/namespaces/a/deployments/d", "deployments", Some("a"), Some("d"))]
    #[case("/apis/batch/v1/jobs", "jobs", None, None)]
    fn paths(#[case] path: &str, #[case] plural: &str, #[case] namespace: Option<&str>, #[case] name: Option<&str>) {
        let target = Target::parse(path).unwrap();
        assert_eq!(target.resource.plural, plural);
        assert_eq!((target.namespace.as_deref(), target.name.as_deref()), (namespace, name));
    }

    #[rstest::rstest]
    #[case("/api/v1/secrets")]
    #[case("/api/v1/deployments")]
    #[case("/api/v1/pods/p")]
    #[case("/api/v1/namespaces/a/namespaces")]
    #[case("/api/v1/namespaces/a/pods/p/proxy")]
    #[case("/apis/apps/v1/namespaces")]
    #[case("/apis/batch/v1/pods")]
    #[case("/apis/batch/v2/jobs")]
    #[case("/apis//v1/pods/p")]
    fn nothing_there(#[case] path: &str) {
        assert!(Target::parse(path).is_none(), "{path}");
    }
}
