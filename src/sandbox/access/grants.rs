//! Who has which permission on what: the roles that are granted on a resource, and those that a person has
//! on every project.

use rusqlite::Transaction;

use super::roles;
use crate::people::Person;
use crate::store::StoreError;
use crate::{iam, projects};

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

/// Whether the person has a role with this permission on every project; of the owner `roles/owner`.
pub(super) fn has_everywhere(person: &Person, permission: &str) -> bool {
    person.roles.iter().any(|role| roles::holds(role, permission))
}

/// Whether the person has a role with this permission on the resource, or on what it is in. On a project
/// that is not there nobody has one but who has it on all; on a deleted one who had it before: it keeps
/// its policies.
pub(super) fn has(tx: &Transaction<'_>, person: &Person, permission: &str, resource: &str) -> Result<bool, StoreError> {
    if has_everywhere(person, permission) {
        return Ok(true);
    }
    let mut parts: Vec<&str> = resource.split('/').collect();
    let project = match parts.as_slice() {
        ["projects", key, ..] => projects::find(tx, key)?,
        _ => None,
    };
    let Some(project) = project else { return Ok(false) };
    if let Some(key) = parts.get_mut(1) {
        *key = &project.id;
    }
    for length in (2..=parts.len()).rev() {
        let Some(front) = parts.get(..length) else { continue };
        let policy = iam::get(tx, &front.join("/"))?;
        let granted = policy.bindings.iter().any(|binding| {
            binding.condition.is_none()
                && roles::holds(&binding.role, permission)
                && binding.members.iter().any(|member| person.is_member(member))
        });
        if granted {
            return Ok(true);
        }
    }
    Ok(false)
}
