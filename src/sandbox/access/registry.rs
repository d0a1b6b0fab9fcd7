//! Requests to the registry: the permission that each needs on its repository, and the words of its refusal.

use rusqlite::Transaction;

use super::grants::{Need, has, has_everywhere};
use crate::people::Person;
use crate::projects;
use crate::registry::{Place, RegistryCall};
use crate::state::State;
use crate::store::StoreError;

/// Looks at a request to the registry: what of it the person may have done, or the words of the refusal.
/// Nobody pushes to a project that is not there, the owner included. A blob that is to come from where the
/// person may not read is not taken over, and the upload begins as for one that is not there
/// (distribution-spec 1.1, "Mounting a blob from another repository").
pub(crate) async fn registry(
    state: &State,
    person: &'static Person,
    mut call: RegistryCall,
) -> Result<RegistryCall, String> {
    let Some(permission) = call.permission else { return Ok(call) };
    if !call.is_write() && call.mount.is_none() && has_everywhere(person, permission) {
        return Ok(call);
    }
    let need = |permission: &str, place: &Place| {
        Need::new(permission, place.resource.clone().unwrap_or_else(|| "organizations/sandbox".to_owned()))
    };
    let wanted = need(permission, &call.place);
    let source = call.mount.as_ref().map(|mount| need(PULL, &mount.from));
    let (asked, is_write) = (wanted.clone(), call.is_write());
    let held = move |tx: &Transaction<'_>| {
        let project = asked.resource.split('/').nth(1).unwrap_or_default();
        let is_there = !is_write || projects::active(tx, project)?.is_some();
        let may = is_there && has(tx, person, &asked.permission, &asked.resource)?;
        let may_mount = match source {
            Some(source) => has(tx, person, &source.permission, &source.resource)?,
            None => false,
        };
        Ok::<_, StoreError>((may, may_mount))
    };
    match state.store.read(held).await {
        Ok((true, may_mount)) => {
            call.mount = call.mount.filter(|_| may_mount);
            Ok(call)
        }
        Ok((false, _)) => {
            let Need { permission, resource } = wanted;
            Err(format!("Permission \"{permission}\" denied on resource \"{resource}\" (or it may not exist)"))
        }
        Err(error) => {
            tracing::error!(%error, "the sandbox's store failed");
            Err(format!("The request failed: {error}"))
        }
    }
}

/// What a mount needs on the repository that it is from.
const PULL: &str = "artifactregistry.repositories.downloadArtifacts";
