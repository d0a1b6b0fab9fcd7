//! Platform policies as they are stored.

use rusqlite::{OptionalExtension as _, Transaction};

use crate::binary_authorization::api::{consumer, new_etag};
use crate::error::ApiError;
use crate::store::StoreError;
use domain::platform_policy::PlatformPolicy;

/// Where a policy is: the project's id, the platform, and the policy's own id.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) project: String,
    pub(super) platform: String,
    pub(super) id: String,
}

impl Place {
    pub(super) fn name(&self) -> String {
        format!("projects/{}/platforms/{}/policies/{}", self.project, self.platform, self.id)
    }

    /// In a project that may be named by its number.
    pub(super) fn new(tx: &Transaction<'_>, project: &str, platform: String, id: String) -> Result<Self, ApiError> {
        Ok(Self { project: consumer(tx, project)?.id, platform, id })
    }
}

/// The policy that is stored there.
pub(super) fn find(tx: &Transaction<'_>, place: &Place) -> Result<Option<PlatformPolicy>, StoreError> {
    let sql = "SELECT policy FROM platform_policies WHERE project = ?1 AND platform = ?2 AND id = ?3";
    let stored: Option<String> =
        tx.prepare_cached(sql)?.query_row((&place.project, &place.platform, &place.id), |row| row.get(0)).optional()?;
    Ok(stored.map(|policy| serde_json::from_str(&policy)).transpose()?)
}

pub(super) fn existing(tx: &Transaction<'_>, place: &Place) -> Result<PlatformPolicy, ApiError> {
    find(tx, place)?.ok_or_else(ApiError::not_found)
}

/// Writes a policy with a new etag.
pub(super) fn put(
    tx: &Transaction<'_>,
    place: &Place,
    mut policy: PlatformPolicy,
    now: String,
) -> Result<PlatformPolicy, ApiError> {
    policy.name = Some(place.name());
    policy.update_time = Some(now);
    policy.etag = Some(new_etag());
    let sql = "INSERT INTO platform_policies (project, platform, id, policy) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (project, platform, id) DO UPDATE SET policy = excluded.policy";
    let text = serde_json::to_string(&policy)?;
    tx.prepare_cached(sql)?.execute((&place.project, &place.platform, &place.id, text))?;
    Ok(policy)
}
