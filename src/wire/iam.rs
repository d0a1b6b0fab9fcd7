//! IAM policies (`google.iam.v1`): who has which role on a resource.

use serde::{Deserialize, Serialize};

/// Reads the attestations of a note: without it admission finds none.
pub const OCCURRENCES_VIEWER: &str = "roles/containeranalysis.notes.occurrences.viewer";

/// Who has which role on a resource (`google.iam.v1.Policy`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IamPolicy {
    /// The form: 0 and 1 without conditions, 3 with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The etag of this state; a write with another one is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Roles with their members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<Binding>,
}

/// One role and who has it (`google.iam.v1.Binding`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Binding {
    /// `roles/R`, or a custom role by its whole name.
    pub role: String,
    /// `user:E`, `serviceAccount:E`, `group:E`, ….
    pub members: Vec<String>,
    /// An `Expr` (CEL) without which the role does not count; kept as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<serde_json::Value>,
}

/// The body of `:setIamPolicy`; `resource` is redundant with the URL.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SetIamPolicy {
    /// Some methods want the resource in the body too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Replaces the one that is stored.
    pub policy: IamPolicy,
}

/// The body and the answer of `:testIamPermissions`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TestIamPermissions {
    /// The permissions that the caller has, of those asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
}

impl IamPolicy {
    /// Whether `member` (`serviceAccount:…`, `user:…`) has `role` without a condition.
    pub fn grants(&self, role: &str, member: &str) -> bool {
        self.bindings
            .iter()
            .filter(|binding| binding.role == role && binding.condition.is_none())
            .any(|binding| binding.members.iter().any(|m| m == member))
    }

    /// Whether `member` may list the occurrences of a note by a role on it, or on its project, that this
    /// policy gives. Inferred: of the roles that hold `containeranalysis.notes.listOccurrences`, those
    /// that one would give to an account that reads attestations.
    pub fn grants_reading_occurrences(&self, member: &str) -> bool {
        const ROLES: [&str; 5] = [
            OCCURRENCES_VIEWER,
            "roles/containeranalysis.admin",
            "roles/binaryauthorization.serviceAgent",
            "roles/editor",
            "roles/owner",
        ];
        ROLES.iter().any(|role| self.grants(role, member))
    }

    /// The policy with `member` in `role`; the etag is kept.
    #[must_use]
    pub fn with_grant(mut self, role: &str, member: &str) -> Self {
        if self.grants(role, member) {
            return self;
        }
        match self.bindings.iter_mut().find(|b| b.role == role && b.condition.is_none()) {
            Some(binding) => binding.members.push(member.to_owned()),
            None => {
                self.bindings.push(Binding {
                    role: role.to_owned(),
                    members: vec![member.to_owned()],
                    condition: None,
                });
            }
        }
        self
    }

    /// The policy without `member` in `role`; the etag is kept.
    #[must_use]
    pub fn without_grant(mut self, role: &str, member: &str) -> Self {
        for binding in self.bindings.iter_mut().filter(|b| b.role == role && b.condition.is_none()) {
            binding.members.retain(|m| m != member);
        }
        self.bindings.retain(|binding| !binding.members.is_empty());
        self
    }
}
