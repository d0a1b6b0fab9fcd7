//! The protection levels of keys: the sandbox has software keys alone.

use crate::error::ApiError;

pub(super) const SOFTWARE: &str = "SOFTWARE";
pub(super) const PROTECTION_LEVELS: [&str; 5] =
    ["PROTECTION_LEVEL_UNSPECIFIED", SOFTWARE, "HSM", "EXTERNAL", "EXTERNAL_VPC"];

pub(super) fn check_protection(level: Option<&str>) -> Result<(), ApiError> {
    match level {
        None | Some(SOFTWARE | "PROTECTION_LEVEL_UNSPECIFIED") => Ok(()),
        Some(other) => {
            let message = format!("The sandbox has keys of protection level SOFTWARE alone, not {other}.");
            Err(ApiError::invalid_field("crypto_key.version_template.protection_level", message))
        }
    }
}
