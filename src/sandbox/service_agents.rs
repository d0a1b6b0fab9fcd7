//! Service agents: the accounts that Google makes for a project and its services.
//!
//! The one of Binary Authorization reads attestations for admission. It is there once the API is
//! enabled; nothing is stored for it.

use rusqlite::Transaction;

use super::error::ApiError;
use super::{projects, services};
use domain::name::service_agent;
use wire::status::Code;

/// The account that reads attestations on behalf of the project with this number.
pub(super) fn binary_authorization(number: i64) -> String {
    service_agent(&number.to_string())
}

/// Refuses a member of an IAM policy that is an agent which does not exist, as IAM does: that is how
/// a step left out (enabling the API) or a wrong project number shows. Inferred: when the cloud makes
/// the agent is not documented; here it is with the enabling of the API.
pub(super) fn check_member(tx: &Transaction<'_>, member: &str) -> Result<(), ApiError> {
    let Some(email) = member.strip_prefix("serviceAccount:") else { return Ok(()) };
    let Some(account) = email.strip_suffix("@gcp-sa-binaryauthorization.iam.gserviceaccount.com") else {
        return Ok(());
    };
    let number = account.strip_prefix("service-").filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
    let project = match number {
        Some(number) => projects::active(tx, number)?,
        None => None,
    };
    let exists = match project {
        Some(project) => services::is_enabled(tx, project.number, services::BINARY_AUTHORIZATION)?,
        None => false,
    };
    if exists {
        return Ok(());
    }
    Err(ApiError::new(Code::InvalidArgument, format!("Service account {email} does not exist.")))
}
