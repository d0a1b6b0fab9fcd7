//! The tables of all areas, and the store that has them.
//!
//! Each area owns its tables; this is the one place that knows all areas that have any. May use every area.

use std::path::Path;

use crate::store::{Schema, Store, StoreError};
use crate::{
    artifact_registry, binary_authorization, container, container_analysis, iam, kms, kubernetes, operations, projects,
    quota, registry, services,
};

/// The schemas in the order in which a new store gets them: a table comes after those that it refers to.
const SCHEMAS: &[Schema] = &[
    (1, projects::SCHEMA),
    (1, services::SCHEMA),
    (1, operations::SCHEMA),
    (1, iam::SCHEMA),
    (1, container::SCHEMA),
    (1, container_analysis::SCHEMA),
    (1, binary_authorization::SCHEMA),
    (1, registry::SCHEMA),
    (1, kubernetes::SCHEMA),
    (2, kms::SCHEMA),
    (3, binary_authorization::PLATFORM_SCHEMA),
    (4, artifact_registry::SCHEMA),
    (5, registry::COLLECTION_SCHEMA),
    (5, quota::SCHEMA),
];

/// Opens the sandbox's store in this file; what is missing is made.
pub fn open_store(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, SCHEMAS)
}
