//! The people of the sandbox: who a caller is, by the token that it shows.
//!
//! Each person has roles on every project, as from an organization above them; what a project, a note,
//! an attestor, a key or a repository grants comes on top (`access`). The owner may do everything, and
//! is who calls where nobody else was chosen.

/// Somebody whose token the sandbox takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// How people choose it: `deployer`.
    pub name: &'static str,
    /// As members of IAM policies name it, behind `user:`.
    pub email: &'static str,
    /// The roles that it has on every project.
    pub roles: &'static [&'static str],
    /// What it is for.
    pub says: &'static str,
}

/// The owner first, who is the default.
pub static PEOPLE: [Person; 5] = [
    Person {
        name: "owner",
        email: "owner@example.com",
        roles: &["roles/owner"],
        says: "may do everything; who one is where nobody was chosen",
    },
    Person {
        name: "deployer",
        email: "deployer@example.com",
        roles: &[
            "roles/container.developer",
            "roles/artifactregistry.writer",
            "roles/binaryauthorization.policyViewer",
            "roles/logging.viewer",
            "roles/serviceusage.serviceUsageConsumer",
        ],
        says: "pushes images and runs them; sees the policy and cannot change it",
    },
    Person {
        name: "policy-creator",
        email: "policy-creator@example.com",
        roles: &[
            "roles/binaryauthorization.policyEditor",
            "roles/binaryauthorization.attestorsViewer",
            "roles/container.clusterViewer",
            "roles/artifactregistry.reader",
            "roles/logging.viewer",
            "roles/serviceusage.serviceUsageConsumer",
        ],
        says: "writes the policy; signs nothing and deploys nothing",
    },
    Person {
        name: "attestor",
        email: "attestor@example.com",
        roles: &[
            "roles/binaryauthorization.attestorsEditor",
            "roles/binaryauthorization.attestorsVerifier",
            "roles/containeranalysis.notes.editor",
            "roles/containeranalysis.notes.occurrences.viewer",
            "roles/containeranalysis.occurrences.editor",
            "roles/cloudkms.signerVerifier",
            "roles/artifactregistry.reader",
            "roles/serviceusage.serviceUsageConsumer",
        ],
        says: "makes notes, attestors and attestations; changes no policy and deploys nothing",
    },
    Person {
        name: "newcomer",
        email: "newcomer@example.com",
        roles: &[],
        says: "has no role at all: what it may do, IAM policies grant it",
    },
];

impl Person {
    /// Who calls where nobody else was chosen.
    pub fn owner() -> &'static Self {
        let [owner, ..] = &PEOPLE;
        owner
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.name == name)
    }

    pub fn is_owner(&self) -> bool {
        self == Self::owner()
    }

    /// Whether a member of an IAM policy means this person.
    pub(super) fn is_member(&self, member: &str) -> bool {
        match member.split_once(':') {
            Some(("user", email)) => email.eq_ignore_ascii_case(self.email),
            Some(("domain", domain)) => self.email.ends_with(&format!("@{domain}")),
            _ => ["allUsers", "allAuthenticatedUsers"].contains(&member),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_members() {
        assert!(Person::owner().is_owner());
        let deployer = Person::from_name("deployer").unwrap();
        assert!(!deployer.is_owner());
        for member in ["user:deployer@example.com", "domain:example.com", "allAuthenticatedUsers"] {
            assert!(deployer.is_member(member), "{member}");
        }
        for member in ["user:owner@example.com", "serviceAccount:deployer@example.com", "domain:ample.com"] {
            assert!(!deployer.is_member(member), "{member}");
        }
    }

    #[test]
    fn every_role_of_a_person_is_known() {
        for role in PEOPLE.iter().flat_map(|person| person.roles) {
            assert!(super::super::access::is_known(role), "{role}");
        }
    }
}
