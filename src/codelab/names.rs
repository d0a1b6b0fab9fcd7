//! The names that the codelab gives its things.
//!
//! Uses the domain's types of names and files alone.

use std::str::FromStr;

use domain::name::{ClusterKey, KubernetesName, NameError, ProjectId, ResourceId};
use domain::work_file::OwnFile;

pub const PROJECT: &str = "binauthz-codelab";
pub const CLUSTER: &str = "binauthz-codelab";
pub const LOCATION: &str = "us-central1-a";
pub const NAMESPACE: &str = "default";
pub const NOTE: &str = "my-attestor-note";
pub const NOTE_DESCRIPTION: &str = "This note represents an attestation authority";
pub const ATTESTOR: &str = "my-binauthz-attestor";
pub const REGISTRY: &str = "us.gcr.io";
pub const REPOSITORY: &str = "hello-world";
pub const TAG: &str = "latest";
/// The workload that runs the image by its tag.
pub const WORKLOAD: &str = "hello-world";
/// The workload that runs the signed image by its digest.
pub const SIGNED_WORKLOAD: &str = "hello-world-signed";
pub const KEY_NAME: &str = "Demo Signing Role";
pub const KEY_EMAIL: &str = "attestor@example.com";

pub const KUBECONFIG: &str = OwnFile::Kubeconfig.name();
pub const POLICY: &str = OwnFile::Policy.name();
pub const UPDATED_POLICY: &str = OwnFile::UpdatedPolicy.name();
pub const PUBLIC_KEY: &str = OwnFile::PublicKey.name();
pub const PAYLOAD: &str = OwnFile::Payload.name();
pub const SIGNATURE: &str = OwnFile::Signature.name();
pub const DOCKERFILE: &str = OwnFile::Dockerfile.name();

/// The files that the workbench writes into the working directory; removing it removes only these.
pub const FILES: [&str; 7] = [KUBECONFIG, POLICY, UPDATED_POLICY, PUBLIC_KEY, PAYLOAD, SIGNATURE, DOCKERFILE];

/// The project, parsed.
pub fn project() -> ProjectId {
    checked(PROJECT)
}

/// The id of the note, parsed.
pub fn note() -> ResourceId {
    checked(NOTE)
}

/// The id of the attestor, parsed.
pub fn attestor() -> ResourceId {
    checked(ATTESTOR)
}

/// The namespace that everything runs in, parsed.
pub fn namespace() -> KubernetesName {
    checked(NAMESPACE)
}

/// The name of the workload that runs the image by its tag, parsed.
pub fn workload() -> KubernetesName {
    checked(WORKLOAD)
}

/// The name of the workload that runs the signed image, parsed.
pub fn signed_workload() -> KubernetesName {
    checked(SIGNED_WORKLOAD)
}

/// Location and name of the cluster, parsed.
pub fn cluster() -> ClusterKey {
    checked(&format!("{LOCATION}.{CLUSTER}"))
}

fn checked<T: FromStr<Err = NameError>>(name: &str) -> T {
    name.parse().expect("the tests parse each of the codelab's names")
}

/// `us.gcr.io/PROJECT/hello-world`.
pub fn image_path(project: &str) -> String {
    // A domain-scoped project (`example.com:p`) becomes two path components, as gcr.io does it.
    format!("{REGISTRY}/{}/{REPOSITORY}", project.replace(':', "/"))
}

/// What fills the `{…}` of the commands that a step shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub project: String,
    pub number: String,
    pub digest: String,
    pub fingerprint: String,
    pub work_directory: String,
}

impl Names {
    /// A command with its names in place; a name that is not known yet is a shell variable.
    pub fn fill(&self, command: &str) -> String {
        let or = |value: &str, variable: &str| if value.is_empty() { variable.to_owned() } else { value.to_owned() };
        let project = or(&self.project, "${PROJECT_ID}");
        let image = image_path(&project);
        [
            ("{project}", project.as_str()),
            ("{number}", &or(&self.number, "${PROJECT_NUMBER}")),
            ("{image}", &image),
            ("{digest}", &or(&self.digest, "${DIGEST}")),
            ("{fingerprint}", &or(&self.fingerprint, "${KEY_FINGERPRINT}")),
            ("{dir}", &or(&self.work_directory, "~/binauthz-codelab")),
            ("{cluster}", CLUSTER),
            ("{location}", LOCATION),
            ("{note}", NOTE),
            ("{attestor}", ATTESTOR),
            ("{email}", KEY_EMAIL),
            ("{run}", WORKLOAD),
            ("{signed}", SIGNED_WORKLOAD),
        ]
        .into_iter()
        .fold(command.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_have_the_forms_that_their_types_ask_for() {
        assert_eq!(project().as_str(), PROJECT);
        assert_eq!(note().as_str(), NOTE);
        assert_eq!(attestor().as_str(), ATTESTOR);
        assert_eq!((cluster().location(), cluster().cluster()), (LOCATION, CLUSTER));
    }

    #[test]
    fn unknown_names_stay_variables() {
        let names = Names {
            project: "p-123456".into(),
            number: String::new(),
            digest: String::new(),
            fingerprint: String::new(),
            work_directory: String::new(),
        };
        assert_eq!(
            names.fill("{image}@{digest} {cluster}"),
            "us.gcr.io/p-123456/hello-world@${DIGEST} binauthz-codelab"
        );
    }
}
